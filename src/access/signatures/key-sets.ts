import type { Clock } from '../../platform/clock'
import type { PublicJwk } from '../../platform/registry/sources'

/** Key sets that others publish (RFC 7517, section 5), fetched when they are needed and remembered. */
export interface KeySets {
  /** @throws {Error} when it cannot be fetched and nothing that was is recent enough */
  at(url: string): Promise<PublicJwk[]>
  /** Reads it anew, for a key that was not in it. @returns undefined when it was fetched just before */
  again(url: string): Promise<PublicJwk[] | undefined>
}

// How long a key that its owner withdrew is still believed. Canvas changes keys once a month and
// publishes the next one before it is used.
const FRESH_MS = 10 * 60 * 1000
// A key set goes on being used while its server is down: a day is longer than an outage.
const STALE_MS = 24 * 60 * 60 * 1000
// A sender of made-up key ids, and a server that is down, make us call no more often than this.
const COOLDOWN_MS = 30_000
// Sources with signatures on one machine; beyond it the oldest is fetched again.
const MAX_SETS = 100
// Each may have to be tried when a signature names none. Sets in use have two or three.
const MAX_KEYS = 50
// In characters of JSON, of which a key of 16,384 bits has some three thousand.
const MAX_KEY_LENGTH = 4 * 1024
// RFC 7517, section 4, and RFC 7518, section 6: what a public key is read from.
const MEMBERS = ['kty', 'kid', 'use', 'key_ops', 'alg', 'n', 'e', 'crv', 'x', 'y']

interface CachedSet {
  keys?: PublicJwk[]
  fetchedAt: number
  triedAt: number
  failure?: unknown
  inFlight?: Promise<PublicJwk[]> | undefined
}

export function rememberKeySets(needs: {
  get(url: string): Promise<string>
  clock: Pick<Clock, 'monotonic'>
}): KeySets {
  const { get, clock } = needs
  const sets = new Map<string, CachedSet>()

  function cachedFor(url: string): CachedSet {
    const found = sets.get(url)
    if (found !== undefined) return found
    if (sets.size >= MAX_SETS) sets.delete(sets.keys().next().value ?? '')
    const never = Number.NEGATIVE_INFINITY
    const cached: CachedSet = { fetchedAt: never, triedAt: never }
    sets.set(url, cached)
    return cached
  }

  async function fetchInto(cached: CachedSet, url: string): Promise<PublicJwk[]> {
    cached.triedAt = clock.monotonic()
    try {
      cached.keys = readKeySet(await get(url))
      cached.fetchedAt = clock.monotonic()
      return cached.keys
    } catch (error) {
      cached.failure = error
      if (cached.keys !== undefined && clock.monotonic() - cached.fetchedAt < STALE_MS) {
        return cached.keys
      }
      throw error
    } finally {
      cached.inFlight = undefined
    }
  }

  /** Many requests that need the same set at once share one call. */
  function refresh(cached: CachedSet, url: string): Promise<PublicJwk[]> {
    cached.inFlight ??= fetchInto(cached, url)
    return cached.inFlight
  }

  return {
    async at(url) {
      const cached = cachedFor(url)
      const now = clock.monotonic()
      if (cached.keys !== undefined && now - cached.fetchedAt < FRESH_MS) return cached.keys
      if (cached.inFlight === undefined && now - cached.triedAt < COOLDOWN_MS) {
        if (cached.keys !== undefined && now - cached.fetchedAt < STALE_MS) return cached.keys
        throw cached.failure
      }
      return refresh(cached, url)
    },

    async again(url) {
      const cached = cachedFor(url)
      if (clock.monotonic() - cached.triedAt < COOLDOWN_MS) return undefined
      return refresh(cached, url)
    },
  }
}

function readKeySet(text: string): PublicJwk[] {
  let set: unknown
  try {
    set = JSON.parse(text)
  } catch {
    throw new Error('it is not JSON')
  }
  const keys = (set as { keys?: unknown } | null)?.keys
  if (!Array.isArray(keys)) throw new Error('it has no array of keys')
  const usable = keys.filter(isPublicKey).slice(0, MAX_KEYS).map(bareKey)
  return usable.filter((key) => JSON.stringify(key).length <= MAX_KEY_LENGTH)
}

/** Without certificates and whatever else its owner writes beside a key. */
function bareKey(key: PublicJwk): PublicJwk {
  const entries = MEMBERS.filter((name) => name in key).map((name) => [name, key[name]])
  return Object.fromEntries(entries) as PublicJwk
}

const asymmetric = new Set<unknown>(['RSA', 'EC', 'OKP'])

/** RFC 7518, section 6: never a shared secret (`oct`), and without the private part (`d`). */
export function isPublicKey(key: unknown): key is PublicJwk {
  if (typeof key !== 'object' || key === null) return false
  return asymmetric.has((key as PublicJwk).kty) && !('d' in key) && !('k' in key)
}
