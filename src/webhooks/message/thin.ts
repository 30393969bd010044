import type { EventRecord } from '../../event/record'

/** Writes an event without its content: how it is called, and where it can be read. */
export function thinText(record: Pick<EventRecord, 'eventId' | 'type'>): string {
  const { eventId: id, type } = record
  return JSON.stringify({ id, type, link: linkTo(id) })
}

/** A reference to be resolved against the address of the server (RFC 3986, 4.2), which knows none. */
function linkTo(eventId: string): string {
  return `/analytics/events/${encodeURIComponent(eventId.toWellFormed())}`
}
