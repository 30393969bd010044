import { describe, expect, it } from 'bun:test'
import Ajv2020 from 'ajv/dist/2020'
import fc from 'fast-check'
import { someCondition } from '../../../tests/support/conditions'
import { mutated, seeded } from '../../../tests/support/mutate'
import { columns } from '../columns'
import { readCondition, readConditionText } from '.'
import { conditionExample, conditionSchema } from './schema'

const nested = (depth: number): unknown =>
  Array.from({ length: depth - 1 }).reduce((not: unknown) => ({ not }), { all: [] })
const leaf = { path: 'type', equals: 'a' }

const good: [why: string, value: unknown][] = [
  ['the example', conditionExample],
  ['nested as deep as it may be', nested(16)],
  [
    'as many parts as it may have',
    { all: [{ any: Array(98).fill(leaf) }, { any: Array(99).fill(leaf) }] },
  ],
  [
    'as many parts that lead into the item',
    { any: [...Array(40).fill({ path: 'payload.x', exists: true }), ...Array(60).fill(leaf)] },
  ],
  ['as many conditions in a list', { any: Array(100).fill(leaf) }],
  ['as many values as it may have', { path: 'type', in: Array.from({ length: 100 }, () => 'x') }],
  ['a time with an offset', { path: 'eventTime', gt: '2026-11-21T09:30:00+01:00' }],
  ['two bounds of text', { path: 'payload.name', gte: 'a', lt: 'b' }],
  ['a pointer to an empty name', { path: '/', exists: true }],
  ['a name that is a number', { path: 'payload.0.1', equals: null }],
]

const bad: [why: string, value: unknown, path: unknown[], rule: string][] = [
  ['null', null, [], 'Must be {"path"'],
  ['text', 'type=a', [], 'got "type=a"'],
  ['an array', [leaf], [], 'got an array'],
  ['an empty object', {}, [], 'got an empty object'],
  ['a path alone', { path: 'type' }, [], 'got a path alone'],
  ['no path', { equals: 'a' }, ['path'], 'Required'],
  ['a path that is no text', { path: 5, equals: 'a' }, ['path'], 'Must be text; got 5'],
  ['an empty path', { path: '', equals: 'a' }, ['path'], 'Must not be empty'],
  ['a path with an empty name', { path: 'payload..x', equals: 1 }, ['path'], 'names with dots'],
  ['a path that ends with a dot', { path: 'payload.', equals: 1 }, ['path'], 'names with dots'],
  ['a pointer with a bare ~', { path: '/a~2', equals: 1 }, ['path'], 'JSON Pointer'],
  ['a path too long', { path: 'x'.repeat(1001), equals: 1 }, ['path'], '1000 characters'],
  [
    'a path of too many names',
    { path: 'x.'.repeat(100).concat('x'), exists: true },
    ['path'],
    '100 names',
  ],
  ['an unknown operator', { path: 'type', equal: 'a' }, ['equal'], 'Not known here'],
  ['an unknown name beside all', { all: [], path: 'type' }, ['all'], 'Must stand alone'],
  ['all and any', { all: [], any: [] }, ['all'], 'got "any" beside it'],
  ['two operators', { path: 'type', equals: 'a', prefix: 'b' }, [], 'got equals and prefix'],
  ['a bound and equals', { path: 'score', equals: 1, gt: 0 }, [], 'got equals and gt'],
  ['an object as a value', { path: 'type', equals: {} }, ['equals'], 'got an object'],
  ['no list of values', { path: 'type', in: 'a' }, ['in'], 'Must be an array; got "a"'],
  ['a list in a list', { path: 'type', in: ['a', []] }, ['in', 1], 'got an array'],
  ['too many values', { path: 'type', in: Array(101).fill('a') }, ['in'], 'at most 100 values'],
  ['a prefix that is no text', { path: 'type', prefix: 1 }, ['prefix'], 'Must be text; got 1'],
  ['exists as text', { path: 'type', exists: 'yes' }, ['exists'], 'true or false; got "yes"'],
  ['a bound that is null', { path: 'x.y', gt: null }, ['gt'], 'got null'],
  ['a bound that is no time', { path: 'eventTime', gt: 'now' }, ['gt'], 'ISO 8601'],
  ['a day that does not exist', { path: 'received_at', lt: '2026-02-30' }, ['lt'], 'ISO 8601'],
  ['a number for a time', { path: 'eventTime', gt: 1 }, ['gt'], 'ISO 8601'],
  ['text for a number', { path: 'score', gte: '4' }, ['gte'], 'Must be a number; got "4"'],
  ['a number for text', { path: 'actorId', lt: 4 }, ['lt'], 'Must be text; got 4'],
  ['a bound for true or false', { path: 'success', lt: 1 }, ['lt'], 'true or false'],
  ['bounds of two kinds', { path: 'x', gt: 1, lt: 'b' }, [], 'gt: number, lt: string'],
  [
    'a number beyond numbers',
    { path: 'x', equals: Number.POSITIVE_INFINITY },
    ['equals'],
    '1.8e308',
  ],
  ['all that is no list', { all: leaf }, ['all'], 'Must be an array of conditions; got an object'],
  ['a bad part', { any: [leaf, { not: 7 }] }, ['any', 1, 'not'], 'got 7'],
  ['nested too deep', nested(17), Array(16).fill('not'), 'at most 16 deep'],
  [
    'too many parts',
    { all: Array(2).fill({ any: Array(100).fill(leaf) }) },
    ['all', 1, 'any', 97],
    '200 parts',
  ],
  [
    'too many parts that lead into the item',
    { all: [leaf, { any: Array(41).fill({ path: 'payload.x', exists: true }) }] },
    ['all', 1, 'any', 40, 'path'],
    'got "payload.x"',
  ],
  ['too many of a list', { all: Array(101).fill(leaf) }, ['all'], '100 conditions; got 101'],
  ['a million of a list', { any: Array(1_000_000).fill(leaf) }, ['any'], 'got 1000000'],
  ['too large', { path: 'type', equals: 'ä'.repeat(16_400) }, [], '32768 bytes'],
  ['a name of a prototype', JSON.parse('{"__proto__": {"path": "x"}}'), ['__proto__'], 'Not known'],
]

