import { Database } from 'bun:sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { cpSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { archiveStored, treeStored } from '../../src/changes/consumers'
import { usualDays } from '../../src/event/kept-days'
import type { EventRecord } from '../../src/event/record'
import { createClosing } from '../../src/merkle/roots/closing'
import { createRoots } from '../../src/merkle/roots/roots'
import type { LogFault } from '../../src/merkle/verify/verdict'
import { verifyLog } from '../../src/merkle/verify/verify'
import { openDocumentsFile, openLocalPlatform } from '../../src/platform/local'
import { lineNames } from '../../src/platform/local/log/line'
import { encodeSegments, MAX_RECORDS } from '../../src/platform/local/log/segment'
import { checksumOf } from '../../src/platform/local/log/segment-rows'
import { openTrees } from '../../src/platform/local/trees'
import { hashing } from '../../src/platform/local/trees/hashing'
import { openLeafIndex } from '../../src/platform/local/verify/leaf-index'
import { walkLake } from '../../src/platform/local/verify/walk-lake'
import { walkLog } from '../../src/platform/local/verify/walk-log'
import { silentLog } from '../../src/telemetry/log'
import { aRunningClock } from '../support/clock'
import { temporaryFolder } from '../support/folders'
import { aRecord } from '../support/records'

const folder = temporaryFolder()
const clean = join(folder.path, 'clean')
const HOUR_MS = 60 * 60 * 1000
const COUNT = 300
let closedHour: string
let openHour: string

/** Texts that a store may change on the way: line breaks, half pairs, quotes of SQL, separators of lines. */
const odd = [
  '{\n"a":1}',
  '{"a":"\\ud800"}',
  `{"a":"it's"}`,
  '{"a":"\\t\\u0000"}',
  '{ "a" : "ü😀" }',
]

const records = (count: number, prefix: string, at: Date): EventRecord[] =>
  Array.from({ length: count }, (_, n) =>
    aRecord({
      ...{ eventId: `${prefix}-${n}`, tenantId: 'school', receivedAt: at.toISOString() },
      raw: odd[n] ?? JSON.stringify({ n, text: `event ${n}` }),
      expiresAt: '2099-01-01T00:00:00.000Z',
      ...(n >= 200 && { retentionClass: 'sensitive' as const }),
    }),
  )

async function verify(dataDir: string) {
  const clock = aRunningClock()
  const { db, documents, box } = openDocumentsFile(dataDir, clock)
  await using trees = openTrees(join(dataDir, 'trees.db'), { add() {} })
  using index = openLeafIndex()
  try {
    return await verifyLog(
      {
        ...{ trees, index, hashing, settled: async () => {} },
        roots: createRoots({ documents, box }),
        places: [walkLake(dataDir), walkLog(join(dataDir, 'hot'))],
        ...{ keptDays: usualDays, now: clock.now() },
      },
      'school',
    )
  } finally {
    db.close()
  }
}

/** A copy of the folder, in which somebody does something behind our back. */
async function faultsAfter(change: (dataDir: string) => void | Promise<void>) {
  const dataDir = join(folder.path, crypto.randomUUID())
  cpSync(clean, dataDir, { recursive: true })
  await change(dataDir)
  const { faults } = await verify(dataDir)
  rmSync(dataDir, { recursive: true })
  return faults
}

const shortOf = ({ kind, place, eventId = '' }: LogFault) => `${kind} ${place} ${eventId}`.trim()
const short = (faults: readonly LogFault[]) => faults.map(shortOf).toSorted()

beforeAll(async () => {
  const clock = aRunningClock()
  // The first events are stored two hours ago, in an hour that is then closed.
  clock.set(-2 * HOUR_MS)
  await using platform = await openLocalPlatform({ dataDir: clean, clock, log: silentLog })
  closedHour = clock.now().toISOString().slice(0, 13)
  await platform.events.append(records(COUNT, 'old', clock.now()))
  await platform.events.append(
    records(3, 'theirs', clock.now()).map((one) => ({ ...one, tenantId: 'other' })),
  )
  await treeStored(platform)
  clock.set(2 * HOUR_MS)
  openHour = clock.now().toISOString().slice(0, 13)
  const close = createClosing({ ...platform, sinks: [], log: silentLog })
  await close(['school', 'other'], clock.now())
  await platform.events.append(records(20, 'new', clock.now()))
  await archiveStored(platform)
  await treeStored(platform)
})
afterAll(() => folder[Symbol.dispose]())

