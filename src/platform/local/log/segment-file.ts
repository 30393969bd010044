import type { Database } from 'bun:sqlite'
import { guarded, isDamage, openDatabase } from '../database'
import { relaxed, type SyncFile } from '../durably'
import { createAppending } from './appending'
import { lineNames } from './line'
import type { Segment } from './segment'
import {
  bytesOf,
  type Content,
  checksumOf,
  createRowSearch,
  described,
  type Row,
} from './segment-rows'

/**
 * A filed segment is in a file. Its body is read on demand: code that has the records needs none.
 */
export interface FiledSegment extends Omit<Segment, 'body'> {
  /** The SQLite file `file` holds it. */
  file: string
  /** Its first record has this offset in the file, and `position` in the whole log. */
  first: number
  position: number
  /** The time is in ms since 1970. */
  storedAt: number
  /** Its lines have these columns, in this order. */
  columns: readonly string[]
  /** Reads the body. @returns undefined when it is damaged, and cannot be read any more */
  read(): { body: Uint8Array; contents: BigUint64Array | undefined } | undefined
}

/** A segment that was read; its body is undefined when it is damaged. */
export interface ReadSegment extends Pick<FiledSegment, 'first' | 'count'> {
  body: Uint8Array | undefined
}

/** The SQLite file of one generation has segments by the offset of their first record. */
export interface SegmentFile extends Disposable {
  /** The time is in ms since 1970. */
  readonly begunAt: number
  /** Counts the records that it holds. */
  total(): number
  /** Its lines have these columns, in this order. */
  readonly columns: readonly string[]
  /** If true, what stands for a content may be that of a text, and is odd then. */
  readonly hasTexts: boolean
  /**
   * Appends segments from `first` on, in one transaction, all or nothing. They are written within this call;
   * it resolves once they are on the disk, and until then nobody finds them. One append at a time.
   * @param contents what stands for the content of each record
   */
  append(
    segments: readonly Segment[],
    place: { first: number; contents: BigUint64Array; now: number },
  ): Promise<void>
  /**
   * Replaces the body of the segment at `first` by another, which holds as many records. The former
   * is overwritten; the change is durable once the WAL is moved into the file (`empty-wal.ts`).
   */
  replace(first: number, changed: ReplacedSegment): void
  /** Commits a change that changes nothing. */
  probe(): void
  /** Finds the segment of an offset. @returns undefined when no record has that offset */
  holding(offset: number): FiledSegment | undefined
  /** Does the same, and reads the body in the same step. */
  reading(offset: number): ReadSegment | undefined
  /** Lists the segment that holds `offset` and those after it, until `atMost` is reached. */
  from(offset: number, atMost: Extent): FiledSegment[]
}

/** A segment changes in these members when records of it are erased. */
export interface ReplacedSegment extends Pick<Segment, 'longest' | 'unpacked' | 'body'> {
  /** The digests are absent where a file of a former version has none. */
  contents: BigUint64Array | undefined
}

/** An extent says how much to read; the segment that crosses either end is the last. */
export interface Extent {
  records: number
  /** The bytes are counted unpacked. */
  bytes: number
}

// The body is last: to reach what stands behind one, SQLite goes through all its pages.
const schema = `
CREATE TABLE IF NOT EXISTS meta (begun_at INTEGER NOT NULL, columns TEXT, has_texts INTEGER);
CREATE TABLE IF NOT EXISTS segments (
  first INTEGER PRIMARY KEY,
  count INTEGER NOT NULL,
  partition TEXT NOT NULL,
  longest INTEGER NOT NULL,
  is_escaped INTEGER NOT NULL,
  stored_at INTEGER NOT NULL,
  unpacked INTEGER,
  checksum INTEGER,
  contents BLOB,
  body BLOB NOT NULL
)`

// Files of version 0.1.0 do not have these columns; their lines have `FORMER_COLUMNS`. A file of
// before `has_texts` has digests alone.
const added = {
  meta: ['columns TEXT', 'has_texts INTEGER'],
  segments: ['unpacked INTEGER', 'contents BLOB', 'checksum INTEGER'],
}
export const FORMER_COLUMNS =
  'kind event_id standard standard_version type action profile actor_id actor_type actor_name object_id object_type object_name target_id generated_id generated_type group_id session_id ed_app_id membership_roles score max_score success completion duration_ms event_time send_time sequence conformant issue_codes tenant_id source_id received_at skew_ms category privacy_level retention_class server_subject server_ip server_user_agent request_id expires_at raw'

// A page is half the usual one: a commit leaves fewer bytes empty, a fifth less at 30 events each.
export const PAGE_BYTES = 2048

// The checkpointer is asked long before (`generation.ts`); this is for when it is too slow.
const LAST_RESORT_PAGES = (256 * 1024 * 1024) / PAGE_BYTES

interface Opening {
  base: number
  now: number
  sync?: SyncFile | undefined
}

export function openSegmentFile(file: string, opening: Opening): SegmentFile {
  const db = openDatabase(file, schema, { pageBytes: PAGE_BYTES })
  try {
    return segmentsOf(db, file, opening)
  } catch (error) {
    db.close()
    throw error
  }
}

