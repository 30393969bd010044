import type { Log } from '../../../telemetry/log'
import type { ChangeBatch, Consumer } from '../../change-feed'
import type { Clock } from '../../clock'
import { isOfSurroundings } from './blame'
import type { Change } from './read'

// A consumer is given no more at a time, so that what is done is noted before a call ends.
const SLICE_RECORDS = 500
// No slice is begun in the last seconds of a call: it would be ended in the middle of it, and come again whole.
const RESERVE_MS = 5000
// Where a quarter of more than a few records cannot be handled, it is not the records: they are waited for.
const FEW = 16
const QUARTER = 4
// Where none of a few can be handled, nothing tells whose fault it is, unless others were handled in the last ten
// minutes, or it has been so for as long.
const DOUBTED_MS = 10 * 60_000
// The two clocks may differ by less than this: AWS's agree within milliseconds (Amazon Time Sync),
// the stream's times are whole seconds, and `Approximate`.
const CLOCKS_APART_MS = 60_000
// Ids of so many changes are some megabytes.
const REMEMBERED = 20_000

interface Needs {
  /** Tells how much time is left of the call at hand, in ms. */
  leftMs(): number
  clock: Clock
  log: Log
}

/** Puts a change aside for good. @returns whether it need not come again */
export type SetAside = (change: Change, reason: string, consumer: string) => Promise<boolean>

interface Failed {
  slice: readonly Change[]
  error: unknown
}

/** Makes what gives changes to a consumer, and finds those that it cannot handle. */
export function createHandOver(consumer: Consumer, { leftMs, clock, log }: Needs) {
  // Changes that were handled, of a batch that will come again for what was not. It only saves work: a retry
  // that reaches another sandbox brings all of it again, and consumers are idempotent.
  const done = new Set<string>()
  let handledAt = Number.NEGATIVE_INFINITY
  let doubted: { id: string; since: number } | undefined

  async function give(slice: readonly Change[]): Promise<Failed | undefined> {
    try {
      await consumer.handle(batchOf(slice))
    } catch (error) {
      return { slice, error }
    }
    handledAt = clock.monotonic()
    if (done.size > REMEMBERED) done.clear()
    for (const { id } of slice) done.add(id)
    return undefined
  }

  /**
   * Finds the records because of which a slice fails, by giving it in halves, and sets them aside. Where it fails of
   * its surroundings, none can be handled, or too many cannot, they are not to blame.
   * @param waiting how many records there are in all
   * @returns the first that must come again
   */
  async function sift(
    failed: Failed,
    waiting: number,
    setAside: SetAside,
  ): Promise<Change | undefined> {
    const parts: (Failed | Pick<Failed, 'slice'>)[] = [failed]
    const blamed: { change: Change; error: unknown }[] = []
    let handled = 0
    let held: Change | undefined
    for (let part = parts.shift(); part !== undefined && held === undefined; part = parts.shift()) {
      const { slice } = part
      const failure = 'error' in part ? part : await give(slice)
      if (failure === undefined) handled += slice.length
      else if (isOfSurroundings(failure.error) || isLate()) held = slice[0]!
      else if (slice.length === 1) blamed.push({ change: slice[0]!, error: failure.error })
      else {
        const middle = Math.ceil(slice.length / 2)
        parts.unshift({ slice: slice.slice(0, middle) }, { slice: slice.slice(middle) })
      }
    }
    const first = blamed[0]?.change
    if (first === undefined) return held
    const areTooMany = blamed.length > FEW && QUARTER * blamed.length > handled + blamed.length
    const areToBlame = handled > 0 ? !areTooMany : waiting <= FEW && isBeyondDoubt(first)
    if (!areToBlame) return first
    for (const { change, error } of blamed) {
      if (!(await setAside(change, messageOf(error), consumer.name))) return change
      done.add(change.id)
    }
    return held
  }

  function isBeyondDoubt({ id }: Change): boolean {
    const now = clock.monotonic()
    if (doubted?.id !== id) doubted = { id, since: now }
    return now - handledAt < DOUBTED_MS || now - doubted.since >= DOUBTED_MS
  }

  const isLate = () => leftMs() < RESERVE_MS

  return {
    /**
     * Gives a consumer its changes, slice by slice.
     * @returns the sequence number of the first that it has not handled; undefined when it has all
     */
    async handOver(changes: readonly Change[], setAside: SetAside): Promise<string | undefined> {
      const waiting = changes.filter(({ id }) => !done.has(id)).length
      for (const slice of slicesOf(changes, consumer, (id) => done.has(id))) {
        if (isLate()) return slice[0]!.sequence
        const failed = await give(slice)
        if (failed === undefined) continue
        const { error } = failed
        log.error('changes not handled', {
          ...{ consumer: consumer.name, records: slice.length, reason: messageOf(error) },
        })
        const first = await sift(failed, waiting, setAside)
        if (first !== undefined) return first.sequence
      }
      return undefined
    },

    /** Forgets changes that will not come again. */
    forget(ids: readonly string[]): void {
      for (const id of ids) done.delete(id)
    },
  }
}

const messageOf = (thrown: unknown) => (thrown instanceof Error ? thrown.message : String(thrown))

/**
 * Ends a slice where the consumer's budget ends, and at what is done: a slice has all changes from its first to its
 * last, by which it is named.
 */
function* slicesOf(
  changes: readonly Change[],
  { maxRecords, maxBytes }: Consumer,
  isDone: (id: string) => boolean,
) {
  const most = Math.min(maxRecords, SLICE_RECORDS)
  let slice: Change[] = []
  let bytes = 0
  for (const change of changes) {
    const size = change.record.raw.length
    const isFull = slice.length === most || bytes + size > maxBytes
    if (slice.length > 0 && (isFull || isDone(change.id))) {
      yield slice
      slice = []
      bytes = 0
    }
    if (isDone(change.id)) continue
    slice.push(change)
    bytes += size
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
