import {
  FIRST_PAUSE_MS,
  GROWS_AFTER,
  LONGEST_PAUSE_MS,
  LOOKAHEAD,
  MAX_PAUSES,
  WINDOW,
  WINDOW_BYTES,
} from './draining'

interface Needs {
  /** Resolves after so many milliseconds. */
  wait: (ms: number) => Promise<unknown>
  /** The number lies between 0 and 1. */
  random: () => number
}

/** The pace says how many requests a worker has under way, and when it gives up. */
export interface Pace {
  /** Resolves when one more may be under way. @returns how often the store had been busy by then */
  enter(): Promise<number>
  /** One that entered is not under way any more. @param isAnswered the store took it, or said that it never will */
  leave(isAnswered: boolean): void
  /**
   * The store was too busy for one that entered: it has left, and may enter again when this resolves.
   * @param entered what `enter` gave it
   */
  leaveBusy(entered: number): Promise<void>
  /** The store was busy for so long that the rest is left to another run. */
  isOver(): boolean
}

/**
 * Makes a pace that halves when the store is busy and grows by one as it stores, as senders on a network
 * share a line ("additive increase, multiplicative decrease", RFC 5681, 3.1): live senders, who do not slow
 * down, have what they need first.
 */
export function createPace({ wait, random }: Needs): Pace {
  let places = WINDOW
  let taken = 0
  let sinceGrown = 0
  let pauses = 0
  let timesBusy = 0
  let pausing: Promise<unknown> | undefined
  const waiting: ((timesBusy: number) => void)[] = []
  const isOver = () => pauses > MAX_PAUSES

  function admit() {
    while (pausing === undefined && taken < places && waiting.length > 0) {
      taken += 1
      waiting.shift()!(timesBusy)
    }
  }

  function pause(): Promise<unknown> {
    timesBusy += 1
    places = Math.max(1, Math.floor(places / 2))
    const longest = Math.min(FIRST_PAUSE_MS * 2 ** pauses, LONGEST_PAUSE_MS)
    pauses += 1
    // The jitter is half of it: all workers were refused together, and each has to wait all the same.
    const ms = isOver() ? 0 : longest * (0.5 + random() / 2)
    pausing = wait(ms).then(() => {
      pausing = undefined
      admit()
    })
    return pausing
  }

  return {
    enter: () =>
      new Promise<number>((resolve) => {
        waiting.push(resolve)
        admit()
      }),

    leave(isAnswered) {
      taken -= 1
      if (isAnswered && !isOver()) {
        pauses = 0
        sinceGrown += 1
      }
      if (sinceGrown >= GROWS_AFTER && places < WINDOW) {
        places += 1
        sinceGrown = 0
      }
      admit()
    },

    async leaveBusy(entered) {
      taken -= 1
      sinceGrown = 0
      // Requests that were under way together are refused together: that is one refusal, and one pause.
      await (entered === timesBusy ? pause() : pausing)
    },

    isOver,
  }
}

/** Makes the place for what a worker has read ahead, bounded by its number and its bytes. */
export function createAhead() {
  let count = 0
  let held = 0
  let changed = () => {}

  /** Resolves once something has left. */
  const change = () =>
    new Promise<void>((resolve) => {
      changed = resolve
    })

  return {
    /** Resolves when there is room; one of any size has it alone. To be called by one at a time. */
    async enter(bytes: number): Promise<void> {
      while (count > 0 && (count >= LOOKAHEAD || held + bytes > WINDOW_BYTES)) await change()
      count += 1
      held += bytes
    },
    leave(bytes: number): void {
      count -= 1
      held -= bytes
      changed()
    },
    /** Resolves when nothing is held. */
    async empty(): Promise<void> {
      while (count > 0) await change()
    },
  }
}
