import type { EventRecord } from '../event/record'
import type { WebhookSubscription } from '../platform/registry/webhooks'

/** A webhook that says nothing else gets at most so much at once. */
export const DEFAULT_MAX_BYTES = 256 * 1024

/** The body of a message has so many bytes around its events, at most. */
export const ENVELOPE_BYTES = 512

// Each bound holds what stands beside the event's own bytes: the comma, the mark of a repair, the
// attributes of a CloudEvent, the ids and the link of a thin one.
const BESIDE_RAW = 4
const BESIDE_CLOUD_EVENT = 1024
const THIN = 1024

/** Says how many bytes of a body an event takes, at most, before they are compressed. */
export function sizeIn(
  { format = 'raw', fields }: Pick<WebhookSubscription, 'format' | 'fields'>,
  record: EventRecord,
): number {
  if (format === 'thin') return THIN + Buffer.byteLength(record.eventId) * 3
  const raw = Buffer.byteLength(record.raw)
  const repair = record.repair === undefined ? 0 : JSON.stringify(record.repair).length * 3
  if (format === 'raw') return raw + BESIDE_RAW + repair
  if (format === 'cloudevents') return raw + BESIDE_CLOUD_EVENT + repair
  // The item stands in a record as it was sent, and the fields beside it; names may be as long as it.
  if (fields !== undefined) return Math.max(raw, besideRaw(record))
  return raw + besideRaw(record)
}

function besideRaw({ raw: _, ...rest }: EventRecord): number {
  return Buffer.byteLength(JSON.stringify(rest)) + BESIDE_RAW
}
