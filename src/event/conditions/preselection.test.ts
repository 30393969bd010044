import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { aRecord } from '../../../tests/support/webhooks'
import type { Condition, Scalar } from '../condition'
import { createConditionIndex, subjectOf, wantedBy } from '.'

/** Few values at few places, so that records lie on bounds, and lists hold what several ask for. */
const someNumber = fc.constantFrom(-1, 0, 0.5, 1, 2)
const someText = fc.constantFrom('', 'a', 'ab', 'abc', 'b', 'B')
const someValue: fc.Arbitrary<Scalar> = fc.oneof(someNumber, someText, fc.constantFrom(true, null))
const somePath = fc.constantFrom(
  ...['score', 'actorId', 'membershipRoles', 'payload.n', '/payload/n', 'payload.list'],
  ...['payload.list.n', 'payload.list.list', 'payload.list.list.n', '/payload/list/0/list'],
)
const someBounds = fc
  .record(
    { gt: someNumber, gte: someNumber, lt: someNumber, lte: someNumber },
    { requiredKeys: [] },
  )
  .filter((bounds) => Object.keys(bounds).length > 0)

const someLeaf: fc.Arbitrary<Condition> = somePath.chain((path) =>
  fc.oneof(
    someValue.map((equals) => ({ path, equals })),
    fc.array(someValue, { maxLength: 3 }).map((values) => ({ path, in: values })),
    someText.map((prefix) => ({ path, prefix })),
    someBounds.map((bounds) => ({ path, ...bounds })),
  ),
)
const someParts = fc.array(
  fc.oneof(
    { arbitrary: someLeaf, weight: 6 },
    someLeaf.map((not) => ({ not })),
  ),
  { maxLength: 3 },
)
const someCondition: fc.Arbitrary<Condition> = fc.oneof(
  { arbitrary: someLeaf, weight: 3 },
  someParts.map((all) => ({ all })),
  { arbitrary: someParts.map((any) => ({ any })), weight: 2 },
  fc.tuple(someParts, someLeaf).map(([any, one]) => ({ all: [{ any }, one] })),
)

const someList = fc.array(someValue, { maxLength: 4 })
const someElement = fc.oneof(
  someValue,
  fc.record({ n: someValue, list: fc.oneof(someList, fc.array(fc.record({ n: someValue }))) }),
)
const someRecord = fc
  .record({
    score: fc.option(someNumber, { nil: undefined }),
    actorId: someText,
    membershipRoles: fc.option(fc.array(someText, { maxLength: 3 }), { nil: undefined }),
    payload: fc.record({ n: fc.oneof(someValue, someList), list: fc.array(someElement) }),
  })
  .map(({ payload, ...fields }) => aRecord({ ...fields, raw: JSON.stringify({ payload }) }))

const byNumber = (a: number, b: number) => a - b

describe('What an index tries', () => {
  it('has all that trying every condition finds, lists and duplicates and all', () => {
    fc.assert(
      fc.property(
        fc.array(someCondition, { minLength: 1, maxLength: 12 }),
        fc.array(fc.nat({ max: 30 }), { maxLength: 12 }),
        fc.array(someRecord, { minLength: 1, maxLength: 4 }),
        (conditions, ended, records) => {
          const index = createConditionIndex<number>()
          const all = [...conditions, ...conditions.slice(0, 4), undefined]
          const held = new Map(all.entries())
          for (const [id, condition] of held) index.set(id, 'north', condition)
          for (const id of ended) expect(index.delete(id)).toBe(held.delete(id))
          for (const record of records) {
            const wanted = [...held].filter(([, one]) => wantedBy(one)(subjectOf(record)))
            const found = index.match(subjectOf(record))
            expect(found.toSorted(byNumber)).toEqual(wanted.map(([id]) => id))
          }
        },
      ),
      { numRuns: 1000 },
    )
  }, 20_000)

  it('has them whatever comes, goes, changes or is matched between its steps', () => {
    const someChange = fc.tuple(fc.nat({ max: 11 }), fc.option(fc.nat({ max: 5 })))
    fc.assert(
      fc.property(
        fc.array(someCondition, { minLength: 6, maxLength: 6 }),
        fc.array(fc.array(someChange, { maxLength: 2 }), { maxLength: 12 }),
        someRecord,
        someRecord,
        fc.boolean(),
        (conditions, changes, one, other, isMatched) => {
          const index = createConditionIndex<number>(1)
          const held = new Map(Array.from({ length: 12 }, (_, id) => [id, conditions[id % 6]]))
          for (const [id, condition] of held) index.set(id, 'north', condition)
          const steps = index.matching(subjectOf(one))
          let step = steps.next()
          for (let at = 0; step.done !== true; at += 1) {
            for (const [id, to] of changes[at] ?? []) {
              held.delete(id)
              if (to === null) index.delete(id)
              else index.set(id, 'north', conditions[to])
            }
            if (isMatched) index.match(subjectOf(at % 2 === 0 ? one : other))
            step = steps.next()
          }
          const found = step.value
          expect(new Set(found).size).toBe(found.length)
          for (const [id, condition] of held) {
            const isWanted = wantedBy(condition)(subjectOf(one))
            expect([id, found.includes(id)]).toEqual([id, isWanted])
          }
        },
      ),
      { numRuns: 500 },
    )
  }, 20_000)
})
