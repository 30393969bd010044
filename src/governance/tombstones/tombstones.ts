import { createHmac, randomBytes } from 'node:crypto'
import { StorageError } from '../../error/storage-error'
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
  put(tenantId: string, ids: readonly string[]): Promise<void>
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

const PREFIX: DocumentKey = ['governance', 'tombstones']
const KEY: DocumentKey = ['governance', 'tombstone-key']
const KEY_BYTES = 32

// As settings are: a tombstone counts within five seconds everywhere.
const CACHE_MS = 5_000
// Shelves of some requests; one of a tenant that erased a hundred thousand has seven kilobytes.
const CACHE_ENTRIES = 1_000
// As many are asked for at once; a store takes some milliseconds for each on AWS.
const AT_ONCE = 16
// 96 bits of a digest: nobody who comes is taken for another. A shelf has those whose first byte is the same,
// so that ten thousand people are 256 writes and not ten thousand, each with its fsync.
const DIGEST_CHARACTERS = 16
// Two erasures of one tenant that meet at a shelf lose a try or two.
const TRIES = 20

export function createTombstones(needs: TombstonesNeeds): Tombstones {
  const { documents, box, clock, setHasTombstones } = needs
  const keys = new Map<string, Promise<Uint8Array>>()
  const known = new Map<string, { digests: ReadonlySet<string>; until: number }>()

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

  const shelfKey = (shelf: string): DocumentKey => [...PREFIX, shelf]

  async function readShelf(tenantId: string, shelf: string) {
    const document = await documents.get(tenantId, shelfKey(shelf))
    const text = document === undefined ? '' : Buffer.from(document.bytes).toString()
    return { etag: document?.etag, digests: new Set(text.split('\n').filter((one) => one !== '')) }
  }

  async function isErased(tenantId: string, id: string): Promise<boolean> {
    const digest = (await digestOf(tenantId, id)).slice(0, DIGEST_CHARACTERS)
    const shelf = shelfOf(digest)
    const name = `${tenantId} ${shelf}`
    const cached = known.get(name)
    if (cached !== undefined && cached.until > clock.monotonic()) return cached.digests.has(digest)
    const { digests } = await readShelf(tenantId, shelf)
    known.delete(name)
    known.set(name, { digests, until: clock.monotonic() + CACHE_MS })
    if (known.size > CACHE_ENTRIES) known.delete(known.keys().next().value!)
    return digests.has(digest)
  }

  /** Changes the shelves of these ids. @returns how many digests were added or removed */
  async function change(tenantId: string, ids: readonly string[], isAdded: boolean) {
    const names = [...new Set(ids.flatMap(comparableIdsOf))]
    const digests: string[] = []
    for (const id of names) {
      digests.push((await digestOf(tenantId, id)).slice(0, DIGEST_CHARACTERS))
    }
    let changed = 0
    const shelves = [...Map.groupBy(new Set(digests), shelfOf)]
    await inParts(shelves, async ([shelf, own]) => {
      changed += await changeShelf(tenantId, shelf, own, isAdded)
    })
    known.clear()
    return changed
  }

  async function changeShelf(
    tenantId: string,
    shelf: string,
    own: readonly string[],
    isAdded: boolean,
  ): Promise<number> {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const { etag, digests } = await readShelf(tenantId, shelf)
      const changing = own.filter((digest) => digests.has(digest) !== isAdded)
      if (changing.length === 0) return 0
      for (const digest of changing) {
        if (isAdded) digests.add(digest)
        else digests.delete(digest)
      }
      const bytes = Buffer.from([...digests].toSorted().join('\n'))
      const key = shelfKey(shelf)
      const condition = etag === undefined ? ({ ifNoneMatch: '*' } as const) : { ifMatch: etag }
      const { kind } =
        digests.size === 0
          ? await documents.delete(tenantId, key, { ifMatch: etag! })
          : await documents.put(tenantId, key, { bytes, contentType: 'text/plain' }, condition)
      if (kind !== 'mismatch') return changing.length
    }
    throw new StorageError('others change the same tombstones all the time', { isRetriable: true })
  }

  return {
    digestOf,

    async of(tenantId, ids) {
      const erased = new Set<string>()
      await inParts([...new Set(ids)], async (id) => {
        if (id !== '' && (await isErased(tenantId, id))) erased.add(id)
      })
      return erased
    },

    async put(tenantId, ids) {
      await change(tenantId, ids, true)
      await setHasTombstones(tenantId, true)
    },

    async lift(tenantId, ids) {
      const lifted = await change(tenantId, ids, false)
      const left = await documents.list(tenantId, PREFIX, { limit: 1 })
      if (left.items.length === 0) await setHasTombstones(tenantId, false)
      return { lifted }
    },
  }
}

function shelfOf(digest: string): string {
  return Buffer.from(digest.slice(0, 2), 'base64url').toString('hex')
}

async function inParts<Item>(items: readonly Item[], work: (item: Item) => Promise<void>) {
  for (let from = 0; from < items.length; from += AT_ONCE) {
    await Promise.all(items.slice(from, from + AT_ONCE).map(work))
    // Others have the thread in between: on one machine each write is a commit.
    await new Promise((resolve) => setImmediate(resolve))
  }
}
