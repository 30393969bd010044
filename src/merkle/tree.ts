import { HASH_BYTES, type TreeHashing } from './hashes'

/**
 * Hashes of a tree are kept in tiles, as those of Certificate Transparency are (c2sp.org/tlog-tiles): a
 * tile of level 0 has the hashes of up to 256 leaves, one after the other; one of level 1 the roots of up
 * to 256 full tiles of level 0, and so on. From them any root or proof is computed by some hundred hashes.
 */
export const TILE = 256

/**
 * Reads a tile: up to 256 hashes, one after the other. A tile that is not full may have more of them than
 * the tree of the size that is asked about; those are passed over.
 * @returns undefined where it is missing
 */
export type ReadTile = (
  level: number,
  at: number,
) => Uint8Array | undefined | Promise<Uint8Array | undefined>

/** A tile lacks a hash that the tree has: it was shortened or removed. */
export class MissingTile extends Error {
  readonly level: number
  readonly at: number

  constructor(level: number, at: number) {
    super(`Tile ${at} of level ${level} is missing or too short`)
    this.level = level
    this.at = at
  }
}

/** Computes the root over hashes that stand one after the other: all leaves of a tree, or a full tile. */
export function rootOver(hashes: Uint8Array, hashing: TreeHashing): Uint8Array {
  const count = hashes.length / HASH_BYTES
  if (count === 0) return hashing.empty
  if (count === 1) return hashes.slice()
  const middle = splitOf(count) * HASH_BYTES
  const left = rootOver(hashes.subarray(0, middle), hashing)
  return hashing.node(left, rootOver(hashes.subarray(middle), hashing))
}

/** Roots and proofs of a tree whose tiles can be read. */
export interface TreeOverTiles {
  /** @throws {MissingTile} as all of these do */
  root(size: number): Promise<Uint8Array>
  /** Leads from a leaf to the root (RFC 6962, section 2.1.1). @throws {RangeError} */
  inclusion(index: number, size: number): Promise<Uint8Array[]>
  /** Leads from the root of an earlier size to that of a later one (section 2.1.2). @throws {RangeError} */
  consistency(from: number, to: number): Promise<Uint8Array[]>
}

export function treeOver(readTile: ReadTile, hashing: TreeHashing): TreeOverTiles {
  /** Finds one hash of a level. */
  async function hashAt(level: number, index: number): Promise<Uint8Array> {
    const at = Math.floor(index / TILE)
    const from = (index % TILE) * HASH_BYTES
    const hash = (await readTile(level, at))?.subarray(from, from + HASH_BYTES)
    if (hash?.length !== HASH_BYTES) throw new MissingTile(level, at)
    return hash
  }

  /** Computes the root over the leaves from one on, up to another. */
  async function over(from: number, to: number): Promise<Uint8Array> {
    const count = to - from
    const level = levelOf(count)
    if (level !== undefined && from % count === 0) return hashAt(level, from / count)
    const middle = from + splitOf(count)
    const left = await over(from, middle)
    return hashing.node(left, await over(middle, to))
  }

  async function pathTo(index: number, from: number, to: number): Promise<Uint8Array[]> {
    if (to - from === 1) return []
    const middle = from + splitOf(to - from)
    return index < middle
      ? [...(await pathTo(index, from, middle)), await over(middle, to)]
      : [...(await pathTo(index, middle, to)), await over(from, middle)]
  }

  /** @param isKnown whether whoever checks has the root over these leaves from the earlier size */
  async function between(
    size: number,
    from: number,
    to: number,
    isKnown: boolean,
  ): Promise<Uint8Array[]> {
    if (size === to) return isKnown ? [] : [await over(from, to)]
    const middle = from + splitOf(to - from)
    return size <= middle
      ? [...(await between(size, from, middle, isKnown)), await over(middle, to)]
      : [...(await between(size, middle, to, false)), await over(from, middle)]
  }

  return {
    root: async (size) => (size === 0 ? hashing.empty : over(0, size)),

    async inclusion(index, size) {
      if (!isCount(index) || !isCount(size) || index >= size) {
        throw new RangeError(`No leaf ${index} in a tree of ${size}`)
      }
      return pathTo(index, 0, size)
    },

    async consistency(from, to) {
      if (!isCount(from) || !isCount(to) || from > to) {
        throw new RangeError(`A tree of ${to} does not go on from one of ${from}`)
      }
      // From nothing, everything follows.
      return from === 0 ? [] : between(from, 0, to, true)
    },
  }
}

const isCount = (value: number) => Number.isSafeInteger(value) && value >= 0

/** Finds the largest power of two that is smaller than a count of at least 2. */
function splitOf(count: number): number {
  let half = 1
  while (half * 2 < count) half *= 2
  return half
}

/** Finds the level whose hashes stand for so many leaves each. */
function levelOf(count: number): number | undefined {
  let [level, each] = [0, 1]
  while (each < count) {
    level += 1
    each *= TILE
  }
  return each === count ? level : undefined
}
