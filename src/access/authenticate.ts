import type { Clock } from '../platform/clock'
import type { Registry } from '../platform/registry'
import { hashKey, sameHash } from './key'
import { type Principal, principalOf } from './principal'

// A key revoked by the command line, another process, works at most this much longer.
const CACHE_MS = 5_000
// Keys in use at one time; a hundred schools fit. Beyond it the oldest is looked up again.
const CACHE_KEYS = 1_000

// RFC 6750, section 2.1, and RFC 9110, section 11.1: the scheme's name is case-insensitive.
const BEARER = /^bearer +/i

/** @returns undefined when the header names no key that is known and not revoked */
export type Authenticate = (authorization: string) => Promise<Principal | undefined>

interface Needs {
  registry: Pick<Registry, 'findKeyByHash'>
  clock: Clock
}

/** Takes `Bearer KEY`, or the key alone: several Caliper sensors send it so. */
export function authenticateWith({ registry, clock }: Needs): Authenticate {
  const known = new Map<string, { principal: Principal; until: number }>()

  return async function authenticate(authorization) {
    const hash = hashKey(authorization.replace(BEARER, '').trim())
    const now = clock.now().getTime()
    const cached = known.get(hash)
    if (cached !== undefined && now < cached.until) return cached.principal
    known.delete(hash)

    const key = await registry.findKeyByHash(hash)
    // Only good keys are remembered: a new key works at once, and guesses cannot fill the cache.
    if (key === undefined || !sameHash(key.hash, hash) || key.revokedAt !== undefined) return
    const principal = principalOf(key)
    if (known.size >= CACHE_KEYS) known.delete(known.keys().next().value ?? '')
    known.set(hash, { principal, until: now + CACHE_MS })
    return principal
  }
}
