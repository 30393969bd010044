// 64 full messages of 256 KB. Each is there up to three times: as events, as a body, on its way.
const MAX_BYTES = 16 * 1024 * 1024

/**
 * Bytes of bodies in flight, shared among tenants as places are: a tenant has what all under way, and
 * one more, can have alike. One body of each may always go, however large, as long as all of them
 * together, without the largest, stay within the budget.
 */
export function createBudget(maxBytes = MAX_BYTES) {
  const ofTenant = new Map<string, number>()
  const waiting = new Set<() => void>()
  let held = 0
  let isLargeUnderWay = false

  function fits(tenantId: string, bytes: number): boolean {
    if (bytes > maxBytes / 2) return !isLargeUnderWay
    if (held + bytes > maxBytes) return false
    const own = ofTenant.get(tenantId)
    if (own === undefined) return true
    return own + bytes <= maxBytes / (ofTenant.size + 1)
  }

  return {
    /** @returns how to give them back; undefined while there is no room */
    take(tenantId: string, bytes: number): (() => void) | undefined {
      if (!fits(tenantId, bytes)) return undefined
      const isLarge = bytes > maxBytes / 2
      count(bytes)
      return () => {
        count(-bytes)
        for (const tell of waiting) tell()
      }

      function count(by: number) {
        if (isLarge) isLargeUnderWay = by > 0
        else held += by
        const own = (ofTenant.get(tenantId) ?? 0) + by
        if (own === 0) ofTenant.delete(tenantId)
        else ofTenant.set(tenantId, own)
      }
    },

    /** Resolves once some were given back, after `ms`, or when `signal` is aborted. */
    async freed(ms: number, signal?: AbortSignal): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, ms)
      signal?.addEventListener('abort', () => resolve(), { once: true })
      waiting.add(resolve)
      await promise
      waiting.delete(resolve)
      clearTimeout(timer)
    },
  }
}
