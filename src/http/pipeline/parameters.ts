import { AppError } from '../../error/app-error'
import { toTimeBound } from '../../query/time-bound'

// A page is a hundred events unless asked otherwise.
const LIMIT = 100
const LIMITS = /^(1000|[1-9]\d{0,2})$/

/** @throws {AppError} `invalid_parameter`, 422: clients of such a pipeline expect that status */
export function limitIn(sent: string | undefined): number {
  if (sent === undefined) return LIMIT
  if (LIMITS.test(sent)) return Number(sent)
  const message = `Must be a whole number from 1 to 1000; got ${shown(sent)}`
  const errors = [{ path: ['limit'], message, code: 'invalid_value' }]
  throw new AppError('invalid_parameter', `limit: ${message}`, { errors })
}

/**
 * Reads a time: a date, or a date and a time with or without an offset; without one it is UTC.
 * @returns ISO 8601 UTC with milliseconds
 * @throws {AppError} `invalid_request`
 */
export function timeIn(name: 'since' | 'before', sent: string | undefined): string | undefined {
  if (sent === undefined) return undefined
  // A plus that is not percent-encoded is a space in a query.
  const time = toTimeBound(sent.replace(/ (\d\d:?\d\d)$/, '+$1')) ?? toTimeBound(sent)
  if (time !== undefined) return time
  const message = `Invalid ISO 8601 timestamp for '${name}'; got ${shown(sent)}`
  const errors = [{ path: [name], message, code: 'invalid_value' }]
  throw new AppError('invalid_request', `${message}.`, { errors })
}

// A date and time with an offset has some thirty characters.
const shown = (sent: string) => JSON.stringify(sent.slice(0, 80))

/** Returns the first moment after a time, as records tell moments apart. */
export function after(time: string): string {
  const next = new Date(Date.parse(time) + 1).toISOString()
  // A year of five digits would not sort.
  return next.length === time.length ? next : time
}
