/**
 * Counts what is held of frames in the memory of a process, by tenant: one has at most half of it, so that
 * frames of others are still taken in.
 */
export interface FrameRoom {
  /** @returns false when there is no room for so much more; then nothing changes */
  take(tenantId: string, length: number): boolean
  giveBack(tenantId: string, length: number): void
}

// Characters; of a frame that waits, most are in memory once, as its text.
const MOST = 64 * 1024 * 1024

export function createFrameRoom(most = MOST): FrameRoom {
  const byTenant = new Map<string, number>()
  let all = 0

  return {
    take(tenantId, length) {
      const own = (byTenant.get(tenantId) ?? 0) + length
      if (all + length > most || own > most / 2) return false
      all += length
      byTenant.set(tenantId, own)
      return true
    },

    giveBack(tenantId, length) {
      all -= length
      const own = (byTenant.get(tenantId) ?? 0) - length
      if (own <= 0) byTenant.delete(tenantId)
      else byTenant.set(tenantId, own)
    },
  }
}
