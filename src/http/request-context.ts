import { randomUUID } from 'node:crypto'
import type { Next } from 'hono'
import type { Authenticate } from '../access/authenticate'
import type { AppContext } from './context'

// What may stand in a log line and a header as it is. Longer ones are somebody's payload.
const KEPT = /^[A-Za-z0-9._-]{1,128}$/

/** Names each request, by the sender's own name for it when that is safe to repeat. */
export function requestContext(authenticate: Authenticate) {
  return async function nameRequest(c: AppContext, next: Next) {
    const sent = c.req.header('X-Request-Id')
    const id = sent !== undefined && KEPT.test(sent) ? sent : randomUUID()
    c.set('requestId', id)
    c.set('authenticate', authenticate)
    c.header('X-Request-Id', id)
    await next()
  }
}
