import { AppError } from '../error/app-error'
import { type Narrowing, sqlInstant } from '../query/narrowing'
import { toTimeBound } from '../query/time-bound'
import { dayAt, startOfDay, zoneNamed } from '../query/zone'

/** Somebody asks for a span by its ends, and by the zone whose days they are. */
export interface AskedSpan {
  /** A day of the zone, or a time (ISO 8601). Left out: thirty days before `to`. */
  from?: string | undefined
  /** The span ends before it. Left out: now. */
  to?: string | undefined
  /** A name of the IANA database; UTC when left out. */
  timeZone?: string | undefined
}

/** A span of time goes from one instant to before another, ISO 8601 UTC. */
export interface Span {
  from: string
  to: string
  /** As the database writes it. */
  timeZone: string
}

const DAY_MS = 24 * 60 * 60 * 1000
// A month is what a course looks back on, and little enough to be read in a moment.
const USUAL_DAYS = 30
const DAY = /^\d{4}-\d{2}-\d{2}$/

/** @throws {AppError} `invalid_request` naming path, value and rule */
export function spanOf({ from, to, timeZone: zone = 'UTC' }: AskedSpan, now: Date): Span {
  const timeZone = zoneNamed(zone)
  if (timeZone === undefined) {
    const rule = 'must be a name of the IANA database, e.g. Europe/Berlin'
    throw refused('timeZone', zone, rule, 'unknown_zone')
  }
  const end = to === undefined ? now.getTime() : instantOf('to', to, timeZone)
  const start = from === undefined ? end - USUAL_DAYS * DAY_MS : instantOf('from', from, timeZone)
  if (start >= end) {
    const rule = `must be before \`to\`, ${to ?? `which is now, ${now.toISOString()}`}`
    throw refused('from', from ?? '', rule, 'reversed')
  }
  return { from: new Date(start).toISOString(), to: new Date(end).toISOString(), timeZone }
}

function instantOf(name: string, value: string, zone: string): number {
  // The calendar decides whether there is such a day: 31 April is none.
  const bound = toTimeBound(value)
  if (bound === undefined) {
    const rule =
      'must be a day, e.g. 2026-11-21, or a time with its zone, e.g. 2026-11-21T09:30:00Z'
    throw refused(name, value, rule, 'invalid_time')
  }
  return DAY.test(value) ? startOfDay(value, zone) : Date.parse(bound)
}

/** Writes what a span asks of events, by when they happened. */
export function narrowingTo({ from, to, timeZone }: Span): Narrowing {
  return { from, to, by: 'event', timezone: timeZone }
}

/** Finds the instant at whose day, in the span's zone, somebody had not been seen for so many days. */
export function unseenBefore({ to, timeZone }: Span, days: number): string {
  const last = dayAt(Date.parse(to) - 1, timeZone)
  const day = new Date(Date.parse(`${last}T00:00:00Z`) - (days - 1) * DAY_MS)
  return sqlInstant(new Date(startOfDay(day.toISOString().slice(0, 10), timeZone)).toISOString())
}

/** Counts the days, in the span's zone, from an instant to the last day of the span. */
export function daysSince({ to, timeZone }: Span, instant: string): number {
  const [then, last] = [Date.parse(instant), Date.parse(to) - 1].map((ms) =>
    Date.parse(`${dayAt(ms, timeZone)}T00:00:00Z`),
  )
  return Math.round((last! - then!) / DAY_MS)
}

function refused(name: string, value: string, rule: string, code: string): AppError {
  // Enough of a value to know it by.
  const shown = value.length > 80 ? `${value.slice(0, 79)}…` : value
  const message = `\`${name}\`${value === '' ? '' : ` (${JSON.stringify(shown)})`} ${rule}`
  return new AppError('invalid_request', message, { errors: [{ path: [name], message, code }] })
}
