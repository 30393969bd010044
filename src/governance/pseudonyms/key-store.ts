import { StorageError } from '../../error/storage-error'
import type { Clock } from '../../platform/clock'
import type { DocumentStore, PutCondition } from '../../platform/document-store'
import type { SecretBox } from '../../platform/secret-box'
import { firstKeys, type PseudonymKeys, readKeys, writeKeys } from './keys'

const KEY = ['governance', 'keys']

// The same as for settings: a key that was rotated elsewhere is used within five seconds.
const MEMORY_MS = 5_000
// Tenants that send at one time; a set of keys is some hundred bytes.
const MOST_TENANTS = 1_000
// Writers that meet try again; more than a few in a row are no accident.
const TRIES = 8

/** Keeps the keys of tenants, sealed, and remembers them for a few seconds. */
export interface KeyStore {
  /** Reads the keys that are held now; makes the first. */
  get(tenantId: string): Promise<PseudonymKeys>
  /** Reads the keys where there are any: whoever looks for a person need not make one. */
  find(tenantId: string): Promise<PseudonymKeys | undefined>
  /** Changes the keys as they are now, whoever else changes them. */
  change<Result>(
    tenantId: string,
    make: (keys: PseudonymKeys, now: Date) => { keys: PseudonymKeys; result: Result },
  ): Promise<Result>
}

interface Remembered {
  keys: PseudonymKeys
  until: number
}

export function createKeyStore({
  documents,
  box,
  clock,
}: {
  documents: Pick<DocumentStore, 'get' | 'put'>
  box: SecretBox
  clock: Pick<Clock, 'now' | 'monotonic'>
}): KeyStore {
  const memory = new Map<string, Remembered>()
  const labelOf = (tenantId: string) => `pseudonym keys ${tenantId}`

  async function read(tenantId: string) {
    const found = await documents.get(tenantId, KEY)
    if (found === undefined) return undefined
    return { etag: found.etag, keys: readKeys(box.open(found.bytes, labelOf(tenantId))) }
  }

  /** @returns whether they were put: another's may stand there now */
  async function put(tenantId: string, keys: PseudonymKeys, condition: PutCondition) {
    const bytes = box.seal(writeKeys(keys), labelOf(tenantId))
    const content = { bytes, contentType: 'application/octet-stream' }
    return (await documents.put(tenantId, KEY, content, condition)).kind === 'stored'
  }

  function remember(tenantId: string, keys: PseudonymKeys): PseudonymKeys {
    memory.delete(tenantId)
    if (memory.size >= MOST_TENANTS) memory.delete(memory.keys().next().value!)
    memory.set(tenantId, { keys, until: clock.monotonic() + MEMORY_MS })
    return keys
  }

  function remembered(tenantId: string): PseudonymKeys | undefined {
    const known = memory.get(tenantId)
    return known !== undefined && clock.monotonic() < known.until ? known.keys : undefined
  }

  async function change<Result>(
    tenantId: string,
    make: (keys: PseudonymKeys, now: Date) => { keys: PseudonymKeys; result: Result },
  ): Promise<Result> {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const now = clock.now()
      const found = await read(tenantId)
      const made = make(held(found?.keys ?? firstKeys(now.toISOString()), now), now)
      const condition: PutCondition =
        found === undefined ? { ifNoneMatch: '*' } : { ifMatch: found.etag }
      if (await put(tenantId, made.keys, condition)) {
        remember(tenantId, made.keys)
        return made.result
      }
    }
    throw new StorageError('the keys of pseudonyms were changed by others all the while', {
      isRetriable: true,
    })
  }

  async function find(tenantId: string): Promise<PseudonymKeys | undefined> {
    const known = remembered(tenantId) ?? (await read(tenantId))?.keys
    if (known === undefined) return undefined
    const now = clock.now()
    const own = held(known, now)
    // A key whose time is over is not only left alone: it is gone from the store.
    if (own !== known) return change(tenantId, (keys) => ({ keys, result: keys }))
    return remembered(tenantId) ?? remember(tenantId, own)
  }

  // The first people of a tenant come together: one of them has the keys made, and all use these.
  const making = new Map<string, Promise<PseudonymKeys>>()

  async function make(tenantId: string): Promise<PseudonymKeys> {
    const first = firstKeys(clock.now().toISOString())
    if (await put(tenantId, first, { ifNoneMatch: '*' })) return remember(tenantId, first)
    // Another process was sooner.
    const found = await find(tenantId)
    if (found !== undefined) return found
    throw new StorageError('the keys of pseudonyms came and went', { isRetriable: true })
  }

  function madeOnce(tenantId: string): Promise<PseudonymKeys> {
    const begun = making.get(tenantId)
    if (begun !== undefined) return begun
    const made = make(tenantId).finally(() => making.delete(tenantId))
    making.set(tenantId, made)
    return made
  }

  return {
    find,
    change,
    get: async (tenantId) => (await find(tenantId)) ?? madeOnce(tenantId),
  }
}

/** Leaves out the keys whose time is over. */
function held(all: PseudonymKeys, now: Date): PseudonymKeys {
  const at = now.toISOString()
  const keys = all.keys.filter(({ until }) => until === undefined || until > at)
  return keys.length === all.keys.length ? all : { ...all, keys }
}
