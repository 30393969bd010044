/** From `from` on, milliseconds since 1970, clocks of a zone are so many minutes ahead of UTC. */
export interface ZoneOffset {
  from: number
  minutes: number
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
// No zone has changed its offset twice within so long since 1980, but for Ramadan in Morocco, which is a
// month.
const STEP_MS = 7 * 24 * HOUR_MS

/**
 * Finds the offsets of a zone between two instants, the first with the one that it begins with. Good from
 * 1980 on: before, clocks of some zones differed from UTC by seconds, too.
 * @param zone a name of the IANA database
 * @throws {RangeError} when there is no such zone
 */
export function offsetsOf(zone: string, from: number, to: number): ZoneOffset[] {
  const offsetAt = readerOf(zone)
  const offsets = [{ from, minutes: offsetAt(from) }]
  if (zone === 'UTC') return offsets
  for (let at = from; at < to; ) {
    const next = Math.min(at + STEP_MS, to)
    const before = offsets.at(-1)!.minutes
    const after = offsetAt(next)
    if (after !== before) offsets.push({ from: changeBetween(at, next, before), minutes: after })
    at = next
  }
  return offsets.filter((one) => one.from < to || one.from === from)

  /** Finds the minute in which the offset is no longer what it was. */
  function changeBetween(early: number, late: number, before: number): number {
    let [low, high] = [Math.floor(early / MINUTE_MS), Math.ceil(late / MINUTE_MS)]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (offsetAt(middle * MINUTE_MS) === before) low = middle
      else high = middle
    }
    return high * MINUTE_MS
  }
}

function readerOf(zone: string): (ms: number) => number {
  if (zone === 'UTC') return () => 0
  const format = new Intl.DateTimeFormat('en', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  })
  return (ms) => {
    const parts = Object.fromEntries(
      format.formatToParts(ms).map(({ type, value }) => [type, value]),
    ) as Record<'era' | 'year' | 'month' | 'day' | 'hour' | 'minute', string>
    // The year before 1 is 0 here, and 1 BC there.
    const year = parts.era === 'AD' ? Number(parts.year) : 1 - Number(parts.year)
    const wall = new Date(0)
    wall.setUTCFullYear(year, Number(parts.month) - 1, Number(parts.day))
    wall.setUTCHours(Number(parts.hour), Number(parts.minute))
    return Math.round((wall.getTime() - Math.floor(ms / MINUTE_MS) * MINUTE_MS) / MINUTE_MS)
  }
}
