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

// Five of the largest events, or a hundred of a usual size in each of a hundred slow readers.
const CAPACITY_CHARS = 64 * 1024 * 1024
// Beside a record and its message, as text, are the strings of its fields.
const RECORD_CHARS = 2048

export function createHeldRecords(capacity = CAPACITY_CHARS): HeldRecords {
  const most = capacity / 2
  const byTenant = new Map<string, number>()
  let total = 0
  const holders = new WeakMap<StoredRecord, number>()

  function add(tenantId: string, chars: number) {
    total += chars
    const left = (byTenant.get(tenantId) ?? 0) + chars
    if (left > 0) byTenant.set(tenantId, left)
    else byTenant.delete(tenantId)
  }

  return {
    take(stored) {
      const { tenantId } = stored.record
      const count = holders.get(stored) ?? 0
      if (count === 0) {
        const own = byTenant.get(tenantId) ?? 0
        const all = total + charsOf(stored)
        // A tenant that holds nothing may have one, however large: it would not be smaller later.
        if (own > 0 && (own + charsOf(stored) > most || all > capacity)) return false
        add(tenantId, charsOf(stored))
      }
      holders.set(stored, count + 1)
      return true
    },

    release(stored) {
      const count = (holders.get(stored) ?? 1) - 1
      if (count > 0) holders.set(stored, count)
      else if (holders.delete(stored)) add(stored.record.tenantId, -charsOf(stored))
    },

    isTight: (tenantId) => (byTenant.get(tenantId) ?? 0) > most / 2,
  }
}

const charsOf = ({ record }: StoredRecord) => record.raw.length * 2 + RECORD_CHARS
