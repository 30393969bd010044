import { toUtcMillis } from '../../syntax/timestamp'

// RFC 3339, 4.3, uses -00:00 for a time whose zone is unknown; ISO 8601 forbids it, and so does
// xAPI (1.0.3, Data, 4.5).
const UNKNOWN_ZONE = /-00(?::?00)?$/
const DATE_LENGTH = 10

/** Tells whether a value is a timestamp of xAPI: ISO 8601, with a space for the `T` if need be. */
export function isTimestamp(value: string): boolean {
  if (toUtcMillis(value) === undefined) return false
  return value.endsWith('Z') || !UNKNOWN_ZONE.test(value.slice(DATE_LENGTH))
}

/**
 * Writes the moment that a timestamp means: two that mean the same are written alike. Digits beyond
 * the milliseconds count.
 */
export function momentOf(value: string): string {
  const millis = toUtcMillis(value) ?? value
  const [, further = ''] = /[.,]\d{3}(\d+)/.exec(value) ?? []
  let end = further.length
  while (further.charCodeAt(end - 1) === ZERO) end -= 1
  return end === 0 ? millis : `${millis}${further.slice(0, end)}`
}

const ZERO = 48

// ISO 8601:2004(E), 4.4.3.2: weeks stand alone, and the last component may have a fraction. It has no
// sign. Each letter ends a run of digits, so nothing is read twice.
const DURATION =
  /^P(?=[\dT])(?:(?:\d+(?:[.,]\d+)?W)|(?:\d+(?:[.,]\d+)?Y)?(?:\d+(?:[.,]\d+)?M)?(?:\d+(?:[.,]\d+)?D)?(?:T(?=\d)(?:\d+(?:[.,]\d+)?H)?(?:\d+(?:[.,]\d+)?M)?(?:\d+(?:[.,]\d+)?S)?)?)$/
const INNER_FRACTION = /[.,]\d+[A-Z].*\d/

/** Tells whether a value is a duration of xAPI (1.0.3, Data, 4.6), e.g. `PT1H30M` or `P4W`. */
export function isDuration(value: string): boolean {
  return DURATION.test(value) && !INNER_FRACTION.test(value)
}

const SECONDS = /([.,]\d\d)\d+S$/

/** Cuts a duration after hundredths of a second, beyond which 2.0 does not compare (9274.1.1, 4.2.7). */
export function withHundredths(duration: string): string {
  return duration.replace(SECONDS, '$1S').replace(',', '.')
}
