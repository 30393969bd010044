import type { Whose } from './statements'

/** A delivery is taken until then (ms of the queue's time). */
export interface Lease extends Whose {
  rowid: number
  until: number
  lane: string | null
  /** No attempt of it is remembered. */
  isNew: boolean
  /** Events of it were erased since: what the receiver answers may repeat them. */
  isErased?: boolean
}

/**
 * Remembers what is taken. It is in memory alone: one process has the queue, and what an earlier one
 * had taken is due again, so that taking costs no write.
 */
export function createLeases() {
  const all = new Map<string, Lease>()
  const ofWebhook = new Map<string, Map<number, Lease>>()
  const keyOf = ({ tenant_id, webhook_id }: Whose) => `${tenant_id}\n${webhook_id}`
  const none: ReadonlyMap<number, Lease> = new Map()

  function end(deliveryId: string): Lease | undefined {
    const lease = all.get(deliveryId)
    if (lease === undefined) return undefined
    all.delete(deliveryId)
    const key = keyOf(lease)
    const rows = ofWebhook.get(key)
    if (rows?.get(lease.rowid) === lease) rows.delete(lease.rowid)
    if (rows?.size === 0) ofWebhook.delete(key)
    return lease
  }

  return {
    /** Ends one, whoever has it. @returns undefined when nobody has */
    end,

    get: (deliveryId: string) => all.get(deliveryId),

    add(deliveryId: string, lease: Lease) {
      end(deliveryId)
      all.set(deliveryId, lease)
      const key = keyOf(lease)
      const rows = ofWebhook.get(key) ?? new Map<number, Lease>()
      ofWebhook.set(key, rows.set(lease.rowid, lease))
    },

    /** Finds those of a webhook, by row. */
    of: (whose: Whose) => ofWebhook.get(keyOf(whose)) ?? none,

    dropAll(whose: Whose) {
      for (const [deliveryId, lease] of all) {
        if (keyOf(lease) === keyOf(whose)) end(deliveryId)
      }
    },

    isAny: () => all.size > 0,

    count(now: number): number {
      let count = 0
      for (const { until } of all.values()) if (until > now) count += 1
      return count
    },
  }
}

export type Leases = ReturnType<typeof createLeases>
