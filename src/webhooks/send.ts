import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { LookupFunction } from 'node:net'
import type { Guard } from '../outbound/guard'
import { only } from '../outbound/lookup'
import type { Reply } from './verdict'

/** One attempt. Never throws: no reply is a kind of reply. */
export type Send = (
  targetUrl: string,
  headers: Record<string, string>,
  body: string,
) => Promise<Reply>

// Standard Webhooks, "Deliverability and reliability": time out between 15 and 30 s. The lower end,
// since a slow target holds a place that others wait for.
const TIMEOUT_MS = 15_000

// The status is the answer. A short body is read to its end, so that the target can close in peace; a
// long one is cut off, and one that takes longer than the time-out too.
const MAX_REPLY_BYTES = 4096

/** Redirects are not followed (node:http never does) and certificates are verified. */
export function createSend({
  guard,
  timeoutMs = TIMEOUT_MS,
}: {
  guard: Guard
  timeoutMs?: number
}) {
  return async function send(targetUrl, headers, body) {
    const signal = AbortSignal.timeout(timeoutMs)
    try {
      const { url, addresses } = await guard.pin(targetUrl)
      return await post(url, { headers, lookup: only(addresses), signal }, body)
    } catch (error) {
      if (signal.aborted) return { kind: 'failed', reason: `no reply within ${timeoutMs} ms` }
      return { kind: 'failed', reason: reasonOf(error) }
    }
  } satisfies Send
}

type PostOptions = {
  headers: Record<string, string>
  lookup: LookupFunction
  signal: AbortSignal
}

function post(url: URL, options: PostOptions, body: string): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>()
  const request = url.protocol === 'https:' ? requestHttps : requestHttp
  // A connection of its own for each attempt: one kept open may have been closed by the target just
  // before we write, and a failure of that kind says nothing about the target.
  const outgoing = request(url, { ...options, method: 'POST', agent: false })
  outgoing.on('error', reject)
  outgoing.once('response', (incoming) => {
    const { statusCode: status = 0, headers } = incoming
    resolve({ kind: 'answered', status, retryAfter: headers['retry-after'] })
    let read = 0
    incoming.on('error', () => {}) // cut off by us, or by the target once it had answered
    incoming.on('data', (chunk: Buffer) => {
      read += chunk.length
      if (read > MAX_REPLY_BYTES) incoming.destroy()
    })
  })
  outgoing.end(body)
  return promise
}

function reasonOf(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException
  return message || code || 'the connection failed'
}
