import { HASH_BYTES, SALT_BYTES } from '../../../merkle/hashes'
import { TILE } from '../../../merkle/tree'
import { hashLeaf, rootOfFull } from './hashing'

/** A tile as it is to be written. */
export interface TileToWrite {
  level: number
  at: number
  hashes: Uint8Array
}

/** The facts of leaves that stand in one tile, one after the other. */
export interface Facts {
  at: number
  salts: Uint8Array
  kinds: Uint32Array
  keys: Uint32Array
  ids: readonly (string | null)[]
}

/** The leaves of a tile that is not full, or some of them, from one place on. */
export interface EdgePart extends Facts {
  first: number
  hashes: Uint8Array
}

/** A tree goes on from its edge. */
export interface Edge {
  id: number
  size: number
  /** The last tile of each level above the leaves, where it is not full. */
  tiles: readonly (Uint8Array | undefined)[]
  /** The last tile of leaves, where it is not full. */
  leaves: EdgePart | undefined
  kinds: readonly number[]
}

/** It has what was added to a tree since it was written last. */
export interface Grown {
  /** Full tiles of leaves, and tiles above them. */
  tiles: TileToWrite[]
  /** These are of full tiles of leaves. */
  facts: Facts[]
  /** This is new of a tile of leaves that is not full. */
  part: EdgePart | undefined
  /** If true, the tree is new, has a full tile more, or leaves of another kind. */
  isMarked: boolean
}

/** A tree that grows, at its edge in memory; what was added is in it until it is written. */
export interface Growing {
  readonly id: number
  readonly size: number
  /** Kinds of leaves that are in it, for what forgets them. */
  readonly kinds: ReadonlySet<number>
  /**
   * Adds a leaf.
   * @param salts has its salt from `from` on
   * @param item its text, or that in UTF-8
   * @param sha256OfItem stands in place of the text
   */
  add(
    eventId: string,
    kind: number,
    salts: Buffer,
    from: number,
    item: string | Uint8Array,
    sha256OfItem: string | undefined,
  ): void
  /** Gives what was added since the last call. */
  take(): Grown
}

interface Open {
  hashes: Buffer
  count: number
  /** So many tiles of the level are full. */
  full: number
  isChanged: boolean
}

function openTile(count: number, full: number, hashes: Uint8Array | undefined): Open {
  const open = { hashes: Buffer.alloc(TILE * HASH_BYTES), count, full, isChanged: false }
  if (hashes !== undefined) open.hashes.set(hashes.subarray(0, count * HASH_BYTES))
  return open
}

/** Goes on with a tree from its edge. */
export function growFrom(edge: Edge): Growing {
  const levels: Open[] = []
  let { size } = edge
  for (let [level, count] = [0, size]; count > 0 || level === 0; level += 1) {
    const full = Math.floor(count / TILE)
    const hashes = level === 0 ? edge.leaves?.hashes : edge.tiles[level]
    levels.push(openTile(count % TILE, full, hashes))
    count = full
  }
  const bottom = levels[0]!
  const kinds = new Set(edge.kinds)
  const own = {
    salts: Buffer.alloc(TILE * SALT_BYTES),
    kinds: new Uint32Array(TILE),
    keys: new Uint32Array(TILE),
    ids: [...(edge.leaves?.ids ?? [])],
  }
  own.salts.set(edge.leaves?.salts ?? [])
  own.kinds.set(edge.leaves?.kinds ?? [])
  own.keys.set(edge.leaves?.keys ?? [])
  /** So many leaves of the open tile are written. */
  let written = bottom.count
  let isMarked = size === 0
  let lastKind = -1
  let tiles: TileToWrite[] = []
  let facts: Facts[] = []

  function put(level: number, hash: Buffer) {
    levels[level] ??= openTile(0, 0, undefined)
    const open = levels[level]
    hash.copy(open.hashes, open.count * HASH_BYTES)
    open.count += 1
    open.isChanged = true
    if (open.count < TILE) return
    tiles.push({ level, at: open.full, hashes: Buffer.from(open.hashes) })
    if (open === bottom) {
      facts.push(partFrom(0))
      own.ids = []
      written = 0
      isMarked = true
    }
    open.count = 0
    open.full += 1
    open.isChanged = false
    put(level + 1, rootOfFull(open.hashes))
  }

  function partFrom(first: number): EdgePart {
    const { full: at, count } = bottom
    return {
      ...{ at, first },
      hashes: Buffer.from(bottom.hashes.subarray(first * HASH_BYTES, count * HASH_BYTES)),
      salts: Buffer.from(own.salts.subarray(first * SALT_BYTES, count * SALT_BYTES)),
      kinds: own.kinds.slice(first, count),
      keys: own.keys.slice(first, count),
      ids: first === 0 ? own.ids : own.ids.slice(first),
    }
  }

  const hash = Buffer.alloc(HASH_BYTES)
  return {
    id: edge.id,
    get size() {
      return size
    },
    kinds,

    add(eventId, kind, salts, from, item, sha256OfItem) {
      const { count } = bottom
      salts.copy(own.salts, count * SALT_BYTES, from, from + SALT_BYTES)
      own.kinds[count] = kind
      own.keys[count] = keyOf(eventId)
      own.ids.push(eventId)
      if (kind !== lastKind) {
        if (!kinds.has(kind)) isMarked = true
        kinds.add(kind)
        lastKind = kind
      }
      hashLeaf(salts, from, item, sha256OfItem, hash)
      size += 1
      put(0, hash)
    },

    take() {
      for (const [level, open] of levels.entries()) {
        if (open === bottom || !open.isChanged) continue
        open.isChanged = false
        const hashes = Buffer.from(open.hashes.subarray(0, open.count * HASH_BYTES))
        tiles.push({ level, at: open.full, hashes })
      }
      const part = bottom.count > written ? partFrom(written) : undefined
      const taken = { tiles, facts, part, isMarked }
      written = bottom.count
      isMarked = false
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
