/** Reads a whole number as a `number`, and as a `bigint` only where that would lose digits. */
export function wholeNumber(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

// A second has so many nanoseconds, and a millisecond so many.
const SECOND = 1_000_000_000n
const MILLISECOND = 1_000_000n

/**
 * Writes a time as ISO 8601, to the millisecond, or to the micro- or nanosecond where it is not
 * whole: `2026-11-21T09:30:00.000Z`.
 * @param nanos since 1970
 * @param zone what stands behind it: `Z`, or nothing for a time that is of no zone
 * @returns undefined for a time that JavaScript has no date for
 */
export function isoTime(nanos: bigint, zone: 'Z' | ''): string | undefined {
  const rest = ((nanos % SECOND) + SECOND) % SECOND
  const date = new Date(Number((nanos - rest) / MILLISECOND))
  if (Number.isNaN(date.getTime())) return undefined
  const digits = String(rest).padStart(9, '0')
  const fraction = digits.replace(/(000){1,2}$/, '')
  return `${date.toISOString().slice(0, -5)}.${fraction}${zone}`
}
