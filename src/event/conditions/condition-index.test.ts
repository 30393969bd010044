import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { naively, someCondition, someRecord } from '../../../tests/support/conditions'
import { aRecord } from '../../../tests/support/webhooks'
import type { Condition } from '../condition'
import type { EventRecord } from '../record'
import { createConditionIndex, subjectOf, wantedBy } from '.'

type Change =
  | { set: number; tenantId: string; condition: Condition | undefined }
  | { delete: number }

const someId = fc.integer({ min: 0, max: 12 })
const someChange: fc.Arbitrary<Change> = fc.oneof(
  fc.record({
    set: someId,
    tenantId: fc.constantFrom('north', 'south'),
    condition: fc.oneof(fc.constant(undefined), someCondition, someCondition, someCondition),
  }),
  fc.record({ delete: someId }),
)

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
      fc.property(
        fc.array(someChange, { maxLength: 25 }),
        fc.array(someRecord, { maxLength: 4 }),
        (changes, records) => {
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
          }
          for (const id of held.keys()) index.delete(id)
          expect(index.size).toBe(0)
          for (const record of records) expect([...index.match(subjectOf(record))]).toEqual([])
        },
      ),
      { numRuns: 500 },
    )
  }, 20_000)

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

  it('counts parts by tenant, of the same conditions once', () => {
    const index = createConditionIndex<number>()
    const condition = { all: [{ path: 'type', equals: 'a' }, { not: { path: 'x', exists: true } }] }
    index.set(1, 'north', condition)
    index.set(2, 'north', condition)
    index.set(3, 'north', undefined)
    expect([index.parts('north'), index.parts('south')]).toEqual([5, 0])
    index.delete(1)
    expect(index.parts('north')).toBe(5)
    index.set(2, 'south', condition)
    expect([index.parts('north'), index.parts('south')]).toEqual([1, 4])
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
