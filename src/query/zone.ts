const DAY_MS = 24 * 60 * 60 * 1000
const FIRST_ZONED = '1900-01-01'
const LAST_MS = Date.parse('9999-12-31T00:00:00Z')
const OFFSET = /^[+-]|^(?:UTC|GMT)[+-]/i

/**
 * Finds a time zone of the IANA database by its name, in whatever case.
 * @returns the name as the database writes it; undefined when there is none, or it is an offset
 */
export function zoneNamed(name: string): string | undefined {
  if (OFFSET.test(name)) return undefined
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
  } catch {
    return undefined
  }
  if (/^utc$/i.test(name)) return 'UTC'
  const lower = name.toLowerCase()
  // An older name of a zone (US/Eastern) is not in the list, and is good as it is given.
  return Intl.supportedValuesOf('timeZone').find((one) => one.toLowerCase() === lower) ?? name
}

/**
 * Computes when a day begins in a zone. Where clocks jump over midnight, it begins where they land.
 * @param day e.g. `2026-11-21` @param zone a name that `zoneNamed` gave
 * @returns milliseconds since 1970, UTC
 */
export function startOfDay(day: string, zone: string): number {
  const midnight = Date.parse(`${day}T00:00:00Z`)
  // Clocks went by the sun before there were zones.
  if (day < FIRST_ZONED) return midnight
  // An offset from UTC changes at most once around a midnight: the one before it and the one after it
  // give the two instants that it can be.
  const instants = [-DAY_MS, DAY_MS].map((ms) => midnight - offsetAt(midnight + ms, zone))
  const [early, late] = [Math.min(...instants), Math.max(...instants)]
  if (wallTime(early, zone) === midnight) return early
  return wallTime(late, zone) >= midnight ? late : early
}

/** Finds the day, e.g. `2026-11-21`, that it is in a zone at an instant. */
export function dayAt(ms: number, zone: string): string {
  return new Date(wallTime(ms, zone)).toISOString().slice(0, 10)
}

/** Counts days on, up to the last one that has four digits of a year. */
export function dayAfter(day: string, days = 1): string {
  const ms = Date.parse(`${day}T00:00:00Z`) + days * DAY_MS
  return new Date(Math.min(ms, LAST_MS)).toISOString().slice(0, 10)
}

function offsetAt(ms: number, zone: string): number {
  return wallTime(ms, zone) - Math.floor(ms / 1000) * 1000
}

/** Reads the clock on the wall, to the second, as if it were UTC. */
function wallTime(ms: number, zone: string): number {
  if (zone === 'UTC') return ms
  const format = new Intl.DateTimeFormat('en', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  const parts = Object.fromEntries(
    format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]),
  ) as Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', number>
  const { year, month, day, hour, minute, second } = parts
  return Date.UTC(year, month - 1, day, hour, minute, second)
}
