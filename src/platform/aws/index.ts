import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { Log } from '../../telemetry/log'
import type { Clock } from '../clock'
import type { ServingPlatform } from '../platform'
import type { RateTally } from '../rate-tally'
import type { Registry } from '../registry'
import type { XapiMode } from '../registry/tenants'
import { createTokenSigner } from '../shared/page-token'
import type { Spill } from '../spill'
import { markAt } from './change-feed/mark'
import { createConformanceCounts, type SettlingCounts } from './conformance-counts'
import type { Resources } from './deployed/resources'
import { endingConnections } from './ending-keys'
import { createEventStore } from './event-store'
import { checkHealth } from './health'
import {
  lazyBlobs,
  lazyBox,
  lazyDeliveries,
  lazyDocuments,
  lazyFileLinks,
  lazyLake,
  lazyLakeErasures,
  lazyReplayWakes,
  lazySecrets,
  lazyStatements,
  once,
} from './lazy'
import { lazyQuarantine } from './lazy-quarantine'
import { lazyRateTally } from './lazy-rate-tally'
import { lazyTrees } from './lazy-trees'
import { lazyTypeCounts } from './lazy-type-counts'
import { refusedAtOnce } from './refused-at-once'
import { createRegistry } from './registry'
import { remembered } from './remembered'
import { createSourceActivity, type SettlingActivity } from './source-activity'
import { tableTimeOuts } from './time-outs'
import type { AwsTrees } from './trees'

interface Needs {
  clock: Clock
  log: Log
}

// Each is some ten writes, sixteen of which take 5 ms at a time: within a second. Whoever follows the feed leads
// on all.
const LED_ON_BEHIND_A_REQUEST = 200

// Load balancers ask every five seconds or more. An answer takes 3 reads and 8 queries.
const HEALTH_KNOWN_MS = 5_000

interface ServingNeeds extends Needs {
  /** Tenants that chose nothing have this mode; `ingest` when left out, since a record store costs. */
  defaultXapi?: XapiMode | undefined
}

/** Opens the parts that more than one function has. Clients ask for nothing until they are used. */
export function openParts(
  { registryTable, eventsTable, indexes, blobsBucket, rootKeyId }: Resources,
  clock: Clock,
) {
  const dynamo = new DynamoDBClient({ requestHandler: tableTimeOuts })
  const blobs = lazyBlobs(blobsBucket)
  const secrets = lazySecrets({ dynamo, table: registryTable, keyId: rootKeyId })
  const tokens = once(async () => createTokenSigner(await secrets.derive('page tokens', 32)))
  const writer = refusedAtOnce(new DynamoDBClient({ requestHandler: dynamo.config.requestHandler }))
  const events = { client: dynamo, writer, table: eventsTable, indexes, blobs, tokens, clock }
  return {
    dynamo,
    blobs,
    tokens,
    box: lazyBox(secrets),
    events: createEventStore(events),
    registry: createRegistry({ client: dynamo, table: registryTable, secrets }),
  }
}

/** Opens the registry alone, for programs that give out keys. */
export function openRegistry(resources: Resources, clock: Clock, log?: Log) {
  return endingKeys(resources, openParts(resources, clock), { clock, log })
}

/** Has connections end with their keys: few requests end one, and only those need a way to tell them. */
function endingKeys(
  resources: Resources,
  { dynamo, registry }: Pick<ReturnType<typeof openParts>, 'dynamo' | 'registry'>,
  { clock, log }: { clock: Clock; log: Log | undefined },
): Registry {
  const opened = once(async () => {
    const { openEndWithKey } = await import('./connections/end-with-key')
    return openEndWithKey(resources, { dynamo, clock })
  })
  const failed = (reason: string) => log?.warn('connections of a key go on for a while', { reason })
  return { ...registry, keys: endingConnections(registry.keys, { opened, clock, failed }) }
}

/** Opens the counts of arrivals alone, for programs that list keys and sources. */
export function openActivity(resources: Resources, needs: Needs) {
  const client = new DynamoDBClient({ requestHandler: tableTimeOuts })
  return createSourceActivity({ client, table: resources.registryTable, ...needs })
}

/** Opens what answers requests. `conformance` and `activity` are to be settled after each. */
export function openServing(
  resources: Resources,
  { clock, log, defaultXapi = 'ingest' }: ServingNeeds,
): ServingPlatform & {
  conformance: SettlingCounts
  activity: SettlingActivity
  spill: Spill
  trees: AwsTrees
  rateTally: RateTally
} {
  const parts = openParts(resources, clock)
  const { dynamo: client, blobs, tokens, box, events } = parts
  const registry = endingKeys(resources, parts, { clock, log })
  const { quarantineTable, registryTable, documentsTable, statementsTable } = resources
  const { deliveryQueueUrl: queueUrl, deliveriesTable: table } = resources
  const { athenaWorkgroup: workgroup, glueDatabase: database } = resources
  const lake = lazyLake({ workgroup, database, tokens, clock })
  const stored = lazyQuarantine({ client, table: quarantineTable, blobs, tokens })
  const countCrowded = remembered(stored.countCrowded, HEALTH_KNOWN_MS, clock)
  const quarantine = { ...stored, countCrowded }
  const health = () => checkHealth({ events, registry, quarantine })
  return {
    events,
    registry,
    quarantine,
    statements: lazyStatements({
      ...{ client, table: statementsTable, blobs, tokens, clock },
      maxReferrers: LED_ON_BEHIND_A_REQUEST,
    }),
    defaultXapi,
    documents: lazyDocuments({ client, table: documentsTable, blobs, tokens, clock }),
    blobs,
    fileLinks: lazyFileLinks({ bucket: resources.blobsBucket, blobs, clock }),
    tokens,
    box,
    deliveries: lazyDeliveries({ dynamo: client, table, queueUrl, clock, tokens }),
    wakeReplay: lazyReplayWakes(queueUrl),
    lake,
    sqlJudge: lake,
    lakeErasures: lazyLakeErasures(blobs),
    trees: lazyTrees({ blobs, clock, log }),
    conformance: createConformanceCounts({ client, table: registryTable, clock, log }),
    activity: createSourceActivity({ client, table: registryTable, clock, log }),
    typeCounts: lazyTypeCounts({ client, table: registryTable, clock }),
    rateTally: lazyRateTally({ client, table: registryTable, clock }),
    spill: blobs,
    mark: () => markAt(clock.now()),
    health: remembered(health, HEALTH_KNOWN_MS, clock),
  }
}
