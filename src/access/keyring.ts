import type { Clock } from '../platform/clock'
import type { Registry } from '../platform/registry'
import { sameHash } from './key'
import { type Principal, principalOf } from './principal'

// A key revoked by the command line, another process, works at most this much longer.
const CACHE_MS = 5_000
// Keys in use at one time; a hundred schools fit. Beyond it the oldest is looked up again.
const CACHE_KEYS = 1_000

/** Whom a hash stands for. @returns undefined when the registry does not have it */
export type Keyring = (hash: string) => Promise<Principal | 'revoked' | undefined>

/** The registry's keys, without a look-up for each request. */
export function createKeyring(needs: {
  registry: Pick<Registry, 'findKeyByHash'>
  clock: Clock
}): Keyring {
  const known = new Map<string, { principal: Principal; until: number }>()

  return async function find(hash) {
    const now = needs.clock.now().getTime()
    const cached = known.get(hash)
    if (cached !== undefined && now < cached.until) return cached.principal
    known.delete(hash)

    const key = await needs.registry.findKeyByHash(hash)
    // Only good keys are remembered: a new key works at once, and guesses cannot fill the cache.
    if (key === undefined || !sameHash(key.hash, hash)) return undefined
    if (key.revokedAt !== undefined) return 'revoked'
    const principal = principalOf(key)
    if (known.size >= CACHE_KEYS) known.delete(known.keys().next().value ?? '')
    known.set(hash, { principal, until: now + CACHE_MS })
    return principal
  }
}
