import type { Database } from 'bun:sqlite'
import { HASH_BYTES, SALT_BYTES } from '../../../merkle/hashes'
import type { EdgePart } from './growing'

interface EdgeRow {
  at: number
  first: number
  count: number
  body: Uint8Array
}

/** Runs the statements of `edges`: the tile of leaves that is not full, in parts. */
export function createEdges(db: Database) {
  const of = db.query<EdgeRow, [number, number]>(
    'SELECT at, first, count, body FROM edges WHERE tree = ? AND at >= ? ORDER BY at, first',
  )
  const put = db.query('INSERT OR REPLACE INTO edges VALUES (?, ?, ?, ?, ?)')
  const drop = db.query('DELETE FROM edges WHERE tree = ? AND at = ?')
  const dropAll = db.query('DELETE FROM edges WHERE tree = ?')

  return {
    put(tree: number, part: EdgePart) {
      put.run(tree, part.at, part.first, part.kinds.length, bodyOf(part))
    },

    /** Reads the tile that is not full, where it is at a place or behind it. */
    read(tree: number, at: number): EdgePart | undefined {
      const parts = of.all(tree, at).map(partIn)
      if (parts.length < 2) return parts[0]
      return {
        ...{ at: parts[0]!.at, first: 0 },
        hashes: Buffer.concat(parts.map(({ hashes }) => hashes)),
        salts: Buffer.concat(parts.map(({ salts }) => salts)),
        kinds: Uint32Array.from(parts.flatMap(({ kinds }) => [...kinds])),
        keys: Uint32Array.from(parts.flatMap(({ keys }) => [...keys])),
        ids: parts.flatMap(({ ids }) => ids),
      }
    },

    drop: (tree: number, at: number) => void drop.run(tree, at),
    dropAll: (tree: number) => void dropAll.run(tree),
  }
}

function bodyOf({ hashes, salts, kinds, keys, ids }: EdgePart): Buffer {
  const text = Buffer.from(JSON.stringify(ids))
  return Buffer.concat([hashes, salts, bytesOf(kinds), bytesOf(keys), text])
}

function partIn({ at, first, count, body }: EdgeRow): EdgePart {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length)
  let from = 0
  const next = (length: number) => {
    from += length
    return bytes.subarray(from - length, from)
  }
  return {
    ...{ at, first },
    hashes: next(count * HASH_BYTES),
    salts: next(count * SALT_BYTES),
    kinds: numbersIn(next(count * 4)),
    keys: numbersIn(next(count * 4)),
    ids: JSON.parse(bytes.toString('utf8', from)),
  }
}

/** Reads numbers of 32 bits, wherever the bytes begin. */
export function numbersIn(bytes: Uint8Array): Uint32Array {
  const isAligned = bytes.byteOffset % 4 === 0
  const { buffer, byteOffset, byteLength } = isAligned ? bytes : Uint8Array.from(bytes)
  return new Uint32Array(buffer, byteOffset, byteLength / 4)
}

export function bytesOf({ buffer, byteOffset, byteLength }: Uint32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}
