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

/** An expired key is known, and good for nothing since. */
export interface ExpiredKey {
  expiredAt: string
}

/** Finds whom a hash stands for. @returns undefined when the registry does not have it */
export type Keyring = (hash: string) => Promise<Principal | ExpiredKey | 'revoked' | undefined>

/** Tells whether a key was found that is good for something. */
export function isGood(found: Awaited<ReturnType<Keyring>>): found is Principal {
  return found !== undefined && found !== 'revoked' && !('expiredAt' in found)
}

/** The registry's keys, without a look-up for each request. */
export function createKeyring(needs: {
  registry: { keys: Pick<Keys, 'findByHash'> }
  clock: Pick<Clock, 'monotonic' | 'now'>
  /** A key is remembered so long, in ms. */
  forMs?: number
}): Keyring {
  const known = createMemory<Principal>({
    clock: needs.clock,
    forMs: needs.forMs ?? CACHE_MS,
    maxEntries: CACHE_KEYS,
    maxBytes: CACHE_BYTES,
  })

  function expired({ expiresAt }: Principal): ExpiredKey | undefined {
    if (expiresAt === undefined || needs.clock.now().toISOString() < expiresAt) return undefined
    return { expiredAt: expiresAt }
  }

  return async function find(hash) {
    const cached = known.get(hash)
    // A key that ends while it is remembered ends at its moment, not seconds later.
    if (cached !== undefined) return expired(cached.value) ?? cached.value

    const key = await needs.registry.keys.findByHash(hash)
    // Only good keys are remembered: a new key works at once, and guesses cannot fill the cache.
    if (key === undefined || !sameHash(key.hash, hash)) return undefined
    if (key.revokedAt !== undefined) return 'revoked'
    const principal = principalOf(key)
    const end = expired(principal)
    if (end !== undefined) return end
    known.set(hash, principal)
    return principal
  }
}

function principalOf(key: ApiKey): Principal {
  const { tenantId, sourceId, keyId, scopes, sources, hash, expiresAt, origins } = key
  const { role, actorId, isAggregateOnly } = key
  return {
    ...{ tenantId, sourceId, keyId, scopes, sources, hash },
    ...(expiresAt && { expiresAt }),
    ...(origins && { origins }),
    ...(role && { role }),
    ...(actorId !== undefined && { actorId }),
    ...(isAggregateOnly && { isAggregateOnly }),
  }
}
