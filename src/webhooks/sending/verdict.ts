import { maxAttempts, pauseAfter, retryAfterMs } from './schedule'

/** The reply is that of the target, or the reason why there was none. */
export type Reply =
  | {
      kind: 'answered'
      status: number
      retryAfter?: string | undefined
      /** The beginning of what it answered (`MAX_RESPONSE_BYTES`). */
      body?: string | undefined
    }
  | { kind: 'failed'; reason: string }

export type Verdict =
  | { kind: 'done' }
  | { kind: 'retry'; delayMs: number; reason: string }
  | { kind: 'bury'; reason: string }
  /** The webhook is disabled: the target was not called. */
  | { kind: 'park' }
  /** The target asks never to be called again. */
  | { kind: 'gone'; reason: string }

/**
 * Judges a reply by Standard Webhooks ("Deliverability and reliability"): 2xx is success and
 * anything else is not, a redirect included; 410 means that the target wants no more.
 */
export function judge(
  reply: Reply,
  failuresBefore: number,
  now: Date,
): Exclude<Verdict, { kind: 'park' }> {
  if (reply.kind === 'answered') {
    if (reply.status >= 200 && reply.status < 300) return { kind: 'done' }
    if (reply.status === 410) return { kind: 'gone', reason: reasonOf(reply) }
  }
  const reason = reasonOf(reply)
  const pause = pauseAfter(failuresBefore + 1)
  if (pause === undefined) {
    return { kind: 'bury', reason: `${maxAttempts} attempts failed; the last: ${reason}` }
  }
  return { kind: 'retry', delayMs: Math.max(pause, askedToWait(reply, now)), reason }
}

/** Says in words what a reply that is no success was. */
export function reasonOf(reply: Reply): string {
  if (reply.kind === 'failed') return reply.reason
  const redirect = reply.status >= 300 && reply.status < 400
  return `HTTP ${reply.status}${redirect ? ' (redirects are not followed)' : ''}`
}

/**
 * Returns the wait that a reply asks for: only "too many requests" and "unavailable" come with one
 * to honour (RFC 9110, 10.2.3).
 */
function askedToWait(reply: Reply, now: Date): number {
  if (reply.kind === 'failed' || (reply.status !== 429 && reply.status !== 503)) return 0
  return retryAfterMs(reply.retryAfter, now)
}
