import { toUtcMillis } from '../syntax/timestamp'

const DATE = /^\d{4}-\d{2}-\d{2}$/

/**
 * One end of a range of time, in the form that records carry. A date alone is its first instant, UTC.
 * @returns undefined when it is neither a date nor a date-time
 */
export function toTimeBound(value: string): string | undefined {
  return toUtcMillis(DATE.test(value) ? `${value}T00:00:00Z` : value)
}
