import { createPeople, type People } from '../../../event/people'
import { comparableId } from '../../../event/person-id'
import { segmentsOf } from '../../../governance/consents/keys'
import { blobsOf } from '../../../observer/blob-place'
import type { DocumentEntry, DocumentKey, DocumentStore } from '../../../platform/document-store'
import { prefixesOfAgent } from '../../../statements/document-places'
import { inTurns } from '../../../syntax/steps'
import type { Place } from './place'

type Documents = Pick<DocumentStore, 'get' | 'list' | 'delete'>

/**
 * A document stays as it is where it holds nobody's id in clear (`own`), or is the tenant's own setting or
 * its chain of who did what (`setting`), which is told of. Where a person's id is its key (`keyed`), or it
 * names them (all others), it goes.
 */
type Rule = 'own' | 'setting' | 'keyed' | 'content'

const rules: [prefix: DocumentKey, rule: Rule][] = [
  [['privacy', 'erasures'], 'own'],
  [['privacy', 'erasure-parts'], 'own'],
  [['privacy', 'certificates'], 'own'],
  [['privacy', 'keys'], 'own'],
  // Sealed, and opened by a place of their own (`access/place.ts`).
  [['privacy', 'access'], 'own'],
  [['exports'], 'own'],
  [['governance', 'tombstones'], 'own'],
  [['governance', 'tombstone-key'], 'own'],
  [['governance', 'keys'], 'own'],
  // A place of their own (`rosters.ts`) takes a person out of them.
  [['rosters'], 'own'],
  [['governance', 'consents'], 'keyed'],
  [['governance', 'under13'], 'keyed'],
  [['governance', 'pseudonyms'], 'keyed'],
  [['governance', 'state'], 'setting'],
  [['governance', 'versions'], 'setting'],
  [['webhook-replays'], 'setting'],
  [['audit'], 'setting'],
]

function ruleOf(key: DocumentKey): Rule {
  const found = rules.find(([prefix]) => prefix.every((segment, at) => key[at] === segment))
  return found?.[1] ?? 'content'
}

// The prefixes of an agent, and of a learner, have so many segments.
const OWNED_DEPTH = 3
// The whole key of a list of people: `governance`, `consents`, the id.
const ID_AT = 2
const PAGE = 500

/**
 * Documents: state and profiles, blobs, states of reducers, sessions, launches, consents, lists of learners.
 * Those of an agent are found by their key; all others are read.
 * @param settle writes what whoever has documents in memory has of a tenant; nobody has when left out
 */
export function documentsPlace(
  documents: Documents,
  settle?: (tenantId: string) => Promise<void>,
): Place {
  return {
    name: 'documents',
    method:
      'Documents kept under a person’s own key were removed by it; each other document was read.',

    async search({ tenantId, actorIds, isDryRun }, cursor) {
      let [looked, found, named] = [0, 0, 0]
      const { people, theirs, listed, owned } = wantedOf(actorIds)
      // Before the first: what is written later was made without their events, which are gone by now.
      if (cursor === undefined) await settle?.(tenantId)
      const page = await documents.list(tenantId, [], { limit: PAGE, cursor })
      for (const entry of page.items) {
        const rule = ruleOf(entry.key)
        if (rule === 'own') continue
        looked += 1
        if (!(await isTheirs(entry, rule))) continue
        if (rule === 'setting') {
          named += 1
          continue
        }
        found += 1
        if (!isDryRun) await documents.delete(tenantId, entry.key)
      }
      const remains =
        named === 0
          ? undefined
          : `${named} settings or entries of the audit trail name an id; they are the tenant’s own, and stay.`
      return {
        ...{ looked, found, removed: isDryRun ? 0 : found },
        ...{ remains, nextCursor: page.nextCursor },
      }

      async function isTheirs({ key, metadata, contentType }: DocumentEntry, rule: Rule) {
        if (rule === 'keyed') return listed.has(key[ID_AT] ?? '')
        if (owned.has(nameOf(key.slice(0, OWNED_DEPTH)))) return true
        if (await isIn(people, JSON.stringify([key, metadata]))) return true
        const document = await documents.get(tenantId, key)
        if (document === undefined) return false
        const text = Buffer.from(document.bytes).toString()
        // A document of plain text may be an id and nothing else.
        const isAll = !contentType.includes('json') && theirs.has(comparableId(text.trim()))
        return isAll || (await isIn(people, text))
      }
    },
  }
}

// A search asks page by page, for the same ten thousand people each time.
const wanted = new WeakMap<readonly string[], ReturnType<typeof wantedBy>>()

function wantedOf(actorIds: readonly string[]) {
  const found = wanted.get(actorIds) ?? wantedBy(actorIds)
  wanted.set(actorIds, found)
  return found
}

function wantedBy(actorIds: readonly string[]) {
  const theirs = new Set(actorIds.map(comparableId))
  // Documents about an agent, and blobs of a learner, stand under a hash of it.
  const ids = [...new Set([...actorIds, ...theirs])]
  const owned = new Set([...ids.flatMap(prefixesOfAgent), ...ids.map(blobsOf)].map(nameOf))
  const listed = new Set(actorIds.flatMap(segmentsOf))
  return { people: createPeople(actorIds), theirs, listed, owned }
}

function nameOf(key: DocumentKey): string {
  return JSON.stringify(key)
}

function isIn(people: People, text: string): Promise<boolean> {
  return inTurns(people.areIn(text, 'text'))
}
