import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { naively, someCondition, someRecord } from '../../../tests/support/conditions'
import { aRecord } from '../../../tests/support/webhooks'
import type { Condition } from '../condition'
import type { EventRecord } from '../record'
import { matcherOf, readCondition, subjectOf } from '.'
import { placeOf } from './path'

const item = {
  payload: {
    score: 0.4,
    tags: ['algebra', 'fractions'],
    answers: [{ id: 'q1', right: true }, { id: 'q2', right: false }, { ids: [['deep']] }],
    'a.b': 1,
    nothing: null,
    at: '2026-11-21T10:30:00+01:00',
    empty: [],
  },
  'x/y': 'slash',
}
const record = aRecord({
  standard: 'native',
  type: 'quiz_completed',
  actorId: 'u-1',
  sessionId: 's-1',
  score: 4,
  membershipRoles: ['Learner', 'Mentor'],
  eventTime: '2026-11-21T09:30:00.000Z',
  raw: JSON.stringify(item),
})

const holding: [why: string, condition: Condition][] = [
  ['a field in camelCase', { path: 'actorId', equals: 'u-1' }],
  ['a field as the lake has it', { path: 'actor_id', equals: 'u-1' }],
  ['a field as a real-time pipeline calls it', { path: 'user_id', equals: 'u-1' }],
  ['its type so', { path: 'event_type', in: ['quiz_started', 'quiz_completed'] }],
  ['its session so', { path: 'session_id', equals: 's-1' }],
  ['a field within another', { path: 'server.requestId', equals: 'req_1' }],
  ['that as the lake has it', { path: 'request_id', prefix: 'req_' }],
  ['one of a list', { path: 'membership_roles', equals: 'Mentor' }],
  ['a time in another form', { path: 'eventTime', equals: '2026-11-21T10:30:00+01:00' }],
  ['times by what they are', { path: 'event_time', gte: '2026-11-21', lt: '2026-11-22' }],
  ['a number', { path: 'score', gt: 3.9, lte: 4 }],
  ['what is sent', { path: 'payload.score', lt: 0.5 }],
  ['an element', { path: 'payload.tags', equals: 'fractions' }],
  ['an element by its index', { path: 'payload.tags.0', equals: 'algebra' }],
  ['members of any element', { path: 'payload.answers.id', equals: 'q2' }],
  ['a member of one element', { path: 'payload.answers.1.right', equals: false }],
  ['lists in lists', { path: 'payload.answers.ids', equals: 'deep' }],
  ['a pointer', { path: '/payload/answers/0/id', equals: 'q1' }],
  ['a pointer to a list', { path: '/payload/tags', prefix: 'frac' }],
  ['a pointer with a slash in a name', { path: '/x~1y', equals: 'slash' }],
  ['a pointer to a name with a dot', { path: '/payload/a.b', equals: 1 }],
  ['a sent time', { path: 'payload.at', gte: '2026-11-21T09:30:00Z', lte: '2026-11-21T09:30:00Z' }],
  ['a sent time alone after another', { path: 'payload.at', gt: '2026-11-21T09:29:59Z' }],
  ['one that is not before it', { path: 'payload.at', gte: '2026-11-21T09:30:00Z' }],
  ['one before another', { path: 'payload.at', lt: '2026-11-21T10:00:00Z' }],
  ['one that is not after it', { path: 'payload.at', lte: '2026-11-21T10:00:00Z' }],
  ['null', { path: 'payload.nothing', equals: null }],
  ['that null is there', { path: 'payload.nothing', exists: true }],
  ['that an empty list is there', { path: 'payload.empty', exists: true }],
  ['that an object is there', { path: 'payload', exists: true }],
  ['that nothing is there', { path: 'payload.missing.more', exists: false }],
  ['that a field is not there', { path: 'groupId', exists: false }],
  ['that a field without a value is null', { path: 'groupId', equals: null }],
  ['not', { not: { path: 'payload.tags', equals: 'history' } }],
  ['none of none', { not: { any: [] } }],
  ['all of none', { all: [] }],
  ['the empty prefix of any text', { path: 'payload.tags', prefix: '' }],
]

