/** A rate allows so many requests in so much time. */
export interface Rate {
  /** Requests, at least 1. */
  most: number
  windowMs: number
}

const units: Readonly<Record<string, number>> = {
  second: 1_000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
}

// More than any machine answers in a day, and exact as a number.
const MOST = 1_000_000_000

/**
 * Reads a rate as `200/minute`, also `200/5 minutes` and `200 per minute`, the forms of the rate limiters
 * that senders know.
 * @returns undefined for what is none: no number, none at all, another unit
 */
export function readRate(text: string): Rate | undefined {
  const match = /^\s*(\d{1,10})\s*(?:\/|\bper\b)\s*(?:(\d{1,4})\s*)?([a-z]+?)s?\s*$/i.exec(text)
  if (match === null) return undefined
  const [, count = '', times = '1', unit = ''] = match
  const most = Number(count)
  const windowMs = Number(times) * (units[unit.toLowerCase()] ?? 0)
  if (most < 1 || most > MOST || windowMs < 1 || windowMs > units.day!) return undefined
  return { most, windowMs }
}
