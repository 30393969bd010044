import type { CountInterval, Tally } from '../conformance-counts'

/** This term beside the same term of last year. */
export const KEPT_MS = 400 * 24 * 60 * 60 * 1000

/** `2026-11-21T09` and `2026-11-21`: as far as an hour, or a day, is written. */
export const LENGTH: Record<CountInterval, number> = { hour: 13, day: 10 }
const REST: Record<CountInterval, string> = { hour: ':00:00.000Z', day: 'T00:00:00.000Z' }

export function hourOf(time: string): string {
  return time.slice(0, LENGTH.hour)
}

/** Above every hour that begins before `to`; the hour it lies in is one, unless it begins there. */
export function endOf(to: string): string {
  const hour = hourOf(to)
  return to === hour + REST.hour ? hour : `${hour}:`
}

/** When an interval begins, of how it is written. */
export function beginOf(at: string, interval: CountInterval): string {
  return at + REST[interval]
}

export function emptyTally(): Tally {
  return { stored: 0, conformant: 0, quarantined: 0, issues: {} }
}

export function addTo(sum: Tally, more: Tally) {
  sum.stored += more.stored
  sum.conformant += more.conformant
  sum.quarantined += more.quarantined
  for (const [code, items] of Object.entries(more.issues)) {
    sum.issues[code] = (sum.issues[code] ?? 0) + items
  }
}
