import { createHmac, randomBytes } from 'node:crypto'
import { comparableId, comparableIdsOf } from '../../event/person-id'
import type { Clock } from '../../platform/clock'
import type { DocumentKey, DocumentStore } from '../../platform/document-store'
import type { SecretBox } from '../../platform/secret-box'

/**
 * A tombstone remembers an erased person by a keyed digest of an id: it says of an id that comes whether
 * it is theirs, and to nobody who has the documents alone who they were.
 */
export interface Tombstones {
  /**
   * Tells which of these ids are of erased people, in whatever spelling they come.
   * @throws {StorageError}
   */
  of(tenantId: string, ids: readonly string[]): Promise<ReadonlySet<string>>
  /** Places tombstones for people; it may be repeated. Every process goes by them within five seconds. */
  put(tenantId: string, ids: readonly string[], erasureId: string): Promise<void>
  /** Lifts those of people, who may come again. @returns how many were lifted */
  lift(tenantId: string, ids: readonly string[]): Promise<{ lifted: number }>
  /** Computes the digest that stands for an id in tombstones and certificates, 43 characters. */
  digestOf(tenantId: string, id: string): Promise<string>
}

export interface TombstonesNeeds {
  documents: Pick<DocumentStore, 'get' | 'put' | 'delete' | 'list'>
  box(): Promise<SecretBox>
  clock: Pick<Clock, 'now' | 'monotonic'>
  /** Tells the door that it has to ask at all (`hasTombstones` of the tenant's state). */
  setHasTombstones(tenantId: string, has: boolean): Promise<void>
}

const PREFIX = ['governance', 'tombstones'] as const
const KEY: DocumentKey = ['governance', 'tombstone-key']
const KEY_BYTES = 32
const JSON_TYPE = 'application/json'

// As settings are: a tombstone counts within five seconds everywhere.
const CACHE_MS = 5_000
// People of some thousand requests; an answer takes some hundred bytes.
const CACHE_ENTRIES = 10_000
// As many are asked for at once; a store takes some milliseconds for each on AWS.
const AT_ONCE = 16

export function createTombstones(needs: TombstonesNeeds): Tombstones {
  const { documents, box, clock, setHasTombstones } = needs
  const keys = new Map<string, Promise<Uint8Array>>()
  const known = new Map<string, { isErased: boolean; until: number }>()

  function keyFor(tenantId: string): Promise<Uint8Array> {
    const found = keys.get(tenantId) ?? readKey(tenantId)
    keys.set(tenantId, found)
    found.catch(() => keys.delete(tenantId))
    return found
  }

  /** Reads the tenant's key, or draws it; of two processes that draw, one is heard. */
  async function readKey(tenantId: string): Promise<Uint8Array> {
    const label = `tombstones of ${tenantId}`
    const held = await documents.get(tenantId, KEY)
    if (held !== undefined) return (await box()).openBytes(held.bytes, label)
    const bytes = (await box()).seal(randomBytes(KEY_BYTES), label)
    const content = { bytes, contentType: 'application/octet-stream' }
    await documents.put(tenantId, KEY, content, { ifNoneMatch: '*' })
    const stored = await documents.get(tenantId, KEY)
    return (await box()).openBytes(stored!.bytes, label)
  }

  async function digestOf(tenantId: string, id: string): Promise<string> {
    const hmac = createHmac('sha256', await keyFor(tenantId))
    return hmac.update(comparableId(id)).digest('base64url')
  }

  async function isErased(tenantId: string, id: string): Promise<boolean> {
    const digest = await digestOf(tenantId, id)
    const name = `${tenantId} ${digest}`
    const cached = known.get(name)
    if (cached !== undefined && cached.until > clock.monotonic()) return cached.isErased
    const found = (await documents.get(tenantId, [...PREFIX, digest])) !== undefined
    known.delete(name)
    known.set(name, { isErased: found, until: clock.monotonic() + CACHE_MS })
    if (known.size > CACHE_ENTRIES) known.delete(known.keys().next().value!)
    return found
  }

  const namesOf = (ids: readonly string[]) => [...new Set(ids.flatMap(comparableIdsOf))]

  return {
    digestOf,

    async of(tenantId, ids) {
      const erased = new Set<string>()
      await inParts([...new Set(ids)], async (id) => {
        if (id !== '' && (await isErased(tenantId, id))) erased.add(id)
      })
      return erased
    },

    async put(tenantId, ids, erasureId) {
      const placedAt = clock.now().toISOString()
      const bytes = Buffer.from(JSON.stringify({ erasureId, placedAt }))
      await inParts(namesOf(ids), async (id) => {
        const key = [...PREFIX, await digestOf(tenantId, id)]
        const condition = { ifNoneMatch: '*' } as const
        await documents.put(tenantId, key, { bytes, contentType: JSON_TYPE }, condition)
      })
      known.clear()
      await setHasTombstones(tenantId, true)
    },

    async lift(tenantId, ids) {
      let lifted = 0
      await inParts(namesOf(ids), async (id) => {
        const key = [...PREFIX, await digestOf(tenantId, id)]
        if ((await documents.delete(tenantId, key)).kind === 'deleted') lifted += 1
      })
      known.clear()
      const left = await documents.list(tenantId, PREFIX, { limit: 1 })
      if (left.items.length === 0) await setHasTombstones(tenantId, false)
      return { lifted }
    },
  }
}

async function inParts<Item>(items: readonly Item[], work: (item: Item) => Promise<void>) {
  for (let from = 0; from < items.length; from += AT_ONCE) {
    await Promise.all(items.slice(from, from + AT_ONCE).map(work))
    // Others have the thread in between: on one machine each write is a commit.
    await new Promise((resolve) => setImmediate(resolve))
  }
}
