import type { JournalOfOne } from '../../observer/journal'
import type { ObserverState } from '../../observer/state'
import type { Log } from '../../telemetry/log'

/** Writes down what waits, seldom enough to cost little. */
export interface Journaling {
  /** The state has changed, and everything that no longer waits in it is dealt with. */
  changed(): void
  /** Resolves once what is under way is written, or deleted. */
  idle(): Promise<void>
}

// Most connections say within this time who they are: only then is what waits worth a write. Each further
// one waits twice as long, so that a thousand who never say it cost few.
const FIRST_MS = 100
const LONGEST_MS = 5000

export function createJournaling(
  journal: JournalOfOne,
  state: ObserverState,
  log: Log,
): Journaling {
  let afterMs = FIRST_MS
  let timer: NodeJS.Timeout | undefined
  let work = Promise.resolve()
  let isWritten = false

  function then(what: () => Promise<void>) {
    work = work.then(what).catch((error: Error) => {
      log.warn('what waits of a stream could not be written down', { reason: error.message })
    })
  }

  function write() {
    timer = undefined
    if (!state.hasEvent) return
    afterMs = Math.min(2 * afterMs, LONGEST_MS)
    isWritten = true
    then(() => journal.write(state))
  }

  return {
    changed() {
      // Clients lock fields when they open, and may then be silent for an hour: an event is worth a write.
      if (state.hasEvent) timer ??= setTimeout(write, afterMs)
      else if (isWritten && state.waiting.length === 0) {
        isWritten = false
        then(() => journal.forget())
      }
    },
    async idle() {
      clearTimeout(timer)
      await work
    },
  }
}