const failing: [why: string, condition: Condition][] = [
  ['text for a number', { path: 'payload.score', equals: '0.4' }],
  ['a number for text', { path: 'actorId', in: [1, true, null] }],
  ['a sent time before another', { path: 'payload.at', gt: '2026-11-21T10:00:00Z' }],
  ['one that is before it', { path: 'payload.at', gte: '2026-11-21T10:00:00Z' }],
  ['a bound of text for a number', { path: 'payload.score', gt: '' }],
  ['a bound of time for text', { path: 'payload.tags', gt: '2026-11-21' }],
  ['another case', { path: 'type', equals: 'Quiz_completed' }],
  ['what the prototype has', { path: 'payload.constructor', exists: true }],
  ['what the prototype of a list has', { path: 'payload.tags.length', exists: true }],
  ['a pointer through a list', { path: '/payload/answers/id', exists: true }],
  ['an index with a leading zero', { path: '/payload/tags/00', exists: true }],
  ['an index behind the end', { path: 'payload.tags.2', exists: true }],
  ['null where nothing is', { path: 'payload.missing', equals: null }],
  ['an object as a value', { path: 'payload', in: ['', null, false, 0] }],
  ['one of none', { any: [] }],
  ['a value of none', { path: 'type', in: [] }],
  ['a bound that is the value', { path: 'score', gt: 4 }],
]

/** Matches what was read, as everybody does. */
function matches(condition: Condition, of: EventRecord): boolean {
  return matcherOf(readCondition(condition).condition!)(subjectOf(of))
}

describe('A condition', () => {
  for (const [why, condition] of holding) {
    it(`holds by ${why}`, () => expect(matches(condition, record)).toBe(true))
  }
  for (const [why, condition] of failing) {
    it(`does not hold by ${why}`, () => expect(matches(condition, record)).toBe(false))
  }

  it('does what a plain evaluator does', () => {
    fc.assert(
      fc.property(someCondition, someRecord, (condition, one) => {
        expect(matches(condition, one)).toBe(naively(condition, one))
      }),
      { numRuns: 1000 },
    )
  }, 20_000)

  it('parses an item once, and only when a path leads into it', () => {
    let read = 0
    const watched = Object.defineProperty({ ...record }, 'raw', {
      get() {
        read += 1
        return record.raw
      },
    })
    const subject = subjectOf(watched)
    expect(matcherOf({ path: 'type', equals: 'x' })(subject)).toBe(false)
    expect(read).toBe(0)
    for (const path of ['payload.score', 'payload.tags', '/payload/score']) {
      expect(matcherOf({ path, exists: true })(subject)).toBe(true)
    }
    expect(read).toBe(1)
  })

  it('finds nothing in an item that cannot be parsed', () => {
    const broken = aRecord({ raw: `${'['.repeat(200_000)}` })
    expect(matches({ path: 'x', exists: false }, broken)).toBe(true)
  })

  it('looks at the first hundred elements along a path, in the order of the item', () => {
    const many = Array.from({ length: 50_000 }, (_, n) => ({ n, in: [n] }))
    const sets = [{ of: Array(70).fill('a') }, { of: ['b', ...Array(70).fill('c'), 'd'] }]
    const raw = JSON.stringify({ many, sets, last: [...Array(100).fill({}), { x: 1 }] })
    const roles = [...Array(100).fill('Learner'), 'Mentor']
    const long = aRecord({ raw, membershipRoles: roles })
    const cases: [Condition, holds: boolean][] = [
      [{ path: 'many.n', equals: 99 }, true],
      [{ path: 'many.n', equals: 100 }, false],
      [{ not: { path: 'many.n', equals: 100 } }, true],
      [{ path: 'many.100.n', equals: 100 }, true],
      [{ path: '/many/49999/n', equals: 49_999 }, true],
      [{ path: 'many.in', equals: 49 }, true],
      [{ path: 'many.in', equals: 50 }, false],
      [{ path: 'sets.of', equals: 'b' }, true],
      [{ path: 'sets.of', equals: 'd' }, false],
      [{ path: '/sets/1/of', equals: 'd' }, true],
      [{ path: 'last.x', exists: true }, false],
      [{ path: 'last.x', exists: false }, true],
      [{ path: 'membershipRoles', equals: 'Mentor' }, false],
    ]
    for (const [condition, holds] of cases) {
      expect([condition, matches(condition, long)]).toEqual([condition, holds])
    }
  })

  it('holds no more of an item than the last places that were asked for', () => {
    const subject = subjectOf(record)
    const places = Array.from({ length: 200 }, (_, n) => placeOf(`payload.x${n}`))
    const held = places.map((place) => subject.inItem(place as never))
    expect(subject.inItem(places.at(-1) as never)).toBe(held.at(-1)!)
    const again = places.filter((place, n) => subject.inItem(place as never) === held[n])
    expect(again.length).toBeLessThanOrEqual(64)
  })
})
