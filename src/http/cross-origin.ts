import type { Next } from 'hono'
import { cors } from 'hono/cors'
import type { Config } from '../config/config'
import type { AppContext } from './context'

export interface Surface {
  methods: string[]
  /** Headers that a page may send. */
  sent: string[]
  /** Headers that a page may read. */
  read: string[]
}

/** A page reads by these how much more it may ask. */
export const rateHeaders = ['RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset']

const events: Surface = {
  methods: ['GET', 'POST', 'DELETE'],
  sent: [
    ...['Authorization', 'X-API-Key', 'Content-Type', 'Content-Encoding', 'Prefer'],
    ...['X-Request-Id', 'Last-Event-ID'],
  ],
  read: ['X-Request-Id', 'Preference-Applied', 'Retry-After', 'Link', ...rateHeaders],
}

/**
 * Sensors also run in pages of other origins. Any origin may call unless the operator names some,
 * because nothing a browser adds by itself (cookies, certificates) opens anything here: the key is in a
 * header that the page must set.
 */
export function crossOrigin(
  { corsOrigins }: Pick<Config, 'corsOrigins'>,
  { methods, sent, read }: Surface = events,
) {
  const answer = cors({
    origin: corsOrigins === '*' ? '*' : [...corsOrigins],
    allowMethods: methods,
    allowHeaders: sent,
    exposeHeaders: read,
    // A day, the longest that a browser remembers.
    maxAge: 86_400,
  })
  return function allowOtherOrigins(c: AppContext, next: Next) {
    c.header('Cross-Origin-Resource-Policy', 'cross-origin')
    // Only browsers name an origin; sensors on servers need not wait for what they will not read.
    return c.req.header('Origin') === undefined ? next() : answer(c, next)
  }
}
