import type { StoredRecord } from '../../platform/live-feed'
import { eventFrame, type Format } from '../../realtime/event-frame'

/**
 * A message of an event stream, as the HTML standard has them ("Server-sent events", section 9.2.5).
 * Without a name it is what `onmessage` of a page is given.
 */
export interface Message {
  name?: 'ready' | 'resync' | 'gone' | 'end' | undefined
  /** The position that the client goes on after when it comes again. */
  id?: string | undefined
  data: string
}

// Line breaks of JSON stand between its values alone, and would end a line of the stream.
const BREAKS = /[\r\n]/g

/** Writes a message. @param message its data is JSON */
export function messageText({ name, id, data }: Message): string {
  const head = `${name === undefined ? '' : `event: ${name}\n`}${id === undefined ? '' : `id: ${id}\n`}`
  return `${head}data: ${data.replace(BREAKS, ' ')}\n\n`
}

/** A line that clients pass over, and that keeps the connection open on its way. */
export const KEEPALIVE = ':\n\n'

/** Says how many milliseconds a client waits before it comes again. */
export function retryText(ms: number): string {
  return `retry: ${ms}\n\n`
}

// Each event is written once for all who see it alike; it is forgotten with the record.
const written = new WeakMap<StoredRecord, Partial<Record<Format, string>>>()

/** Writes the message of an event: its id is the position behind it. */
export function eventText(stored: StoredRecord, format: Format): string {
  const known = written.get(stored) ?? {}
  const text = known[format]
  if (text !== undefined) return text
  const fresh = messageText({ id: stored.position(), data: eventFrame(stored, format) })
  written.set(stored, { ...known, [format]: fresh })
  return fresh
}
