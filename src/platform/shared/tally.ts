import type { CountInterval, Tally } from '../conformance-counts'

/** Counts are stored for so long: this term can be compared with the same term of last year. */
export const KEPT_MS = 400 * 24 * 60 * 60 * 1000

/** An hour is written as `2026-11-21T09`, a day as `2026-11-21`: so many characters. */
export const LENGTH: Record<CountInterval, number> = { hour: 13, day: 10 }
const REST: Record<CountInterval, string> = { hour: ':00:00.000Z', day: 'T00:00:00.000Z' }

export function hourOf(time: string): string {
  return time.slice(0, LENGTH.hour)
}

/**
 * Sorts above every hour that begins before `to`; the hour it lies in is one unless it begins
 * there.
 */
export function endOf(to: string): string {
  const hour = hourOf(to)
  return to === hour + REST.hour ? hour : `${hour}:`
}

/** Tells when an interval begins, from how it is written. */
export function beginOf(at: string, interval: CountInterval): string {
  return at + REST[interval]
}

export function emptyTally(): Tally {
  return { stored: 0, conformant: 0, quarantined: 0, issues: {} }
}

// The codes are some two hundred, all of them ours: none is taken from what was sent.
const MAX_CODES = 1_000
/** Issues that are too many to be told apart are counted under this code. */
const OTHER = 'other'

// Types are taken from what was sent, of which any number may come.
const MAX_TYPES = 100

export function addTo(sum: Tally, more: Tally) {
  sum.stored += more.stored
  sum.conformant += more.conformant
  sum.quarantined += more.quarantined
  addCounts(sum.issues, more.issues, MAX_CODES)
  if (more.withheld !== undefined) {
    sum.withheld ??= {}
    addCounts(sum.withheld, more.withheld, MAX_CODES)
  }
  if (more.countedTypes !== undefined) {
    sum.countedTypes ??= {}
    addCounts(sum.countedTypes, more.countedTypes, MAX_TYPES)
  }
}

function addCounts(
  sum: Record<string, number>,
  more: Readonly<Record<string, number>>,
  most: number,
) {
  let room = most - Object.keys(sum).length
  for (const [code, items] of Object.entries(more)) {
    const isNew = !Object.hasOwn(sum, code)
    const name = isNew && room <= 0 ? OTHER : code
    if (isNew) room -= 1
    sum[name] = (sum[name] ?? 0) + items
  }
}

/**
 * So many pairs of a source and an hour may wait to be written: beyond it, as while the disk is
 * full, further ones go uncounted. Each takes a few hundred bytes.
 */
export const MAX_NOTED = 10_000
