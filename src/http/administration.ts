import { requestPath } from './request-path'

// Keys, tenants and sources, and from when on a tenant's events are shown.
const PLACES = /^\/(?:keys|tenants|sources)(?:\/|$)/
const HIDES = /^\/api\/v1\/events$/
const ASKS = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Tells whether a request changes who may do what: those a function of its own answers on AWS, since no other may
 * write keys and tenants.
 * @param path as it was sent
 */
export function isAdministration(method: string, path: string): boolean {
  if (ASKS.has(method)) return false
  const routed = requestPath({ url: `https://x${path}` } as Request)
  return PLACES.test(routed) || (method === 'DELETE' && HIDES.test(routed))
}
