import { existsSync, rmSync } from 'node:fs'
import type { EventRecord } from '../../event/record'
import type { Checkpointer } from './checkpointer'
import { guarded, openDatabase } from './database'
import { addEntry, createIndex, type EventIndex, mapIndex, saveIndex } from './event-index'
import { type EventKeys, entryOf } from './event-keys'
import { decodeLine } from './line'
import { type Segment, segmentLines } from './segment'

/**
 * How many events a generation holds. A power of two, for the masks of the index. At 262,144 events
 * a generation is about 50 MB of log, its index 14 MB, and rebuilding that index after a crash takes
 * a second.
 */
export const CAPACITY = 2 ** 18

/** Where an event stands in the whole log: `generation × CAPACITY + offset`. */
export type Position = number

export interface StoredSegment extends Segment {
  position: Position
  /** ms since 1970. */
  storedAt: number
}

/**
 * One stretch of the log: a SQLite file of segments and the index of its events. Generations are
 * filled one after another and dropped whole, so expiry gives the disk its space back and costs
 * nothing, and a store of any age writes as fast as an empty one.
 */
export interface Generation {
  readonly number: number
  readonly base: Position
  readonly index: EventIndex
  /** ms since 1970: when it was begun. */
  readonly begunAt: number
  /** In one durable transaction, all or nothing. */
  append(segments: readonly Segment[], now: number): void
  read(offset: number): EventRecord
  /** The segments that hold `offset` and later ones, until `maxRecords` are had. */
  segmentsFrom(offset: number, maxRecords: number): StoredSegment[]
  saveIndex(): Promise<void>
  close(): void
  drop(): void
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

// A checkpoint each 16 MB of log, where SQLite's own 4 MB would write shared pages a third more often.
const CHECKPOINT_BYTES = 16 * 1024 * 1024
const PAGE_BYTES = 4096

type Row = Omit<Segment, 'isEscaped'> & { first: number; stored_at: number; is_escaped: number }

export function openGeneration(
  folder: string,
  number: number,
  options: { keys: EventKeys; now: number; sealed: boolean; checkpointer: Checkpointer },
): Generation {
  const file = `${folder}/${String(number).padStart(8, '0')}`
  const base = number * CAPACITY
  const db = openDatabase(`${file}.db`, schema)
  // The checkpointer is asked long before; this is for when it cannot keep up. In pages of 4 KB.
  db.run('PRAGMA wal_autocheckpoint = 65536')
  const begun = db.query<{ begun_at: number }, []>('SELECT begun_at FROM meta').get()
  if (!begun) db.run('INSERT INTO meta VALUES (?)', [options.now])

  const insert = db.query<never, [number, number, string, number, number, number, Uint8Array]>(
    `INSERT INTO segments (first, count, partition, longest, is_escaped, stored_at, body)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  )
  const at = db.query<Row, [number]>(
    'SELECT * FROM segments WHERE first <= ? ORDER BY first DESC LIMIT 1',
  )
  const from = db.query<Row, [number, number]>(
    'SELECT * FROM segments WHERE first > ? ORDER BY first LIMIT ?',
  )
  const unpacked = new Map<number, string[]>()
  /** About how many bytes the WAL holds. */
  let inWal = 0

  const total = () => {
    const last = at.get(CAPACITY)
    return last ? last.first + last.count : 0
  }

  function lines(row: Row): string[] {
    const held = unpacked.get(row.first)
    if (held) return held
    // A page of a query often finds its events close together. A few segments are a few MB.
    if (unpacked.size >= 8) unpacked.delete(unpacked.keys().next().value!)
    const fresh = segmentLines(row.body)
    unpacked.set(row.first, fresh)
    return fresh
  }

  function append(segments: readonly Segment[], now: number) {
    let first = index.count
    for (const segment of segments) {
      first -= segment.count
      inWal += segment.body.length + PAGE_BYTES
    }
    guarded('storing events', () => {
      db.run('BEGIN IMMEDIATE')
      try {
        for (const { count, partition, longest, isEscaped, body } of segments) {
          insert.run(first, count, partition, longest, Number(isEscaped), now, body)
          first += count
        }
        db.run('COMMIT')
      } catch (error) {
        if (db.inTransaction) db.run('ROLLBACK')
        throw error
      }
    })
    if (inWal < CHECKPOINT_BYTES) return
    inWal = 0
    options.checkpointer.request(`${file}.db`)
  }

  function read(offset: number): EventRecord {
    return guarded('reading an event', () => {
      const row = at.get(offset)
      const line = row ? lines(row)[offset - row.first] : undefined
      if (line === undefined) throw new RangeError(`no event at ${base + offset}`)
      return decodeLine(line)
    })
  }

  const segmentOf = ({ first, stored_at, is_escaped, ...row }: Row): StoredSegment => ({
    ...row,
    isEscaped: is_escaped === 1,
    position: base + first,
    storedAt: stored_at,
  })

  function segmentsFrom(offset: number, maxRecords: number): StoredSegment[] {
    return guarded('reading the log', () => {
      const found: StoredSegment[] = []
      let had = 0
      let next: Row | null = at.get(offset)
      if (next && next.first + next.count <= offset) next = null
      let last = next ? next.first : offset - 1
      while (had < maxRecords) {
        // A handful at a time: a row carries its body.
        const rows = next ? [next] : from.all(last, 16)
        next = null
        if (rows.length === 0) break
        for (const row of rows) {
          if (had >= maxRecords) break
          found.push(segmentOf(row))
          had += row.count
          last = row.first
        }
      }
      return found
    })
  }

  function buildIndex(): EventIndex {
    const built = createIndex(CAPACITY)
    for (const segment of segmentsFrom(0, CAPACITY)) {
      for (const line of segmentLines(segment.body)) {
        addEntry(built, entryOf(options.keys, decodeLine(line)))
      }
    }
    return built
  }

  function loadIndex(): EventIndex {
    if (existsSync(`${file}.idx`)) {
      const mapped = mapIndex(`${file}.idx`)
      if (mapped && mapped.count === total()) return options.sealed ? mapped : grown(mapped)
    }
    return buildIndex()
  }

  const index = loadIndex()
  return {
    number,
    base,
    index,
    begunAt: begun?.begun_at ?? options.now,
    append,
    read,
    segmentsFrom,
    saveIndex: () => saveIndex(index, `${file}.idx`),
    close: () => db.close(),
    drop() {
      db.close()
      for (const ending of ['.db', '.db-wal', '.idx']) rmSync(file + ending, { force: true })
    },
  }
}

/** A copy with room for more, of an index that was cut to its size. */
function grown(mapped: EventIndex): EventIndex {
  const index = createIndex(CAPACITY)
  const { ids, times, contents, hashes, slots, bloom, ...bounds } = mapped
  Object.assign(index, bounds)
  index.ids.set(ids)
  index.times.set(times)
  index.contents.set(contents)
  index.slots.set(slots)
  index.bloom.set(bloom)
  for (const [column, values] of Object.entries(hashes)) {
    index.hashes[column as keyof typeof hashes].set(values)
  }
  return index
}
