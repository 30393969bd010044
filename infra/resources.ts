import { type RetentionClass, retentionClasses } from '../src/event/record'
import type { Resources } from '../src/platform/aws/deployed/resources'
import { questions, settling, workgroup } from './analysis'
import { streams } from './archive'
import { blobs } from './blobs'
import { connections } from './connections'
import { rootKey } from './keys'
import { database, lake } from './lake'
import { deliveryQueue, drainQueue } from './queues'
import { indexes } from './settings'
import { deliveries, documents, events, live, quarantine, registry, statements } from './tables'

type Properties = { [Name in keyof Resources]: $util.Input<Resources[Name]> }

const archiveStreams = Object.fromEntries(
  retentionClasses.map((name) => {
    const own = streams.filter(({ retentionClass }) => retentionClass === name)
    return [name, own.map(({ stream }) => stream.name)]
  }),
) as Record<RetentionClass, $util.Output<string>[]>

/**
 * The link gives the functions names, and nothing but names: `permissions.ts` says what they may
 * do.
 */
export const nonius = new sst.Linkable('Nonius', {
  properties: {
    eventsTable: events.name,
    indexes: [...indexes],
    registryTable: registry.name,
    quarantineTable: quarantine.name,
    documentsTable: documents.name,
    statementsTable: statements.name,
    deliveriesTable: deliveries.name,
    liveTable: live.name,
    deliveryQueueUrl: deliveryQueue.url,
    drainQueueUrl: drainQueue.url,
    blobsBucket: blobs.name,
    archiveStreams: $util.output(archiveStreams),
    rootKeyId: rootKey.keyId,
    athenaWorkgroup: workgroup.name,
    glueDatabase: database.name,
    questionsWorkgroup: questions.name,
    settlingWorkgroup: settling.name,
    lakeBucket: lake.name,
    connectionsEndpoint: connections.managementEndpoint,
  } satisfies Properties,
})
