import { HASH_BYTES, SALT_BYTES } from '../../../merkle/hashes'
import { TILE } from '../../../merkle/tree'
import { hashLeaf, rootOfFull } from './hashing'

/** A tile as it is to be written. */
export interface TileToWrite {
  level: number
  at: number
  hashes: Uint8Array
}

/** The facts of a tile's leaves. */
export interface Facts {
  at: number
  salts: Uint8Array
  kinds: Uint32Array
  keys: Uint32Array
  ids: readonly (string | null)[]
}

/** A tree goes on from its edge. */
export interface Edge {
  id: number
  size: number
  /** The last tile of each level, where it is not full. */
  tiles: readonly Uint8Array[]
  facts: Omit<Facts, 'at'> | undefined
  kinds: readonly number[]
}

export interface LeafToAdd {
  eventId: string
  kind: number
  salt: Uint8Array
  item: { text: string } | { sha256: string }
}

/** A tree that grows, at its edge in memory; what was added is in it until it is written. */
export interface Growing {
  readonly id: number
  readonly size: number
  /** Kinds of leaves that are in it, for what forgets them. */
  readonly kinds: ReadonlySet<number>
  add(leaf: LeafToAdd): void
  /** Gives what was added since the last call. */
  take(): { tiles: TileToWrite[]; facts: Facts[] }
}

interface Open {
  hashes: Uint8Array
  count: number
  /** So many tiles of the level are full. */
  full: number
  isChanged: boolean
}

const openTile = (count: number, full: number): Open => ({
  ...{ hashes: new Uint8Array(TILE * HASH_BYTES), count, full, isChanged: false },
})

/** Goes on with a tree from its edge. */
export function growFrom(edge: Edge): Growing {
  const levels: Open[] = []
  let size = edge.size
  for (let [level, hashes] = [0, edge.size]; hashes > 0 || level === 0; level += 1) {
    const open = openTile(hashes % TILE, Math.floor(hashes / TILE))
    if (open.count > 0) open.hashes.set(edge.tiles[level]!.subarray(0, open.count * HASH_BYTES))
    levels.push(open)
    hashes = open.full
  }
  const kinds = new Set(edge.kinds)
  const salts = new Uint8Array(TILE * SALT_BYTES)
  const ownKinds = new Uint32Array(TILE)
  const keys = new Uint32Array(TILE)
  let ids: (string | null)[] = []
  if (edge.facts !== undefined) {
    salts.set(edge.facts.salts)
    ownKinds.set(edge.facts.kinds)
    keys.set(edge.facts.keys)
    ids = [...edge.facts.ids]
  }
  let tiles: TileToWrite[] = []
  let facts: Facts[] = []

  function put(level: number, hash: Uint8Array) {
    levels[level] ??= openTile(0, 0)
    const open = levels[level]
    open.hashes.set(hash, open.count * HASH_BYTES)
    open.count += 1
    open.isChanged = true
    if (open.count < TILE) return
    tiles.push({ level, at: open.full, hashes: open.hashes.slice() })
    if (level === 0) facts.push(factsNow(open))
    open.count = 0
    open.full += 1
    open.isChanged = false
    put(level + 1, rootOfFull(open.hashes))
  }

  function factsNow({ full: at, count }: Open): Facts {
    const now = {
      at,
      salts: salts.slice(0, count * SALT_BYTES),
      kinds: ownKinds.slice(0, count),
      keys: keys.slice(0, count),
      ids,
    }
    if (count === TILE) ids = []
    return now
  }

  const hash = new Uint8Array(HASH_BYTES)
  return {
    id: edge.id,
    get size() {
      return size
    },
    kinds,

    add({ eventId, kind, salt, item }) {
      const { count } = levels[0]!
      salts.set(salt, count * SALT_BYTES)
      ownKinds[count] = kind
      keys[count] = keyOf(eventId)
      ids.push(eventId)
      kinds.add(kind)
      hashLeaf(salt, item, hash)
      put(0, hash)
      size += 1
    },

    take() {
      for (const [level, open] of levels.entries()) {
        if (!open.isChanged) continue
        open.isChanged = false
        const hashes = open.hashes.slice(0, open.count * HASH_BYTES)
        tiles.push({ level, at: open.full, hashes })
        if (level === 0) facts.push(factsNow(open))
      }
      const taken = { tiles, facts }
      tiles = []
      facts = []
      return taken
    },
  }
}

/** Makes the key by which an id is looked for. It is never 0, which stands for one that was forgotten. */
export function keyOf(eventId: string): number {
  return Bun.hash.xxHash32(eventId) || 1
}
