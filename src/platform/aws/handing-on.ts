import { setTimeout as sleep } from 'node:timers/promises'
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { FirehoseClient } from '@aws-sdk/client-firehose'
import { SQSClient } from '@aws-sdk/client-sqs'
import type { Clock } from '../clock'
import type { DeliveryLog } from '../delivery-log'
import { openParts } from '.'
import { type ArchiveNeeds, createArchive } from './archive'
import { markAt } from './change-feed/mark'
import { writeProbe } from './change-feed/probes'
import { createStoredTypes } from './counts/stored-types'
import { createClaims } from './deliveries/claims'
import { createListed } from './deliveries/listed'
import { createDeliveryQueue } from './delivery-queue'
import type { Resources } from './deployed/resources'
import { readingWith } from './events/committed'
import { createItems } from './events/item'
import { lazyDocuments, lazyLake, lazyReplayWakes, lazyStatements } from './lazy'
import { serviceTimeOuts } from './time-outs'
import { createAdd } from './trees/add'

// These are apart from what answers requests, whose start is not to read the clients of queues and
// streams.

interface Needs {
  clock: Clock
}

/**
 * Opens what hands on stored events.
 * @param leftMs tells how much time is left of the call at hand; left out, throttling is waited for only briefly
 */
export function openFeeding(
  resources: Resources,
  { clock, leftMs }: Needs & Pick<ArchiveNeeds, 'leftMs'>,
) {
  const { dynamo, blobs, registry, tokens } = openParts(resources, clock)
  const { eventsTable, registryTable, statementsTable: table, documentsTable, indexes } = resources
  const { archiveStreams: streams } = resources
  const events = { client: dynamo, table: eventsTable }
  return {
    blobs,
    registry,
    statements: lazyStatements({
      ...{ client: dynamo, table, blobs, tokens, clock },
      maxReferrers: Number.POSITIVE_INFINITY,
    }),
    ...readingWith(events, createItems({ indexes, blobs })),
    documents: lazyDocuments({ client: dynamo, table: documentsTable, blobs, tokens, clock }),
    archive: createArchive({
      client: new FirehoseClient({ requestHandler: serviceTimeOuts }),
      ...{ streams, blobs, leftMs },
    }),
    deliveries: openDeliveries(resources, dynamo, clock),
    trees: { add: createAdd({ blobs, clock }) },
    storedTypes: createStoredTypes({ client: dynamo, table: registryTable, clock }),
  }
}

/** Opens what writes probes of the stream. */
export function openProbing(resources: Resources, { clock }: Needs) {
  const { dynamo: client } = openParts(resources, clock)
  return { write: () => writeProbe({ client, table: resources.eventsTable, clock, sleep }) }
}

/** Opens what sends webhooks, what arrived before among it. */
export function openDelivering(resources: Resources, { clock }: Needs) {
  const { dynamo, blobs, tokens, events, registry } = openParts(resources, clock)
  const { documentsTable, deliveryQueueUrl } = resources
  const { athenaWorkgroup: workgroup, glueDatabase: database } = resources
  return {
    events,
    registry,
    mark: () => markAt(clock.now()),
    deliveries: {
      ...openDeliveries(resources, dynamo, clock),
      backlog: countingUpTo(MOST_AHEAD, { dynamo, table: resources.deliveriesTable }),
    },
    claims: createClaims({ dynamo, table: resources.deliveriesTable, clock }),
    documents: lazyDocuments({ client: dynamo, table: documentsTable, blobs, tokens, clock }),
    lake: lazyLake({ workgroup, database, tokens, clock }),
    wakeReplay: lazyReplayWakes(deliveryQueueUrl),
  }
}

// A replay asks whether some hundreds wait.
const MOST_AHEAD = 500

/** Counts what waits for a webhook, or is held for it, no further than asked. */
function countingUpTo(
  most: number,
  needs: Parameters<typeof createListed>[0],
): DeliveryLog['backlog'] {
  const { count } = createListed(needs)
  return async function backlog(tenantId, webhookId) {
    const [pending, held] = await Promise.all(
      (['pending', 'held'] as const).map((status) => count(tenantId, webhookId, status, most)),
    )
    const isExact = pending!.isExact && held!.isExact
    return { pending: pending!.count, held: held!.count, failed: 0, isExact }
  }
}

function openDeliveries(
  { deliveryQueueUrl: queueUrl, deliveriesTable: table }: Resources,
  dynamo: DynamoDBClient,
  clock: Clock,
) {
  return createDeliveryQueue({
    sqs: new SQSClient({ requestHandler: serviceTimeOuts }),
    queueUrl,
    dynamo,
    table,
    clock,
  })
}
