import { randomUUID } from 'node:crypto'
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda'
import { StorageError } from '../../../error/storage-error'
import type { Clock } from '../../clock'
import { type EventTable, insertItems } from '../events/write'

// No tenant has a name that begins so (`access/keys/new-tenant.ts`).
const PROBES = '#probe#'

// It has gone through the stream, which keeps a record for a day, or it never will.
const LASTS_S = 24 * 60 * 60

// A table that refuses one of five writes takes one of these all the same.
const TRIES = 5
const PAUSE_MS = 500

interface Needs extends EventTable {
  clock: Clock
  sleep(ms: number): Promise<unknown>
}

/**
 * Writes an item into the events table that is no event: its way through the stream shows that whoever
 * follows the stream gets on. Lambda reports no age of a stream that it does not read ("Event source mapping
 * metrics", Lambda's guide). Each probe has a key of its own: in time they pass through every shard.
 * @throws {StorageError} when the table does not take it
 */
export async function writeProbe({ client, table, clock, sleep }: Needs): Promise<void> {
  const now = clock.now().getTime()
  const item = {
    k: { S: `${PROBES}${randomUUID()}` },
    p: { N: String(now) },
    x: { N: String(Math.ceil(now / 1000) + LASTS_S) },
  }
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const [written] = await insertItems({ client, table }, [item])
    if (written !== 'busy') return
    await sleep(PAUSE_MS * tries)
  }
  throw new StorageError('the table does not take a probe of its stream', { isRetriable: true })
}

type Handle<More extends unknown[]> = (
  event: DynamoDBStreamEvent,
  ...more: More
) => Promise<DynamoDBBatchResponse>

/**
 * Takes the probes out of what a follower of the stream is given, for which they are nothing.
 * @param hear.tell is told of each probe when all that came before it is handled: how many seconds ago it was
 * written. Left out for batches that come late, which tell nothing of the stream
 */
export function apartFromProbes<More extends unknown[]>(
  handle: Handle<More>,
  hear?: { clock: Pick<Clock, 'now'>; tell(seconds: number): void },
): Handle<More> {
  return async function handleOthers(event, ...more) {
    const { Records } = event
    const answer = await handle({ Records: Records.filter((one) => !isProbe(one)) }, ...more)
    const failed = new Set(answer.batchItemFailures.map((one) => one.itemIdentifier))
    for (const record of Records) {
      if (failed.has(record.dynamodb?.SequenceNumber ?? '')) break
      if (isProbe(record)) hear?.tell(ageOf(record, hear.clock.now()))
    }
    return answer
  }
}

function ageOf({ dynamodb }: DynamoDBRecord, now: Date): number {
  const writtenAt = Number(dynamodb?.NewImage?.p?.N)
  // The clocks of two functions may differ a little.
  return Math.max(0, (now.getTime() - writtenAt) / 1000)
}

function isProbe({ dynamodb }: DynamoDBRecord): boolean {
  return dynamodb?.Keys?.k?.S?.startsWith(PROBES) ?? false
}
