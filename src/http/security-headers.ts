import type { AppContext } from './context'

/**
 * Every answer tells a browser, whoever made it open one: it is what its type says, loads
 * nothing, is shown in no frame, is stored nowhere and tells nobody where it came from. Routes that are
 * meant for browsers (`/docs`, what other origins may call) say otherwise.
 */
const headers = [
  ['X-Content-Type-Options', 'nosniff'],
  ['Referrer-Policy', 'no-referrer'],
  ['X-Frame-Options', 'DENY'],
  ['Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'"],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
  ['Cache-Control', 'no-store'],
] as const

export function setSecurityHeaders(c: AppContext): void {
  for (const [name, value] of headers) c.header(name, value)
}
