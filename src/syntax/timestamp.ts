const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

// Senders write ISO 8601 date-times like this: seconds may be left out, the fraction has any number
// of digits after a point or a comma, RFC 3339 allows a space or lower case for `T` and `Z`.
const DATE_TIME =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:[Zz]|([+-])(\d\d)(?::?(\d\d))?)?$/

const ZERO = '0'.charCodeAt(0)

const UTC_MILLIS =
  /^(?!0000)\d\d\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d\d\dZ$/

/**
 * Tells whether a value has the one form that sorts as text and that Caliper asks for:
 * `2026-11-21T09:30:00.000Z`.
 */
export function isUtcMillis(value: string): boolean {
  if (!UTC_MILLIS.test(value)) return false
  const day = twoDigits(value, 8)
  if (day <= 28) return true // every month has it
  return isDate(twoDigits(value, 0) * 100 + twoDigits(value, 2), twoDigits(value, 5), day)
}

/**
 * Reads an ISO 8601 date-time and writes it in UTC with milliseconds; further digits are cut off.
 * Without an offset it is taken as UTC, which is what Caliper and xAPI tell senders to use.
 * @returns undefined for anything else: a day that does not exist, a missing time of day, a year
 * outside 0001–9999
 */
export function toUtcMillis(value: string): string | undefined {
  if (isUtcMillis(value)) return value
  const match = DATE_TIME.exec(value)
  if (match === null) return undefined

  const [, year, month, day, hour, minute, second = '0', fraction = '', sign, hours, minutes] =
    match
  if (!isDate(Number(year), Number(month), Number(day))) return undefined
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined
  const offset = Number(hours ?? 0) * 60 + Number(minutes ?? 0)
  if (Number(hours ?? 0) > 23 || Number(minutes ?? 0) > 59) return undefined

  const time = new Date(0)
  time.setUTCFullYear(Number(year), Number(month) - 1, Number(day)) // Date.UTC maps 0–99 to 19xx
  time.setUTCHours(
    Number(hour),
    Number(minute) - (sign === '-' ? -offset : offset),
    Number(second),
    Number(fraction.slice(0, 3).padEnd(3, '0')),
  )
  const utc = time.toISOString()
  return isUtcMillis(utc) ? utc : undefined // an offset can lead out of the years
}

/** Reads two characters that are digits. */
function twoDigits(value: string, at: number): number {
  return (value.charCodeAt(at) - ZERO) * 10 + value.charCodeAt(at + 1) - ZERO
}

function isDate(year: number, month: number, day: number): boolean {
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1)) return false
  if (day <= DAYS[month - 1]!) return true
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return leap && month === 2 && day === 29
}
