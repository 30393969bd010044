import { createHmac } from 'node:crypto'
import { keyOf } from './secret'

/**
 * Returns the three headers of Standard Webhooks. "Signature scheme": the signed content is id,
 * timestamp (seconds) and payload, joined by full stops; "Webhook headers": the id stays the same
 * when a message is sent again, the timestamp is that of the attempt.
 */
export function signedHeaders(
  secret: string,
  deliveryId: string,
  at: Date,
  body: string | Uint8Array,
) {
  const timestamp = Math.floor(at.getTime() / 1000).toString()
  const mac = createHmac('sha256', keyOf(secret)).update(`${deliveryId}.${timestamp}.`).update(body)
  return {
    'webhook-id': deliveryId,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${mac.digest('base64')}`,
  }
}
