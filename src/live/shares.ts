/**
 * Shares are what tenants have of something bounded. No tenant has more than half of it, so that
 * whatever one does, there is as much for the others.
 */
export interface Shares {
  /** @returns false when there is no room for so many more; then none are taken */
  take(tenantId: string, count: number): boolean
  /** Takes so many, whether or not there is room for them. */
  force(tenantId: string, count: number): void
  release(tenantId: string, count: number): void
  taken(): number
  /** Tells how many a tenant has. */
  of(tenantId: string): number
}

export function createShares(capacity: number): Shares {
  const half = Math.ceil(capacity / 2)
  const byTenant = new Map<string, number>()
  let total = 0

  const of = (tenantId: string) => byTenant.get(tenantId) ?? 0

  function force(tenantId: string, count: number) {
    byTenant.set(tenantId, of(tenantId) + count)
    total += count
  }

  return {
    take(tenantId, count) {
      if (of(tenantId) + count > half || total + count > capacity) return false
      force(tenantId, count)
      return true
    },

    force,

    release(tenantId, count) {
      const left = of(tenantId) - count
      if (left > 0) byTenant.set(tenantId, left)
      else byTenant.delete(tenantId)
      total -= count
    },

    taken: () => total,
    of,
  }
}
