import { AppError } from '../../error/app-error'
import { dimensions } from '../../platform/aggregates'
import { edgesOf, type Interval } from '../../query/intervals'
import { dayAfter, dayAt, startOfDay } from '../../query/zone'
import { filters } from './filters'

export const metrics = ['events', 'actors'] as const
export const groupings = [...dimensions, 'object'] as const
export type Grouping = (typeof groupings)[number]

/** What somebody asks, parsed but for its times. */
export interface AskedMetrics {
  metric: (typeof metrics)[number]
  groupBy?: Grouping | undefined
  /** All of the range is one interval when it is left out. */
  interval?: Interval | undefined
  /** A name that `zoneNamed` gave. */
  timeZone: string
  /** A day of the zone, which begins it, or an instant, ISO 8601. */
  from?: string | undefined
  /** The range ends before then; now, when it is left out. */
  to?: string | undefined
  compare?: 'previous' | undefined
  /** Of groups, those with the greatest sums, so many at most. */
  top: number
  filters: Readonly<Partial<Record<keyof typeof filters, string>>>
}

export interface MetricsQuestion extends Omit<AskedMetrics, 'from' | 'to'> {
  /** Intervals lie between two that follow each other, milliseconds since 1970. */
  edges: readonly number[]
  /** Those of the period before, to compare with by their places; there may be more or fewer. */
  previous?: readonly number[] | undefined
}

const DAY_MS = 86_400_000
const DAY = /^\d{4}-\d{2}-\d{2}$/

// How far back one looks unless told otherwise, in days.
const usualDays = { hour: 2, day: 30, week: 182, all: 30 }
// A chart of a year by the hour, or of ten by the day, is as much as anybody can look at.
const mostDays = { hour: 367, day: 3660, week: 7320, all: 7320 }
// Clocks of some zones differed from UTC by seconds before; nothing here is so old.
const EARLIEST = '1980-01-01'

/**
 * Finds the intervals that a question is about.
 * @throws {AppError} `invalid_request` when the range is empty, too long or too old
 */
export function questionOf({ from, to, ...asked }: AskedMetrics, now: Date): MetricsQuestion {
  const { interval = 'all', timeZone, compare } = asked
  const end = to === undefined ? now.getTime() : instantOf(to, timeZone)
  const begin =
    from === undefined
      ? startOfDay(dayAfter(dayAt(end - 1, timeZone), -usualDays[interval] + 1), timeZone)
      : instantOf(from, timeZone)
  if (begin >= end) throw refused('from', 'Must be before `to`', 'invalid_range')
  if (begin < Date.parse(EARLIEST)) {
    throw refused('from', `Must not be before ${EARLIEST}`, 'invalid_range')
  }
  if (end - begin > mostDays[interval] * DAY_MS) {
    const how = interval === 'all' ? 'in all' : `by the ${interval}`
    const message = `May be at most ${mostDays[interval]} days before \`to\`, ${how}`
    throw refused('from', message, 'invalid_range')
  }
  const range = { from: begin, to: end, interval, timeZone }
  const edges = edgesOf(range)
  if (compare === undefined) return { ...asked, edges }
  return { ...asked, edges, previous: previousOf(range, edges) }
}

export function refused(name: string, message: string, code: string): AppError {
  const errors = [{ path: [name], message, code }]
  return new AppError('invalid_request', `${name}: ${message}.`, { errors })
}

/** Reads a day of a zone, or an instant. */
function instantOf(bound: string, zone: string): number {
  return DAY.test(bound) ? startOfDay(bound, zone) : Date.parse(bound)
}

/**
 * Finds the period before: as many days of the zone before a range of whole days, and cut in the same way;
 * else as long by the clock.
 */
function previousOf(
  range: Parameters<typeof edgesOf>[0],
  edges: readonly number[],
): readonly number[] {
  const { from, to, interval, timeZone } = range
  const isWhole = [from, to].every((ms) => startOfDay(dayAt(ms, timeZone), timeZone) === ms)
  const days = edgesOf({ ...range, interval: 'day' })
  const before = isWhole
    ? startOfDay(dayAfter(dayAt(from, timeZone), 1 - days.length), timeZone)
    : from - (to - from)
  const previous = { ...range, from: before, to: from }
  if (interval === 'hour' || interval === 'all') return edgesOf(previous)
  const its = edgesOf({ ...previous, interval: 'day' })
  // A zone that left out a day has one less; a part of a day may be one more.
  if (!isWhole || its.length !== days.length) return edges.map((edge) => edge - (to - from))
  const places = new Map(days.map((day, n) => [day, n]))
  return edges.map((edge) => its[places.get(edge)!]!)
}
