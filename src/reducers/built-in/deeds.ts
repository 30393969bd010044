import { isOwnDeed } from '../learner'
import { cut } from '../members'
import type { ReducedEvent } from '../reducer'

/** Ids of more bytes are cut: two that share so many count as one. */
const LONGEST_ID = 256
/** A name is shown to people, in a line. */
const LONGEST_NAME = 200

/** Programs speak of themselves in these categories, and people do nothing. */
const ofPrograms = new Set(['protocol', 'client'])

/** Says that the learner did something: what a program tells of itself is no deed, and a grade is its giver's. */
export function isDeed(event: ReducedEvent): boolean {
  const { kind, category, retentionClass } = event
  if (kind !== 'event' || retentionClass === 'system') return false
  if (category !== undefined && ofPrograms.has(category)) return false
  return isOwnDeed(event)
}

/** Tells when an event happened, in ms since 1970 (UTC): never after it arrived. */
export function happenedAt({ occurredAt, eventTime, receivedAt }: ReducedEvent): number {
  // All are UTC with milliseconds, and so compare as text.
  const at = occurredAt ?? eventTime
  return Date.parse(at < receivedAt ? at : receivedAt)
}

/** Writes a time as all records have it. */
export function isoOf(ms: number): string {
  return new Date(ms).toISOString()
}

export function idOf(id: string): string {
  return cut(id, LONGEST_ID)
}

export function nameOf(name: string | undefined): string | undefined {
  return name === undefined ? undefined : cut(name, LONGEST_NAME)
}

/** Rounds minutes to tenths, as `GET /analytics/engagement` does. */
export function minutesOf(ms: number): number {
  return Math.round(ms / 6_000) / 10
}

/** Rounds what was computed to so many digits after the point. */
export function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
