import { WARM_DAYS, yearsKept } from '../../infra/retention'
import type { RetentionClass } from '../../src/event/record'
import { apiRequestMs, assumed, changesBatchMs } from '../capacity/load'
import { DELIVERY_READS, deliveryWrites } from './deliveries'
import { type PriceName, prices } from './prices'

/**
 * A bill is made of these sizes and counts; `footprint.ts` reads them off the requests of the
 * adapters.
 */
export interface Workload {
  events: number
  /** A request has so many events. */
  batch: number
  hotTtlDays: number
  retentionClass: RetentionClass
  /** An event takes so many write units, its indexes included. */
  writeUnits: number
  /** An event's item and its index entries have so many bytes, with what DynamoDB adds to each. */
  hotBytes: number
  /** An event as sent has so many bytes. */
  sentBytes: number
  /** Its share of a Firehose record has so many bytes, each record rounded up to 5 KB. */
  billedBytes: number
  /** The settled lake has so many bytes of it. */
  parquetBytes: number
  /** So many webhooks take every event. */
  webhooks: number
  /** Analysts read all of them, with every column, so many times. */
  scans?: number
  /** A token of Cognito is fetched for so many events; left out, senders have keys, which cost nothing. */
  eventsPerToken?: number
  /** Requests come through the door (`infra/door.ts`). */
  door?: boolean
}

export interface Line {
  /** The resource has its name in `infra/`. */
  resource: string
  price: PriceName
  quantity: number
  usd: number
}

// AWS bills gigabytes of 2^30 bytes: its examples divide by 1,048,576 KB ("Amazon Data Firehose
// pricing") and by 1,073,741,824 bytes ("Amazon S3 FAQs", Billing).
export const GB = 2 ** 30
const TB = 2 ** 40
export const DAYS_IN_MONTH = 30

// The ids of an event take so many bytes in Parquet: a UUID is sixteen that nothing compresses.
const IDS_IN_PARQUET = 20
// An event is read when its day is settled and when the files of the day are put together, and its ids in
// the five weeks after, when later days are compared with it (`settlement/texts.ts`).
const NIGHTS_READ = 2
const NIGHTS_COMPARED = 35
// The landed files are deleted a day after they were settled (`settlement/tidy.ts`), and are about a tenth
// larger, in GZIP.
const DAYS_LANDED = 2.5
const LANDED_OVER_SETTLED = 1.1
const MONTHS_WARM = WARM_DAYS / 30

/**
 * Batches of the stream have so many records: what 200 events a second bring in two seconds, the longest
 * that a batch waits (`infra/stream-mapping.ts`), to each of the four shards that a new table has.
 */
export const STREAM_BATCH = 100
// A request writes one line of metrics; Lambda's own lines are switched off (`infra/function.ts`).
const LOG_BYTES_PER_CALL = 450
// Lines are kept for a month (`infra/function.ts`).
const LOG_MONTHS = 1
// Firehose writes an object of 128 MB or after five minutes; for a million events it is the size.
const FIREHOSE_OBJECT_BYTES = 128e6

// A leaf has so many bytes in its hour's objects: 32 of them its hash, 16 its salt, and the rest its id. Hours of 140,000 events had 69.
const LEAF_BYTES = 70
// An hour's objects hold 65,536 leaves (`trees/places.ts`); one has the hashes, one the rest.
const LEAVES_IN_OBJECTS = 65_536 / 2

/** A receipt has an id of each event in its body, and headers and TLS around it. */
export const RECEIPT_BYTES = { headers: 700, body: 150, perEvent: 48 } as const
// A webhook's message has its headers around what was sent.
const MESSAGE_BYTES = 900

// So many of the types that a tenant has are in a batch of the stream (decision 74).
const TYPES_IN_BATCH = 5
const MARK_OF_COUNTED = 2
const WRITES_PER_TYPE = 4
// Whoever counts looks at what was counted of the same ten seconds, and at what is forgotten.
const READS_PER_COUNT = 2

/**
 * Computes what `workload.events` cost from the sensor to the end of their retention, in US
 * dollars.
 */
