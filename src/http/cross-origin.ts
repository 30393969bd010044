import type { Next } from 'hono'
import { cors } from 'hono/cors'
import type { AppContext } from './context'

interface Surface {
  methods: string[]
  /** Headers that a page may send. */
  sent: string[]
  /** Headers that a page may read. */
  read: string[]
}

const events: Surface = {
  methods: ['GET', 'POST'],
  sent: [
    ...['Authorization', 'X-API-Key', 'Content-Type', 'Content-Encoding', 'Prefer'],
    'X-Request-Id',
  ],
  read: [
    ...['X-Request-Id', 'Preference-Applied', 'Retry-After', 'Link'],
    ...['RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset'],
  ],
}

/**
 * Sensors also run in pages of other origins. Any origin may call, because nothing a browser adds by
 * itself (cookies, certificates) opens anything here: the key is in a header that the page must set.
 */
export function crossOrigin({ methods, sent, read }: Surface = events) {
  const answer = cors({
    origin: '*',
    allowMethods: methods,
    allowHeaders: sent,
    exposeHeaders: read,
    // A day, the longest that a browser remembers.
    maxAge: 86_400,
  })
  return async function allowOtherOrigins(c: AppContext, next: Next) {
    c.header('Cross-Origin-Resource-Policy', 'cross-origin')
    // Only browsers name an origin; sensors on servers need not wait for what they will not read.
    return c.req.header('Origin') === undefined ? next() : answer(c, next)
  }
}
