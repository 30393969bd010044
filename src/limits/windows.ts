import type { Clock } from '../platform/clock'
import type { Rate } from './rate'

/** An allowance says what is left of a rate to one caller. */
export interface Allowance {
  rate: Rate
  /** Requests that may still come in this window. */
  left: number
  /** Seconds until the window ends, at least 1. */
  resetSeconds: number
  /** If true, this request is one too many. */
  isOver: boolean
}

/** Windows count what comes from each caller: a window begins with the first request in it. */
export interface Windows {
  /** Counts a request. */
  take(name: string, rate: Rate): Allowance
  /** Tells what is left, and counts nothing. */
  look(name: string, rate: Rate): Allowance
}

interface Window {
  begunAt: number
  count: number
}

/**
 * Makes windows that hold at most so many callers, whoever comes: beyond it the one that began first is
 * forgotten, and begins anew. The time is monotonic, so that no setting of the clock locks anybody out.
 */
export function createWindows(
  { clock }: { clock: Pick<Clock, 'monotonic'> },
  maxCallers: number,
): Windows {
  const windows = new Map<string, Window>()

  function running(name: string, { windowMs }: Rate, now: number): Window | undefined {
    const window = windows.get(name)
    return window !== undefined && now - window.begunAt < windowMs ? window : undefined
  }

  function begin(name: string, now: number): Window {
    windows.delete(name) // otherwise it would stay among the oldest
    const window = { begunAt: now, count: 0 }
    windows.set(name, window)
    if (windows.size > maxCallers) windows.delete(windows.keys().next().value!)
    return window
  }

  return {
    take(name, rate) {
      const now = clock.monotonic()
      const window = running(name, rate, now) ?? begin(name, now)
      window.count += 1
      return allowance(rate, window.count, now - window.begunAt)
    },

    look(name, rate) {
      const now = clock.monotonic()
      const window = running(name, rate, now)
      const count = window?.count ?? 0
      // The next one counts as well.
      return allowance(rate, count + 1, now - (window?.begunAt ?? now))
    },
  }
}

/** Says what is left after so many requests, so long after the window began. */
export function allowance(rate: Rate, count: number, sinceMs: number): Allowance {
  // A window that has just begun has all of its time: sums of fractions of a millisecond would have more.
  const resetSeconds = Math.max(1, Math.ceil((rate.windowMs - sinceMs) / 1000))
  return { rate, left: Math.max(0, rate.most - count), resetSeconds, isOver: count > rate.most }
}
