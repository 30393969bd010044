import { describe, expect, it } from 'bun:test'
import { athenaEscapes } from '../../../../tests/support/sql/escapes'
import { namedQueries } from '../../../query/sql'
import type { SqlValue } from '../../lake'
import { boundForeign, judgeForeign } from './foreign'

const bound = { seen: `tenant_id = 'school'`, timezone: undefined, database: 'nonius' }

describe("somebody else's SQL for Athena", () => {
  it(`finds none of ${athenaEscapes.length} ways out`, () => {
    const out = athenaEscapes.filter((sql) => {
      try {
        judgeForeign(sql)
        return true
      } catch (error) {
        return !(error as Error).message.startsWith('This SQL is not run')
      }
    })
    expect(athenaEscapes.length).toBeGreaterThanOrEqual(60)
    expect(out).toEqual([])
  }, 60_000)

  it('may be a query of ours', () => {
    for (const { sql } of namedQueries.slice(0, 4)) expect(judgeForeign(sql)).toEqual([])
  }, 60_000)

  const placed: [sql: string, begins: string, ends: string][] = [
    ['SELECT 1', 'WITH events AS (SELECT ', ')\nSELECT 1'],
    [
      'with a AS (SELECT 1) SELECT * FROM a',
      'with events AS (',
      '), a AS (SELECT 1) SELECT * FROM a',
    ],
    [
      '/* WITH */ WITH a AS (SELECT 1) TABLE a',
      '/* WITH */ WITH events AS (',
      '), a AS (SELECT 1) TABLE a',
    ],
    // A comment ends at a carriage return.
    ['-- x\rSELECT 1', 'WITH events AS (', ')\n-- x\rSELECT 1'],
    [
      'SELECT * FROM (WITH a AS (SELECT 1) TABLE a)',
      'WITH events AS (',
      ')\nSELECT * FROM (WITH a AS (SELECT 1) TABLE a)',
    ],
  ]
  for (const [sql, begins, ends] of placed) {
    it(`has its events put where they hold: ${JSON.stringify(sql)}`, () => {
      const written = boundForeign(sql, { parameters: {} }, bound)
      expect(written.startsWith(begins)).toBe(true)
      expect(written.endsWith(ends)).toBe(true)
      expect(written).toContain(`CASE WHEN tenant_id = 'school' THEN actor_id END AS actor_id`)
      expect(written).toContain(`FROM "nonius".events WHERE tenant_id = 'school'`)
    })
  }

  it('has literals for its parameters, and none within a text, a name or a comment', () => {
    const parameters: Record<string, SqlValue> = {
      who: { type: 'text', value: `o'k' OR 1=1 --` },
      n: { type: 'integer', value: -3 },
      x: { type: 'number', value: 0.5 },
      from: { type: 'time', value: '2026-01-02T03:04:05.000Z' },
      day: { type: 'date', value: '2026-01-02' },
      yes: { type: 'boolean', value: true },
      none: { type: 'null' },
    }
    const sql = `SELECT $who, $n, $x, $from, $day, $yes, $none, '$z' AS "$z" -- $z\n /* $z */`
    const written = boundForeign(sql, { parameters }, bound)
    expect(written.slice(written.lastIndexOf('\nSELECT ') + 1)).toBe(
      `SELECT  'o''k'' OR 1=1 --' ,  (-3) ,  5E-1 ,  TIMESTAMP '2026-01-02 03:04:05.000' ,  DATE '2026-01-02' ,  true ,  NULL , '$z' AS "$z" -- $z\n /* $z */`,
    )
    expect(() => boundForeign('SELECT $a', { parameters: {} }, bound)).toThrow(
      'has no value for $a',
    )
    const more = { parameters: { a: { type: 'null' as const } } }
    expect(() => boundForeign('SELECT 1', more, bound)).toThrow('not in it')
  })
})
