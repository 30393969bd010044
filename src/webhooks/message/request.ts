import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Webhook } from '../../platform/registry/webhooks'
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
    ...(webhook.contentEncoding && { 'content-encoding': webhook.contentEncoding }),
    'user-agent': 'Nonius-Webhooks',
    ...signedHeaders(webhook, deliveryId, at, body),
  }
}

const compressed = promisify(gzip)

/**
 * Returns the bytes of a body as they are posted. What is signed is the body before: libraries of
 * Standard Webhooks take text, and much of what stands before a receiver decompresses by itself.
 */
export async function bytesOf(
  { contentEncoding }: Pick<Webhook, 'contentEncoding'>,
  { body }: Message,
): Promise<Uint8Array> {
  return contentEncoding === 'gzip' ? compressed(body) : body
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