export function billOf(workload: Workload): Line[] {
  const { events, batch, hotTtlDays, writeUnits, hotBytes, webhooks, billedBytes } = workload
  const { sentBytes, scans = 0, eventsPerToken, door = false } = workload
  const calls = events / batch
  const streamBatches = events / STREAM_BATCH
  const messages = (events * webhooks) / assumed.eventsInMessage
  const firehoseGb = (events * billedBytes) / GB
  const parquetGb = (events * workload.parquetBytes) / GB
  const parquetTb = (events * workload.parquetBytes) / TB
  const leavesGb = (events * LEAF_BYTES) / GB
  const months = yearsKept[workload.retentionClass] * 12
  const warm = Math.min(months, MONTHS_WARM)
  const cold = Math.max(0, months - MONTHS_WARM)
  const objects = Math.max(1, (events * billedBytes) / FIREHOSE_OBJECT_BYTES)
  const spilled = calls * assumed.spilledShare
  const apiSeconds = ((calls + spilled) * apiRequestMs(batch)) / 1000
  const startedSeconds = (calls * assumed.startedShare * assumed.startMs) / 1000
  const atDoor = door ? calls : 0
  const changesSeconds = (streamBatches * changesBatchMs(STREAM_BATCH)) / 1000
  const followSeconds = (streamBatches * assumed.followBatchMs) / 1000
  const deliverSeconds = (messages * assumed.deliverMs) / 1000
  const { headers, body, perEvent } = RECEIPT_BYTES
  const receipts = calls * (headers + body) + events * perEvent
  const sent = events * webhooks * sentBytes + messages * MESSAGE_BYTES
  const countWrites = MARK_OF_COUNTED + WRITES_PER_TYPE * TYPES_IN_BATCH
  const logGb = (calls * LOG_BYTES_PER_CALL) / GB

  return [
    line('api', 'lambdaRequest', calls),
    line('api', 'lambdaCompute', apiSeconds * assumed.apiMemoryGb),
    line('api: starts', 'lambdaCompute', startedSeconds * assumed.apiMemoryGb),
    line('api: rates', 'dynamoWrite', calls / CALLS_BETWEEN_RATES),
    line('api', 'dynamoRead', (calls / CALLS_WHILE_KEY_IS_KNOWN) * KEY_READS),
    line('api: counts of sources', 'dynamoWrite', (calls / CALLS_BETWEEN_COUNTS) * COUNT_WRITES),
    line('api: log', 'logsIngest', logGb),
    line('api: log', 'logsStorage', logGb * LOG_MONTHS),
    line('api: receipts', 'dataOut', receipts / GB),
    line('api: what is spilled', 's3Put', spilled),
    line('api: what is spilled', 's3Get', spilled),
    line('door', 'cloudfrontRequest', atDoor),
    line('door', 'cloudfrontFunction', atDoor),
    line('door', 'wafRequest', atDoor),
    line('api: tokens', 'cognitoToken', eventsPerToken ? events / eventsPerToken : 0),
    line('events table: writes', 'dynamoWrite', events * writeUnits),
    line(
      'events table: storage',
      'dynamoStorage',
      ((events * hotBytes) / GB) * (hotTtlDays / DAYS_IN_MONTH),
    ),
    line('changes', 'lambdaRequest', streamBatches),
    line('changes', 'lambdaCompute', changesSeconds * assumed.changesMemoryGb),
    line('follow', 'lambdaRequest', streamBatches),
    line('follow', 'lambdaCompute', followSeconds * assumed.followMemoryGb),
    line('follow: who is followed', 'dynamoRead', streamBatches),
    line('counts of types', 'dynamoWrite', streamBatches * countWrites),
    line('counts of types', 'dynamoRead', streamBatches * READS_PER_COUNT),
    line('archive: ingestion', 'firehoseIngest', firehoseGb),
    line('archive: Parquet', 'firehoseConvert', firehoseGb),
    line('lake: writes', 's3Put', objects),
    line(
      'lake: as it landed',
      's3Standard',
      (parquetGb * LANDED_OVER_SETTLED * DAYS_LANDED) / DAYS_IN_MONTH,
    ),
    line(`lake: ${MONTHS_WARM} months`, 's3Standard', parquetGb * warm),
    line('lake: to Glacier', 's3Transition', cold > 0 ? objects : 0),
    line(`lake: the rest of ${months}`, 's3Glacier', parquetGb * cold),
    line(
      'settle: Athena',
      'athenaScan',
      parquetTb * NIGHTS_READ + (events * IDS_IN_PARQUET * NIGHTS_COMPARED) / TB,
    ),
    line('analysts: SQL', 'athenaScan', parquetTb * scans),
    line('trees: leaves of batches', 's3Put', streamBatches),
    line('trees: put together', 's3Get', streamBatches),
    line(`trees: ${MONTHS_WARM} months`, 's3Standard', leavesGb * warm),
    line('trees: to Glacier', 's3Transition', cold > 0 ? events / LEAVES_IN_OBJECTS : 0),
    line(`trees: the rest of ${months}`, 's3Glacier', leavesGb * cold),
    line('webhooks: queue', 'sqsRequest', messages * SQS_CALLS),
    line('webhooks: state', 'dynamoWrite', messages * deliveryWrites()),
    line('webhooks: state', 'dynamoRead', messages * DELIVERY_READS),
    line('webhooks: what is sent', 'dataOut', sent / GB),
    line('deliver', 'lambdaRequest', messages),
    line('deliver', 'lambdaCompute', deliverSeconds * assumed.deliverMemoryGb),
  ].filter(({ quantity }) => quantity > 0)
}

