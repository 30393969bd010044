import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { join } from 'node:path'
import { openArchive } from '../../src/platform/local/archive'
import { createDuck } from '../../src/platform/local/parquet/duck'
import { namedQueries } from '../../src/query/sql'
import { silentLog } from '../../src/telemetry/log'
import { temporaryFolder } from '../support/folders'
import { lakeOf } from '../support/lake'
import { oddJson } from '../support/odd-json'
import { aBatch, aRecord } from '../support/records'

// One lake with all of them, as senders may fill it: what fails for one of them fails for everybody.

const root = temporaryFolder()
const folder = join(root.path, 'lake/events')
const duck = createDuck()
const lake = lakeOf({ folder, duck })
const sent = new Map(Object.entries(oddJson))

beforeAll(async () => {
  await using archive = openArchive({ folder, log: silentLog })
  const records = [...sent].map(([eventId, raw]) => aRecord({ eventId, raw }))
  const odd = aRecord({
    eventId: 'odd columns',
    actorName: 'a\u0000b\ufffd\u2028',
    groupId: '\u0000',
  })
  await archive.write(aBatch('odd', [...records, odd]))
  // As a version wrote them that had no second column and knew nothing of half pairs.
  const old = join(folder, 'standard/2026-01-01/00')
  await Bun.$`mkdir -p ${old}`
  const connection = await duck.connect()
  await connection.run('CREATE TABLE old (tenant_id VARCHAR, event_id VARCHAR, raw VARCHAR)')
  for (const [id, raw] of sent) {
    await connection.run('INSERT INTO old VALUES ($1, $2, $3)', ['default', `old ${id}`, raw])
  }
  await connection.run(`COPY old TO '${old}/old.parquet' (FORMAT parquet)`)
  connection.closeSync()
})

afterAll(async () => {
  await duck[Symbol.asyncDispose]()
  root[Symbol.dispose]()
})

const readings = [
  `raw->>'$.a'`,
  `raw->'$.a'`,
  `json_extract(raw, '$.*')`,
  `json_extract_string(raw, ['$.a', '$.b'])`,
  'json_keys(raw)',
  'raw::JSON',
  'json(raw)',
  `json_type(raw, '$.a')`,
  'json_structure(raw)',
  'json_array_length(raw)',
  `json_transform(raw, '{"a":"VARCHAR"}')`,
  `json_contains(raw, '1')`,
  'CAST(raw::JSON AS MAP(VARCHAR, JSON))',
  '(SELECT count(*) FROM json_each(raw))',
  '(SELECT count(*) FROM json_tree(raw))',
]

describe('whatever was sent, SQL reads what was sent', () => {
  for (const reading of readings) {
    it(`by ${reading}`, async () => {
      const { rows } = await lake.query(`SELECT count(${reading}), count(*) FROM events`)
      expect(Number(rows[0]![1])).toBe(2 * sent.size + 1)
      expect(Number(rows[0]![0])).toBeGreaterThan(sent.size)
    })
  }

  it('to the letter, by raw_exact where raw differs', async () => {
    const { rows } = await lake.query(
      `SELECT event_id, raw, raw_exact FROM events WHERE day <> '2026-01-01'`,
    )
    for (const [id, text] of sent) {
      const [, raw, exact] = rows.find((row) => row[0] === id)!
      expect([id, (exact ?? raw) === text]).toEqual([id, true])
      expect([id, exact === null]).toEqual([id, raw === text])
    }
  })

  it('from files of before that column as well', async () => {
    const { rows } = await lake.query(
      `SELECT event_id, coalesce(raw_exact, raw) FROM events WHERE day = '2026-01-01'`,
    )
    const wrong = rows.filter(([id, raw]) => raw !== sent.get(String(id).slice('old '.length)))
    expect([wrong, rows.length]).toEqual([[], sent.size])
  })

  it('in the columns', async () => {
    const { rows } = await lake.query(
      `SELECT actor_name, group_id FROM events WHERE event_id = 'odd columns'`,
    )
    expect(rows).toEqual([['a\u0000b\ufffd\u2028', '\u0000']])
  })

  for (const { id, sql } of namedQueries) {
    it(`by the named query ${id}`, async () => {
      expect((await lake.query(sql)).columns.length).toBeGreaterThan(1)
    })
  }
})