const hot = (dataDir: string) => join(dataDir, 'hot', '00000001.db')
const trees = (dataDir: string) => join(dataDir, 'trees.db')

/** Rewrites the first segment of the hot store, as somebody would who knows how it is made. */
function rewriteSegment(dataDir: string, change: (text: string) => string, { sums = true } = {}) {
  using db = new Database(hot(dataDir))
  const row = db
    .query<{ first: number; body: Uint8Array; contents: Uint8Array; checksum: number }, []>(
      'SELECT first, body, contents, checksum FROM segments ORDER BY first LIMIT 1',
    )
    .get()!
  const text = change(Buffer.from(Bun.zstdDecompressSync(row.body)).toString())
  const body = Bun.zstdCompressSync(Buffer.from(text))
  const checksum = sums ? checksumOf(body, row.contents) : row.checksum
  db.run('UPDATE segments SET body = ?, checksum = ? WHERE first = ?', [body, checksum, row.first])
}

/** Writes every Parquet file of the lake anew. */
async function rewriteLake(dataDir: string, select: string, suffix = '') {
  const files = readdirSync(join(dataDir, 'lake'), { recursive: true, encoding: 'utf8' })
  const duck = await DuckDBInstance.create(':memory:')
  const connection = await duck.connect()
  for (const name of files.filter((one) => one.endsWith('.parquet') && one.includes('standard'))) {
    const file = join(dataDir, 'lake', name)
    await connection.run(
      `CREATE OR REPLACE TABLE t AS SELECT * FROM read_parquet('${file}', hive_partitioning = false)`,
    )
    await connection.run(`COPY (${select} ${suffix}) TO '${file}' (FORMAT parquet)`)
  }
  connection.closeSync()
  duck.closeSync()
}

