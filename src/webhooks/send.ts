import { createCall } from '../outbound/call'
import type { Guard } from '../outbound/guard'
import { MAX_RESPONSE_BYTES } from '../platform/delivery-log'
import type { Reply } from './verdict'

/**
 * Makes one attempt. A missing reply is a kind of reply, too.
 * @throws the reason of `signal`, and nothing else, when that ends the attempt: nothing is known of
 * the target then
 */
export type Send = (
  targetUrl: string,
  headers: Record<string, string>,
  body: string | Uint8Array,
  signal?: AbortSignal,
) => Promise<Reply>

// Standard Webhooks ("Deliverability and reliability") asks for a time-out between 15 and 30 s. We
// take the lower end, since a slow target holds a place that others wait for.
const TIMEOUT_MS = 15_000

// The status is the answer. A head may have 16 KB; as much again is for a short body, which is read
// to its end so that the target can close normally, for as long as a target nearby takes.
const MAX_BYTES = 32 * 1024
const BODY_MS = 1000

export function createSend(needs: { guard: Guard; timeoutMs?: number }): Send {
  const { guard, timeoutMs = TIMEOUT_MS } = needs
  const call = createCall(guard)
  const limits = { timeoutMs, maxBytes: MAX_BYTES, bodyMs: BODY_MS, keepsBody: true }

  return async function send(targetUrl, headers, content, signal) {
    const body = Buffer.from(content)
    const request = { method: 'POST', headers, body, signal, ...limits } as const
    try {
      const { status, fields, body: answered } = await call(targetUrl, request)
      const retryAfter = fields.get('retry-after')?.at(-1)
      return { kind: 'answered', status, retryAfter, body: textOf(answered) }
    } catch (error) {
      signal?.throwIfAborted()
      return { kind: 'failed', reason: reasonOf(error) }
    }
  }
}

/** Decodes the beginning of an answer. A character that is cut in two at its end is left out. */
function textOf(body: Buffer): string {
  const decoder = new TextDecoder()
  return decoder.decode(body.subarray(0, MAX_RESPONSE_BYTES), { stream: true })
}

function reasonOf(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException
  return message || code || 'the connection failed'
}
