import type { Outgoing } from '../../delivery-queue'

/** One to which events may be added has events of so many bytes. */
export interface Open {
  deliveryId: string
  bytes: number
}

// Some megabytes. Of more lanes than this at once, those that were added to longest ago stay as they
// are.
const MAX_OPEN = 10_000

type Place = Pick<Outgoing, 'tenantId' | 'webhookId' | 'isHeld'> & {
  lane?: string | null | undefined
}

/**
 * Remembers the latest delivery of each webhook and lane to which events may be added. It is in
 * memory alone, so that after a restart nothing is added to what may have been sent.
 */
export function createOpenDeliveries() {
  const open = new Map<string, Open>()
  const keys = new Map<string, string>()
  const keyOf = ({ tenantId, webhookId, lane, isHeld = false }: Place) =>
    `${tenantId}\n${webhookId}\n${isHeld}\n${lane ?? ''}`

  function close(key: string) {
    const one = open.get(key)
    if (one === undefined) return
    open.delete(key)
    keys.delete(one.deliveryId)
  }

  return {
    get: (place: Place) => open.get(keyOf(place)),

    set(place: Place, one: Open) {
      const key = keyOf(place)
      close(key)
      open.set(key, one)
      keys.set(one.deliveryId, key)
      if (open.size > MAX_OPEN) close(open.keys().next().value!)
    },

    close: (place: Place) => close(keyOf(place)),

    /** Closes this one, which was taken, tried, moved or made anew. */
    closeOne(deliveryId: string) {
      const key = keys.get(deliveryId)
      if (key !== undefined) close(key)
    },

    clear() {
      open.clear()
      keys.clear()
    },
  }
}

export type OpenDeliveries = ReturnType<typeof createOpenDeliveries>
