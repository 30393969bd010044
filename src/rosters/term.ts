import type { Term } from './roster'

// A date of a roster names no time zone: the earliest (UTC+14) and the latest (UTC-12) count.
const EAST_MS = 14 * 60 * 60 * 1000
const WEST_MS = 12 * 60 * 60 * 1000

/** Tells whether a time is within a term: its last date is no more of it (OneRoster, endDate is exclusive). */
export function isDuring({ from, to }: Term, now: Date): boolean {
  if (from !== undefined && now.getTime() < Date.parse(from) - EAST_MS) return false
  return to === undefined || now.getTime() < Date.parse(to) + WEST_MS
}
