import { afterAll, beforeAll, expect, it } from 'bun:test'
import fc from 'fast-check'
import type { Condition, Scalar } from '../../src/event/condition'
import { fieldNames, matcherOf, readCondition, subjectOf } from '../../src/event/conditions'
import { openArchive } from '../../src/platform/local/archive'
import { lakeFolder } from '../../src/platform/local/lake'
import { sqlHolding } from '../../src/query/condition-sql'
import { silentLog } from '../../src/telemetry/log'
import { temporaryFolder } from '../support/folders'
import { type AskedLake, openLake } from '../support/lake'
import { aBatch, aRecord } from '../support/records'

const texts = ['a', 'ab', "it's", '%', 'a\0b', '\0', 'é', '🎓', '', 'b _', 'A']
const times = ['2026-11-20T10:00:00.000Z', '2026-11-20T10:00:00.001Z', '2026-11-21T00:00:00.000Z']
const records = Array.from({ length: 60 }, (_, n) => {
  const text = texts[n % texts.length]!
  return aRecord({
    eventId: `e${n}`,
    actorId: text,
    objectName: n % 3 === 0 ? undefined : texts[(n * 7) % texts.length],
    courseId: n % 4 === 0 ? `course ${text}` : undefined,
    score: [undefined, 0.1, 0.30000000000000004, -5, 1e300][n % 5],
    sequence: [undefined, 0, Number.MAX_SAFE_INTEGER, -3][n % 4],
    success: [undefined, true, false][n % 3],
    eventTime: times[n % 3]!,
    membershipRoles: [undefined, [], ['Learner', text], ['Instructor']][n % 4],
    issueCodes: n % 6 === 0 ? ['required'] : [],
    server: { requestId: `r${n % 2}`, ...(n % 2 === 0 && { ip: '192.0.2.1' }) },
    repair: n % 7 === 0 ? { by: 'key_1', at: times[0]!, paths: ['/a'] } : undefined,
    raw: JSON.stringify({ n: n % 5, text }),
  })
})

const folder = temporaryFolder()
let lake: AskedLake
beforeAll(async () => {
  await using archive = openArchive({ folder: lakeFolder(folder.path), log: silentLog })
  await archive.write(aBatch('conditions', records))
  lake = openLake(folder.path)
})
afterAll(async () => {
  await lake?.[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

const aValue = fc.oneof(
  fc.constantFrom<Scalar>(...texts, ...times, '2026-11-21', null, true, false, 'Learner', 'r1'),
  fc.constantFrom<Scalar>(0, 0.1, 0.3, 0.30000000000000004, -5, 2 ** 53, 1e300, -0, 1),
  fc.string({ unit: 'binary', maxLength: 3 }),
)
const aPath = fc.constantFrom(...fieldNames, 'n', '/text', 'actor_id', 'raw', 'tenant_id')
const aLeaf = fc.oneof(
  fc.record({ path: aPath, equals: aValue }, { noNullPrototype: true }),
  fc.record({ path: aPath, in: fc.array(aValue, { maxLength: 3 }) }, { noNullPrototype: true }),
  fc.record({ path: aPath, prefix: fc.constantFrom(...texts, 'e1') }, { noNullPrototype: true }),
  fc.record({ path: aPath, exists: fc.boolean() }, { noNullPrototype: true }),
  fc.record(
    { path: aPath, gt: aValue, lte: aValue },
    { requiredKeys: ['path', 'gt'], noNullPrototype: true },
  ),
)
const aCondition = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    aLeaf,
    fc.record({ all: fc.array(tie('any'), { maxLength: 3 }) }, { noNullPrototype: true }),
    fc.record({ any: fc.array(tie('any'), { maxLength: 3 }) }, { noNullPrototype: true }),
    fc.record({ not: tie('any') }, { noNullPrototype: true }),
  ),
})).any

it('SQL holds of every row of which a condition holds, whatever it compares', async () => {
  let narrowed = 0
  await fc.assert(
    fc.asyncProperty(fc.array(aCondition, { minLength: 30, maxLength: 30 }), async (given) => {
      const all = given.flatMap((one) => readCondition(one, []).condition ?? [])
      // Many are asked at once: a question takes longer to begin than to answer.
      const asked = all.flatMap((condition) => {
        const sql = sqlHolding(condition)
        return sql === undefined ? [] : [{ condition, sql }]
      })
      narrowed += asked.length
      if (asked.length === 0) return
      const parts = asked.map(
        ({ sql }, at) => `SELECT ${at} AS part, event_id FROM events WHERE ${sql}`,
      )
      const { rows } = await lake.query(parts.join(' UNION ALL '))
      for (const [at, { condition }] of asked.entries()) {
        const holds = matcherOf(condition as Condition)
        const expected = records.filter((record) => holds(subjectOf(record)))
        const found = rows.flatMap(([part, id]) => (Number(part) === at ? [String(id)] : []))
        const missing = expected.filter(({ eventId }) => !found.includes(eventId))
        expect([condition, missing.map(({ eventId }) => eventId)]).toEqual([condition, []])
      }
    }),
    { numRuns: 12 },
  )
  expect(narrowed).toBeGreaterThan(50)
}, 30_000)

it('SQL rules out what it can', async () => {
  const cases: [Condition, number][] = [
    [{ path: 'actorId', equals: "it's" }, 6],
    [{ path: 'server.ip', exists: false }, 30],
    [
      {
        all: [
          { path: 'score', gte: 0.2 },
          { path: '/n', equals: 2 },
        ],
      },
      24,
    ],
    [{ path: 'membershipRoles', equals: 'Instructor' }, 15],
    [{ path: 'eventTime', gt: times[1]! }, 20],
    [
      {
        any: [
          { path: 'success', equals: true },
          { path: 'actor_id', prefix: 'a' },
        ],
      },
      32,
    ],
  ]
  for (const [condition, count] of cases) {
    const sql = `SELECT count(*) FROM events WHERE ${sqlHolding(condition)}`
    expect([condition, Number((await lake.query(sql)).rows[0]![0])]).toEqual([condition, count])
  }
})
