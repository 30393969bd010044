import type { Webhook } from '../platform/registry/webhooks'
import type { Message } from './compose'
import { signedHeaders } from './signature'

/** Returns all headers of an attempt that is made now. */
export function requestHeaders(
  webhook: Webhook,
  deliveryId: string,
  at: Date,
  { headers, body }: Message,
): Record<string, string> {
  return {
    ...webhook.headers,
    ...headers,
    'user-agent': 'Nonius-Webhooks',
    ...signedHeaders(webhook.secret, deliveryId, at, body),
  }
}

const MASK = '•••'

/** Returns headers as people may see them: of those that are the webhook's own, not the values. */
export function maskedHeaders(
  { headers: own = {} }: Pick<Webhook, 'headers'>,
  headers: Readonly<Record<string, string>>,
): Record<string, string> {
  const names = Object.entries(headers)
  return Object.fromEntries(
    names.map(([name, value]) => [name, Object.hasOwn(own, name) ? MASK : value]),
  )
}
