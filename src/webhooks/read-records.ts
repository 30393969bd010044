import type { EventRecord } from '../event/record'
import type { Delivery } from '../platform/delivery-queue'
import type { EventStore } from '../platform/event-store'
import type { Lake } from '../platform/lake'
import { readArchived } from './replays/archived'
import { justReadFrom } from './replays/just-read'

/**
 * Reads the events of a delivery, in their order; those that are held no more are left out.
 * @throws {AppError} `busy` when the lake is to be read and does not answer in time
 */
export type ReadRecords = (delivery: Delivery) => Promise<EventRecord[]>

interface Needs {
  events: Pick<EventStore, 'get'>
  /** Has what the hot store has no more, of deliveries that say so. */
  lake?: Lake | undefined
}

export function createReadRecords({ events, lake }: Needs): ReadRecords {
  return async function readRecords({ tenantId, eventIds, archived }) {
    const held = await Promise.all(eventIds.map((id) => find(tenantId, id, archived !== undefined)))
    const missing = eventIds.filter((_, at) => held[at] === undefined)
    const isRead = archived !== undefined && lake !== undefined && missing.length > 0
    const found = isRead ? await readArchived(lake, tenantId, archived, missing) : undefined
    return eventIds.flatMap((id, at) => held[at] ?? found?.get(id) ?? [])
  }

  async function find(tenantId: string, eventId: string, isArchived: boolean) {
    const recent = isArchived && lake ? justReadFrom(lake).get(tenantId, eventId) : undefined
    return recent ?? events.get(tenantId, eventId)
  }
}
