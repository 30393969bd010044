import { describe, expect, it } from 'bun:test'
import type { Condition } from '../condition'
import { conditionOf, readFilters } from '.'

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
      all: [
        { path: 'groupId', in: ['g'] },
        { path: 'type', in: ['a', 'b'] },
        { path: 'actorId', in: ['u-1'] },
      ],
    },
  ],
  ['one of them alone', { filter: { groupId: 'g' } }, { path: 'groupId', in: ['g'] }],
  [
    'a condition that looks like one of them',
    { filter: { path: 'field', in: ['a'] } },
    { path: 'field', in: ['a'] },
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
    'got "colour"',
  ],
  [
    'values of an older form that take more than a condition may',
    { filter: { field: 'type', in: Array(40).fill('x'.repeat(1000)) } },
    [],
    '32768 bytes',
  ],
  [
    'more than one condition may be',
    {
      filter: { all: Array(50).fill(user) },
      filters: Array(19).fill({ all: Array(8).fill(user) }),
    },
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

  it('are the same as those of a webhook, which keeps the older forms', () => {
    const filters = [low, { field: 'type', in: ['a'] }, { actorId: 'u', groupId: ['g', 'h'] }]
    expect(readFilters(filters)).toEqual({
      filters: [
        ...[low, { field: 'type', in: ['a'] }],
        ...[
          { field: 'actorId', in: ['u'] },
          { field: 'groupId', in: ['g', 'h'] },
        ],
      ] as never,
    })
  })
})

const wrong: [why: string, filters: unknown, path: unknown[], rule: string, code: string][] = [
  ['no list', { type: 'a' }, [], 'Must be an array', 'invalid_value'],
  ['null', null, [], 'got null', 'invalid_value'],
  ['too many', Array(21).fill(low), [], 'at most 20; got 21', 'too_many'],
  ['an empty object', [{}], [0], 'got an empty object', 'required'],
  ['a number', [7], [0], 'got 7', 'invalid_value'],
  ['a number for text', [{ type: 5 }], [0, 'type'], 'got 5', 'invalid_value'],
  ['null for text', [{ type: null }], [0, 'type'], 'got null', 'invalid_value'],
  ['an empty text', [{ type: '' }], [0, 'type'], '1 to 1000 characters', 'invalid_value'],
  ['one of several', [{ type: ['a', 5] }], [0, 'type', 1], 'got 5', 'invalid_value'],
  ['no values', [{ field: 'type', in: [] }], [0, 'in'], '1 to 100 values; got 0', 'too_short'],
  ['many values', [{ type: Array(101).fill('a') }], [0, 'type'], 'got 101', 'too_many'],
  ['values missing', [{ field: 'type' }], [0, 'in'], 'Required', 'required'],
  ['a value for values', [{ field: 'type', in: 'a' }], [0, 'in'], 'got "a"', 'invalid_value'],
  ['an unknown field', [{ field: 'colour', in: ['x'] }], [0, 'field'], 'colour', 'invalid_value'],
  ['more', [{ field: 'type', in: ['a'], of: 1 }], [0, 'of'], 'field, in', 'unknown_name'],
  ['an unknown name', [{ type: 'a', colour: 'x' }], [0, 'colour'], 'actorId', 'unknown_name'],
  ['a bad operator', [low, { path: 'x', is: 1 }], [1, 'is'], 'Not known', 'unknown_name'],
  ['both forms', [{ field: 'type', in: ['a'], all: [] }], [0, 'all'], 'alone', 'invalid_value'],
  ['parts', Array(20).fill({ all: Array(10).fill(type) }), [], '200 parts in all', 'too_many'],
  [
    'parts that lead into the item',
    Array(6).fill({ all: Array(7).fill(low) }),
    [],
    'at most 40 parts that lead into the item; got 42',
    'too_many',
  ],
]

describe('A list of filters is refused, of a webhook and of a subscription alike,', () => {
  for (const [why, filters, path, rule, code] of wrong) {
    it(`for ${why}`, () => {
      const { errors } = readFilters(filters, ['filters'])
      expect(errors).toMatchObject([{ path: ['filters', ...path], code } as never])
      expect(errors![0]!.message).toContain(rule)
      if (filters !== null) expect(conditionOf({ filters }).errors).toEqual(errors)
    })
  }
})
