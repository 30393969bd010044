import type { Outgoing } from '../../delivery-queue'

/** One to which events may be added has so many events and bytes. */
export interface Open {
  deliveryId: string
  events: number
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
  const keyOf = ({ tenantId, webhookId, lane, isHeld = false }: Place) =>
    `${tenantId}\n${webhookId}\n${isHeld}\n${lane ?? ''}`

  return {
    get: (place: Place) => open.get(keyOf(place)),

    set(place: Place, one: Open) {
      const key = keyOf(place)
      open.delete(key)
      open.set(key, one)
      if (open.size > MAX_OPEN) open.delete(open.keys().next().value!)
    },

    close: (place: Place) => open.delete(keyOf(place)),

    /** Closes this one, which was taken, tried or moved, waiting or parked. */
    closeOne(deliveryId: string, place: Omit<Place, 'isHeld'>) {
      for (const isHeld of [false, true]) {
        const key = keyOf({ ...place, isHeld })
        if (open.get(key)?.deliveryId === deliveryId) open.delete(key)
      }
    },

    clear: () => open.clear(),
  }
}

export type OpenDeliveries = ReturnType<typeof createOpenDeliveries>