describe('verify', () => {
  it('finds nothing where nobody did anything, whatever texts were sent', async () => {
    const verdict = await verify(clean)
    expect(verdict.faults).toEqual([])
    expect(verdict).toMatchObject({
      ...{ trees: 2, closed: 1, forgotten: 0, unproven: 0, moreFaults: 0 },
      events: { lake: COUNT + 20, 'hot store': COUNT + 20 },
      root: { sequence: 1, hour: closedHour },
    })
    expect(verdict.leaves).toBeGreaterThanOrEqual(COUNT + 20)
    expect(openHour).not.toBe(closedHour)
  })

  it('names an event that was altered in SQLite, with or without its checksum', async () => {
    const change = (text: string) => text.replace('event 7"', 'event 8"')
    const skilled = await faultsAfter((dataDir) => rewriteSegment(dataDir, change))
    expect(short(skilled)).toEqual(['altered hot store old-7'])
    const clumsy = await faultsAfter((dataDir) => rewriteSegment(dataDir, change, { sums: false }))
    expect(short(clumsy)).toEqual(['altered hot store', 'altered hot store old-7'])
    expect(clumsy.map(({ message }) => message).join()).toContain('checksum')
  })

  it('names events that were removed from SQLite or added to it', async () => {
    const removed = await faultsAfter((dataDir) =>
      rewriteSegment(dataDir, (text) => text.replace(/^.*\told-8\t.*$/m, '')),
    )
    expect(short(removed)).toEqual(['removed hot store old-8'])
    const added = await faultsAfter((dataDir) => {
      using db = new Database(hot(dataDir))
      const at = db.query<{ n: number }, []>('SELECT sum(count) AS n FROM segments').get()!.n
      const [segment] = encodeSegments([
        aRecord({ eventId: 'forged', tenantId: 'school', receivedAt: new Date().toISOString() }),
      ])
      const { count, partition, longest, unpacked, body } = segment!
      const contents = new Uint8Array(8)
      db.run(
        `INSERT INTO segments (first, count, partition, longest, is_escaped, stored_at, unpacked, body, contents, checksum)
         VALUES (?, ?, ?, ?, 0, ?, ?, ?, ?, ?)`,
        [
          ...[at, count, partition, longest, Date.now(), unpacked],
          ...[body, contents, checksumOf(body, contents)],
        ] as never,
      )
    })
    expect(short(added)).toEqual(['added hot store forged'])
    expect(lineNames).toContain('event_id')
  })

  it('names every event of a file of the hot store, or of the lake, that is damaged', async () => {
    const faults = await faultsAfter((dataDir) => {
      using db = new Database(hot(dataDir))
      db.run(`UPDATE segments SET body = x'00' WHERE first = 0`)
    })
    expect(faults[0]).toMatchObject({ kind: 'altered', place: 'hot store' })
    expect(short(faults)).toContain('removed hot store old-1')
    expect(faults.length).toBeGreaterThanOrEqual(MAX_RECORDS)
  })

  it('names what was altered in, removed from and added to Parquet', async () => {
    const altered = await faultsAfter((dataDir) =>
      rewriteLake(
        dataDir,
        `SELECT * REPLACE (CASE WHEN event_id = 'old-7' THEN '{"forged":true}' ELSE raw END AS raw) FROM t`,
      ),
    )
    expect(short(altered)).toEqual(['altered lake old-7'])
    const removed = await faultsAfter((dataDir) =>
      rewriteLake(dataDir, `SELECT * FROM t WHERE event_id <> 'old-8'`),
    )
    expect(short(removed)).toEqual(['removed lake old-8'])
    const added = await faultsAfter((dataDir) =>
      rewriteLake(
        dataDir,
        `SELECT * FROM t UNION ALL SELECT * REPLACE ('forged' AS event_id) FROM t WHERE event_id = 'old-8'`,
      ),
    )
    expect(short(added)).toEqual(['added lake forged'])
    const gone = await faultsAfter((dataDir) => rmSync(join(dataDir, 'lake'), { recursive: true }))
    expect(gone.filter(({ place }) => place === 'lake').length).toBe(COUNT + 20)
  })

  it('names what was altered in, removed from and added to a tree', async () => {
    const tree = `(SELECT id FROM trees WHERE tenantId = 'school' AND hour = '${closedHour}')`
    const run = (sql: string) => (dataDir: string) => {
      using db = new Database(trees(dataDir))
      db.run(sql)
    }
    // The hash of one leaf; the first event has two, since its line break is a space in what is kept.
    const hash = `CAST(substr(hashes, 1, 640) || x'${'ab'.repeat(32)}' || substr(hashes, 673) AS BLOB)`
    const altered = await faultsAfter(
      run(`UPDATE tiles SET hashes = ${hash} WHERE tree = ${tree} AND level = 0 AND at = 0`),
    )
    expect(altered.some(({ place, hour }) => place === 'tree' && hour === closedHour)).toBe(true)
    // The events are as they were, and are not suspected.
    expect(altered.every(({ place }) => place === 'tree')).toBe(true)
    expect(altered.some(({ eventId }) => eventId === 'old-19')).toBe(true)

    const emptied = await faultsAfter(run(`DELETE FROM tiles WHERE tree = ${tree} AND at = 0`))
    expect(emptied[0]).toMatchObject({ place: 'tree', hour: closedHour })
    const removed = await faultsAfter(run(`DELETE FROM trees WHERE id = ${tree}`))
    expect(removed[0]).toMatchObject({ kind: 'removed', place: 'tree', hour: closedHour })
    const reopened = await faultsAfter(
      run(`UPDATE trees SET root = x'${'ab'.repeat(32)}', size = size + 1 WHERE id = ${tree}`),
    )
    expect(reopened[0]).toMatchObject({ place: 'tree', hour: closedHour })
  })

  it('names a root that somebody changed', async () => {
    const faults = await faultsAfter((dataDir) => {
      using db = new Database(join(dataDir, 'nonius.db'))
      db.run(
        `UPDATE documentBytes SET bytes = CAST(replace(CAST(bytes AS TEXT), '"treeSize":', '"treeSize":1') AS BLOB)
         WHERE CAST(bytes AS TEXT) LIKE '%"treeSize":%'`,
      )
    })
    expect(short(faults)).toContain('altered roots')
  })
})
