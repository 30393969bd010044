import type { Database } from 'bun:sqlite'
import { guarded, isDamage } from '../database'

// Segments of former versions had so many records; none has more.
const MOST_RECORDS = 128

/** A row is a segment without its body. */
export interface Row {
  first: number
  count: number
  partition: string
  longest: number
  is_escaped: number
  stored_at: number
  unpacked: number | null
}

/** The content of a segment is what is read of it alone, since it is large. */
export interface Content {
  body: Uint8Array
  contents: Uint8Array | null
  checksum: number | null
}

/** It is content, and of its segment only what says where it is. */
type Located = Content & Pick<Row, 'first' | 'count'>

export const described = 'first, count, partition, longest, is_escaped, stored_at, unpacked'

/** Finds the rows of segments by the offsets that they hold. */
export function createRowSearch(db: Database) {
  const before = db.query<Row, [number]>(
    `SELECT ${described} FROM segments WHERE first <= ? ORDER BY first DESC LIMIT 1`,
  )
  // To search and to read at once is half of what searching first and then reading is. The body comes first: in files
  // whose rows end with the others, SQLite would go through all its pages to reach them, and then again.
  const beforeWithContent = db.query<Located, [number]>(
    'SELECT body, first, count, contents, checksum FROM segments WHERE first <= ? ORDER BY first DESC LIMIT 1',
  )
  const at = db.query<Row, [number]>(`SELECT ${described} FROM segments WHERE first = ?`)
  /** The events of a delivery were mostly stored together. */
  let found: Row | null = null

  const holds = ({ first, count }: Pick<Row, 'first' | 'count'>, offset: number) =>
    offset >= first && offset < first + count

  /**
   * Finds the last row that begins at an offset or before. SQLite looks into the pages on either side
   * of an offset at which none begins: where one of them is damaged, the other still has its rows.
   */
  function lastUpTo(offset: number): Row | null {
    try {
      return before.get(offset)
    } catch (error) {
      if (!isDamage(error)) throw error
      for (let first = offset; first >= 0 && first > offset - MOST_RECORDS; first -= 1) {
        const row = readable(first)
        if (row !== null && holds(row, offset)) return row
      }
      throw error
    }
  }

  function readable(first: number): Row | null {
    try {
      return at.get(first)
    } catch (error) {
      if (isDamage(error)) return null
      throw error
    }
  }

  return {
    /** @returns null for an empty file */
    last: () => before.get(Number.MAX_SAFE_INTEGER),

    /** @returns undefined when no segment holds the offset */
    holding(offset: number): Row | undefined {
      if (found === null || !holds(found, offset))
        found = guarded('reading the log', () => lastUpTo(offset))
      return found !== null && holds(found, offset) ? found : undefined
    },

    /**
     * Does as `holding` does, and reads the content.
     * @returns undefined also when something is damaged: `holding` may still find the row
     */
    holdingWithContent(offset: number): Located | undefined {
      try {
        const read = guarded('reading the log', () => beforeWithContent.get(offset))
        return read !== null && holds(read, offset) ? read : undefined
      } catch (error) {
        if (isDamage(error)) return undefined
        throw error
      }
    },

    /** Is to be told when a row has changed. */
    forget() {
      found = null
    },
  }
}

/** Sums the digests and then the body, to find what the disk, or somebody, has changed. */
export function checksumOf(body: Uint8Array, contents: Uint8Array): number {
  return Bun.hash.xxHash32(body, Bun.hash.xxHash32(contents))
}

export function bytesOf({ buffer, byteOffset, byteLength }: BigUint64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}
