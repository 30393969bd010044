import { guarded, openDatabase } from '../database'
import type { Segment } from './segment'

/** A segment of a file. Its body is read when it is asked for: who has the records needs none. */
export interface FiledSegment extends Segment {
  /** The SQLite file that holds it. */
  file: string
  /** Offset of its first record in the file, and its place in the whole log. */
  first: number
  position: number
  /** ms since 1970. */
  storedAt: number
}

/** The SQLite file of one generation: segments by the offset of their first record. */
export interface SegmentFile extends Disposable {
  /** ms since 1970. */
  readonly begunAt: number
  /** How many records it holds. */
  readonly total: number
  /** From `first` on, in one durable transaction, all or nothing. */
  append(segments: readonly Segment[], first: number, now: number): void
  /** Commits a change that changes nothing. */
  probe(): void
  /** @returns undefined when no record has that offset */
  holding(offset: number): FiledSegment | undefined
  /** The segment that holds `offset` and those after it, until `maxRecords` are had. */
  from(offset: number, maxRecords: number): FiledSegment[]
}

const schema = `
CREATE TABLE IF NOT EXISTS meta (begun_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS segments (
  first INTEGER PRIMARY KEY,
  count INTEGER NOT NULL,
  partition TEXT NOT NULL,
  longest INTEGER NOT NULL,
  is_escaped INTEGER NOT NULL,
  stored_at INTEGER NOT NULL,
  body BLOB NOT NULL
)`

interface Row {
  first: number
  count: number
  partition: string
  longest: number
  is_escaped: number
  stored_at: number
}

const described = 'first, count, partition, longest, is_escaped, stored_at'

// Half the usual page: a commit fills fewer bytes that hold nothing, a fifth less at 30 events each.
export const PAGE_BYTES = 2048

// The checkpointer is asked long before (`generation.ts`); this is for when it cannot keep up.
const LAST_RESORT_PAGES = (256 * 1024 * 1024) / PAGE_BYTES

export function openSegmentFile(
  file: string,
  { base, now }: { base: number; now: number },
): SegmentFile {
  const db = openDatabase(file, schema, { pageBytes: PAGE_BYTES })
  db.run(`PRAGMA wal_autocheckpoint = ${LAST_RESORT_PAGES}`)
  const begun = db.query<{ begun_at: number }, []>('SELECT begun_at FROM meta').get()
  if (!begun) db.run('INSERT INTO meta VALUES (?)', [now])

  const insert = db.query<never, [number, number, string, number, number, number, Uint8Array]>(
    `INSERT INTO segments (${described}, body) VALUES (?, ?, ?, ?, ?, ?, ?)`,
  )
  const before = db.query<Row, [number]>(
    `SELECT ${described} FROM segments WHERE first <= ? ORDER BY first DESC LIMIT 1`,
  )
  const after = db.query<Row, [number]>(
    `SELECT ${described} FROM segments WHERE first > ? ORDER BY first`,
  )
  const bodyAt = db.query<{ body: Uint8Array }, [number]>(
    'SELECT body FROM segments WHERE first = ?',
  )

  function filed({ first, is_escaped, stored_at, ...row }: Row): FiledSegment {
    return {
      ...row,
      file,
      first,
      position: base + first,
      isEscaped: is_escaped === 1,
      storedAt: stored_at,
      get body() {
        return guarded('reading the log', () => bodyAt.get(first)!.body)
      },
    }
  }

  function holding(offset: number): FiledSegment | undefined {
    const row = guarded('reading the log', () => before.get(offset))
    return row && offset < row.first + row.count ? filed(row) : undefined
  }

  const last = before.get(Number.MAX_SAFE_INTEGER)
  return {
    begunAt: begun?.begun_at ?? now,
    total: last ? last.first + last.count : 0,
    holding,

    probe() {
      guarded('storing events', () => db.run('UPDATE meta SET begun_at = begun_at'))
    },

    append(segments, first, at) {
      let next = first
      guarded('storing events', () => {
        db.run('BEGIN IMMEDIATE')
        try {
          for (const { count, partition, longest, isEscaped, body } of segments) {
            insert.run(next, count, partition, longest, Number(isEscaped), at, body)
            next += count
          }
          db.run('COMMIT')
        } catch (error) {
          if (db.inTransaction) db.run('ROLLBACK')
          throw error
        }
      })
    },

    from(offset, maxRecords) {
      const start = holding(offset)
      const found = start ? [start] : []
      let had = start?.count ?? 0
      if (had >= maxRecords) return found
      return guarded('reading the log', () => {
        for (const row of after.iterate(start?.first ?? offset - 1)) {
          found.push(filed(row))
          had += row.count
          if (had >= maxRecords) break
        }
        return found
      })
    },

    [Symbol.dispose]: () => db.close(),
  }
}
