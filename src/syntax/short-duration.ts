const DURATION = /^(\d{1,6})(m|h|d)$/
const MINUTE_MS = 60_000
const UNITS = { m: MINUTE_MS, h: 60 * MINUTE_MS, d: 24 * 60 * MINUTE_MS } as const

/**
 * Reads a duration as a person writes it: a whole number of minutes, hours or days, `30m`, `24h`,
 * `7d`.
 * @returns milliseconds; undefined for what is no duration
 */
export function parseShortDuration(text: string): number | undefined {
  const [, count, unit] = DURATION.exec(text) ?? []
  if (count === undefined) return undefined
  return Number(count) * UNITS[unit as keyof typeof UNITS]
}
