const ZERO = 48
const DASH = 45
const COLON = 58

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

// ISO 8601 date-times as senders write them: seconds may be left out, the fraction has any number
// of digits after a point or a comma, RFC 3339 allows a space or lower case for `T` and `Z`.
const DATE_TIME =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:[Zz]|([+-])(\d\d)(?::?(\d\d))?)?$/

/** The one form that sorts as text and that Caliper asks for: `2026-11-21T09:30:00.000Z`. */
export function isUtcMillis(value: string): boolean {
  return (
    value.length === 24 &&
    value.charCodeAt(4) === DASH &&
    value.charCodeAt(7) === DASH &&
    value.charCodeAt(10) === 84 && // T
    value.charCodeAt(13) === COLON &&
    value.charCodeAt(16) === COLON &&
    value.charCodeAt(19) === 46 && // .
    value.charCodeAt(23) === 90 && // Z
    twoDigits(value, 11) < 24 &&
    twoDigits(value, 14) < 60 &&
    twoDigits(value, 17) < 60 &&
    twoDigits(value, 20) < 100 &&
    twoDigits(value, 21) < 100 &&
    isDate(
      twoDigits(value, 0) * 100 + twoDigits(value, 2),
      twoDigits(value, 5),
      twoDigits(value, 8),
    )
  )
}

/**
 * Reads an ISO 8601 date-time and writes it in UTC with milliseconds; further digits are cut off.
 * Without an offset it is taken as UTC, which is what Caliper and xAPI tell senders to use.
 * @returns undefined for anything else: no such day, no time of day, a year outside 0001–9999
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

/** NaN, which no comparison lets through, unless both characters are digits. */
function twoDigits(value: string, at: number): number {
  const tens = value.charCodeAt(at) - ZERO
  const ones = value.charCodeAt(at + 1) - ZERO
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN
}

function isDate(year: number, month: number, day: number): boolean {
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1)) return false
  if (day <= DAYS[month - 1]!) return true
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return leap && month === 2 && day === 29
}
