import { toUtcMillis } from '../../syntax/timestamp'
import type { Scalar } from '../condition'
import type { Place } from './path'

const DATE = /^\d{4}-\d{2}-\d{2}$/

/**
 * Writes a time as records have it; a date is its first instant, UTC.
 * @returns undefined when it is neither a date nor a date-time (ISO 8601)
 */
export function instantOf(value: Scalar | undefined): string | undefined {
  if (typeof value !== 'string' || value.length < 10) return undefined
  return toUtcMillis(DATE.test(value) ? `${value}T00:00:00Z` : value)
}

/** Writes a value as the place has it: a field of time has times in one form. */
export function normalised(value: Scalar, place: Place): Scalar {
  if (place.of !== 'record' || place.type !== 'timestamp') return value
  return instantOf(value) ?? value
}
