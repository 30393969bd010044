import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { conditionOf, type Narrowing } from './narrowing'
import { namedQueries } from './sql'
import { narrowed } from './sql/named-query'

const time = (utc: string) => `CAST('${utc} UTC' AS timestamp with time zone)`

// Of an arrival, folders say the day; with a time or a zone they only rule out other folders.
const conditions: [narrowing: Narrowing, sql: string | undefined][] = [
  [{}, undefined],
  [{ by: 'event', timezone: 'Europe/Berlin' }, undefined],
  [{ from: '2026-11-02', to: '2026-11-03' }, `day BETWEEN '2026-11-02' AND '2026-11-03'`],
  [{ to: '2026-11-03' }, `day BETWEEN '2026-01-01' AND '2026-11-03'`],
  [
    { from: '2026-11-02T10:00:00+01:00' },
    `day BETWEEN '2026-11-01' AND '2999-12-31' AND received_at >= ${time('2026-11-02 09:00:00.000')}`,
  ],
  [
    { from: '2026-11-02', to: '2026-11-02', timezone: 'Europe/Berlin' },
    `day BETWEEN '2026-10-31' AND '2026-11-02' AND received_at >= ${time('2026-11-01 23:00:00.000')} AND received_at < ${time('2026-11-02 23:00:00.000')}`,
  ],
  [
    { from: '2026-11-02', to: '2026-11-02', by: 'event' },
    `day BETWEEN '2026-11-01' AND '2999-12-31' AND occurred_at >= ${time('2026-11-02 00:00:00.000')} AND occurred_at < ${time('2026-11-03 00:00:00.000')}`,
  ],
  [
    { from: '0001-01-01', to: '9999-12-31', by: 'event' },
    `day BETWEEN '1969-12-31' AND '2999-12-31' AND occurred_at >= ${time('0001-01-01 00:00:00.000')} AND occurred_at < ${time('9999-12-31 00:00:00.000')}`,
  ],
  [
    { course: "o'c", person: 'p', source: 's' },
    `coalesce(course_id, group_id) = 'o''c' AND (actor_id = 'p' OR member_id = 'p') AND source_id = 's'`,
  ],
]

describe('a narrowing', () => {
  for (const [narrowing, sql] of conditions) {
    it(`${JSON.stringify(narrowing)} is ${sql ?? 'no condition'}`, () => {
      expect(conditionOf(narrowing)).toBe(sql)
    })
  }

  it('cannot be left by any value: outside its literals the SQL stays the same', () => {
    const anyText = fc.oneof(fc.string(), fc.constantFrom("'", "''", "' OR 1=1 --", '\\', "\\'"))
    const withoutLiterals = (sql = '') => sql.replace(/'(?:[^']|'')*'/g, '?')
    fc.assert(
      fc.property(fc.record({ course: anyText, person: anyText, source: anyText }), (values) => {
        const plain = { course: 'c', person: 'p', source: 's' }
        expect(withoutLiterals(conditionOf(values))).toBe(withoutLiterals(conditionOf(plain)))
        for (const { sql } of namedQueries) {
          // The comments above it have apostrophes.
          const begin = sql.search(/^WITH/m)
          const body = (values: Narrowing) => withoutLiterals(narrowed(sql, values).slice(begin))
          expect(body(values)).toBe(body(plain))
        }
      }),
    )
  })
})

describe('a named query', () => {
  for (const { id, sql } of namedQueries) {
    it(`${id} asks for the source, the course and the person`, () => {
      const text = narrowed(sql, {
        course: 'one course',
        person: 'one person',
        source: 'one source',
      })
      for (const what of ['course', 'person', 'source']) expect(text).toContain(`= 'one ${what}'`)
    })
  }
})
