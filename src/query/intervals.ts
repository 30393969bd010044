import { offsetsOf } from '../syntax/zone-offsets'

export const intervals = ['hour', 'day', 'week'] as const
export type Interval = (typeof intervals)[number]

const MINUTE_MS = 60_000
const DAY_MINUTES = 1440
const HOUR_MINUTES = 60
// 1970 began on a Thursday, and weeks begin on Mondays.
const DAYS_FROM_MONDAY = 3

interface Asked {
  /** Milliseconds since 1970: from an instant to before another. */
  from: number
  to: number
  /** `all` is one interval. */
  interval: Interval | 'all'
  /** A name of the IANA database. */
  timeZone: string
}

/**
 * Finds the instants at which intervals of a zone begin within a range, and the two ends of it: the first and
 * the last may be shorter than others. A day has 23 or 25 hours where clocks are changed; an hour is one of
 * the clock on the wall before or after that, so that there may be one of 30 minutes (Lord Howe), and a day
 * that a zone left out (Samoa, 2011-12-30) is not there.
 * @returns milliseconds since 1970, each greater than the one before
 */
export function edgesOf({ from, to, interval, timeZone }: Asked): number[] {
  if (interval === 'all') return [from, to]
  const offsets = offsetsOf(timeZone, from, to)
  const size = interval === 'hour' ? HOUR_MINUTES : DAY_MINUTES
  const edges = [from]
  for (const [n, { from: begin, minutes }] of offsets.entries()) {
    const end = offsets[n + 1]?.from ?? to
    const wallOf = (ms: number) => Math.floor(ms / MINUTE_MS) + minutes
    const before = n === 0 ? undefined : placeOf(begin - MINUTE_MS, offsets[n - 1]!.minutes)
    const isNew = before !== undefined && (interval === 'hour' || placeOf(begin, minutes) > before)
    if (isNew) edges.push(begin)
    // The next whole hour, or midnight, by the clocks of this offset.
    for (let wall = (Math.floor(wallOf(begin) / size) + 1) * size; ; wall += size) {
      const ms = (wall - minutes) * MINUTE_MS
      if (ms >= end) break
      const isBegin = interval !== 'week' || isMonday(wall / DAY_MINUTES)
      // Clocks that were set back over midnight come to it again.
      if (isBegin && placeOf(ms, minutes) > placeOf(edges.at(-1)!, offsetBefore(edges.at(-1)!)))
        edges.push(ms)
    }
  }
  return [...edges.filter((edge, at) => at === 0 || edge > edges[at - 1]!), to]

  function offsetBefore(ms: number): number {
    return offsets.findLast((one) => one.from <= ms)?.minutes ?? offsets[0]!.minutes
  }

  function placeOf(ms: number, minutes: number): number {
    if (interval === 'hour') return ms
    const day = Math.floor((Math.floor(ms / MINUTE_MS) + minutes) / DAY_MINUTES)
    return interval === 'day' ? day : Math.floor((day + DAYS_FROM_MONDAY) / 7)
  }
}

const isMonday = (day: number) => (day + DAYS_FROM_MONDAY) % 7 === 0
