import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Lake, LakeReader, SqlValue } from '../../src/platform/lake'
import { openArchive } from '../../src/platform/local/archive'
import { createLake, lakeFolder, openServingLake } from '../../src/platform/local/lake'
import { executeWith } from '../../src/platform/local/lake/execute'
import { viewsOf } from '../../src/platform/local/lake/view'
import { createDuck } from '../../src/platform/local/parquet/duck'
import { askLake } from '../../src/query/ask-lake'
import { silentLog } from '../../src/telemetry/log'
import { temporaryFolder } from '../support/folders'
import { aBatch, aRecord } from '../support/records'
import { duckEscapes } from '../support/sql/escapes'
import { hostileQueries } from '../support/sql/mutations'

const SECRET = 'marker-of-the-other-tenant'
const folder = temporaryFolder()
const lakePath = lakeFolder(folder.path)
const file = join(folder.path, 'secret.txt')
let lake: Lake

beforeAll(async () => {
  writeFileSync(file, SECRET)
  const ours = Array.from({ length: 5 }, (_, i) =>
    aRecord({ tenantId: 'school', eventId: `ours-${i}`, actorId: `a${i}`, type: 'ViewEvent' }),
  )
  const theirs = Array.from({ length: 5 }, (_, i) =>
    aRecord({
      ...{ tenantId: 'school2', eventId: `theirs-${i}`, actorId: `${SECRET}-${i}`, type: SECRET },
      raw: `{"id":"${SECRET}"}`,
    }),
  )
  await using archive = openArchive({ folder: lakePath, log: silentLog })
  await archive.write(aBatch('b', [...theirs, ...ours]))
  const duck = createDuck()
  const createLocked = () => createDuck({ threads: 1 })
  lake = createLake({ execute: executeWith({ folder: lakePath, duck, createLocked }) })
})

