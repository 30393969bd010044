import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { namedQueries } from '../../src/query/sql'
import { narrowed } from '../../src/query/sql/named-query'
import { type AskedLake, openLake } from '../support/lake'
import { type ArchivedTerm, archiveTerm } from '../support/lake/archived-term'
import { comparable, expected } from './expected'

// On one machine, over what the product itself archived. named-queries.slow.ts asks Trino.

let term: ArchivedTerm
let lake: AskedLake

beforeAll(async () => {
  term = await archiveTerm()
  lake = openLake(term.dataDir)
})

afterAll(async () => {
  await lake[Symbol.asyncDispose]()
  term[Symbol.dispose]()
})

describe('the named queries, by DuckDB', () => {
  for (const { id, sql } of namedQueries) {
    it(`${id} gives what was counted by hand`, async () => {
      const { rows } = await lake.query(sql)
      expect(comparable(rows)).toEqual(expected[id]!)
    })

    it(`${id} gives nothing for days on which nothing arrived`, async () => {
      const { rows } = await lake.query(narrowed(sql, { from: '2026-12-01' }))
      expect(rows).toEqual([])
    })
  }

  it('are explained above their SQL, in lines that fit an editor', () => {
    for (const { title, sql } of namedQueries) {
      expect(sql).toStartWith(`-- ${title}\n--\n-- `)
      expect(sql.split('\n').filter((line) => line.length > 100)).toEqual([])
    }
  })
})

describe('a query that is narrowed to days', () => {
  const all = namedQueries.find(({ id }) => id === 'arrivals-by-hour')!.sql
  const ranges: [range: { from?: string; to?: string }, days: string[]][] = [
    [{}, ['2026-11-02', '2026-11-03', '2026-11-12']],
    [{ from: '2026-11-03' }, ['2026-11-03', '2026-11-12']],
    [{ to: '2026-11-03' }, ['2026-11-02', '2026-11-03']],
    [{ from: '2026-11-03', to: '2026-11-03' }, ['2026-11-03']],
  ]
  for (const [range, days] of ranges) {
    it(`${JSON.stringify(range)} has what arrived on ${days.join(', ')}`, async () => {
      const { rows } = await lake.query(narrowed(all, range))
      expect([...new Set(rows.map((row) => String(row[2]).slice(0, 10)))]).toEqual(days)
    })
  }

  it('opens only the files of those days', async () => {
    const filesRead = async (sql: string) => {
      const { rows } = await lake.query(`EXPLAIN ANALYZE ${sql}`)
      return Number(/Total Files Read: (\d+)/.exec(String(rows[0]![1]))?.[1])
    }
    expect(await filesRead(all)).toBe(5)
    expect(await filesRead(narrowed(all, { from: '2026-11-03', to: '2026-11-03' }))).toBe(2)
    const pii = `SELECT count(*) FROM events WHERE retention_class = 'pii'`
    expect(await filesRead(pii)).toBe(0)
  })
})