/** A record store of xAPI (`lrs`) takes this beside what events take. */
export interface RecordStoreWorkload {
  statements: number
  /** A request has so many statements. */
  batch: number
  /** A statement and its entries take so many write units, */
  writeUnits: number
  /** and occupy so many bytes. */
  bytes: number
  /** They can be found for so many days, */
  retentionDays: number
  /** and the hot copy of the event, of so many bytes, stays as long instead of so many days. */
  hotBytes: number
  hotTtlDays: number
}

/** Computes what a record store costs more than `ingest`, in US dollars. */
export function recordStoreBillOf(workload: RecordStoreWorkload): Line[] {
  const { statements, batch, writeUnits, bytes, retentionDays, hotBytes, hotTtlDays } = workload
  const months = retentionDays / DAYS_IN_MONTH
  const longer = Math.max(0, retentionDays - hotTtlDays) / DAYS_IN_MONTH
  const marks = (statements / batch) * MARK_WRITES
  return [
    line('statements table: writes', 'dynamoRareWrite', statements * writeUnits + marks),
    line('statements table: looking', 'dynamoRareRead', statements * LOOKING_READS),
    line(
      `statements table: ${Math.round(months)} months`,
      'dynamoRareStorage',
      ((statements * bytes) / GB) * months,
    ),
    line(
      `events table: ${Math.round(longer)} months more`,
      'dynamoStorage',
      ((statements * hotBytes) / GB) * longer,
    ),
  ]
}

// A mark of what is being stored is put and deleted.
const MARK_WRITES = 2
// Whoever adds looks whether the statement is there, and whether others refer to it; who follows the
// feed looks at it and at its last entry.
const LOOKING_READS = 4

// An instance of `api` remembers keys and sources for five seconds and writes its counts every ten
// (`conformance-counts.ts`). One request a second and instance: busier ones do it less often; where an
// instance sees less than one in ten seconds, counts are US$ 0.06 a million events more.
const CALLS_WHILE_KEY_IS_KNOWN = 5
const CALLS_BETWEEN_COUNTS = 10
// A sandbox writes what a key took once in so many requests, where the key comes near its rate (docs/limits.md).
const CALLS_BETWEEN_RATES = 300
// The key's record and the source's take a unit each, because they must be current.
const KEY_READS = 2
// A transaction of one item takes twice its units.
const COUNT_WRITES = 2
// A message is sent, received and deleted.
const SQS_CALLS = 3

/** Makes a line of a bill. */
export function line(resource: string, price: PriceName, quantity: number): Line {
  return { resource, price, quantity, usd: quantity * prices[price].usd }
}

export function totalOf(lines: readonly Line[]): number {
  return lines.reduce((sum, { usd }) => sum + usd, 0)
}
