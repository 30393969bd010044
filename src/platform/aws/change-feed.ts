import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda'
import { StorageError } from '../../error/storage-error'
import type { EventRecord } from '../../event/record'
import type { Log } from '../../telemetry/log'
import type { BlobStore } from '../blob-store'
import type { ChangeBatch, Consumer } from '../change-feed'
import { imageOf } from './dynamo/stream-image'

export interface StreamHandlerNeeds {
  /**
   * Reads the record that an item of the events table contains; undefined when its body is gone.
   * @throws {StorageError} retriable when its body is elsewhere and cannot be had now
   */
  recordOf(item: Record<string, AttributeValue>): Promise<EventRecord | undefined>
  consumers: readonly Consumer[]
  /** Stores what cannot be read, under `failed/records/`. */
  blobs: BlobStore
  log: Log
}

// The two clocks may differ by less than this: AWS's agree within milliseconds (Amazon Time Sync),
// the stream's times are whole seconds, and `Approximate`.
const CLOCKS_APART_MS = 60_000

export type StreamHandler = (event: DynamoDBStreamEvent) => Promise<DynamoDBBatchResponse>

/** A change is one stored event, with its place in its shard. */
interface Change {
  sequence: string
  /** Says when the table got it, by AWS's clock, in ms since 1970. */
  storedAt: number
  record: EventRecord
}

/**
 * Makes the change feed's end on AWS: Lambda reads the table's stream and calls this with a batch
 * of one shard, again from the first record that was not handled until it answers that none is
 * left. Lambda remembers the cursor, so `isExact`, `maxWaitMs` and `drainsAtStop` of a consumer are
 * up to the mapping.
 */
export function createStreamHandler(needs: StreamHandlerNeeds): StreamHandler {
  const { consumers, log } = needs
  // The map remembers changes that a consumer has handled, of a batch that will come again for
  // another consumer. It only saves work: a retry that reaches another sandbox brings all of it
  // again, and consumers are idempotent.
  const had = new Map<string, Set<string>>()

  /** Gives a consumer its changes. @returns the first sequence number that it has not handled */
  async function handOver(consumer: Consumer, changes: readonly Change[]) {
    const done = had.get(consumer.name) ?? new Set()
    const waiting = changes.filter(({ sequence }) => !done.has(sequence))
    for (const slice of slicesOf(waiting, consumer)) {
      try {
        await consumer.handle(batchOf(slice))
      } catch (error) {
        const reason = (error as Error).message
        log.error('changes not handled', { consumer: consumer.name, records: slice.length, reason })
        return slice[0]!.sequence
      }
      for (const { sequence } of slice) done.add(sequence)
      had.set(consumer.name, done)
    }
    return undefined
  }

  return async function handle({ Records }) {
    // An item never changes after it was stored, and its removal means that its time has passed.
    const inserts = Records.filter(({ eventName }) => eventName === 'INSERT')
    const { changes, unread } = await readChanges(inserts, needs)
    const failures = await Promise.all(consumers.map((consumer) => handOver(consumer, changes)))
    // The batch comes again from where the hindmost consumer is.
    const first = [...changes.map(({ sequence }) => sequence), unread].find((sequence) => {
      return sequence !== undefined && (sequence === unread || failures.includes(sequence))
    })
    if (first === undefined) had.clear()
    return { batchItemFailures: first === undefined ? [] : [{ itemIdentifier: first }] }
  }
}

/** Reads up to the first record whose body cannot be had now, which is `unread`. */
async function readChanges(inserts: readonly DynamoDBRecord[], needs: StreamHandlerNeeds) {
  const read = await Promise.allSettled(
    inserts.map(async ({ dynamodb }) => {
      const record = await needs.recordOf(imageOf(dynamodb?.NewImage ?? {}))
      if (record !== undefined) return record
      throw new StorageError('its body is not in the blob store', { isRetriable: false })
    }),
  )
  const changes: Change[] = []
  for (const [place, outcome] of read.entries()) {
    const insert = inserts[place]!
    const sequence = insert.dynamodb!.SequenceNumber!
    // The time is in seconds, and never absent in a stream (StreamRecord, API reference).
    const storedAt = (insert.dynamodb!.ApproximateCreationDateTime ?? 0) * 1000
    if (outcome.status === 'fulfilled') changes.push({ sequence, storedAt, record: outcome.value })
    else if (isPassing(outcome.reason)) return { changes, unread: sequence }
    else if (!(await storeUnreadable(insert, outcome.reason, needs)))
      return { changes, unread: sequence }
  }
  return { changes, unread: undefined }
}

function isPassing(reason: unknown): boolean {
  return reason instanceof StorageError && reason.isRetriable
}

/**
 * Puts a record that cannot be read into the blob store, so that it does not hold up its shard.
 * @returns whether it is stored there
 */
async function storeUnreadable(
  insert: DynamoDBRecord,
  thrown: unknown,
  { blobs, log }: StreamHandlerNeeds,
) {
  const key = `failed/records/${insert.dynamodb!.SequenceNumber}`
  const reason = (thrown as Error).message
  try {
    await blobs.put(key, Buffer.from(JSON.stringify({ reason, record: insert })))
  } catch (error) {
    log.error('an unreadable change could not be set aside', { reason: (error as Error).message })
    return false
  }
  log.error('a change cannot be read and was set aside', { key, reason })
  return true
}

/** Makes a mark, as `ServingPlatform.mark` gives it. */
export function markAt(now: Date): string {
  return String(now.getTime())
}

/** Ends a slice where the consumer's budget ends. */
function* slicesOf(changes: readonly Change[], { maxRecords, maxBytes }: Consumer) {
  let slice: Change[] = []
  let bytes = 0
  for (const change of changes) {
    const isFull = slice.length === maxRecords || bytes + change.record.raw.length > maxBytes
    if (slice.length > 0 && isFull) {
      yield slice
      slice = []
      bytes = 0
    }
    slice.push(change)
    bytes += change.record.raw.length
  }
  if (slice.length > 0) yield slice
}

/** Makes a batch. The same records have the same id, however often they come. */
function batchOf(slice: readonly Change[]): ChangeBatch {
  return {
    id: `${slice[0]!.sequence}-${slice.at(-1)!.sequence}`,
    count: slice.length,
    records: () => slice.map(({ record }) => record),
    isWithin(place, { from, until }) {
      const { storedAt } = slice[place]!
      if (storedAt + CLOCKS_APART_MS < Number(from)) return false
      return until === undefined || storedAt - CLOCKS_APART_MS < Number(until)
    },
  }
}
