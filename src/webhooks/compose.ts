import type { EventRecord } from '../event/record'
import type { Delivery } from '../platform/delivery-queue'
import type { Webhook } from '../platform/registry/webhooks'
import { payloadOf } from './payload'

/** A message is what is posted: its bytes, and the headers that say what they are. */
export interface Message {
  body: Buffer
  headers: Record<string, string>
}

/**
 * Composes the message of a delivery, the same on every attempt as long as the webhook and the events
 * stay as they are. @param records those of its events that are still held
 */
export function compose(
  _webhook: Webhook,
  { enqueuedAt }: Delivery,
  records: readonly EventRecord[],
): Message {
  return {
    body: Buffer.from(payloadOf(enqueuedAt, records)),
    headers: { 'content-type': 'application/json' },
  }
}
