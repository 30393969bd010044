import type { Principal } from '../../identity/principal'
import type { Clock } from '../../platform/clock'
import type { ApiKey, Keys } from '../../platform/registry/keys'
import { sameHash } from './key'
import { createMemory } from './remember'

// A key revoked by the command line, another process, works at most this much longer.
const CACHE_MS = 5_000
// Keys in use at one time; a hundred schools fit. Beyond it the oldest is looked up again.
const CACHE_KEYS = 1_000
// A key is half a kilobyte, a few that reach a hundred sources some more.
const CACHE_BYTES = 4 * 1024 * 1024

/** Finds whom a hash stands for. @returns undefined when the registry does not have it */
export type Keyring = (hash: string) => Promise<Principal | 'revoked' | undefined>

/** The registry's keys, without a look-up for each request. */
export function createKeyring(needs: {
  registry: { keys: Pick<Keys, 'findByHash'> }
  clock: Pick<Clock, 'monotonic'>
}): Keyring {
  const known = createMemory<Principal>({
    clock: needs.clock,
    forMs: CACHE_MS,
    maxEntries: CACHE_KEYS,
    maxBytes: CACHE_BYTES,
  })

  return async function find(hash) {
    const cached = known.get(hash)
    if (cached !== undefined) return cached.value

    const key = await needs.registry.keys.findByHash(hash)
    // Only good keys are remembered: a new key works at once, and guesses cannot fill the cache.
    if (key === undefined || !sameHash(key.hash, hash)) return undefined
    if (key.revokedAt !== undefined) return 'revoked'
    const principal = principalOf(key)
    known.set(hash, principal)
    return principal
  }
}

function principalOf({ tenantId, sourceId, keyId, scopes, sources, hash }: ApiKey): Principal {
  return { tenantId, sourceId, keyId, scopes, sources, hash }
}