function segmentsOf(db: Database, file: string, { base, now, sync }: Opening): SegmentFile {
  db.run(`PRAGMA wal_autocheckpoint = ${LAST_RESORT_PAGES}`)
  guarded(`opening ${file}`, () => addColumns(db))
  const begun = db.query<Begun, []>('SELECT begun_at, columns, has_texts FROM meta').get()
  if (!begun) db.run('INSERT INTO meta VALUES (?, ?, 1)', [now, lineNames.join(' ')])
  const columns = begun ? (begun.columns ?? FORMER_COLUMNS).split(' ') : lineNames

  const rows = createRowSearch(db)
  const after = db.query<Row, [number]>(
    `SELECT ${described} FROM segments WHERE first > ? ORDER BY first`,
  )
  const update = db.query<
    never,
    [number, number, Uint8Array, Uint8Array | null, number | null, number]
  >(
    'UPDATE segments SET longest = ?, unpacked = ?, body = ?, contents = ?, checksum = ? WHERE first = ?',
  )
  const contentAt = db.query<Content, [number]>(
    'SELECT body, contents, checksum FROM segments WHERE first = ?',
  )

  function read(first: number): ReturnType<FiledSegment['read']> {
    try {
      const found = guarded('reading the log', () => contentAt.get(first))
      return found === null ? undefined : checked(found)
    } catch (error) {
      if (isDamage(error)) return undefined
      throw error
    }
  }

  function checked(content: Content): ReturnType<FiledSegment['read']> {
    if (!isIntact(content)) return undefined
    const { body, contents } = content
    return { body, contents: contents ? new BigUint64Array(contents.slice().buffer) : undefined }
  }

  function filed({ first, is_escaped, stored_at, unpacked, ...row }: Row): FiledSegment {
    return {
      ...row,
      file,
      first,
      columns,
      position: base + first,
      isEscaped: is_escaped === 1,
      storedAt: stored_at,
      // A former version did not store the size, but it cannot be more.
      unpacked: unpacked ?? row.count * row.longest,
      read: () => read(first),
    }
  }

  function holding(offset: number): FiledSegment | undefined {
    const row = rows.holding(offset)
    return row && filed(row)
  }

  /** Lists segments up to the first page that is damaged. */
  function readableFrom(offset: number, { records, bytes }: Extent): FiledSegment[] {
    const found: FiledSegment[] = []
    let left = { records, bytes }
    function add(segment: FiledSegment) {
      found.push(segment)
      left = { records: left.records - segment.count, bytes: left.bytes - segment.unpacked }
      return left.records > 0 && left.bytes > 0
    }
    try {
      const start = holding(offset)
      if (start !== undefined && !add(start)) return found
      return guarded('reading the log', () => {
        for (const row of after.iterate(start?.first ?? offset - 1)) {
          // Rows beyond are written and not yet on the disk.
          if (row.first >= appending.total() || !add(filed(row))) break
        }
        return found
      })
    } catch (error) {
      if (isDamage(error)) return found
      throw error
    }
  }

  const last = guarded(`opening ${file}`, rows.last)
  const appending = createAppending(db, last ? last.first + last.count : 0, sync)
  return {
    columns,
    hasTexts: begun === null || begun.has_texts === 1,
    begunAt: begun?.begun_at ?? now,
    total: appending.total,
    append: appending.append,
    holding,

    reading(offset) {
      const row = rows.holdingWithContent(offset)
      if (row !== undefined) return { ...row, body: isIntact(row) ? row.body : undefined }
      const segment = holding(offset)
      return segment && { ...segment, body: segment.read()?.body }
    },

    probe() {
      appending.mend()
      guarded('storing events', () => db.run('UPDATE meta SET begun_at = begun_at'))
    },

    replace(at, { longest, unpacked, body, contents }) {
      const digests = contents && bytesOf(contents)
      const checksum = digests ? checksumOf(body, digests) : null
      rows.forget()
      guarded('erasing from the log', () => {
        // The update has no fsync, for which all would wait: the erasure waits for one at the end.
        relaxed(db, () => update.run(longest, unpacked, body, digests ?? null, checksum, at))
      })
    },

    from(offset, atMost) {
      // After damaged pages we look into the tree again, ever farther on.
      for (let at = offset, step = 128; at < appending.total(); at += step, step *= 2) {
        const found = readableFrom(at, atMost)
        if (found.length > 0) return found
      }
      return []
    },

    [Symbol.dispose]() {
      appending[Symbol.dispose]()
      db.close()
    },
  }
}

/** Tells whether a content is as it was written, as far as its file says. */
function isIntact({ body, contents, checksum }: Content): boolean {
  return contents === null || checksumOf(body, contents) === checksum
}

interface Begun {
  begun_at: number
  columns: string | null
  has_texts: number | null
}

function addColumns(db: Database) {
  for (const [table, definitions] of Object.entries(added)) {
    const there = db.query<{ name: string }, []>(`PRAGMA table_info(${table})`).all()
    for (const definition of definitions) {
      const isThere = there.some(({ name }) => definition.startsWith(`${name} `))
      if (!isThere) db.run(`ALTER TABLE ${table} ADD COLUMN ${definition}`)
    }
  }
}
