import { createCall } from '../../outbound/call'
import type { Guard } from '../../outbound/guard'
import type { IdleConnections } from '../../outbound/idle-connections'
import { MAX_RESPONSE_BYTES } from '../../platform/delivery-log'
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

// The status is the answer. Its body is read so that the target can close normally, or the connection
// be used again, for as long as a target nearby takes; the beginning is for people to look at.
const MAX_BYTES = 64 * 1024
const BODY_MS = 1000

/** @param needs.idle keeps connections for the next attempt. Left out, each has its own. */
export function createSend(needs: {
  guard: Guard
  idle?: IdleConnections
  timeoutMs?: number
}): Send {
  const { guard, idle, timeoutMs = TIMEOUT_MS } = needs
  const call = createCall(guard, idle)
  const limits = {
    ...{ timeoutMs, maxBytes: MAX_BYTES, bodyMs: BODY_MS },
    keepsBytes: MAX_RESPONSE_BYTES,
  }

  return async function send(targetUrl, headers, content, signal) {
    const body = typeof content === 'string' ? Buffer.from(content) : content
    const request = { method: 'POST', headers, body, signal, ...limits } as const
    try {
      const { status, fields, body: answered } = await call(targetUrl, request)
      const retryAfter = fields.get('retry-after')?.at(-1)
      const isPlain = !fields.has('content-encoding')
      // Nobody unpacks an answer that was compressed, though we did not ask for that.
      const text = isPlain ? textOf(answered) : undefined
      return { kind: 'answered', status, retryAfter, body: text }
    } catch (error) {
      signal?.throwIfAborted()
      return { kind: 'failed', reason: (error as Error).message }
    }
  }
}

// A terminal would act upon these, and some databases do not take them.
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are meant
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g

/**
 * Decodes the beginning of an answer; what is no text is shown as `\ufffd`. A character that is cut in two
 * at its end is left out.
 */
function textOf(body: Buffer): string {
  if (body.length === 0) return ''
  const text = new TextDecoder().decode(body, { stream: true }).replace(CONTROLS, '\ufffd')
  // It has become longer where it is no text: each such byte has three now.
  const bytes = Buffer.from(text)
  if (bytes.length <= MAX_RESPONSE_BYTES) return text
  return new TextDecoder().decode(bytes.subarray(0, MAX_RESPONSE_BYTES), { stream: true })
}
