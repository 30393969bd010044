import { Database } from 'bun:sqlite'
import { join } from 'node:path'
import { PARQUET } from '../src/platform/local/parquet/copy-statement'
import { createDuck, literal } from '../src/platform/local/parquet/duck'
import { temporaryFolder } from '../tests/support/folders'
import { createBodies } from './events'
import type { Kind } from './kinds'

/** These are CPU times of an event in µs. */
export interface Floor {
  parse: number
  insert: number
  /** It is `NaN` where a server wrote no lake. */
  parquet: number
  /** To parse and to insert. */
  rows: number
  /** The same and a write of Parquet. */
  all: number
  /** This is the length of an event as sent. */
  bytes: number
}

// One round in three is slower here, when another process has emptied the caches.
const ROUNDS = 5
const EVENTS = 40_000

/**
 * Measures the floor that no server which parses, stores and archives can go below: JSON.parse of
 * the same distinct texts, a bare one-row insert without any index, in durable transactions of the
 * given size, and a bare write of the rows that the server has archived, from memory, by DuckDB,
 * with the options of the lake.
 *
 * @param dataDir a folder of a server that has ended
 */
export async function measureFloor(
  commitSize: number,
  kind: Kind = 'event',
  dataDir?: string,
): Promise<Floor> {
  const bodies = createBodies(kind)
  // The texts come through bytes, as from the network: a text that is still a rope would cost the
  // parser more.
  const texts = Array.from({ length: EVENTS }, () => Buffer.from(bodies.text()).toString())
  const parse = await cpuPerEvent(EVENTS, () => {
    for (const text of texts) JSON.parse(text)
  })
  const insert = await measureInsert(texts, commitSize)
  const parquet = dataDir === undefined ? Number.NaN : await measureParquet(dataDir)
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / EVENTS
  return { parse, insert, parquet, rows: parse + insert, all: parse + insert + parquet, bytes }
}

async function measureInsert(texts: string[], commitSize: number): Promise<number> {
  using folder = temporaryFolder()
  const db = new Database(join(folder.path, 'floor.db'))
  db.run('PRAGMA journal_mode = WAL')
  db.run('PRAGMA synchronous = FULL')
  db.run('CREATE TABLE events (body TEXT)')
  const add = db.query('INSERT INTO events VALUES (?)')
  const store = db.transaction((some: string[]) => {
    for (const text of some) add.run(text)
  })
  const insert = await cpuPerEvent(texts.length, () => {
    for (let i = 0; i < texts.length; i += commitSize) store(texts.slice(i, i + commitSize))
  })
  db.close()
  return insert
}

/** Writes the largest file of a lake once more: as many rows as the server wrote at once. */
async function measureParquet(dataDir: string): Promise<number> {
  using folder = temporaryFolder()
  await using duck = createDuck({ threads: 1 })
  const connection = await duck.connect()
  const ask = async (sql: string) => (await connection.runAndReadAll(sql)).getRows()
  const files = literal(join(dataDir, 'lake', '**', '*.parquet'))
  const [largest] = await ask(
    `SELECT file_name, num_rows FROM parquet_file_metadata(${files}) ORDER BY num_rows DESC LIMIT 1`,
  )
  if (largest === undefined) return Number.NaN
  const [file, rows] = [String(largest[0]), Number(largest[1])]
  await ask(
    `CREATE TABLE archived AS FROM read_parquet(${literal(file)}, hive_partitioning = false)`,
  )
  const output = literal(join(folder.path, 'floor.parquet'))
  const parquet = await cpuPerEvent(rows, () => ask(`COPY archived TO ${output} ${PARQUET}`))
  connection.closeSync()
  return parquet
}

/** Measures the CPU µs of `work` per event, user and system together: the median of some rounds. */
async function cpuPerEvent(events: number, work: () => unknown): Promise<number> {
  const rounds: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const from = process.cpuUsage()
    await work()
    const { user, system } = process.cpuUsage(from)
    rounds.push((user + system) / events)
  }
  return rounds.toSorted((a, b) => a - b)[ROUNDS >> 1]!
}
