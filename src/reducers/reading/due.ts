/** Which states are to be read again, and when. Times are ms of a clock that nobody sets. */
export interface DueStates {
  /** Reads this one as soon as there is time. */
  ask(key: string): void
  /**
   * Reads this one once its latest event can be in it.
   * @param arrivedAt arrival of an event that changes it, ISO 8601 UTC
   */
  touch(key: string, arrivedAt: string): void
  /** Takes those whose time has come, at most so many. */
  take(most: number): string[]
  /** Is told of what was taken: up to which arrival events are in it. @param through undefined where there is none */
  seen(key: string, through: string | undefined): void
  /** Tells in how many ms the next is due; undefined when none is. */
  nextIn(): number | undefined
}

interface Waiting {
  dueAt: number
  /** The latest arrival that is to be in it; none where it was only asked for. */
  arrivedAt?: string | undefined
  /** So often it was read without that. */
  tries: number
}

// An event is reduced within some hundred ms of its arrival; a person sees it within two seconds.
const FIRST_MS = 250
// A learner who types changes a state with each key: it is read twice a second.
const PAUSE_MS = 500
// Two events may arrive within one millisecond and be reduced one after the other: it is read once more.
const TWIN_MS = 1_000
// An event that the reducer skipped is never in a state: seven tries take half a minute.
const MOST_TRIES = 7

/** @param options.most so many may wait; beyond it, the one that was asked for longest ago is forgotten */
export function createDueStates(monotonic: () => number, { most }: { most: number }): DueStates {
  const waiting = new Map<string, Waiting>()
  const taken = new Map<string, Waiting>()

  function wait(key: string, one: Waiting) {
    waiting.set(key, one)
    if (waiting.size > most) waiting.delete(waiting.keys().next().value!)
  }

  function touch(key: string, arrivedAt: string) {
    const now = monotonic()
    const before = waiting.get(key)
    const later = [before?.arrivedAt ?? '', arrivedAt].toSorted()[1]!
    const dueAt = Math.min(before?.dueAt ?? Number.POSITIVE_INFINITY, now + FIRST_MS)
    wait(key, { arrivedAt: later, tries: 0, dueAt })
  }

  return {
    touch,

    ask(key) {
      wait(key, { tries: 0, ...waiting.get(key), dueAt: monotonic() })
    },

    take(count) {
      const now = monotonic()
      const due: string[] = []
      for (const [key, one] of waiting) {
        if (due.length === count) break
        if (one.dueAt > now) continue
        due.push(key)
        waiting.delete(key)
        taken.set(key, one)
      }
      return due
    },

    seen(key, through) {
      const one = taken.get(key)
      taken.delete(key)
      if (one?.arrivedAt === undefined) return
      const now = monotonic()
      const since = waiting.get(key)
      if (since !== undefined) {
        // It was touched while it was read: no sooner than the pause.
        since.dueAt = Math.max(since.dueAt, now + PAUSE_MS)
        return
      }
      const isIn = through !== undefined && through >= one.arrivedAt
      if (isIn) return wait(key, { dueAt: now + TWIN_MS, tries: 0 })
      if (one.tries === MOST_TRIES) return
      wait(key, { ...one, tries: one.tries + 1, dueAt: now + PAUSE_MS * 2 ** (one.tries / 2) })
    },

    nextIn() {
      let next: number | undefined
      for (const { dueAt } of waiting.values()) next = Math.min(next ?? dueAt, dueAt)
      return next === undefined ? undefined : Math.max(next - monotonic(), 0)
    },
  }
}
