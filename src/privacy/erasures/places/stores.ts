import { randomUUID } from 'node:crypto'
import type { Archive } from '../../../platform/archive'
import type { DeliveryQueue } from '../../../platform/delivery-queue'
import type { Erased, Erasure } from '../../../platform/erasure'
import type { EventStore } from '../../../platform/event-store'
import type { QuarantineStore } from '../../../platform/quarantine-store'
import type { StatementStore } from '../../../platform/statement-store'
import type { Trees } from '../../../platform/trees'
import { foundBy, type Place, type Search } from './place'

/** The events of the hot store, its segments and its index. What leaves is noted for later places. */
export function eventsPlace(
  events: Pick<EventStore, 'erase'>,
  { attachmentsOf }: { attachmentsOf(search: Search, eventIds: readonly string[]): Promise<void> },
): Place {
  return {
    name: 'events',
    method:
      'Each event of the hot store was read: its actor, and every JSON string of what was sent.',

    async search(search, cursor) {
      const { tenantId, actorIds, isDryRun, store } = search
      const erased = await events.erase(tenantId, {
        ...{ actorIds, isDryRun, cursor },
        async leaving(eventIds) {
          await attachmentsOf(search, eventIds)
          await store.seal(search, 'events', randomUUID(), eventIds)
        },
      })
      return { ...foundBy(erased, search), nextCursor: erased.nextCursor }
    },
  }
}

// A call looks at every delivery: with fewer ids it would do so more often, more would take memory.
const IDS_AT_ONCE = 20_000

/** Gives the ids of events that places before have found, each once: hot store and lake tell of the same. */
async function* eventsFound(store: Search['store'], search: Search): AsyncGenerator<string[]> {
  let some = new Set<string>()
  for await (const { content } of store.sealed(search, 'events')) {
    for (const eventId of content as string[]) some.add(eventId)
    if (some.size < IDS_AT_ONCE) continue
    yield [...some]
    some = new Set()
  }
  if (some.size > 0) yield [...some]
}

/** Deliveries to webhooks: waiting, parked, dead and delivered. They hold ids of events alone. */
export function deliveriesPlace(deliveries: Pick<DeliveryQueue, 'erase'>): Place {
  return {
    name: 'deliveries',
    method: 'Each delivery was searched for the ids of the events that were found.',

    async search(search) {
      const { tenantId, isDryRun, store } = search
      let found = 0
      let looked = 0
      for await (const eventIds of eventsFound(store, search)) {
        const erased = await deliveries.erase(tenantId, { eventIds, isDryRun })
        found += erased.removed
        looked = Math.max(looked, erased.looked ?? 0)
      }
      return { looked, found, removed: isDryRun ? 0 : found }
    },
  }
}

/** Trees of hashes, after all places that tell which events leave. They hold ids, and salts for hashes. */
export function treesPlace(trees: Pick<Trees, 'erase' | 'find'>): Place {
  return {
    name: 'trees',
    method:
      'Of the events that were found, the ids and salts were removed from the trees that prove them: their hashes stay, and tell nothing.',

    async search(search) {
      const { tenantId, isDryRun, store } = search
      let [looked, found] = [0, 0]
      for await (const eventIds of eventsFound(store, search)) {
        looked += eventIds.length
        if (isDryRun) {
          const leaves = await trees.find(tenantId, eventIds, '')
          for (const own of leaves.values()) found += own.length
        } else found += (await trees.erase(tenantId, eventIds)).removed
      }
      return { looked, found, removed: isDryRun ? 0 : found }
    },
  }
}

/** The lake, where its files can be written anew at once. */
export function archivePlace(archive: { erase: NonNullable<Archive['erase']> }): Place {
  return {
    name: 'lake',
    method:
      'Each file of the lake was read, landed and settled, and what was set aside; files with rows of the people were written anew.',
    async search(search) {
      const { tenantId, actorIds, isDryRun, store } = search
      const leaving = async (eventIds: readonly string[]) => {
        await store.seal(search, 'events', randomUUID(), eventIds)
      }
      return foundBy(await archive.erase(tenantId, { actorIds, isDryRun, leaving }), search)
    },
  }
}

/** Batches of the change feed that were given up (on AWS). */
export function failedBatchesPlace(batches: {
  erase(tenantId: string, erasure: Erasure): Promise<Erased & { unread: number }>
}): Place {
  return {
    name: 'failed-batches',
    method: 'Each batch of the change feed that waits to be handed on again was read.',
    async search(search) {
      const { tenantId, actorIds, isDryRun } = search
      const { unread, ...erased } = await batches.erase(tenantId, { actorIds, isDryRun })
      if (unread === 0) return foundBy(erased, search)
      const remains = `${unread} changes under failed/ cannot be read, and may be theirs: look at them, and delete them.`
      return { ...foundBy(erased, search), remains }
    },
  }
}

/** Records that could not be written as Parquet, and wait to be put back (on AWS). */
export function unconvertedPlace(records: {
  erase(tenantId: string, erasure: Erasure): Promise<Erased & { unread: number }>
}): Place {
  return {
    name: 'unconverted',
    method: 'Each record that waits to be put into the lake again was read.',
    async search(search) {
      const { tenantId, actorIds, isDryRun } = search
      const { unread, ...erased } = await records.erase(tenantId, { actorIds, isDryRun })
      if (unread === 0) return foundBy(erased, search)
      const remains = `${unread} lines under errors/ of the lake cannot be read, and may be theirs: look at them, and delete them.`
      return { ...foundBy(erased, search), remains }
    },
  }
}

export function quarantinePlace(quarantine: Pick<QuarantineStore, 'erase'>): Place {
  return {
    name: 'quarantine',
    method: 'Each item and body was read, decompressed where it was compressed.',
    async search(search) {
      const { tenantId, actorIds, isDryRun } = search
      return foundBy(await quarantine.erase(tenantId, { actorIds, isDryRun }), search)
    },
  }
}

export function statementsPlace(statements: Pick<StatementStore, 'erase'>): Place {
  return {
    name: 'statements',
    method: 'Each statement was read, and what statements say of people and activities.',
    async search(search) {
      const { tenantId, actorIds, isDryRun } = search
      return foundBy(await statements.erase(tenantId, { actorIds, isDryRun }), search)
    },
  }
}
