import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { EventRecord } from '../../src/event/record'
import { openArchive } from '../../src/platform/local/archive'
import { lakeFolder } from '../../src/platform/local/lake'
import { createDuck, literal } from '../../src/platform/local/parquet/duck'
import { namedQueries } from '../../src/query/sql'
import { silentLog } from '../../src/telemetry/log'
import { temporaryFolder } from '../support/folders'
import { type AskedLake, openLake } from '../support/lake'
import { aBatch, aRecord } from '../support/records'
import { sampledDays } from './sampled'

// DuckDB alone: named-queries.slow.ts asks Trino for the same rows of sampled records.

const whole = temporaryFolder()
const sampled = temporaryFolder()
let lakes: { whole: AskedLake; sampled: AskedLake }

async function archived(folder: string, records: EventRecord[]): Promise<AskedLake> {
  await using archive = openArchive({ folder: lakeFolder(folder), log: silentLog })
  await archive.write(aBatch('all', records))
  return openLake(folder)
}

beforeAll(async () => {
  const { all, kept } = sampledDays()
  lakes = {
    whole: await archived(whole.path, all),
    sampled: await archived(sampled.path, kept),
  }
})

afterAll(async () => {
  for (const lake of Object.values(lakes ?? {})) await lake[Symbol.asyncDispose]()
  whole[Symbol.dispose]()
  sampled[Symbol.dispose]()
})

const sqlOf = (id: string) => namedQueries.find((query) => query.id === id)!.sql

/** Adds up a column of what a named query answers over one of the two lakes. */
async function sum(lake: AskedLake, id: string, column: string, where = 'true'): Promise<number> {
  const inner = sqlOf(id)
  const { rows } = await lake.query(`SELECT sum(${column}) FROM (\n${inner}\n) WHERE ${where}`)
  return Number(rows[0]![0])
}

// A quarter of 1,000 sessions is 250 of them, give or take 14 (one standard error, 5.5 %); sessions differ in
// length, which makes it 6 %. Four of these.
const WITHIN = 0.24

describe('a named query over a lake of which a quarter is kept', () => {
  const scaled: [query: string, column: string, where?: string][] = [
    ['activity-by-day', 'events'],
    ['activity-by-day', 'events', `course_id = 'biology'`],
    ['daily-active-people', 'events'],
    ['time-on-task', 'events'],
    ['time-on-task', 'sittings'],
    ['time-on-task', 'minutes'],
    ['most-viewed-resources', 'views'],
    ['conformance-by-source', 'items', `source_id = 'lms'`],
    ['conformance-by-source', 'percent', `source_id = 'lms'`],
    ['departures-by-source', 'items'],
    ['sender-lag', 'items'],
    ['arrivals-by-hour', 'items'],
  ]
  for (const [query, column, where] of scaled) {
    it(`${query} has the ${column} of the whole${where ? ` where ${where}` : ''}`, async () => {
      const [expected, answer] = await Promise.all([
        sum(lakes.whole, query, column, where),
        sum(lakes.sampled, query, column, where),
      ])
      expect(expected).toBeGreaterThan(50)
      expect(Math.abs(answer - expected) / expected).toBeLessThan(WITHIN)
    })
  }

  it('counts exactly what is kept whole beside it', async () => {
    const where = `source_id = 'quizzes'`
    expect(await sum(lakes.sampled, 'conformance-by-source', 'items', where)).toBe(50)
  })

  it('counts people as they are: fewer than there were, since nobody knows how many are missing', async () => {
    const all = await sum(lakes.whole, 'activity-by-day', 'people')
    expect(await sum(lakes.sampled, 'activity-by-day', 'people')).toBeLessThan(all * 0.5)
  })
})

it('counts each of a file from before there were rates once', async () => {
  using folder = temporaryFolder()
  const path = join(lakeFolder(folder.path), 'retention_class=standard/day=2026-07-06/hour=08')
  {
    await using archive = openArchive({ folder: lakeFolder(folder.path), log: silentLog })
    const receivedAt = '2026-07-05T08:00:00.000Z'
    await archive.write(aBatch('new', [aRecord({ receivedAt, sampleRate: 0.5 })]))
  }
  await using duck = createDuck()
  const connection = await duck.connect()
  mkdirSync(path, { recursive: true })
  await connection.run(`COPY (
      SELECT * EXCLUDE (sample_rate, governed_by, filename, day, hour, retention_class)
      FROM read_parquet(${literal(`${lakeFolder(folder.path)}/*/*/*/*.parquet`)}, filename = true)
    ) TO ${literal(join(path, 'old.parquet'))}`)
  connection.closeSync()
  await using lake = openLake(folder.path)
  const { rows } = await lake.query(
    `SELECT arrival_hour, items FROM (\n${sqlOf('arrivals-by-hour')}\n) ORDER BY 1`,
  )
  // One of a half of its kind stands for two; the old one has no rate.
  expect((await lake.query('SELECT count(*) FROM events WHERE sample_rate IS NULL')).rows).toEqual([
    [1],
  ])
  expect(rows.map(([, items]) => Number(items)).reduce((a, b) => a + b, 0)).toBe(3)
})
