import type { EventRecord } from '../../event/record'
import { shownRecord } from '../../event/shown-record'
import { type Json, jsonObject, jsonString, writtenJson } from '../answers/json'
import { z } from '../zod'

export const View = z
  .enum(['sent', 'record'])
  .default('sent')
  .openapi({ description: '`sent`: events as they were sent; `record`: as normalised by us' })

export type View = z.output<typeof View>

// In JSON a text of JSON has a backslash before every quote and backslash; one that stands for half a
// character beyond U+FFFF, of three bytes in UTF-8, takes six.
const LONGEST_ESCAPE = 2

/** Measures how many bytes a record has in a view, at most. */
export function sizeIn(view: View): (record: EventRecord) => number {
  if (view === 'sent') return ({ raw }) => Buffer.byteLength(raw)
  return ({ raw, ...rest }) =>
    Buffer.byteLength(raw) * LONGEST_ESCAPE + Buffer.byteLength(JSON.stringify(rest))
}

export const AnEvent = z
  .looseObject({})
  .openapi('Event', { description: 'As sent, or a normalised record with `view=record`' })

/**
 * Writes a record. `sent` gives the very characters that were sent: what a parser would lose (digits of
 * long numbers, repeated keys, order) is still there.
 */
export function jsonOfEvent(
  record: EventRecord,
  view: View,
  { isArchived = false } = {},
): Json<z.output<typeof AnEvent>> {
  if (view === 'sent') return writtenJson(record.raw)
  const { raw, expiresAt, ...shown } = shownRecord(record)
  // An event of the lake has no hot copy.
  const rest = isArchived ? shown : { ...shown, expiresAt }
  return jsonObject({ ...rest, raw: jsonString(raw) })
}

export const eventExample = {
  '@context': 'http://purl.imsglobal.org/ctx/caliper/v1p2',
  id: 'urn:uuid:fcd495d0-3740-4298-9bec-1154571dc211',
  type: 'ViewEvent',
  actor: { id: 'https://example.edu/users/554433', type: 'Person' },
  action: 'Viewed',
  object: { id: 'https://example.edu/etexts/201.epub', type: 'Document' },
  eventTime: '2026-11-15T10:15:00.000Z',
}
