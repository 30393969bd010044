import type { EventRecord } from '../event/record'
import type { Delivery } from '../platform/delivery-queue'
import type { EventStore } from '../platform/event-store'

/** Reads the events of a delivery, in their order; those that are held no more are left out. */
export type ReadRecords = (delivery: Delivery) => Promise<EventRecord[]>

export function createReadRecords({ events }: { events: Pick<EventStore, 'get'> }): ReadRecords {
  return async function readRecords({ tenantId, eventIds }) {
    const found = await Promise.all(eventIds.map((id) => events.get(tenantId, id)))
    return found.flatMap((record) => record ?? [])
  }
}
