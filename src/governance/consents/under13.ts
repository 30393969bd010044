import type { DocumentStore } from '../../platform/document-store'
import { inGroups } from './in-groups'
import { placeOf, placesOf, UNDER_13 } from './keys'

/** The school's list of learners under 13, whatever their events say. */
export interface Under13List {
  has(tenantId: string, actorId: string): Promise<boolean>
  /** Counts the entries; an address counts once for each form in which it may come. */
  count(tenantId: string): Promise<number>
  add(tenantId: string, actorIds: readonly string[], by: { by: string; at: string }): Promise<void>
  /** Adds these, and takes all others from the list; until it resolves, some of both may be on it. */
  replace(
    tenantId: string,
    actorIds: readonly string[],
    by: { by: string; at: string },
  ): Promise<{ removed: number }>
  remove(tenantId: string, actorId: string): Promise<boolean>
  removeAll(tenantId: string): Promise<{ removed: number }>
}

interface Needs {
  documents: Pick<DocumentStore, 'get' | 'put' | 'delete' | 'list' | 'deletePrefix'>
  /** Tells the door that it has to ask (`hasUnder13` of the tenant's state). */
  setHasUnder13(tenantId: string): Promise<void>
}

const PAGE = 1000

export function createUnder13List({ documents, setHasUnder13 }: Needs): Under13List {
  async function* listed(tenantId: string) {
    for (let cursor: string | undefined; ; ) {
      const page = await documents.list(tenantId, UNDER_13, { limit: PAGE, cursor })
      yield page.items
      if (page.nextCursor === undefined) return
      cursor = page.nextCursor
    }
  }

  const list: Under13List = {
    async has(tenantId, actorId) {
      return (await documents.get(tenantId, placeOf(UNDER_13, actorId))) !== undefined
    },

    async count(tenantId) {
      let count = 0
      for await (const page of listed(tenantId)) count += page.length
      return count
    },

    async add(tenantId, actorIds, by) {
      if (actorIds.length === 0) return
      // Asked about first, so that nobody is on the list whom the door does not look for.
      await setHasUnder13(tenantId)
      const bytes = Buffer.from(JSON.stringify(by))
      const content = { bytes, contentType: 'application/json' }
      const places = actorIds.flatMap((id) => placesOf(UNDER_13, id))
      await inGroups(places, (place) => documents.put(tenantId, place, content))
    },

    async replace(tenantId, actorIds, by) {
      await list.add(tenantId, actorIds, by)
      const kept = new Set(actorIds.flatMap((id) => placesOf(UNDER_13, id)).map(nameOf))
      let removed = 0
      for await (const page of listed(tenantId)) {
        const others = page.filter(({ key }) => !kept.has(nameOf(key)))
        await inGroups(others, async ({ key }) => documents.delete(tenantId, key))
        removed += others.length
      }
      return { removed }
    },

    async remove(tenantId, actorId) {
      const places = placesOf(UNDER_13, actorId)
      const gone = await Promise.all(places.map((place) => documents.delete(tenantId, place)))
      return gone.some(({ kind }) => kind === 'deleted')
    },

    // The door goes on asking: whoever is put on the list meanwhile must not be missed.
    removeAll: async (tenantId) => documents.deletePrefix(tenantId, UNDER_13),
  }
  return list
}

const nameOf = (key: readonly string[]) => JSON.stringify(key)
