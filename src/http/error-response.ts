import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { AppError } from '../error/app-error'
import { problemOf } from '../error/problem'
import { translate } from '../error/translate'
import type { Log } from '../telemetry/log'
import type { Watch } from '../watch/watch'
import type { AppContext } from './context'
import { inHeader } from './credentials'
import { withLinks } from './links'

// Seconds. A full disk or a busy store seldom mends sooner; senders that wait a minute lose nothing.
const RETRY_AFTER = 5

/** Turns whatever was thrown into a problem document (RFC 9457), and what is our fault into a log line. */
export function errorResponseWith({
  log,
  watch,
}: {
  log: Log
  watch?: Pick<Watch, 'refused' | 'turnedAway'>
}) {
  return function errorResponse(thrown: Error, c: AppContext): Response {
    const { requestId } = c.var
    // The pattern, not the address: an id in it may be a person's.
    const fields = { requestId, method: c.req.method, route: c.req.routePath }
    const error = translate(thrown, log, fields)
    const { brings, sender, keyPrefix } = c.var
    if (brings && sender !== undefined) watch?.refused(sender, error.code)
    if (error.status === 401) {
      const { code } = error
      watch?.turnedAway({ code, ip: c.env?.ip, keyPrefix, keyId: sender?.keyId })
    }
    return problemResponse(c, error)
  }
}

export function problemResponse(c: AppContext, error: AppError): Response {
  c.header('Content-Type', 'application/problem+json')
  c.header('Cache-Control', 'no-store')
  const challenge = challengeFor(c, error)
  if (challenge !== undefined) c.header('WWW-Authenticate', challenge)
  if (error.status === 503 || error.status === 429)
    c.header('Retry-After', String(error.retryAfter ?? RETRY_AFTER))
  // RFC 9110, section 15.5.9: the rest of the body is not waited for.
  if (error.status === 408) c.header('Connection', 'close')
  // RFC 9110, section 15.5.22: a 426 names the protocol.
  if (error.status === 426) c.header('Upgrade', 'websocket')
  const problem = JSON.stringify({
    ...problemOf(error, c.var.requestId),
    ...(isFirehose(c) && { timestamp: Date.now(), errorMessage: error.message }),
  })
  return c.body(withLinks(c, problem), error.status as ContentfulStatusCode)
}

/**
 * Tells a request of Amazon Data Firehose, which reads these two members and `requestId`: "HTTP endpoint
 * delivery request and response specifications".
 */
function isFirehose(c: AppContext): boolean {
  return c.req.header('X-Amz-Firehose-Request-Id') !== undefined
}

// RFC 7617, section 2.1: what is sent is UTF-8.
const BASIC = 'Basic realm="nonius", charset="UTF-8"'

/**
 * RFC 6750, section 3.1: which error, unless no key was sent at all. The tools of xAPI know Basic, so
 * it comes first at its addresses.
 */
function challengeFor(c: AppContext, { code }: AppError): string | undefined {
  if (code === 'forbidden' || code === 'insufficient_scope')
    return 'Bearer realm="nonius", error="insufficient_scope"'
  // RFC 9110, section 11.6.1: every 401 has one.
  if (code === 'invalid_signature') return 'Bearer realm="nonius"'
  if (code !== 'unauthenticated') return
  const hasKey = inHeader.read(c) !== undefined
  const bearer = hasKey ? 'Bearer realm="nonius", error="invalid_token"' : 'Bearer realm="nonius"'
  return c.req.path.startsWith('/xapi/') ? `${BASIC}, ${bearer}` : bearer
}
