import type { AppContext } from './context'

/**
 * Every answer tells a browser, whoever made it open one: it is what its type says, loads
 * nothing, is shown in no frame, is stored nowhere and tells other sites the name of its own at most.
 * Routes that are meant for browsers (`/docs`, what other origins may call) say otherwise.
 */
const headers = [
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Frame-Options', 'DENY'],
  // Browsers of today have no such filter; those that had one took the page away by this.
  ['X-XSS-Protection', '1; mode=block'],
  ['Referrer-Policy', 'strict-origin-when-cross-origin'],
  ['Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'"],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
  ['Cache-Control', 'no-store'],
] as const

// A year, as the list that browsers are built with asks for (hstspreload.org).
const HTTPS_ONLY = 'max-age=31536000; includeSubDomains'

// A key may stand in such an address, which then goes to no other, not even of our own.
const MAY_HOLD_KEY = /[?&](?:api_)?key=|\/(?:in|fetch)\//

export function setSecurityHeaders(c: AppContext): void {
  for (const [name, value] of headers) c.header(name, value)
  if (MAY_HOLD_KEY.test(c.req.url)) c.header('Referrer-Policy', 'no-referrer')
  // RFC 6797, section 7.2: over plain HTTP it must not be sent.
  const scheme = c.env?.seen?.scheme ?? c.req.url.slice(0, 5)
  if (scheme === 'https') c.header('Strict-Transport-Security', HTTPS_ONLY)
}