afterAll(async () => {
  await lake[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

interface Asked {
  parameters?: Record<string, SqlValue>
  reader?: LakeReader
  where?: string
}

function ask(sql: string, { parameters = {}, reader = { tenantId: 'school' }, where }: Asked = {}) {
  return askLake(lake, { reader, sql, where, foreign: { parameters } })
}

describe("somebody else's SQL on DuckDB", () => {
  it(`finds none of ${duckEscapes.length} ways out`, async () => {
    const out: string[] = []
    for (const way of duckEscapes) {
      const sql = way.replaceAll('LAKE', lakePath).replaceAll('FILE', file)
      const said = await ask(sql).then(
        ({ rows }) => `gave ${rows.length} rows`,
        ({ message }: Error) => message,
      )
      if (!said.startsWith('This SQL is not run') || said.includes(SECRET))
        out.push(`${way}: ${said}`)
    }
    expect(duckEscapes.length).toBeGreaterThanOrEqual(60)
    expect(out).toEqual([])
    expect(existsSync(`${lakePath}/x.csv`)).toBe(false)
  }, 60_000)

  const fine: [sql: string, rows: unknown[][]][] = [
    [`SELECT count(*) FROM events`, [[5]]],
    [`SELECT count(*) FROM EVENTS e WHERE e.day > '2000'`, [[5]]],
    [`WITH a AS (FROM events), b AS (FROM a) SELECT count(*) FROM b, a`, [[25]]],
    [
      `WITH RECURSIVE a(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM a WHERE n < 3) SELECT max(n) FROM a`,
      [[3]],
    ],
    [`SELECT type, count(*) FROM events GROUP BY ALL ORDER BY ALL`, [['ViewEvent', 5]]],
    [
      `SELECT raw->>'$.nothing', x::JSON FROM (SELECT raw, '1' AS x FROM events LIMIT 1)`,
      [[null, '1']],
    ],
    [
      `SELECT actor_id FROM events QUALIFY row_number() OVER (ORDER BY actor_id DESC) = 1`,
      [['a4']],
    ],
    [`SELECT unnest(list_transform([1, 2], lambda x: x + 1))`, [[2], [3]]],
    [`SELECT sum(i) FROM range(10) t(i)`, [[45]]],
    [`FROM (FROM events) PIVOT (count(*) FOR type IN ('ViewEvent')) SELECT count(*) > 0`, [[true]]],
    [`SELECT count(*) > 40 FROM (DESCRIBE events)`, [[true]]],
    [`SELECT date_trunc('day', DATE '2026-01-02')::DATE`, [['2026-01-02']]],
    [`SELECT to_unixtime(TIMESTAMPTZ '1970-01-01 00:01:00.5+00')`, [[60.5]]],
    [`SELECT to_unixtime(TIMESTAMPTZ '0001-01-01 00:00:00+00')`, [[-62_135_596_800]]],
    [`SELECT to_unixtime(CAST(NULL AS TIMESTAMPTZ))`, [[null]]],
  ]
  for (const [sql, rows] of fine) {
    it(`is answered: ${sql}`, async () => expect((await ask(sql)).rows).toEqual(rows))
  }

  it('has typed parameters, each of which is given', async () => {
    const parameters: Record<string, SqlValue> = {
      from: { type: 'time', value: '2026-01-01T00:00:00Z' },
      who: { type: 'text', value: `' OR 1=1 --` },
      n: { type: 'integer', value: 9 },
      x: { type: 'number', value: 1.5 },
      day: { type: 'date', value: '2026-02-03' },
      yes: { type: 'boolean', value: true },
      none: { type: 'null' },
    }
    const sql = `SELECT epoch_ms($from), $who, $n, $x, $day, $yes, $none`
    const [row] = (await ask(sql, { parameters })).rows
    expect(row).toEqual([1767225600000, `' OR 1=1 --`, 9, 1.5, '2026-02-03', true, null])
    expect(ask('SELECT $a', { parameters: {} })).rejects.toThrow('has no value for $a')
    expect(ask('SELECT 1', { parameters: { a: { type: 'null' } } })).rejects.toThrow('not in it')
  })

  it('learns nothing of a row that is not its own, by errors neither', async () => {
    const tells = [
      `SELECT CAST(actor_id AS INTEGER) FROM events WHERE actor_id NOT LIKE 'a%'`,
      `SELECT count(*) FROM events WHERE CAST(substr(actor_id, 2) AS INTEGER) >= 0`,
      `SELECT count(*) FROM events WHERE CASE WHEN actor_id LIKE 'marker%' THEN error(actor_id) ELSE true END`,
      `SELECT count(*) FROM events WHERE json_extract(CASE WHEN actor_id LIKE 'm%' THEN '{' ELSE '{}' END, '$.x') IS NULL`,
      `SELECT max(CASE WHEN type LIKE 'marker%' THEN error('seen') ELSE 1 END) FROM events`,
      `SELECT count(*) FROM events WHERE regexp_matches('x', CASE WHEN actor_id LIKE 'm%' THEN '(' ELSE 'x' END)`,
      `SELECT count(*) FROM events a JOIN events b ON CASE WHEN a.actor_id LIKE 'm%' THEN error('j') ELSE true END`,
    ]
    for (const sql of tells) await ask(sql)
    // The same tells of one's own.
    const own = `SELECT count(*) FROM events WHERE CASE WHEN actor_id LIKE 'a%' THEN error(actor_id) ELSE true END`
    expect(ask(own)).rejects.toThrow('a0')
    expect(ask(own, { where: `actor_id = 'a3'` })).rejects.toThrow('a3')
  })

  it('has nothing to evaluate but NULL of a row that is not its own', async () => {
    const viewer = { tenantId: 'school', where: "actor_id <> 'a0'", isForeign: true }
    const { events } = await viewsOf(lakePath, viewer)
    // As an engine that looks at rows before the condition that leaves them out.
    const unbound = events.slice(0, events.lastIndexOf(' WHERE '))
    await using all = createDuck()
    const connection = await all.connect()
    const found = await connection.runAndReadAll(`SELECT * FROM (${unbound})`)
    const rows = found.getRowObjects()
    expect(rows.length).toBe(10)
    const others = rows.filter(({ tenant_id }) => tenant_id === null)
    expect(others.length).toBe(6)
    for (const { day, retention_class, ...rest } of others) {
      expect(Object.values(rest).filter((value) => value !== null)).toEqual([])
    }
  })

  it('never has the marker of another tenant in an answer, whatever is asked', async () => {
    let answered = 0
    for (const sql of hostileQueries(100, { lake: lakePath, file })) {
      const said = await ask(sql).then(
        ({ rows }) => {
          answered += 1
          return JSON.stringify(rows, (_, one) => (typeof one === 'bigint' ? String(one) : one))
        },
        ({ message }: Error) => message,
      )
      if (said.includes(SECRET)) throw new Error(`${sql} gave it`)
    }
    expect(answered).toBeGreaterThan(10)
  }, 60_000)
})

describe("somebody else's SQL in a process beside the server", () => {
  async function failing(sql: string, ms = 20_000) {
    await using apart = openServingLake(folder.path)
    const limits = { ms, rows: 1000 }
    const query = { reader: { tenantId: 'school' }, sql, limits, foreign: { parameters: {} } }
    const error = await askLake(apart, query).then(
      () => undefined,
      (thrown: Error) => thrown,
    )
    // It goes on answering.
    const again = { ...query, limits: {}, sql: 'SELECT count(*) FROM events' }
    expect((await askLake(apart, again)).rows).toEqual([[5]])
    return error?.message
  }

  it('ends when it never does, takes the memory, or gives what nobody reads', async () => {
    expect(
      await failing(
        'SELECT sum(a.range + b.range) FROM range(100000000) a, range(100000000) b',
        500,
      ),
    ).toContain('stopped after 0.5 s')
    expect(
      await failing(`SELECT length(repeat('x', 3000000000) || repeat('y', 3000000000))`),
    ).toMatch(/memory/i)
    expect(await failing('SELECT range FROM range(1000000000)')).toContain('larger than')
  }, 60_000)

  it('is judged without being run', async () => {
    await using apart = openServingLake(folder.path)
    expect(await apart.judge('SELECT $a, $b FROM events')).toEqual(['a', 'b'])
    expect(apart.judge('SELECT * FROM audit')).rejects.toThrow('no table "audit"')
  })
})
