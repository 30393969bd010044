import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda'
import type { ChangeBatch, Consumer } from '../change-feed'
import { type Change, type ReadingNeeds, readChanges } from './change-feed/read'

export interface StreamHandlerNeeds extends ReadingNeeds {
  consumers: readonly Consumer[]
}

// The two clocks may differ by less than this: AWS's agree within milliseconds (Amazon Time Sync),
// the stream's times are whole seconds, and `Approximate`.
const CLOCKS_APART_MS = 60_000

export type StreamHandler = (event: DynamoDBStreamEvent) => Promise<DynamoDBBatchResponse>

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
    const waiting = changes.filter(({ id }) => !done.has(id))
    for (const slice of slicesOf(waiting, consumer)) {
      try {
        await consumer.handle(batchOf(slice))
      } catch (error) {
        const reason = (error as Error).message
        log.error('changes not handled', { consumer: consumer.name, records: slice.length, reason })
        return slice[0]!.sequence
      }
      for (const { id } of slice) done.add(id)
      had.set(consumer.name, done)
    }
    return undefined
  }

  return async function handle({ Records }) {
    // An event never changes after it was stored, and its removal means that its time has passed.
    const inserts = Records.filter(({ eventName }) => eventName === 'INSERT')
    for await (const { changes, unread } of readChanges(inserts, needs)) {
      const failures = await Promise.all(consumers.map((consumer) => handOver(consumer, changes)))
      // The batch comes again from where the hindmost consumer is.
      const first = [...changes.map(({ sequence }) => sequence), unread].find((sequence) => {
        return sequence !== undefined && (sequence === unread || failures.includes(sequence))
      })
      if (first !== undefined) return { batchItemFailures: [{ itemIdentifier: first }] }
    }
    had.clear()
    return { batchItemFailures: [] }
  }
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
    id: `${slice[0]!.id}-${slice.at(-1)!.id}`,
    count: slice.length,
    records: () => slice.map(({ record }) => record),
    isWithin(place, { from, until }) {
      const { storedAt } = slice[place]!
      if (storedAt + CLOCKS_APART_MS < Number(from)) return false
      return until === undefined || storedAt - CLOCKS_APART_MS < Number(until)
    },
    storedAt: (place) => slice[place]!.storedAt,
  }
}
