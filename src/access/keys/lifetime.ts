import { parseShortDuration } from '../../syntax/short-duration'
import { toUtcMillis } from '../../syntax/timestamp'

const DATE = /^\d{4}-\d{2}-\d{2}$/
const DAY_MS = 24 * 60 * 60 * 1000
// Whoever wants a key for longer wants one without an end.
const MAX_DAYS = 3_650
// Both keys work as long as this: time for a term's worth of senders to be told.
const MAX_OVERLAP_DAYS = 90

/** These complete a sentence about a value that was refused. */
export const endExpected =
  'a duration from now (30m, 24h, 90d), a date (2027-01-31: its first moment, UTC) or a date-time, ahead of now and within ten years'
export const overlapExpected = `a duration from 0m to ${MAX_OVERLAP_DAYS}d: 30m, 24h, 7d`

/** Reads when a key ends. @returns ISO 8601 UTC; undefined for what is not `endExpected` */
export function readEnd(text: string, now: Date): string | undefined {
  const lasts = parseShortDuration(text)
  const end =
    lasts === undefined
      ? toUtcMillis(DATE.test(text) ? `${text}T00:00:00Z` : text)
      : iso(now.getTime() + lasts)
  if (end === undefined || end <= now.toISOString()) return undefined
  return Date.parse(end) <= now.getTime() + MAX_DAYS * DAY_MS ? end : undefined
}

/** Reads how long two keys work side by side. @returns ms; undefined for what is not `overlapExpected` */
export function readOverlap(text: string): number | undefined {
  const ms = parseShortDuration(text)
  return ms !== undefined && ms <= MAX_OVERLAP_DAYS * DAY_MS ? ms : undefined
}

function iso(ms: number): string | undefined {
  const date = new Date(ms)
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString()
}
