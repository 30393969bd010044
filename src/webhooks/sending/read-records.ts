import type { EventRecord } from '../../event/record'
import type { Delivery } from '../../platform/delivery-queue'
import type { EventStore } from '../../platform/event-store'
import type { Lake } from '../../platform/lake'
import { readArchived } from '../../query/by-arrival/archived'
import { justReadFrom } from '../replays/just-read'

interface Needs {
  events: Pick<EventStore, 'get'>
  /** Has what the hot store has no more, of deliveries that say so. */
  lake?: Lake | undefined
}

export type Found = ReadonlyMap<string, EventRecord>

export interface ReadRecords {
  /**
   * Reads the events of a delivery that are at hand, in their order.
   * @param found more of them, from the lake
   * @returns what is missing as well, where the lake may have it
   */
  atHand(
    delivery: Delivery,
    found?: Found | undefined,
  ): Promise<{ records: EventRecord[]; missing: string[] }>
  /**
   * Reads from the lake, which takes its time.
   * @throws {AppError} `busy` when it does not answer in time
   */
  fromLake(delivery: Delivery, missing: readonly string[]): Promise<Found>
  /**
   * Reads the events of a delivery from wherever they are, in their order; those that are held no more
   * are left out. Throws as `fromLake` does.
   */
  all(delivery: Delivery): Promise<EventRecord[]>
}

export function createReadRecords({ events, lake }: Needs): ReadRecords {
  async function find(tenantId: string, eventId: string, isArchived: boolean) {
    const recent = isArchived && lake ? justReadFrom(lake).get(tenantId, eventId) : undefined
    return recent ?? events.get(tenantId, eventId)
  }

  async function atHand({ tenantId, eventIds, archived }: Delivery, found?: Found) {
    const isArchived = archived !== undefined && lake !== undefined
    const held = await Promise.all(
      eventIds.map(async (id) => found?.get(id) ?? find(tenantId, id, isArchived)),
    )
    const missing = isArchived ? eventIds.filter((_, at) => held[at] === undefined) : []
    return { records: held.flatMap((record) => record ?? []), missing }
  }

  async function fromLake({ tenantId, archived }: Delivery, missing: readonly string[]) {
    return readArchived(lake!, tenantId, archived!, missing)
  }

  return {
    atHand,
    fromLake,
    async all(delivery) {
      const { records, missing } = await atHand(delivery)
      if (missing.length === 0) return records
      return (await atHand(delivery, await fromLake(delivery, missing))).records
    },
  }
}
