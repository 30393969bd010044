import { StorageError } from '../../error/storage-error'
import type { EventRecord } from '../../event/record'
import type { AppendOutcome, EventStore } from '../../platform/event-store'

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

// A store may write each call without a pause; so many records take it some 10 ms.
const AT_ONCE = 512

/** Appends records, and tries throttled ones again while the sender waits. */
export function appendWith({ events, wait, now, random }: Needs) {
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
   * @throws {StorageError} retriable when some record is still throttled at the end
   * @throws {AppError} `too_large`
   */
  return async function append(
    records: readonly EventRecord[],
    whole = false,
  ): Promise<Appended[]> {
    const appended: Appended[] = []
    const end = now() + BUDGET_MS
    let waiting = records.map((record, place) => ({ record, place }))
    for (let tries = 0; waiting.length > 0; tries += 1) {
      if (tries > 0) {
        // The pause has full jitter: senders that were refused together must not come back
        // together.
        const pause = random() * Math.min(FIRST_PAUSE_MS * 2 ** tries, LONGEST_PAUSE_MS)
        if (now() + pause > end) throw tooBusy(tries)
        await wait(pause)
      }
      const outcomes = await appendAll(
        waiting.map(({ record }) => record),
        whole,
      )
      waiting = waiting.filter(({ place }, at) => {
        const outcome = outcomes[at]!
        if (outcome.kind === 'throttled') return true
        appended[place] = outcome
        return false
      })
    }
    return appended
  }
}

function tooBusy(tries: number): StorageError {
  const message = `The event store was too busy ${tries} times in ${BUDGET_MS} ms`
  return new StorageError(message, { isRetriable: true })
}
