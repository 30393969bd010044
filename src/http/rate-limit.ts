import type { Principal } from '../identity/principal'
import { rateLimited } from '../limits/rate-limited'
import type { Allowance } from '../limits/windows'
import type { RouteClass } from '../platform/registry/tenants'
import type { Services } from '../services'
import type { AppContext } from './context'

/** The limits of rates, as a request meets them. */
export interface RateLimit {
  /** Counts a request that needs no key, by its address. @throws {AppError} `rate_limited` */
  open(c: AppContext): void
  /** Counts a request whose sender is known. @throws {AppError} `rate_limited` */
  known(c: AppContext, principal: Principal): Promise<void>
  /**
   * Turns away whoever shows no key, or none that is known, where too many of their address did.
   * @throws {AppError} `rate_limited`
   */
  unknown(c: AppContext): void
  /** Counts a request of a stranger whose answer is no 401. @throws {AppError} `rate_limited` */
  stranger(c: AppContext): void
  /** Counts a large document that is asked for without a good key. @throws {AppError} `rate_limited` */
  document(c: AppContext): void
  /** Counts a request that was turned away for want of a good key. */
  after(c: AppContext): void
}

/** Makes the limits of a process. @returns undefined where nothing is counted */
export function rateLimitOf({ limiter, findTenant }: Services): RateLimit | undefined {
  if (limiter === undefined) return undefined
  return {
    open(c) {
      // A check takes as long as storing does, also for whoever shows a key that is none.
      if (!c.req.path.endsWith('/validate')) return
      const routeClass = classOf(c.req.method, c.req.path)
      if (routeClass !== undefined) tell(c, limiter.stranger(c.env?.ip, routeClass))
    },

    async known(c, principal) {
      const routeClass = classOf(c.req.method, c.req.path)
      if (routeClass === undefined) return
      tell(
        c,
        limiter.known(callerOf(c, principal), await findTenant(principal.tenantId), routeClass),
      )
    },

    unknown(c) {
      const routeClass = classOf(c.req.method, c.req.path)
      if (routeClass === undefined) return
      const ofAddress = limiter.lookAt(c.env?.ip, routeClass)
      if (ofAddress?.isOver) tell(c, ofAddress)
    },

    stranger(c) {
      const routeClass = classOf(c.req.method, c.req.path)
      if (routeClass !== undefined) tell(c, limiter.stranger(c.env?.ip, routeClass))
    },

    document(c) {
      tell(c, limiter.document())
    },

    after(c) {
      if (c.res.status !== 401) return
      const routeClass = classOf(c.req.method, c.req.path)
      if (routeClass !== undefined) limiter.stranger(c.env?.ip, routeClass)
    },
  }
}

/** Anybody can read a key out of a page: it is counted by address as well, so that nobody uses up another's. */
function callerOf(c: AppContext, { tenantId, keyId, person, origins }: Principal) {
  return { tenantId, keyId, ...(person && { person }), ...(origins && { ip: c.env?.ip ?? '' }) }
}

/**
 * Tells a caller what is left to them, by the headers that rate limiters send
 * (draft-ietf-httpapi-ratelimit-headers-07).
 */
function tell(c: AppContext, allowance: Allowance | undefined): void {
  if (allowance === undefined) return
  const { rate, left, resetSeconds, isOver } = allowance
  c.header('RateLimit-Limit', String(rate.most))
  c.header('RateLimit-Remaining', String(left))
  c.header('RateLimit-Reset', String(resetSeconds))
  if (isOver) throw rateLimited(allowance)
}

// Whoever watches over a server asks these all the time.
const FREE =
  /^\/(?:health|ready|readiness|metrics|docs|openapi\.json|client\.js|(?:api\/v1\/)?event-types(?:\/.*)?)?$/
const BRINGS =
  /^\/(?:caliper\/|xapi\/|v1\/|ws\/publish|(?:api\/v1\/)?events(?:\/validate)?$|api\/v1\/in\/)/
const READS = new Set(['GET', 'HEAD'])

/** Tells the class of a route; undefined for what is not limited. */
export function classOf(method: string, path: string): RouteClass | undefined {
  if (method === 'OPTIONS') return undefined
  if (READS.has(method)) {
    if (path === '/ws/publish') return 'publish'
    return FREE.test(path) ? undefined : 'query'
  }
  return method !== 'DELETE' && BRINGS.test(path) ? 'publish' : 'admin'
}
