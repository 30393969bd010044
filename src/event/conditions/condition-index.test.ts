import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { naively, someCondition, someRecord } from '../../../tests/support/conditions'
import { aRecord } from '../../../tests/support/webhooks'
import type { Condition } from '../condition'
import type { EventRecord } from '../record'
import { createConditionIndex, type Subject, subjectOf, wantedBy } from '.'

type Change =
  | { set: number; tenantId: string; condition: Condition | undefined }
  | { delete: number }

const someId = fc.integer({ min: 0, max: 12 })
const wanted = fc.oneof(fc.constant(undefined), someCondition, someCondition, someCondition)
const changeTo = (condition: fc.Arbitrary<Condition | undefined>): fc.Arbitrary<Change> =>
  fc.oneof(
    {
      arbitrary: fc.record({ set: someId, tenantId: fc.constantFrom('north', 'south'), condition }),
      weight: 4,
    },
    { arbitrary: fc.record({ delete: someId }), weight: 1 },
  )
/** Conditions come again and again, so that several who want the same come and go. */
const someChanges = fc
  .array(wanted, { minLength: 1, maxLength: 8 })
  .chain((all) => fc.array(changeTo(fc.constantFrom(...all)), { maxLength: 30 }))

/** Says which types and whether the kind is named, as plainly as it can be said. */
function naivelyWanted(condition: Condition | undefined, record: EventRecord): boolean {
  if (record.kind === 'event') return condition === undefined || naively(condition, record)
  const text = JSON.stringify(condition ?? null)
  const leaves = [...text.matchAll(/\{"path":"(\w+)","(equals|in)":([^}]*)\}/g)]
  const namesKind = text.includes('"path":"kind"')
  const namesType = leaves.some(
    ([, path = '', , value = '']) =>
      ['type', 'event_type'].includes(path) && [JSON.parse(value)].flat().includes(record.type),
  )
  return (namesKind || namesType) && naively(condition!, record)
}

