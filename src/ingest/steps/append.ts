import { StorageError } from '../../error/storage-error'
import type { EventRecord } from '../../event/record'
import type { AppendOutcome, EventStore } from '../../platform/event-store'
import type { BusyStore } from '../busy-store'

/** This is the outcome for a record unless its store was too busy. */
export type Appended = Exclude<AppendOutcome, { kind: 'throttled' }>

interface Needs {
  events: Pick<EventStore, 'append'>
  /** Resolves after so many milliseconds. */
  wait: (ms: number) => Promise<unknown>
  /** The clock gives milliseconds that only ever grow. */
  now: () => number
  /** The number lies between 0 and 1. */
  random: () => number
  /** It is there where a request is spilled that the store cannot take: all of its records are of one tenant. */
  busyFor?: ((tenantId: string) => BusyStore) | undefined
}

// The pause doubles up to where a try costs a busy store next to nothing; there are a dozen tries
// in all.
const FIRST_PAUSE_MS = 25
const LONGEST_PAUSE_MS = 500

/**
 * A sender waits at most so long for a busy store. A burst passes within a second or two; for more
 * than a burst DynamoDB makes room in minutes. That leaves time to spill the request, or to say
 * that it may come again, before the 15 s after which Canvas, the most impatient sender known,
 * gives up.
 */
const BUDGET_MS = 3000

/**
 * Where a request can be spilled it waits no longer between its tries, which with them is a tenth of a
 * second: at a bell each request that waits holds a sandbox of Lambda, of which an account has a thousand.
 * Twice as long is enough for all of them to be taken when the table begins to refuse
 * (`npm run capacity -- --bell`).
 */
const SPILLING_BUDGET_MS = 50

// A store may write each call without a pause; so many records take it some 10 ms.
const AT_ONCE = 512

/** This is thrown when the store was not asked at all, since it was busy a moment ago. */
export class StoreSpared extends StorageError {
  constructor() {
    super('The event store was busy a moment ago, and was not asked', { isRetriable: true })
  }
}

/** Returns for how many milliseconds a request may wait in all. */
export function budgetMs(busy: Pick<BusyStore, 'isDoubted'> | undefined): number {
  if (busy === undefined) return BUDGET_MS
  return busy.isDoubted() ? 0 : SPILLING_BUDGET_MS
}

/**
 * Returns the pause before another try, in milliseconds. It has full jitter: senders that were refused
 * together must not come back together.
 */
export function pauseMs(tries: number, random: () => number): number {
  return random() * Math.min(FIRST_PAUSE_MS * 2 ** tries, LONGEST_PAUSE_MS)
}

/** Appends records, and tries throttled ones again while the sender waits. */
export function appendWith({ events, wait, now, random, busyFor }: Needs) {
  async function appendAll(
    records: readonly EventRecord[],
    whole: boolean,
  ): Promise<AppendOutcome[]> {
    if (whole) return events.append(records, { whole })
    const outcomes: AppendOutcome[] = []
    for (let from = 0; from < records.length; from += AT_ONCE) {
      outcomes.push(...(await events.append(records.slice(from, from + AT_ONCE))))
    }
    return outcomes
  }

  /**
   * @param whole all of them are stored, or none (`EventStore.append`)
   * @throws {StoreSpared} when the store is not asked
   * @throws {StorageError} retriable when some record is still throttled at the end
   * @throws {AppError} `too_large`
   */
  return async function append(
    records: readonly EventRecord[],
    whole = false,
  ): Promise<Appended[]> {
    // Whatever the store is spared by, what needs nothing of it goes on.
    const [first] = records
    if (first === undefined) return []
    const busy = busyFor?.(first.tenantId)
    if (busy?.isSpared()) throw new StoreSpared()
    const end = now() + budgetMs(busy)
    // Records of one call that are throttled may only have met others who write the same.
    const learns = whole && records.length > 1 ? undefined : busy
    const appended: AppendOutcome[] = []
    let waiting = records
    // The places of records that were throttled; undefined for all of them, in their order.
    let places: readonly number[] | undefined
    let answeredMs = 0
    for (let tries = 0; waiting.length > 0; tries += 1) {
      if (tries > 0) {
        const pause = pauseMs(tries, random)
        if (now() + pause > end) {
          learns?.wasBusy(answeredMs)
          throw tooBusy(tries)
        }
        await wait(pause)
      }
      const asked = now()
      const outcomes = await appendAll(waiting, whole).catch((thrown) => {
        // A table that is away is not asked by every request either; what only its deployer can mend is
        // told to each, at once.
        if (thrown instanceof StorageError && thrown.isRetriable) busy?.wasBusy(now() - asked)
        throw thrown
      })
      answeredMs = now() - asked
      const throttled: number[] = []
      for (let at = 0; at < outcomes.length; at += 1) {
        const place = places?.[at] ?? at
        appended[place] = outcomes[at]!
        if (outcomes[at]!.kind === 'throttled') throttled.push(place)
      }
      places = throttled
      waiting = throttled.map((place) => records[place]!)
    }
    busy?.tookAll()
    return appended as Appended[]
  }
}

function tooBusy(tries: number): StorageError {
  return new StorageError(`The event store was too busy ${tries} times`, { isRetriable: true })
}
