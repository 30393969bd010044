import { StorageError } from '../../../error/storage-error'
import type { EventRecord } from '../../../event/record'
import type { PersonalData } from '../../../governance/personal/personal'
import type { EventStore } from '../../../platform/event-store'
import type { Lake } from '../../../platform/lake'
import type { Search } from '../places/place'
import type { ErasureStore } from '../store'
import { lakeRecords } from './lake-records'
import { createWithoutPeople } from './without-people'

/** Copies of the people's events without the people are put aside, and back once all else is erased. */
export interface Aside {
  /** Puts copies aside, durably and sealed. @throws {StorageError} it may be repeated, before anything is erased */
  put(search: Search): Promise<void>
  /** Puts them back as events of the same ids. @returns how many @throws {StorageError} it may be repeated */
  putBack(search: Search): Promise<number>
}

interface Needs {
  events: Pick<EventStore, 'erase' | 'get' | 'append'>
  lake: Lake
  store: ErasureStore
  personal(): Promise<PersonalData>
}

// A part is sealed at so many records or characters, whichever comes first.
const MOST_RECORDS = 500
const MOST_CHARACTERS = 1024 * 1024

export function createAside({ events, lake, store, personal }: Needs): Aside {
  return {
    async put(search) {
      const { tenantId, actorIds } = search
      await store.forget(search, 'aside')
      const withoutPeople = createWithoutPeople(actorIds, await personal())
      let part: EventRecord[] = []
      let characters = 0
      let parts = 0

      async function seal() {
        if (part.length === 0) return
        // Names are in the order of their number.
        await store.seal(search, 'aside', String(parts).padStart(8, '0'), part)
        parts += 1
        part = []
        characters = 0
      }

      async function add(record: EventRecord) {
        const copy = withoutPeople(record)
        if (copy === undefined) return
        part.push(copy)
        characters += copy.raw.length
        if (part.length >= MOST_RECORDS || characters >= MOST_CHARACTERS) await seal()
      }

      let cursor: string | undefined
      do {
        const { nextCursor } = await events.erase(tenantId, {
          ...{ actorIds, isDryRun: true, cursor },
          async leaving(eventIds) {
            for (const eventId of eventIds) {
              const record = await events.get(tenantId, eventId)
              if (record !== undefined) await add(record)
            }
          },
        })
        cursor = nextCursor
      } while (cursor !== undefined)
      const until = new Date().toISOString()
      for await (const record of lakeRecords(lake, tenantId, { actorIds, until })) {
        // Records that the hot store holds were put aside from there.
        if ((await events.get(tenantId, record.eventId)) === undefined) await add(record)
      }
      await seal()
    },

    async putBack(search) {
      let count = 0
      for await (const { name, content } of store.sealed(search, 'aside')) {
        const outcomes = await events.append(content as EventRecord[])
        if (outcomes.some(({ kind }) => kind === 'throttled')) {
          throw new StorageError('the event store is busy', { isRetriable: true })
        }
        count += outcomes.filter(({ kind }) => kind === 'stored' || kind === 'duplicate').length
        await store.unsealed(search, 'aside', name)
      }
      return count
    },
  }
}
