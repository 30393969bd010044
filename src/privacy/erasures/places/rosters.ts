import { StorageError } from '../../../error/storage-error'
import { comparableId } from '../../../event/person-id'
import type { DocumentStore } from '../../../platform/document-store'
import { GROUPS, ROSTERS, STAFF, segmentsOfPerson, TOLD } from '../../../rosters/keys'
import type { GroupDocument } from '../../../rosters/stored'
import type { Found, Place } from './place'

type Documents = Pick<DocumentStore, 'get' | 'list' | 'put' | 'delete'>

const PAGE = 500
// Somebody loads a roster at this very moment; the next look finds what is there then.
const TRIES = 5
// After `staff` and `told`: the id.
const ID_AT = 2

/**
 * Rosters: who teaches what goes by the key of the person; of the classes that they are in, they alone are taken
 * out, since a class is others' too.
 */
export function rostersPlace(documents: Documents): Place {
  return {
    name: 'rosters',
    method:
      'Entries of the people were removed by their key; each class was read, and the people were taken out of it.',

    async search({ tenantId, actorIds, isDryRun }, cursor) {
      const segments = new Set(actorIds.flatMap(segmentsOfPerson))
      const theirs = new Set(actorIds.map(comparableId))
      const isTheirs = ({ ids }: GroupDocument['members'][number]) =>
        ids.some((id) => theirs.has(comparableId(id)))
      const found: Found = { looked: 0, found: 0, removed: 0 }
      const page = await documents.list(tenantId, ROSTERS, { limit: PAGE, cursor })
      for (const { key } of page.items) {
        const [, kind] = key
        found.looked += 1
        if (kind === STAFF[1] || kind === TOLD[1]) {
          if (!segments.has(key[ID_AT] ?? '')) continue
          found.found += 1
          if (!isDryRun) await documents.delete(tenantId, key)
        } else if (kind === GROUPS[1]) found.found += await takeOut(key)
      }
      if (!isDryRun) found.removed = found.found
      return { ...found, nextCursor: page.nextCursor }

      async function takeOut(key: readonly string[]): Promise<number> {
        for (let tries = 0; tries < TRIES; tries += 1) {
          const stored = await documents.get(tenantId, key)
          if (stored === undefined) return 0
          const group = JSON.parse(Buffer.from(stored.bytes).toString()) as GroupDocument
          const members = group.members.filter((member) => !isTheirs(member))
          const count = group.members.length - members.length
          if (count === 0 || isDryRun) return count
          const bytes = Buffer.from(JSON.stringify({ ...group, members }))
          const content = { bytes, contentType: stored.contentType }
          const put = await documents.put(tenantId, key, content, { ifMatch: stored.etag })
          if (put.kind === 'stored') return count
        }
        throw new StorageError('the class is changed all the time', { isRetriable: true })
      }
    },
  }
}
