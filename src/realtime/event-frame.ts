import { shownRecord } from '../event/shown-record'
import type { StoredRecord } from '../platform/live-feed'
import { publishedFacts, publishedPayload } from '../standards/native/published'

/**
 * A subscriber chooses how it sees events: `event` as a real-time pipeline shows them, `record` as they
 * were normalised, `raw` as they were sent.
 */
export const formats = ['event', 'record', 'raw'] as const
export type Format = (typeof formats)[number]

// Each event is written once for all who see it alike; it is forgotten with the record.
const written = new WeakMap<StoredRecord, Partial<Record<Format, string>>>()

/** Writes a record as one line of JSON, unless its sender sent it on several (`raw`). */
export function eventFrame(stored: StoredRecord, format: Format): string {
  const known = written.get(stored)
  const text = known?.[format]
  if (text !== undefined) return text
  const fresh = writers[format](stored)
  if (known === undefined) written.set(stored, { [format]: fresh })
  else known[format] = fresh
  return fresh
}

const writers: Record<Format, (stored: StoredRecord) => string> = {
  event(stored) {
    const { record } = stored
    const facts = JSON.stringify(publishedFacts(record))
    const place = JSON.stringify({
      timestamp: record.eventTime,
      received_at: record.receivedAt,
      standard: record.standard,
      position: stored.position(),
    })
    // The payload keeps its sender's own characters, e.g. all digits of a long number.
    return `${facts.slice(0, -1)},"payload":${publishedPayload(record)},${place.slice(1)}`
  },

  record(stored) {
    return JSON.stringify({ ...shownRecord(stored.record), position: stored.position() })
  },

  raw(stored) {
    return `{"position":${JSON.stringify(stored.position())},"event":${stored.record.raw}}`
  },
}
