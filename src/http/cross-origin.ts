import type { Next } from 'hono'
import { cors } from 'hono/cors'
import type { AppContext } from './context'

/**
 * Sensors also run in pages of other origins. Any origin may call, because nothing a browser adds by
 * itself (cookies, certificates) opens anything here: the key is in a header that the page must set.
 */
export function crossOrigin() {
  const answer = cors({
    origin: '*',
    allowMethods: ['GET', 'POST'],
    allowHeaders: ['Authorization', 'Content-Type', 'Content-Encoding', 'Prefer', 'X-Request-Id'],
    exposeHeaders: ['X-Request-Id', 'Preference-Applied', 'Retry-After'],
    // A day, the longest that a browser remembers.
    maxAge: 86_400,
  })
  return async function allowOtherOrigins(c: AppContext, next: Next) {
    c.header('Cross-Origin-Resource-Policy', 'cross-origin')
    // Only browsers name an origin; sensors on servers need not wait for what they will not read.
    return c.req.header('Origin') === undefined ? next() : answer(c, next)
  }
}
