import { HASH_BYTES } from '../../merkle/hashes'
import { TILE } from '../../merkle/tree'
import type { Log } from '../../telemetry/log'
import type { BlobStore } from '../blob-store'
import type { Clock } from '../clock'
import type { FoundLeaf, KeptHead, Trees } from '../trees'
import { inParallel } from './dynamo/in-parallel'
import { createAdd } from './trees/add'
import { createErase } from './trees/erase'
import { createExpire } from './trees/expire'
import { keyOf } from './trees/hashing'
import { readHead, shownHead } from './trees/head'
import { listHours, readLeaves, rootsOfTiles } from './trees/hours'
import { createMerge } from './trees/merge'
import { CHUNK, hashesAt, keysAt } from './trees/places'
import { unpackKeys } from './trees/write-hour'

export interface AwsTrees extends Trees {
  /**
   * Puts trees of hours together that are over, and finishes what was erased meanwhile.
   * @param until it begins no further hour after this time (`Clock.monotonic`)
   */
  merge(until: number): Promise<{ merged: number }>
}

interface Needs {
  blobs: BlobStore
  clock: Clock
  log: Log
}

const AT_ONCE = 16
// An event is looked for in so many hours: nobody waits for more calls than these, some 5 s.
const HOURS_SEARCHED = 960
// The hashes of so many chunks stay in memory, 2 MB each, with the roots of their tiles, which are hashed once: a
// proof needs those of two.
const CHUNKS_HELD = 4

/**
 * Keeps trees in objects of the bucket. While an hour lasts there are only leaves of batches; its tree is put
 * together when it is over, closed (`merge`). So no hour is open here, and none is to be closed.
 */
export function createTrees({ blobs, clock, log }: Needs): AwsTrees {
  const { erase, pending, settle } = createErase({ blobs, clock })
  const merge = createMerge({ blobs, clock, log, pending })
  const held = new Map<string, { hashes: Uint8Array; roots?: Uint8Array }>()

  async function hashesOf(tenantId: string, hour: string, chunk: number) {
    const key = hashesAt(tenantId, hour, chunk)
    const known = held.get(key)
    if (known !== undefined) return known
    const hashes = await blobs.get(key)
    if (hashes === undefined) return undefined
    if (held.size >= CHUNKS_HELD) held.clear()
    const fresh: { hashes: Uint8Array; roots?: Uint8Array } = { hashes }
    held.set(key, fresh)
    return fresh
  }

  async function head(tenantId: string, hour: string): Promise<KeptHead | undefined> {
    const found = await readHead(blobs, tenantId, hour)
    return found && shownHead(hour, found)
  }

  /** Reads hashes of a level: of leaves and tiles from chunks, of chunks from the head, above by hashing. */
  async function tile(tenantId: string, hour: string, level: number, at: number) {
    if (level === 0) {
      const tiles = CHUNK / TILE
      const chunk = await hashesOf(tenantId, hour, Math.floor(at / tiles))
      const from = (at % tiles) * TILE * HASH_BYTES
      return chunk?.hashes.subarray(from, from + TILE * HASH_BYTES)
    }
    if (level === 1) {
      const chunk = await hashesOf(tenantId, hour, at)
      if (chunk !== undefined) chunk.roots ??= rootsOfTiles(chunk.hashes)
      return chunk?.roots
    }
    const { chunks = [] } = (await readHead(blobs, tenantId, hour)) ?? {}
    let hashes: Uint8Array = Buffer.from(chunks.join(''), 'hex')
    for (let above = 2; above < level; above += 1) hashes = rootsOfTiles(hashes)
    const bytes = TILE * HASH_BYTES
    return hashes.subarray(at * bytes, (at + 1) * bytes)
  }

  /** Finds leaves in one hour. */
  async function findIn(tenantId: string, hour: string, wanted: ReadonlyMap<bigint, string[]>) {
    const bytes = await blobs.get(keysAt(tenantId, hour))
    if (bytes === undefined) return []
    const places = unpackKeys(bytes).flatMap((key, place) => (wanted.has(key) ? [place] : []))
    const found: FoundLeaf[] = []
    for (const chunk of new Set(places.map((place) => Math.floor(place / CHUNK)))) {
      const leaves = await readLeaves(blobs, { tenantId, hour }, chunk)
      const own = places.filter((place) => Math.floor(place / CHUNK) === chunk)
      for (const place of own) found.push({ ...leaves[place - chunk * CHUNK]!, hour })
    }
    return found
  }

  return {
    add: createAdd({ blobs, clock }),
    erase,
    head,
    tile,

    async merge(until) {
      const merged = await merge(until)
      await settle()
      return merged
    },

    async heads(tenantId, { limit, cursor, from = '', until = '~' }) {
      const before = cursor !== undefined && cursor < until ? cursor : until
      const hours = (await listHours(blobs, tenantId, from)).filter((hour) => hour < before)
      const asked = hours.reverse().slice(0, limit)
      const found = await inParallel(asked, AT_ONCE, (hour) => head(tenantId, hour))
      const items = found.filter((one) => one !== undefined)
      return { items, ...(hours.length > limit && { nextCursor: asked.at(-1)! }) }
    },

    async find(tenantId, eventIds, from) {
      const wanted = Map.groupBy(new Set(eventIds), keyOf)
      const found = new Map<string, FoundLeaf[]>()
      const hours = (await listHours(blobs, tenantId, from)).slice(0, HOURS_SEARCHED)
      for (let at = 0; at < hours.length && wanted.size > 0; at += AT_ONCE) {
        const some = hours.slice(at, at + AT_ONCE)
        const leaves = await inParallel(some, AT_ONCE, (hour) => findIn(tenantId, hour, wanted))
        for (const leaf of leaves.flat()) {
          const { eventId, hour } = leaf
          if (eventId === undefined || !wanted.get(keyOf(eventId))?.includes(eventId)) continue
          const own = found.get(eventId) ?? []
          if (own.length === 0 || own[0]!.hour === hour) found.set(eventId, [...own, leaf])
        }
        for (const [key, ids] of wanted) if (ids.every((id) => found.has(id))) wanted.delete(key)
      }
      return found
    },

    async *leaves(tenantId, hour, { from = 0, to = Number.POSITIVE_INFINITY } = {}) {
      const size = (await head(tenantId, hour))?.treeSize ?? 0
      const end = Math.min(to, size)
      for (let chunk = Math.floor(from / CHUNK); chunk * CHUNK < end; chunk += 1) {
        const leaves = await readLeaves(blobs, { tenantId, hour }, chunk)
        const asked = leaves.filter(({ index }) => index >= from && index < end)
        if (asked.length > 0) yield asked
      }
    },

    closable: async () => [],
    close: head,
    expire: createExpire({ blobs }),
  }
}
