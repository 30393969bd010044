import { StorageError } from '../../error/storage-error'
import type { EventRecord } from '../../event/record'
import type { AppendOutcome, EventStore } from '../../platform/event-store'

/** What became of a record whose store was not too busy to say. */
export type Settled = Exclude<AppendOutcome, { kind: 'throttled' }>

interface Needs {
  events: EventStore
  /** Resolves after so many milliseconds. */
  wait: (ms: number) => Promise<unknown>
  /** 0 to 1. */
  random: () => number
}

// Doubling from 25 ms, six pauses take 1.6 s on average: longer than a burst that a store absorbs,
// far shorter than the 15 s after which Canvas, the most impatient sender known, gives up.
const FIRST_PAUSE_MS = 25
const MAX_TRIES = 7

/** Appends, and gives what is throttled further tries while the sender waits. */
export function appendWith({ events, wait, random }: Needs) {
  /** @throws {StorageError} retriable when some record is still throttled at the end */
  return async function append(records: readonly EventRecord[]): Promise<Settled[]> {
    const settled: Settled[] = []
    let waiting = records.map((record, place) => ({ record, place }))
    for (let tries = 0; waiting.length > 0; tries += 1) {
      if (tries === MAX_TRIES) {
        throw new StorageError(`The event store was too busy ${MAX_TRIES} times in a row`, {
          isRetriable: true,
        })
      }
      // Full jitter: senders that were refused together must not come back together.
      if (tries > 0) await wait(random() * FIRST_PAUSE_MS * 2 ** tries)
      const outcomes = await events.append(waiting.map(({ record }) => record))
      waiting = waiting.filter(({ place }, at) => {
        const outcome = outcomes[at]!
        if (outcome.kind === 'throttled') return true
        settled[place] = outcome
        return false
      })
    }
    return settled
  }
}
