import { sqlText } from '../syntax/sql'
import { toTimeBound } from './time-bound'
import { dayAfter, startOfDay } from './zone'

export const measures = ['arrival', 'event'] as const
/** A range goes by when an event arrived here, or by when it happened (`occurred_at`). */
export type Measure = (typeof measures)[number]

/** A narrowing says which events a question is about: all of them unless it says otherwise. */
export interface Narrowing {
  /** The range begins with this day (`2026-11-21`), or at this time (ISO 8601). */
  from?: string | undefined
  /** The range ends with this day, the whole of it, or before this time. */
  to?: string | undefined
  /** Arrival, when it is left out. */
  by?: Measure | undefined
  course?: string | undefined
  person?: string | undefined
  /** It is the id of the source that sent them. */
  source?: string | undefined
  /** Days are days of this zone of the IANA database, as `zoneNamed` spells it; UTC by default. */
  timezone?: string | undefined
}

/** Each condition is SQL that Trino and DuckDB take, over a row of the view `events`. */
export interface Conditions {
  /** The condition on time begins with `day BETWEEN`, which decides what is read and paid for. */
  range: string
  course: string | undefined
  source: string | undefined
}

// Wide enough for every day there will be. No lake is older than the product.
const FIRST = '2026-01-01'
const LAST = '2999-12-31'
const DAY = /^\d{4}-\d{2}-\d{2}$/

/** Records from before `course_id` have a group, and the answer stays what it was. */
export const course = 'coalesce(course_id, group_id)'

export function conditionsOf(narrowing: Narrowing): Conditions {
  return {
    range: rangeOf(narrowing),
    course: equal(course, narrowing.course),
    source: equal('source_id', narrowing.source),
  }
}

/** Writes all that a narrowing says as one condition. @returns undefined when it says nothing */
export function conditionOf(narrowing: Narrowing): string | undefined {
  const { range, course, source } = conditionsOf(narrowing)
  const { from, to, person } = narrowing
  const isRanged = from !== undefined || to !== undefined
  // Whoever the membership is of is concerned as well, by a grade that somebody else gave.
  const [acts, concerned] = [equal('actor_id', person), equal('member_id', person)]
  const all = [isRanged && range, course, acts && `(${acts} OR ${concerned})`, source]
  return all.filter(Boolean).join(' AND ') || undefined
}

/** Writes that a column has a value; nothing when none is asked for. */
export function equal(column: string, value: string | undefined): string | undefined {
  return value === undefined ? undefined : `${column} = ${sqlText(value)}`
}

/** A range is from one instant to before another, milliseconds since 1970; without one it is open. */
export interface Bounds {
  start: number | undefined
  end: number | undefined
}

export function boundsOf({ from, to, timezone = 'UTC' }: Narrowing): Bounds {
  const instant = (bound: string, lastsDays: number) =>
    DAY.test(bound)
      ? startOfDay(dayAfter(bound, lastsDays), timezone)
      : Date.parse(toTimeBound(bound)!)
  return {
    start: from === undefined ? undefined : instant(from, 0),
    end: to === undefined ? undefined : instant(to, 1),
  }
}

/** Names the column that a range goes by. */
export function columnOf(by: Measure = 'arrival'): string {
  return by === 'event' ? 'occurred_at' : 'received_at'
}

function rangeOf(narrowing: Narrowing): string {
  const { from, to, by = 'arrival', timezone = 'UTC' } = narrowing
  const areDays = [from, to].every((bound) => bound === undefined || DAY.test(bound))
  // Days of arrival, UTC, are folders: they say all there is to say.
  if (by === 'arrival' && areDays && timezone === 'UTC') return between(from ?? FIRST, to ?? LAST)
  const { start, end } = boundsOf(narrowing)
  const column = columnOf(by)
  const conditions = [
    // Firehose puts what arrived in the minutes after midnight under the day before. What happened on
    // a day may arrive on any day after.
    between(
      start === undefined ? FIRST : dayAfter(utcDay(start), -1),
      end === undefined || by === 'event' ? LAST : utcDay(end),
    ),
    start !== undefined && `${column} >= ${timestamp(start)}`,
    end !== undefined && `${column} < ${timestamp(end)}`,
  ]
  return conditions.filter((one) => one !== false).join(' AND ')
}

function between(first: string, last: string): string {
  return `day BETWEEN ${sqlText(first)} AND ${sqlText(last)}`
}

/** Names the folder of a moment; before 1970 there is none. */
function utcDay(ms: number): string {
  return new Date(Math.max(ms, 0)).toISOString().slice(0, 10)
}

/** Writes an instant for both engines, whatever the time zone of the session. @param time ISO 8601 */
export function sqlInstant(time: string): string {
  return timestamp(Date.parse(time))
}

function timestamp(ms: number): string {
  const utc = new Date(ms).toISOString().replace('T', ' ').replace('Z', ' UTC')
  return `CAST('${utc}' AS timestamp with time zone)`
}