describe('An index of conditions', () => {
  it('finds whom trying all of them finds, after any changes', () => {
    fc.assert(
      fc.property(someChanges, fc.array(someRecord, { maxLength: 4 }), (changes, records) => {
        const index = createConditionIndex<number>()
        const held = new Map<number, { tenantId: string; condition: Condition | undefined }>()
        for (const change of changes) {
          if ('delete' in change) {
            expect(index.delete(change.delete)).toBe(held.delete(change.delete))
          } else {
            index.set(change.set, change.tenantId, change.condition)
            held.set(change.set, change)
          }
        }
        expect(index.size).toBe(held.size)
        for (const record of records) {
          const wanted = [...held].filter(
            ([, { tenantId, condition }]) =>
              tenantId === record.tenantId && naivelyWanted(condition, record),
          )
          const found = [...index.match(subjectOf(record))]
          expect(found.toSorted()).toEqual(wanted.map(([id]) => id).toSorted())
          const atOnce = index.matchAtOnce(subjectOf(record))
          if (atOnce !== undefined) expect(atOnce.toSorted()).toEqual(found.toSorted())
        }
        for (const id of held.keys()) index.delete(id)
        expect(index.size).toBe(0)
        for (const record of records) expect([...index.match(subjectOf(record))]).toEqual([])
      }),
      { numRuns: 500 },
    )
  }, 20_000)

  it('matches at once where few have to be tried, and says so otherwise', () => {
    const index = createConditionIndex<number>()
    const subject = subjectOf(aRecord({ tenantId: 'north', type: 'GradeEvent' }))
    expect(index.matchAtOnce(subject)).toEqual([])
    const types = { path: 'type', in: ['GradeEvent', 'ViewEvent'] }
    for (const id of [1, 2]) index.set(id, 'north', types)
    expect(index.matchAtOnce(subject)).toEqual([1, 2])
    for (let id = 3; id < 1000; id += 1) {
      index.set(id, 'north', { path: 'actorId', prefix: `urn:${id}` })
    }
    expect(index.matchAtOnce(subject)).toBeUndefined()
    expect(index.match(subject)).toEqual([1, 2])
  })

  it('gives entities only to who asks for their kind, or names their type', () => {
    const person = subjectOf(aRecord({ kind: 'entity', type: 'Person', actorId: undefined }))
    const event = subjectOf(aRecord())
    const cases: [Condition | undefined, entity: boolean, event: boolean][] = [
      [undefined, false, true],
      [{ all: [] }, false, true],
      [{ path: 'standard', equals: 'caliper' }, false, true],
      [{ path: 'type', in: ['Person', 'ViewEvent'] }, true, true],
      [{ path: 'event_type', equals: 'Person' }, true, false],
      [{ path: 'type', prefix: 'P' }, false, false],
      [{ path: 'kind', equals: 'entity' }, true, false],
      [{ not: { path: 'kind', equals: 'event' } }, true, false],
      [{ path: 'kind', exists: true }, true, true],
    ]
    for (const [condition, ...wanted] of cases) {
      const wants = wantedBy(condition)
      expect([condition, wants(person), wants(event)]).toEqual([condition, ...wanted])
    }
  })

  it('finds by beginnings of any length', () => {
    const index = createConditionIndex<number>()
    const long = 'x'.repeat(300)
    const prefixes = [long, `${long}y`, `${long.slice(0, 299)}y`, 'x', '', long.slice(0, 256)]
    for (const [id, prefix] of prefixes.entries()) {
      index.set(id, 'north', { path: 'actorId', prefix })
    }
    const idsFor = (actorId: string) => index.match(subjectOf(aRecord({ actorId }))).toSorted()
    expect(idsFor(`${long}yz`)).toEqual([0, 1, 3, 4, 5])
    expect(idsFor(long)).toEqual([0, 3, 4, 5])
    index.delete(1)
    index.delete(0)
    expect(idsFor(`${long}yz`)).toEqual([3, 4, 5])
    for (const id of [2, 3, 4, 5]) index.delete(id)
    expect(idsFor(long)).toEqual([])
    expect(index.cost('north')).toBe(0)
  })

  it('tries nothing that has ended', () => {
    const index = createConditionIndex<number>()
    let tried = 0
    const record = Object.defineProperty(
      aRecord({ actorId: 'x'.repeat(300), score: 1 }),
      'success',
      {
        get() {
          tried += 1
          return false
        },
      },
    )
    const ways = [
      { path: 'actorId', prefix: 'x'.repeat(280) },
      { path: 'actorId', equals: record.actorId! },
      { path: 'score', gte: 1 },
      { path: 'score', lte: 1 },
      { not: { path: 'actorId', equals: 'y' } },
    ]
    index.set(-1, 'north', undefined)
    for (const [id, way] of ways.entries()) {
      index.set(id, 'north', { all: [way, { path: 'success', equals: true }] })
      expect(index.match(subjectOf(record))).toEqual([-1])
      expect(tried).toBe(id + 1)
      index.delete(id)
      expect(index.match(subjectOf(record))).toEqual([-1])
      expect(tried).toBe(id + 1)
    }
  })

  it('tries a condition once, however many elements of a list lead to it', () => {
    const index = createConditionIndex<number>()
    const tags = Array.from({ length: 100 }, (_, n) => `tag-${n}`)
    const scores = tags.map((_, n) => n)
    const ways = [
      { path: 'payload.tags', in: tags },
      { path: 'payload.tags', prefix: 'tag-' },
      { path: 'payload.scores', gte: 0, lte: 1000 },
    ]
    let tried = 0
    for (const [id, way] of ways.entries()) {
      index.set(id, 'north', { all: [way, { path: 'success', equals: true }] })
    }
    const raw = JSON.stringify({ payload: { tags, scores } })
    const record = Object.defineProperty(aRecord({ raw }), 'success', {
      get() {
        tried += 1
        return false
      },
    })
    expect(index.match(subjectOf(record))).toEqual([])
    expect(tried).toBe(ways.length)
  })

  it('looks at little in each step, whatever conditions and events are made to be slow', () => {
    const index = createConditionIndex<number>()
    const names = Array.from({ length: 40 }, (_, n) => `list-${n}`)
    for (let n = 0; n < 1000; n += 1) {
      const any = names.map((name) => ({ path: `${name}.x`, gt: n }))
      index.set(n, 'north', { all: [{ path: 'type', prefix: 'V' }, { not: { any } }] })
    }
    const long = Array.from({ length: 100_000 }, () => ({ x: 0 }))
    const item = Object.fromEntries(names.map((name, n) => [name, n === 0 ? long : [long[0]]]))
    const subject = subjectOf(aRecord({ type: 'ViewEvent', raw: JSON.stringify(item) }))
    let looks = 0
    let most = 0
    const counting: Subject = {
      ...subject,
      inItem(place) {
        looks += 1
        const held = subject.inItem(place)
        most = Math.max(most, held.scalars.length)
        return held
      },
    }
    const steps = index.matching(counting)
    const looksOfSteps: number[] = []
    for (let from = 0, isDone = false; !isDone; from = looks) {
      isDone = steps.next().done === true
      looksOfSteps.push(looks - from)
    }
    expect([looks, most]).toEqual([40_000, 100])
    // A step ends with the condition with which it comes to its cost.
    expect(Math.max(...looksOfSteps)).toBeLessThanOrEqual(100 + 40)
  })

  it('finds each once, also beside another match', () => {
    const index = createConditionIndex<number>(1)
    const record = aRecord({ actorId: 'a', sessionId: 's' })
    const any = [
      { path: 'actorId', equals: 'a' },
      { path: 'sessionId', equals: 's' },
    ]
    index.set(1, 'north', { any })
    const steps = index.matching(subjectOf(record))
    let step = steps.next()
    for (; step.done !== true; step = steps.next()) {
      expect(index.match(subjectOf(record))).toEqual([1])
    }
    expect(step.value).toEqual([1])
  })

  it('may change while somebody reads what it found', () => {
    const index = createConditionIndex<number>()
    for (let id = 0; id < 100; id += 1) index.set(id, 'north', undefined)
    const found: number[] = []
    for (const id of index.match(subjectOf(aRecord()))) {
      found.push(id)
      index.delete(id)
      index.set(1000 + id, 'north', undefined)
    }
    expect(found).toHaveLength(100)
    expect(index.size).toBe(100)
  })

  it('adds up costs by tenant, of the same conditions once', () => {
    const index = createConditionIndex<number>()
    const deep = `/${'x/'.repeat(10)}x`
    const condition = {
      all: [
        { path: 'type', equals: 'a' },
        { not: { path: 'x', exists: true } },
        { path: deep, exists: true },
      ],
    }
    index.set(1, 'north', condition)
    index.set(2, 'north', condition)
    index.set(3, 'north', undefined)
    expect([index.cost('north'), index.cost('south')]).toEqual([34, 0])
    expect(index.costWith('north', condition)).toBe(34)
    expect(index.costWith('south', condition)).toBe(33)
    expect(index.costWith('south', undefined)).toBe(1)
    expect(index.costWith('south', { path: 'receivedAt', gt: '2026-11-29' })).toBe(10)
    expect(index.costWith('south', { path: 'payload.at', lte: '2026-11-29' })).toBe(100)
    index.delete(1)
    expect(index.cost('north')).toBe(34)
    index.set(2, 'south', condition)
    expect([index.cost('north'), index.cost('south')]).toEqual([1, 33])
  })

  it('tries few of ten thousand conditions', () => {
    const index = createConditionIndex<number>()
    for (let n = 0; n < 10_000; n += 1) {
      const course = { path: 'payload.course', equals: `course-${n}` }
      const type = { path: 'type', equals: 'quiz_completed' }
      index.set(
        n,
        'north',
        n % 2 === 0 ? { all: [type, course] } : { path: 'payload.score', lt: n },
      )
    }
    const payload = { course: 'course-4712', score: 9996.5 }
    const subject = subjectOf(aRecord({ type: 'quiz_completed', raw: JSON.stringify({ payload }) }))
    expect([...index.match(subject)].toSorted()).toEqual([4712, 9997, 9999])
  })
})
