import { z } from '@hono/zod-openapi'
import type { EventRecord } from '../../event/record'

export const View = z
  .enum(['sent', 'record'])
  .default('sent')
  .openapi({ description: '`sent`: events as they were sent; `record`: as normalised by us' })

export type View = z.output<typeof View>

/**
 * JSON text of a record. As sent means the very characters: what a parser would lose (digits of long
 * numbers, repeated keys, order) is still there.
 */
export function viewOf(record: EventRecord, view: View): string {
  return view === 'record' ? JSON.stringify(record) : record.raw
}

/** How many bytes a record has in a view. Of a whole record about twice those of its event, at most. */
export function sizeIn(view: View): (record: EventRecord) => number {
  return view === 'record'
    ? (record) => Buffer.byteLength(JSON.stringify(record))
    : ({ raw }) => Buffer.byteLength(raw)
}

export const AnEvent = z
  .looseObject({})
  .openapi('Event', { description: 'As sent, or a normalised record with `view=record`' })

export const eventExample = {
  '@context': 'http://purl.imsglobal.org/ctx/caliper/v1p2',
  id: 'urn:uuid:fcd495d0-3740-4298-9bec-1154571dc211',
  type: 'ViewEvent',
  actor: { id: 'https://example.edu/users/554433', type: 'Person' },
  action: 'Viewed',
  object: { id: 'https://example.edu/etexts/201.epub', type: 'Document' },
  eventTime: '2026-11-15T10:15:00.000Z',
}
