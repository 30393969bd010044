import { AppError } from '../error/app-error'
import type { CountRange } from '../platform/conformance-counts'

const HOUR_MS = 60 * 60 * 1000
const DAY_MS = 24 * HOUR_MS

// How far back one looks unless told otherwise, and at most: 744 hours or 400 days fit in one chart,
// and older counts are not stored.
const usual = { hour: 2 * DAY_MS, day: 30 * DAY_MS }
const most = { hour: 31 * DAY_MS, day: 400 * DAY_MS }

interface Asked {
  from?: string | undefined
  to?: string | undefined
  interval: CountRange['interval']
}

/**
 * A range of whole intervals: `from` goes back to where its interval begins.
 * @throws {AppError} `invalid_request` when it is empty or too long
 */
export function toCountRange({ from, to, interval }: Asked, now: Date): CountRange {
  const end = to === undefined ? now.getTime() : Date.parse(to)
  const wanted = from === undefined ? end - usual[interval] : Date.parse(from)
  const size = interval === 'hour' ? HOUR_MS : DAY_MS
  const begin = Math.floor(wanted / size) * size
  if (begin >= end) throw refusal('Must be before `to`')
  // One more: the first interval may have begun earlier than asked for.
  if (end - begin > most[interval] + size) {
    throw refusal(
      `May be at most ${most[interval] / DAY_MS} days before \`to\`, by the ${interval}`,
    )
  }
  const iso = (ms: number) => new Date(ms).toISOString()
  return { from: iso(begin), to: iso(end), interval }
}

function refusal(message: string): AppError {
  return new AppError('invalid_request', `from: ${message}.`, {
    errors: [{ path: ['from'], message, code: 'invalid_range' }],
  })
}
