import type { Principal } from '../identity/principal'
import type { Clock } from '../platform/clock'
import type { RateTally } from '../platform/rate-tally'
import type { RouteClass, Tenant } from '../platform/registry/tenants'
import type { Log } from '../telemetry/log'
import { networkOf } from './network'
import { type Rate, readRate } from './rate'
import { createSharedWindows } from './shared-windows'
import { type Allowance, createWindows, type Windows } from './windows'

/** The limiter counts requests by key or person, by tenant, and those of strangers by address. */
export interface Limiter {
  /**
   * Counts a request of somebody who is known.
   * @param ip of whoever shows a key that anybody can read out of a page: each address has its own allowance
   * @returns the tightest of what is left to their key and to their tenant; undefined where neither is
   * limited
   */
  known(
    who: Pick<Principal, 'tenantId' | 'keyId' | 'person'> & { ip?: string | undefined },
    tenant: Pick<Tenant, 'limits'> | undefined,
    routeClass: RouteClass,
  ): Allowance | undefined
  /** Counts a request that showed no key, or none that is good. */
  stranger(ip: string | undefined, routeClass: RouteClass): Allowance | undefined
  /** Tells what is left to strangers of an address, and counts nothing. */
  lookAt(ip: string | undefined, routeClass: RouteClass): Allowance | undefined
  /**
   * Counts a large document for somebody without a key: there is one allowance for all of them.
   * @returns undefined where such documents cost nothing
   */
  document(): Allowance | undefined
  /** Exchanges counts with other processes where that is due; never fails. */
  settle(): Promise<void>
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

interface Needs {
  rates: Rates
  clock: Pick<Clock, 'monotonic'>
}

/** Makes the limiter of a process that has all requests. */
export function createLimiter({ rates, clock }: Needs): Limiter {
  // Each has windows of its own, so that strangers make nobody's be forgotten.
  const windows = {
    byKey: createWindows({ clock }, MAX_KEYS),
    byTenant: createWindows({ clock }, MAX_KEYS),
    byAddress: createWindows({ clock }, MAX_ADDRESSES),
  }
  return limiterOf(windows, {
    rates,
    strangers: rates,
    document: () => undefined,
    placeOf: (ip) => ip,
    settle: async () => {},
  })
}

// One address at a time without a key: no more than one machine has it, whatever keys may send.
const STRANGERS: Rate = { most: 60_000, windowMs: 60_000 }

// A program that reads the description of the API does so once a day. Of its 1.3 MB, or 95 KB packed, twenty a minute
// come to US$ 3.40 a day at worst (0.09 a GB that leaves, https://aws.amazon.com/ec2/pricing/on-demand/).
const DOCUMENTS: Rate = { most: 20, windowMs: 60_000 }

interface SharedNeeds {
  rates: Rates
  tally: RateTally
  clock: Pick<Clock, 'monotonic'>
  /** Is told when counts could not be exchanged. */
  log: Pick<Log, 'warn'>
}

/** Makes the limiter of one of many processes, as functions of Lambda are. Settle it after each request. */
export function createSharedLimiter({ rates, tally, clock, log }: SharedNeeds): Limiter {
  const failed = (reason: string) =>
    log.warn('rates are kept by each process alone for a while', { reason })
  const shared = (kind: string, maxCallers: number) =>
    createSharedWindows({ tally, callerOf: callerOf(kind), clock, failed }, maxCallers)
  const byKey = shared('key', MAX_KEYS)
  const byTenant = shared('tenant', MAX_KEYS)
  const byAddress = shared('address', MAX_ADDRESSES)
  const documents = shared('documents', 1)
  const all = [byKey, byTenant, byAddress, documents]

  return limiterOf(
    { byKey, byTenant, byAddress },
    {
      rates,
      strangers: Object.fromEntries(
        Object.entries(rates).map(([name, rate]) => [name, rate && slower(rate, STRANGERS)]),
      ),
      document: () => documents.take('all', DOCUMENTS),
      placeOf: networkOf,
      async settle() {
        await Promise.all(all.map((windows) => windows.settle()))
      },
    },
  )
}

function slower(one: Rate, other: Rate): Rate {
  return one.most / one.windowMs <= other.most / other.windowMs ? one : other
}

/** A name has a class of routes, an id, and perhaps who of many it is. */
function callerOf(kind: string) {
  return (name: string) => {
    const [routeClass = '', id = '', ...part] = name.split(' ')
    return [kind, routeClass, id, part.join(' ')]
  }
}

interface Terms extends Pick<Limiter, 'document' | 'settle'> {
  rates: Rates
  strangers: Rates
  placeOf(ip: string): string
}

function limiterOf(
  { byKey, byTenant, byAddress }: Record<'byKey' | 'byTenant' | 'byAddress', Windows>,
  { rates, strangers, placeOf, ...more }: Terms,
): Limiter {
  return {
    known({ tenantId, keyId, person, ip }, tenant, routeClass) {
      const rate = rates[routeClass]
      // People share what their issuer is known by, and none of them holds up the others.
      const part = person?.subject ?? (ip === undefined ? undefined : placeOf(ip))
      const name = part === undefined ? keyId : `${keyId} ${part}`
      const ofKey = rate && byKey.take(`${routeClass} ${name}`, rate)
      // One key in a loop takes nothing from the others of its tenant.
      if (ofKey?.isOver) return ofKey
      const said = tenant?.limits?.[routeClass]
      const ofAll = said === undefined ? undefined : readRate(said)
      const ofTenant = ofAll && byTenant.take(`${routeClass} ${tenantId}`, ofAll)
      return tighter(ofKey, ofTenant)
    },

    stranger(ip = '', routeClass) {
      const rate = strangers[routeClass]
      return rate && byAddress.take(`${routeClass}  ${placeOf(ip)}`, rate)
    },

    lookAt(ip = '', routeClass) {
      const rate = strangers[routeClass]
      return rate && byAddress.look(`${routeClass}  ${placeOf(ip)}`, rate)
    },

    ...more,
  }
}

function tighter(one: Allowance | undefined, other: Allowance | undefined): Allowance | undefined {
  if (one === undefined || other === undefined) return one ?? other
  if (one.isOver !== other.isOver) return one.isOver ? one : other
  return one.left <= other.left ? one : other
}
