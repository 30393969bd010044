import type { Principal } from '../identity/principal'
import type { Clock } from '../platform/clock'
import type { RouteClass, Tenant } from '../platform/registry/tenants'
import { type Rate, readRate } from './rate'
import { type Allowance, createWindows } from './windows'

/** The limiter counts requests by key or person, by tenant, and those of strangers by address. */
export interface Limiter {
  /**
   * Counts a request of somebody who is known.
   * @returns the tightest of what is left to their key and to their tenant; undefined where neither is
   * limited
   */
  known(
    who: Pick<Principal, 'tenantId' | 'keyId' | 'person'>,
    tenant: Pick<Tenant, 'limits'> | undefined,
    routeClass: RouteClass,
  ): Allowance | undefined
  /** Counts a request that showed no key, or none that is good. */
  stranger(ip: string | undefined, routeClass: RouteClass): Allowance | undefined
  /** Tells what is left to strangers of an address, and counts nothing. */
  lookAt(ip: string | undefined, routeClass: RouteClass): Allowance | undefined
}

/** The rates of one key, or of the strangers of one address; what is absent is not limited. */
export type Rates = { readonly [C in RouteClass]?: Rate | undefined }

/** Reads the rates of a config, each of which may be `off`. */
export function ratesOf(config: {
  rateLimitPublish: string
  rateLimitQuery: string
  rateLimitAdmin: string
}): Rates {
  return {
    publish: readRate(config.rateLimitPublish),
    query: readRate(config.rateLimitQuery),
    admin: readRate(config.rateLimitAdmin),
  }
}

// Keys that are in use at one time, and tenants; a window takes some hundred bytes.
const MAX_KEYS = 100_000
// Whoever has more addresses is not held up by any of them.
const MAX_ADDRESSES = 100_000

export function createLimiter({
  rates,
  clock,
}: {
  rates: Rates
  clock: Pick<Clock, 'monotonic'>
}): Limiter {
  // Each has windows of its own, so that strangers make nobody's be forgotten.
  const byKey = createWindows({ clock }, MAX_KEYS)
  const byTenant = createWindows({ clock }, MAX_KEYS)
  const byAddress = createWindows({ clock }, MAX_ADDRESSES)

  return {
    known({ tenantId, keyId, person }, tenant, routeClass) {
      const rate = rates[routeClass]
      // People share what their issuer is known by, and none of them holds up the others.
      const name = person === undefined ? keyId : `${keyId} ${person.subject}`
      const ofKey = rate && byKey.take(`${routeClass} ${name}`, rate)
      // One key in a loop takes nothing from the others of its tenant.
      if (ofKey?.isOver) return ofKey
      const said = tenant?.limits?.[routeClass]
      const ofAll = said === undefined ? undefined : readRate(said)
      const ofTenant = ofAll && byTenant.take(`${routeClass} ${tenantId}`, ofAll)
      return tighter(ofKey, ofTenant)
    },

    stranger(ip = '', routeClass) {
      const rate = rates[routeClass]
      return rate && byAddress.take(`${routeClass} ${ip}`, rate)
    },

    lookAt(ip = '', routeClass) {
      const rate = rates[routeClass]
      return rate && byAddress.look(`${routeClass} ${ip}`, rate)
    },
  }
}

function tighter(one: Allowance | undefined, other: Allowance | undefined): Allowance | undefined {
  if (one === undefined || other === undefined) return one ?? other
  if (one.isOver !== other.isOver) return one.isOver ? one : other
  return one.left <= other.left ? one : other
}
