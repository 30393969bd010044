import { toUtcMillis } from './timestamp'

/** A time of which only the day, month or year is said: from `start` to before `end`, UTC. */
export interface CoarseTime {
  start: string
  end: string
}

const COARSE = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$/

// The year after 9999 has a sign, and would no longer sort as text.
const LAST = '9999-12-31T23:59:59.999Z'

/**
 * Reads a day, month or year of ISO 8601 (`2026-06-12`, `2026-06`, `2026`), which is one of UTC.
 * @returns undefined for anything else, and for a day or month that does not exist
 */
export function coarseTime(value: string): CoarseTime | undefined {
  const match = COARSE.exec(value)
  if (match === null) return undefined
  const [, year, month = '01', day = '01'] = match
  const start = toUtcMillis(`${year}-${month}-${day}T00:00:00.000Z`)
  if (start === undefined) return undefined
  const after = new Date(start)
  if (match[2] === undefined) after.setUTCFullYear(Number(year) + 1)
  else if (match[3] === undefined) after.setUTCMonth(Number(month))
  else after.setUTCDate(Number(day) + 1)
  return { start, end: toUtcMillis(after.toISOString()) ?? LAST }
}
