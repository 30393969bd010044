// Full messages have 256 KB (`usual.ts`); a larger message has one event, of as many megabytes as
// a request may have.
const LARGE_BYTES = 512 * 1024

// The limits hold 32 full messages, and two of the largest events beside that of a tenant whose
// target takes none. Each is in memory up to three times: as events, as a body, on its way.
const MAX_BYTES = 8 * 1024 * 1024
const MAX_LARGE_BYTES = 16 * 1024 * 1024

interface Limits {
  maxBytes: number
  /** A body of this size or more is large. */
  largeBytes: number
  maxLargeBytes: number
}

const limits: Limits = {
  maxBytes: MAX_BYTES,
  largeBytes: LARGE_BYTES,
  maxLargeBytes: MAX_LARGE_BYTES,
}

export type Budget = ReturnType<typeof createBudget>

/**
 * Counts the bytes of bodies in flight, and separately those of large ones, so that large bodies
 * wait for each other and no other body waits for them.
 */
export function createBudget({ maxBytes, largeBytes, maxLargeBytes } = limits) {
  const [usual, large] = [createShares(maxBytes), createShares(maxLargeBytes)]
  const waiting = new Set<() => void>()

  return {
    /** Takes bytes. @returns a function that gives them back; undefined while there is no room */
    take(tenantId: string, bytes: number): (() => void) | undefined {
      const shares = bytes > largeBytes ? large : usual
      if (!shares.fits(tenantId, bytes)) return undefined
      shares.count(tenantId, bytes)
      return () => {
        shares.count(tenantId, -bytes)
        for (const tell of waiting) tell()
      }
    },

    /** Resolves once some were given back, after `ms`, or when `signal` is aborted. */
    async freed(ms: number, signal?: AbortSignal): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>()
      const tell = () => resolve()
      const timer = setTimeout(tell, ms)
      signal?.addEventListener('abort', tell)
      waiting.add(tell)
      await promise
      waiting.delete(tell)
      signal?.removeEventListener('abort', tell)
      clearTimeout(timer)
    },
  }
}

/**
 * Shares bytes among tenants as places are shared (`places.ts`): a tenant may have an equal share,
 * counted for all tenants under way and one more, and may always have one body. A body that is
 * larger than the whole limit goes alone.
 */
function createShares(maxBytes: number) {
  const ofTenant = new Map<string, number>()
  let held = 0

  return {
    fits(tenantId: string, bytes: number): boolean {
      if (held + bytes > maxBytes) return held === 0
      const own = ofTenant.get(tenantId)
      return own === undefined || own + bytes <= maxBytes / (ofTenant.size + 1)
    },

    count(tenantId: string, by: number) {
      held += by
      const own = (ofTenant.get(tenantId) ?? 0) + by
      if (own === 0) ofTenant.delete(tenantId)
      else ofTenant.set(tenantId, own)
    },
  }
}
