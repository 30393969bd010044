import type { Footprint } from '../cost/footprint'
import { apiRequestMs, assumed, changesBatchMs, type Load } from './load'
import { firehoseLimits, quotas } from './quotas'

/** A need says how much of one thing a load takes, and of what limit that is a part. */
export interface Need {
  part: string
  /** The amount is in `unit`. */
  amount: number
  unit: string
  /** A new account has this limit, in the same unit. */
  limit?: number
  isAdjustable?: boolean
  note?: string
}

// A batch of the stream has as many records as `infra/stream-mapping.ts` allows; most batches are full
// once the rate is worth planning for.
const STREAM_BATCH = 500
// A day's objects of one delivery stream are cut by size or by time, whichever comes first: 128 MB
// of input, or five minutes (`infra/archive.ts`).
const FIREHOSE_BUFFER_BYTES = 128 * 1024 * 1024
const FIREHOSE_BUFFER_SECONDS = 300
const DAY_SECONDS = 24 * 3600
/** One of the three regions where Firehose takes most; the deployment's own has to be named. */
export const LARGE_REGION = 'us-east-1'

// A class of records is spread over several streams when one would be nearly full (`NONIUS_ARCHIVE_STREAMS`).
const STREAM_USED = 0.8
const MOST_STREAMS = 9

function streamsFor(bytesPerSecond: number, limit: number): string {
  const streams = Math.ceil(bytesPerSecond / (limit * STREAM_USED))
  if (streams === 1) return ''
  return streams > MOST_STREAMS ? 'more than nine streams' : `or NONIUS_ARCHIVE_STREAMS=${streams}`
}

/** Computes what each part needs to take `load.eps` all the time. */
export function needsOf(load: Load, footprint: Footprint, region = LARGE_REGION): Need[] {
  const { eps, batch, largestTenant } = load
  const { tableWrites, indexes, shards, documentBytes, documentsInRecord } = footprint
  const writes = eps * tableWrites
  const partitions = Math.ceil(writes / quotas.partitionWrites.value)
  const changes = (eps / STREAM_BATCH) * (changesBatchMs(STREAM_BATCH) / 1000)
  const messages = (eps * load.webhooks) / assumed.eventsInMessage
  const lakeBytes = eps * documentBytes
  const busy = concurrencyOf(load)
  const follow = (eps / STREAM_BATCH) * (assumed.followBatchMs / 1000)
  const all = busy.api + changes + busy.deliver + follow
  const { lambdaConcurrency, lambdaRequestsPerExecution, tableWrites: tableQuota } = quotas
  const firehose = firehoseLimits(region)

  return [
    need('api: instances at work', busy.api, 'executions'),
    need('changes: instances at work', changes, 'executions', {
      limit: partitions * quotas.parallelization.value,
      isAdjustable: false,
      note: `${partitions} shards × ${quotas.parallelization.value}`,
    }),
    need('deliver: instances at work', busy.deliver, 'executions'),
    need('follow: instances at work', follow, 'executions', { note: 'where nobody is followed' }),
    need('all functions: instances at work', all, 'executions', {
      limit: lambdaConcurrency.value,
      isAdjustable: true,
    }),
    need('events table: writes', writes, 'WRU/s', { limit: tableQuota.value, isAdjustable: true }),
    need('events table: partitions, so shards of its stream', partitions, 'partitions'),
    ...indexes.map((name) =>
      need(`index ${name}: writes of the largest tenant's hottest key`, hottestKey(name), 'WRU/s', {
        limit: quotas.partitionWrites.value,
        isAdjustable: false,
        note: shards[name]
          ? `${shards[name]} shards`
          : 'one key an actor, object, session or group',
      }),
    ),
    need('Firehose: data', lakeBytes, 'bytes/s', {
      limit: firehose.bytes,
      isAdjustable: true,
      note: streamsFor(lakeBytes, firehose.bytes),
    }),
    need('Firehose: requests', eps / (documentsInRecord * 500), 'requests/s', {
      limit: firehose.requests,
      isAdjustable: true,
    }),
    need('lake: files a day', filesADay(lakeBytes), 'files'),
    need('lake: partitions a day', 1, 'partition', {
      note: 'for each retention class in use; the hours are folders in it',
    }),
    need('webhooks: messages', messages, 'messages/s'),
    need('all functions: requests', eps / batch, 'requests/s', {
      limit: lambdaConcurrency.value * lambdaRequestsPerExecution.value,
      isAdjustable: true,
      note: 'ten for each execution that the account may have at once',
    }),
  ]

  function hottestKey(index: string): number {
    const tenant = eps * largestTenant
    return shards[index] ? tenant / shards[index] : tenant * HOTTEST_PERSON
  }
}

// The busiest actor, object, session or group of a tenant has this share of its events: a course of
// five hundred in a school of fifty thousand.
const HOTTEST_PERSON = 0.01

function concurrencyOf({ eps, batch, webhooks }: Load) {
  const messages = (eps * webhooks) / assumed.eventsInMessage
  return {
    api: ((eps / batch) * apiRequestMs(batch)) / 1000,
    deliver: (messages * assumed.deliverMs) / 1000,
  }
}

function filesADay(bytesPerSecond: number): number {
  const bySize = (bytesPerSecond * DAY_SECONDS) / FIREHOSE_BUFFER_BYTES
  return Math.max(bySize, DAY_SECONDS / FIREHOSE_BUFFER_SECONDS)
}

function need(part: string, amount: number, unit: string, more: Partial<Need> = {}): Need {
  return { part, amount, unit, ...more }
}

/** Tells which limit a growing load meets first: the rate at which it meets each, lowest first. */
export function breakingPoints(
  load: Load,
  footprint: Footprint,
  region = LARGE_REGION,
): { part: string; eps: number }[] {
  const at = 10_000 // at this rate rounding up does not show
  return needsOf({ ...load, eps: at }, footprint, region)
    .flatMap(({ part, amount, limit, unit }) =>
      // The limit of `changes` grows with the table, so it is no rate.
      limit === undefined || part.startsWith('changes')
        ? []
        : [{ part: `${part} (${limit} ${unit})`, eps: Math.floor((at * limit) / amount) }],
    )
    .sort((a, b) => a.eps - b.eps)
}
