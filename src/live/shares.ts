/**
 * Shares are what tenants have of something bounded. No tenant has more than half of it, so that
 * whatever one does, there is as much for the others.
 */
export interface Shares {
  /** @returns false when there is no room for so many more; then none are taken */
  take(tenantId: string, count: number): boolean
  release(tenantId: string, count: number): void
  taken(): number
}

export function createShares(capacity: number): Shares {
  const half = Math.ceil(capacity / 2)
  const byTenant = new Map<string, number>()
  let total = 0
  return {
    take(tenantId, count) {
      const own = (byTenant.get(tenantId) ?? 0) + count
      if (own > half || total + count > capacity) return false
      byTenant.set(tenantId, own)
      total += count
      return true
    },

    release(tenantId, count) {
      const left = (byTenant.get(tenantId) ?? 0) - count
      if (left > 0) byTenant.set(tenantId, left)
      else byTenant.delete(tenantId)
      total -= count
    },

    taken: () => total,
  }
}
