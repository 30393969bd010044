import { type Held, heldOf, hold, letGo } from '../../live/held'
import { createShares, type Shares } from '../../live/shares'
import type { StoredRecord } from '../../platform/live-feed'

/**
 * The records that wait in event streams, within what all of them may hold. One that waits in many
 * is counted once. No tenant has more than half of all, so that there is as much for the others.
 */
export interface HeldRecords {
  /** @returns false when its tenant has no room left for it */
  take(stored: StoredRecord): boolean
  release(stored: StoredRecord): void
  /** If true, a stream holds no second record. */
  isTight(tenantId: string): boolean
}

// Five of the largest events, or a hundred of a usual size in each of a hundred slow readers. The
// message beside a record is as long as that.
const CAPACITY_BYTES = 64 * 1024 * 1024

export function createHeldRecords(capacity = CAPACITY_BYTES): HeldRecords {
  const shares = createShares(capacity)
  const memory: Shares = {
    ...shares,
    take(tenantId, bytes) {
      // A tenant that holds nothing may have one, however large: it would not be smaller later.
      if (shares.of(tenantId) > 0) return shares.take(tenantId, bytes)
      shares.force(tenantId, bytes)
      return true
    },
  }
  const byRecord = new WeakMap<StoredRecord, Held>()
  return {
    take(stored) {
      const one = byRecord.get(stored) ?? heldOf(stored)
      if (!hold(memory, one)) return false
      byRecord.set(stored, one)
      return true
    },

    release(stored) {
      const one = byRecord.get(stored)
      if (one !== undefined) letGo(memory, one)
    },

    isTight: (tenantId) => shares.of(tenantId) > capacity / 4,
  }
}
