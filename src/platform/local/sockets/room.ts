/**
 * Counts bytes that wait for receivers, by tenant. One tenant has half of the room, so that receivers
 * who do not read take none from others.
 */
export interface Room {
  /** Tells whether so many bytes more have room; whoever has none may always have some. */
  has(tenantId: string, bytes: number): boolean
  change(tenantId: string, bytes: number): void
  /** Tells how many bytes more have room. */
  left(tenantId: string): number
}

export function createRoom(maxBytes: number): Room {
  const byTenant = new Map<string, number>()
  let total = 0

  function left(tenantId: string) {
    return Math.min(maxBytes / 2 - (byTenant.get(tenantId) ?? 0), maxBytes - total)
  }

  return {
    left,
    has: (tenantId, bytes) => !byTenant.has(tenantId) || bytes <= left(tenantId),

    change(tenantId, bytes) {
      const own = (byTenant.get(tenantId) ?? 0) + bytes
      total += bytes
      if (own === 0) byTenant.delete(tenantId)
      else byTenant.set(tenantId, own)
    },
  }
}
