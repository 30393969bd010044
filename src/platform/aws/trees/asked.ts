import { askedOf, timeOf } from './places'

const DAY_MS = 24 * 60 * 60 * 1000
/** The lake forgets whole days, of arrival, and its files go within a day more. */
export const SLACK_DAYS = 2
// A time that is further off than JavaScript's last is as good as never.
const LAST_MS = 8.64e15

/** Names what a sender asked for of an hour: that its events are kept for so many days. */
export function askedAt(tenantId: string, hour: string, days: number): string {
  const due = Math.min(timeOf(hour) + (days + SLACK_DAYS) * DAY_MS, LAST_MS)
  return `${askedOf(tenantId)}${dayOf(due)} ${hour} ${days}`
}

/** Reads what `askedAt` wrote. */
export function readAsked(
  tenantId: string,
  key: string,
): { due: string; hour: string; days: number } {
  const [due = '', hour = '', days] = key.slice(askedOf(tenantId).length).split(' ')
  return { due, hour, days: Number(days) }
}

/** Writes a day so that days sort as text, those beyond the year 9999 behind all others. */
export function dayOf(time: number): string {
  const text = new Date(time).toISOString()
  return text.startsWith('+') ? `9999-${text}` : text.slice(0, 10)
}
