import type { EventRecord } from '../../event/record'
import { shownRecord } from '../../event/shown-record'
import type { DeliveryFormat, WebhookSubscription } from '../../platform/registry/webhooks'
import { cloudEventText } from './cloud-event'
import { thinText } from './thin'

/** The body of a message has so many bytes around its events, at most. */
export const ENVELOPE_BYTES = 512

// A comma.
const BESIDE = 4
// `{"index":499,` of a mark.
const MARK = 16

// A record may be wanted by thousands of webhooks in this format.
const recordSizes = new WeakMap<EventRecord, number>()

/**
 * Says how many bytes of a body an event takes, at most, before they are compressed. One of which
 * `fields` are sent may take fewer.
 */
export function sizeIn(
  { format = 'raw' }: Pick<WebhookSubscription, 'format' | 'fields'>,
  record: EventRecord,
): number {
  const marks = record.repair === undefined ? 0 : bytesOf(JSON.stringify(record.repair)) + MARK
  return writtenSize(format, record) + marks + BESIDE
}

function writtenSize(format: DeliveryFormat, record: EventRecord): number {
  if (format === 'raw') return bytesOf(record.raw)
  if (format === 'thin') return bytesOf(thinText(record))
  if (format === 'record') return recordSize(record)
  return bytesOf(record.raw) + bytesOf(cloudEventText(record, '', { hasSubject: true }))
}

function recordSize(record: EventRecord): number {
  const known = recordSizes.get(record)
  if (known !== undefined) return known
  const size = bytesOf(JSON.stringify(shownRecord(record)))
  recordSizes.set(record, size)
  return size
}

const bytesOf = (text: string) => Buffer.byteLength(text)
