import { describe, expect, it } from 'bun:test'
import type { Condition } from '../condition'
import { conditionOf, readFilter } from '.'

const type = { path: 'type', in: ['quiz_started', 'quiz_completed'] }
const session = { path: 'sessionId', equals: 's-1' }
const user = { path: 'actorId', equals: 'u-1' }
const low = { path: 'payload.score', lt: 0.5 }

const taken: [why: string, given: object, condition: Condition | undefined][] = [
  ['nothing', {}, undefined],
  ['what is empty', { event_types: [], session_id: '', user_id: null, filters: [] }, undefined],
  ['types', { event_types: type.in }, type],
  ['one type as text', { event_types: 'quiz_started' }, { path: 'type', in: ['quiz_started'] }],
  ['a session', { session_id: 's-1' }, session],
  ['a user', { user_id: 'u-1' }, user],
  ['a condition', { filter: low }, low],
  ['what it does not know', { filter: low, after: 5, format: 'raw' }, low],
  ['several conditions', { filters: [low, session] }, { all: [low, session] }],
  [
    'all together',
    { event_types: type.in, session_id: 's-1', user_id: 'u-1', filter: low, filters: [user] },
    { all: [type, session, user, low, user] },
  ],
  [
    'the forms of webhooks',
    {
      filters: [
        { field: 'groupId', in: ['g'] },
        { actorId: 'u-1', type: ['a', 'b'] },
      ],
    },
    {
      all: [{ path: 'groupId', in: ['g'] }, { all: [user, { path: 'type', in: ['a', 'b'] }] }],
    },
  ],
]

const refused: [why: string, given: object, path: unknown[], rule: string][] = [
  ['types that are no texts', { event_types: ['a', 5] }, ['event_types'], 'array of texts'],
  ['types that are an object', { event_types: {} }, ['event_types'], 'got an object'],
  ['too many types', { event_types: Array(101).fill('a') }, ['event_types'], 'at most 100'],
  ['a session that is a number', { session_id: 5 }, ['session_id'], 'Must be text; got 5'],
  ['a user that is a list', { user_id: ['u'] }, ['user_id'], 'got an array'],
  ['a bad condition', { filter: { path: 'x' } }, ['filter'], 'got a path alone'],
  ['a condition as text', { filter: '{}' }, ['filter'], 'got "{}"'],
  ['one bad of several', { filters: [low, { not: 5 }] }, ['filters', 1, 'not'], 'got 5'],
  ['filters that are no list', { filters: low }, ['filters'], 'Must be an array'],
  ['too many filters', { filters: Array(21).fill(low) }, ['filters'], 'at most 20'],
  [
    'an unknown field',
    { filters: [{ field: 'colour', in: [] }] },
    ['filters', 0, 'field'],
    'actorId',
  ],
  [
    'more than one condition may be',
    { filters: Array(20).fill({ all: Array(20).fill(user) }) },
    [],
    '200 parts',
  ],
  [
    'more parts that lead into the item than one condition may have',
    { filter: { all: Array(20).fill(low) }, filters: Array(3).fill({ all: Array(7).fill(low) }) },
    [],
    'Must be a field of the record: 40 parts',
  ],
]

describe('Filters of a message', () => {
  for (const [why, given, condition] of taken) {
    it(`may have ${why}`, () => expect(conditionOf(given)).toEqual({ condition }))
  }
  for (const [why, given, path, rule] of refused) {
    it(`are refused for ${why}`, () => {
      const { errors } = conditionOf(given)
      expect(errors![0]!.path).toEqual(path as string[])
      expect(errors![0]!.message).toContain(rule)
    })
  }

  it('have each its own reasons', () => {
    const { errors } = conditionOf({ session_id: 1, user_id: 2, filter: 3 }, ['filters'])
    expect(errors!.map(({ path }) => path.join('.'))).toEqual([
      ...['filters.session_id', 'filters.user_id', 'filters.filter'],
    ])
  })

  it('are read one by one, too', () => {
    expect(readFilter({ field: 'type', in: ['a'] })).toEqual({
      condition: { path: 'type', in: ['a'] },
    })
    expect(readFilter({ path: 'field', in: ['a'] })).toEqual({
      condition: { path: 'field', in: ['a'] },
    })
    expect(readFilter({ field: 'type' }).errors).toBeDefined()
    expect(readFilter([])).toHaveProperty('errors')
  })
})
