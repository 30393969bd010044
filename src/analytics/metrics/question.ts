import { AppError } from '../../error/app-error'
import { dimensions } from '../../platform/aggregates'
import { edgesOf, type Interval } from '../../query/intervals'
import { dayAfter, dayAt, startOfDay } from '../../query/zone'
import { type AskedSpan, type Span, spanOf } from '../span'
import type { Filter } from './filters'

export const metrics = ['events', 'actors'] as const
export const groupings = [...dimensions, 'object'] as const
export type Grouping = (typeof groupings)[number]

/** Somebody asks about a span of time, and says what to count in it. */
export interface AskedMetrics extends AskedSpan {
  metric: (typeof metrics)[number]
  groupBy?: Grouping | undefined
  /** All of the span is one interval when it is left out. */
  interval?: Interval | undefined
  compare?: 'previous' | undefined
  /** The answer has so many groups at most, those with the greatest sums. */
  top: number
  filters: Readonly<Partial<Record<Filter, string>>>
}

export interface MetricsQuestion extends Omit<AskedMetrics, keyof AskedSpan> {
  span: Span
  /** Intervals lie between two that follow each other, milliseconds since 1970. */
  edges: readonly number[]
  /** The period before has these, to compare with by their places; there may be more or fewer. */
  previous?: readonly number[] | undefined
}

type Cut = Parameters<typeof edgesOf>[0]

const DAY_MS = 86_400_000

// How far back one looks unless told otherwise, in days.
const usualDays = { hour: 2, day: 30, week: 182, all: 30 }
// A chart of a year by the hour, or of ten by the day, is as much as anybody can look at.
const mostDays = { hour: 367, day: 3660, week: 7320, all: 7320 }
// Clocks of some zones differed from UTC by seconds before; nothing here is so old.
const EARLIEST = '1980-01-01'

/**
 * Finds the intervals that a question is about.
 * @throws {AppError} `invalid_request` as `spanOf`, and when the span is too long or too old
 */
export function questionOf(asked: AskedMetrics, now: Date): MetricsQuestion {
  const { from, to, timeZone: zone, ...rest } = asked
  const { interval = 'all', compare } = rest
  const given = spanOf({ from, to, timeZone: zone }, now)
  const span = from === undefined ? usual(given, usualDays[interval]) : given
  const { timeZone } = span
  const [begin, end] = [Date.parse(span.from), Date.parse(span.to)]
  if (begin < Date.parse(EARLIEST)) {
    throw refused('from', `must not be before ${EARLIEST}`, 'invalid_range')
  }
  if (end - begin > mostDays[interval] * DAY_MS) {
    const how = interval === 'all' ? 'in all' : `by the ${interval}`
    const rule = `may be at most ${mostDays[interval]} days before \`to\`, ${how}`
    throw refused('from', rule, 'invalid_range')
  }
  const range: Cut = { from: begin, to: end, interval, timeZone }
  const edges = edgesOf(range)
  if (compare === undefined) return { ...rest, span, edges }
  return { ...rest, span, edges, previous: previousOf(range, edges) }
}

/** Begins a span with a day: of so many days, the last is that in which it ends. */
function usual(span: Span, days: number): Span {
  const last = dayAt(Date.parse(span.to) - 1, span.timeZone)
  const from = startOfDay(dayAfter(last, 1 - days), span.timeZone)
  return { ...span, from: new Date(from).toISOString() }
}

export function refused(name: string, rule: string, code: string): AppError {
  const message = `\`${name}\` ${rule}`
  return new AppError('invalid_request', message, { errors: [{ path: [name], message, code }] })
}

/**
 * Finds the period before: as many days of the zone before a range of whole days, and cut in the same way;
 * else as long by the clock.
 */
function previousOf(range: Cut, edges: readonly number[]): readonly number[] {
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