describe('A condition is read', () => {
  for (const [why, value] of good) {
    it(`when it is ${why}`, () => {
      expect(readCondition(value)).toEqual({ condition: value as never })
      expect(readConditionText(JSON.stringify(value))).toEqual({ condition: value as never })
    })
  }

  it('by every column of the lake, and every field', () => {
    for (const { name, from, type } of columns) {
      for (const path of [name, from.join('.')]) {
        const isOfTime = type === 'timestamp'
        const read = readCondition({ path, gt: 'a' })
        if (isOfTime) expect(read.errors?.[0]?.message).toContain('ISO 8601')
        else if (type.startsWith('string')) expect(read.errors).toBeUndefined()
        else expect(read.errors?.[0]?.path).toEqual(['gt'])
      }
    }
  })
})

describe('A condition is refused with path, value and rule', () => {
  for (const [why, value, path, rule] of bad) {
    it(`when it is ${why}`, () => {
      const { errors } = readCondition(value, ['filter'])
      expect(errors![0]!.path).toEqual(['filter', ...(path as string[])])
      expect(errors![0]!.message).toContain(rule)
    })
  }

  it('when its text is hostile, at once', () => {
    const deep = 100_000
    const texts: [text: string, rule: string][] = [
      ['', 'Must be JSON'],
      ['{"path":', 'Must be JSON; got "{\\"path\\":"'],
      ['['.repeat(30_000), 'at most 16 deep'],
      ['{"not":'.repeat(3000), 'at most 16 deep'],
      [`${'{"not":'.repeat(deep)}{}${'}'.repeat(deep)}`, '32768 bytes'],
      ['1'.repeat(1024 * 1024), '32768 bytes'],
    ]
    const from = performance.now()
    for (const [text, rule] of texts) {
      expect(readConditionText(text).errors![0]!.message).toContain(rule)
    }
    expect(performance.now() - from).toBeLessThan(500)
  })

  it('when its value is nested deeper than any stack', () => {
    let value: unknown = leaf
    for (let level = 0; level < 500_000; level += 1) value = { not: value }
    expect(readCondition(value).errors![0]!.message).toContain('at most 16 deep')
    let list: unknown[] = []
    for (let level = 0; level < 500_000; level += 1) list = [list]
    expect(readCondition(list).errors![0]!.message).toContain('got an array')
    expect(readCondition({ path: 'x', equals: list }).errors![0]!.message).toContain('an array')
  })

  it('with twenty reasons at most', () => {
    expect(readCondition({ all: Array(100).fill({ path: '', equals: 1 }) }).errors).toHaveLength(20)
    expect(readCondition({ all: Array(99).fill({ path: 'x', equals: 1 }) }).errors).toHaveLength(1)
  })
})

// These are rules of the description: a schema cannot say them.
const onlySaid = new Set([
  ...['a path with an empty name', 'a path that ends with a dot', 'a pointer with a bare ~'],
  ...['a path of too many names', 'a bound that is no time', 'a day that does not exist'],
  ...['a number for a time', 'text for a number', 'a number for text'],
  ...[
    'a bound for true or false',
    'a number beyond numbers',
    'nested too deep',
    ...['too many parts', 'too many parts that lead into the item'],
    'too large',
  ],
])

describe('The published schema', () => {
  const isValid = new Ajv2020({ strict: false }).compile(conditionSchema)

  it('takes all that is taken, however it was come by', () => {
    const words = ['type', 'payload.x', '/x', 'a']
    let taken = 0
    fc.assert(
      fc.property(someCondition, fc.nat(), (condition, seed) => {
        for (const value of [condition, mutated({ ...condition }, words, seeded(seed))]) {
          if (readCondition(value).errors !== undefined) continue
          taken += 1
          expect(isValid(value)).toBe(true)
        }
      }),
      { numRuns: 1000 },
    )
    expect(taken).toBeGreaterThan(1000)
    for (const [, value] of good) expect(isValid(value)).toBe(true)
  })

  it('refuses what is refused, but for what its description says', () => {
    for (const [why, value] of bad) {
      expect([why, isValid(value)]).toEqual([why, onlySaid.has(why)])
    }
  })
})
