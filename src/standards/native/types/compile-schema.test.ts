import { describe, expect, it } from 'bun:test'
import { AppError } from '../../../error/app-error'
import { compileSchema } from './compile-schema'

type Schema = Record<string, unknown>

const ref = (name: string) => ({ $ref: `#/$defs/${name}` })
/** Each step refers to the next twice, so that thirty are a thousand million. */
const doubling = {
  ...ref('d0'),
  $defs: Object.fromEntries(
    Array.from({ length: 30 }, (_, i) => [
      `d${i}`,
      i === 29 ? { type: 'object' } : { allOf: [ref(`d${i + 1}`), ref(`d${i + 1}`)] },
    ]),
  ),
}

const refused: [says: string, schema: Schema, rule: RegExp][] = [
  ['an unknown type', { type: 'text' }, /type/],
  ['a list for properties', { properties: [] }, /properties/],
  ['another server', { $ref: 'https://schemas.example.org/a.json' }, /\$ref must be #/],
  ['a name that leads nowhere', { $ref: '#/$defs/a' }, /\$ref must be #/],
  ['a look ahead', { pattern: '(?=a)b' }, /RE2/],
  ['a reference back', { pattern: '(a)\\1' }, /RE2/],
  ['a pattern of names', { patternProperties: { '(?=a)': true } }, /RE2/],
  ['an open bracket', { pattern: '[' }, /pattern|RE2|regex/i],
  ['a $ref to itself', { ...ref('a'), $defs: { a: ref('a') } }, /itself/],
  ['circles by allOf', { allOf: [{ $ref: '#' }] }, /circles/],
  [
    'circles that double',
    { properties: { a: { $ref: '#' } }, anyOf: [{ properties: { a: { $ref: '#' } } }] },
    /circles/,
  ],
  [
    'circles beside others',
    { properties: { a: { $ref: '#', properties: { b: { $ref: '#' } } } } },
    /circles/,
  ],
  ['steps that double', doubling, /places/],
  ['what is unique without an end', { uniqueItems: true }, /uniqueItems/],
  ['a dynamic reference', { $dynamicRef: '#a' }, /dynamicRef/],
]

const taken: [says: string, schema: Schema, good: unknown, bad: unknown][] = [
  [
    'circles by properties and items',
    { type: 'object', properties: { a: { $ref: '#' }, b: { items: { $ref: '#' } } } },
    { a: { b: [{}] } },
    { a: { b: [7] } },
  ],
  [
    'one part in many places',
    { properties: { a: ref('t'), b: ref('t') }, $defs: { t: { type: 'string' } } },
    { a: 'x' },
    { b: 7 },
  ],
  [
    'its draft by name',
    { $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object' },
    {},
    [],
  ],
  [
    'names that every object has',
    {
      properties: { constructor: { type: 'string' }, toString: { type: 'null' } },
      required: ['valueOf'],
    },
    { valueOf: 1 },
    {},
  ],
  ['a pattern that goes back and forth', { pattern: '^(a+)+$' }, 'aaaa', `${'a'.repeat(60)}!`],
  ['a length in characters', { items: { maxLength: 2, minLength: 1 } }, ['𝒂𝒃'], ['𝒂𝒃𝒄']],
  ['a least length in characters', { minLength: 2 }, '𝒂𝒃', '𝒂'],
  ['a form', { format: 'date' }, '2026-11-29', '2026-13-29'],
  ['words that are not known', { minimun: 3, type: 'number' }, 1, 'x'],
]

function refusalOf(schema: Schema): AppError | undefined {
  try {
    compileSchema(schema, { trusted: false })
    return undefined
  } catch (thrown) {
    return thrown as AppError
  }
}

describe('a schema of a tenant', () => {
  for (const [says, schema, rule] of refused) {
    it(`is refused for ${says}`, () => {
      const error = refusalOf(schema)
      expect(error).toBeInstanceOf(AppError)
      expect(error!.code).toBe('invalid_request')
      expect(error!.errors[0]).toMatchObject({ path: ['schema'], code: 'invalid_schema' })
      expect(error!.message).toMatch(rule)
    })
  }

  for (const [says, schema, good, bad] of taken) {
    it(`may have ${says}`, () => {
      const check = compileSchema(schema, { trusted: false })
      expect(check(good)).toEqual([])
      expect(check(bad)).not.toEqual([])
    })
  }

  it('has no pattern by which a text of 64 KB is matched for long', () => {
    const text = `${'a'.repeat(65_000)}!`
    for (const pattern of [
      '(a+)+$',
      '^(a|a)*$',
      '(.*a){12}$',
      '^a*a*a*b$',
      '^(([a-z])+.)+[A-Z]$',
    ]) {
      const check = compileSchema({ pattern }, { trusted: false })
      const from = performance.now()
      expect(check(text)).toHaveLength(1)
      // The engine's own takes years for some of them.
      expect(performance.now() - from).toBeLessThan(3_000)
    }
  })

  it('of 64 KB is compiled or refused in time', () => {
    const properties = Object.fromEntries(
      Array.from({ length: 900 }, (_, i) => [`name_${i}`, { type: 'string', maxLength: i }]),
    )
    let nested: Schema = { type: 'string' }
    for (let i = 0; i < 2_000; i += 1) nested = { items: nested }
    for (const schema of [{ properties }, nested]) {
      const from = performance.now()
      refusalOf(schema)
      expect(performance.now() - from).toBeLessThan(4_500)
    }
  })

  it('says each mistake with its place, its value and its rule', () => {
    const check = compileSchema(
      {
        required: ['a'],
        properties: {
          b: { enum: ['x', 'y'] },
          c: { items: { type: 'integer', minimum: 1 } },
          d: { anyOf: [{ type: 'string' }, { type: 'null' }] },
        },
        additionalProperties: false,
      },
      { trusted: false },
    )
    const issues = check({ b: 'z', c: [1, 'two', 0], d: 4, __proto_: 1 })
    expect(issues.map(({ path, code }) => `${path.join('.')} ${code}`).sort()).toEqual([
      '__proto_ unknown_member',
      'a required',
      'b not_listed',
      'c.1 wrong_type',
      'c.2 out_of_range',
      'd schema_broken',
    ])
    expect(issues.find(({ code }) => code === 'not_listed')!.message).toBe(
      'Expected one of ["x","y"], got "z"',
    )
    expect(issues.find(({ code }) => code === 'required')!.message).toBe('Required')
  })

  it('lists a hundred mistakes of one value and no more', () => {
    const check = compileSchema({ items: { type: 'string' } }, { trusted: false })
    expect(check(Array.from({ length: 10_000 }, () => 1))).toHaveLength(100)
  })
})
