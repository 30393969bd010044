import { describe, expect, it } from 'bun:test'
import { seeded } from '../../../../tests/support/mutate'
import type { EventType } from '../../../event/event-type'
import { breakingChanges, breakingTypeChanges } from './changes'
import { compileSchema } from './compile-schema'

type Schema = Record<string, unknown>

// Each takes some milliseconds, mostly for compiling.
const ROUNDS = 90

const text = { type: 'string' }
const choice = { anyOf: [text, { type: 'null' }] }
const closed = { properties: { a: text }, additionalProperties: false }

const good: [says: string, was: Schema, now: Schema][] = [
  ['nothing', closed, closed],
  ['an order of members', { type: 'string', minLength: 1 }, { minLength: 1, type: 'string' }],
  ['descriptions', { properties: { a: { description: 'A' } } }, { properties: { a: {} } }],
  ['an example', { ...text, examples: ['a'], default: 'b' }, text],
  ['a type more', text, { type: ['string', 'null'] }],
  ['integers among numbers', { type: 'integer' }, { type: 'number' }],
  ['a value more', { enum: ['a'] }, { enum: ['a', 'b'] }],
  ['the type of what was listed', { enum: ['a', 1] }, { type: ['string', 'integer'] }],
  ['one of several for the only one', { const: 'a' }, { enum: ['a', 'b'] }],
  ['wider bounds', { minimum: 1, maxLength: 5 }, { minimum: 0, maxLength: 6 }],
  ['a bound that is its own', { exclusiveMaximum: 5 }, { maximum: 5 }],
  ['a finer step', { multipleOf: 4 }, { multipleOf: 2 }],
  ['one that is required no more', { required: ['a', 'b'] }, { required: ['b'] }],
  ['an open object', closed, { properties: { a: text } }],
  [
    'an optional member where there was none',
    closed,
    { ...closed, properties: { a: text, b: text } },
  ],
  ['a member that is like all others now', { properties: { a: text } }, {}],
  ['a pattern no more', { pattern: '^a' }, {}],
  ['a choice more', choice, { anyOf: [...choice.anyOf, { type: 'boolean' }] }],
  ['a choice for the only one', text, choice],
  ['one condition less', { allOf: [text, { minLength: 1 }] }, { allOf: [text] }],
  ['items more', { items: text, maxItems: 1 }, { items: text, maxItems: 2 }],
  ['a name for a part', { items: text }, { items: { $ref: '#/$defs/t' }, $defs: { t: text } }],
  [
    'what goes in circles',
    { properties: { a: { $ref: '#' }, b: text } },
    { properties: { a: { $ref: '#' }, b: { type: ['string', 'null'] } } },
  ],
]

const bad: [says: string, was: Schema, now: Schema, path: string][] = [
  ['required', {}, { required: ['a'] }, 'required'],
  ['a type less', { type: ['string', 'null'] }, text, 'type'],
  ['a type where there was any', {}, text, 'type'],
  ['numbers that are whole now', { type: 'number' }, { type: 'integer' }, 'type'],
  ['a value less', { enum: ['a', 'b'] }, { enum: ['a'] }, 'enum'],
  ['a list', text, { ...text, enum: ['a'] }, 'enum'],
  ['another constant', { const: 1 }, { const: 2 }, 'const'],
  ['a constant that is an array now', { const: { a: 1 } }, { const: [['a', 1]] }, 'const'],
  ['a minimum', {}, { minimum: 0 }, 'minimum'],
  ['a bound that is out now', { maximum: 5 }, { exclusiveMaximum: 5 }, 'exclusiveMaximum'],
  ['a coarser step', { multipleOf: 2 }, { multipleOf: 4 }, 'multipleOf'],
  ['shorter', { maxLength: 5 }, { maxLength: 4 }, 'maxLength'],
  ['fewer', { maxItems: 5 }, { maxItems: 4 }, 'maxItems'],
  ['more members', {}, { minProperties: 1 }, 'minProperties'],
  ['a closed object', { properties: { a: text } }, closed, 'additionalProperties'],
  ['a member less', closed, { ...closed, properties: {} }, 'additionalProperties'],
  [
    'the type of a member',
    { properties: { a: text } },
    { properties: { a: { type: 'null' } } },
    'properties.a.type',
  ],
  ['a member of an open object', {}, { properties: { a: text } }, 'properties.a.type'],
  [
    'a member that patterns took',
    { patternProperties: { a: text } },
    { properties: { a: { type: 'null' } } },
    'properties.a.type',
  ],
  ['a pattern', text, { ...text, pattern: '^a' }, 'pattern'],
  ['another pattern', { pattern: '^b' }, { pattern: '^a' }, 'pattern'],
  ['a form', text, { ...text, format: 'date' }, 'format'],
  [
    'other patterns of names',
    { patternProperties: { a: text } },
    { patternProperties: { b: text } },
    'patternProperties',
  ],
  ['items', { items: text }, { items: { type: 'null' } }, 'items.type'],
  [
    'the first item',
    { items: text },
    { prefixItems: [{ type: 'null' }], items: text },
    'prefixItems.0.type',
  ],
  ['items that differ', {}, { uniqueItems: true }, 'uniqueItems'],
  ['a choice less', choice, { anyOf: [text] }, 'anyOf'],
  ['a condition more', text, { ...text, allOf: [{ minLength: 1 }] }, 'allOf.0'],
  ['another exclusion', {}, { not: text }, 'not'],
  ['a choice of exactly one', choice, { oneOf: choice.anyOf }, 'oneOf'],
  ['if', {}, { if: text, else: { minimum: 1 } }, 'if'],
  ['contains', {}, { contains: text }, 'contains'],
  ['nothing at all', { properties: { a: text } }, { properties: { a: false } }, 'properties.a'],
  [
    'another meaning of a name',
    { not: { $ref: '#/$defs/a' }, $defs: { a: text } },
    { not: { $ref: '#/$defs/a' }, $defs: { a: { type: 'null' } } },
    'not',
  ],
  [
    'what reaches beyond its place',
    { unevaluatedProperties: false, properties: { a: text } },
    { unevaluatedProperties: false },
    '',
  ],
  ['a name that leads nowhere', {}, { $ref: '#/$defs/a' }, ''],
  ['a word that is not known here', {}, { minimun: 1 }, ''],
]

describe('a change of a schema', () => {
  for (const [says, was, now] of good) {
    it(`breaks nothing by ${says}`, () => expect(breakingChanges(was, now)).toEqual([]))
  }

  for (const [says, was, now, path] of bad) {
    it(`breaks by ${says}`, () => {
      const [issue] = breakingChanges(was, now)
      expect(issue).toMatchObject({
        code: 'breaking_change',
        path: path
          .split('.')
          .filter(Boolean)
          .map((step) => (step === '0' ? 0 : step)),
      })
    })
  }

  it('that breaks nothing takes every value that was taken', () => {
    const { value, pair } = drawing(seeded(13))
    let tried = 0
    for (let round = 0; round < ROUNDS; round += 1) {
      const [was, now] = pair()
      if (breakingChanges(was, now).length > 0) continue
      const [before, after] = [was, now].map((schema) => compileSchema(schema, { trusted: true }))
      for (let i = 0; i < 60; i += 1) {
        const sent = value()
        if (before!(sent).length > 0) continue
        tried += 1
        if (after!(sent).length > 0) throw new Error(JSON.stringify({ was, now, sent }))
      }
    }
    expect(tried).toBeGreaterThan(200)
  })

  it('is told in time, whatever branches there are', () => {
    const branches = Array.from({ length: 300 }, (_, i) => ({
      anyOf: [{ const: i }, { minimum: i }],
    }))
    const from = performance.now()
    expect(
      breakingChanges({ anyOf: branches }, { anyOf: branches.toReversed().slice(1) }),
    ).not.toEqual([])
    expect(performance.now() - from).toBeLessThan(4000)
  })

  it('of a type counts its limits and its envelope, too', () => {
    const type = { schema: text, limits: { maxPayloadBytes: 10 } } as unknown as EventType
    expect(breakingTypeChanges(type, { ...type, limits: { maxPayloadBytes: 11 } })).toEqual([])
    const now = {
      ...type,
      envelope: { required: ['source'] },
      limits: { maxPayloadBytes: 9, maxPayloadKeys: 2 },
    }
    expect(breakingTypeChanges(type, now).map(({ path }) => path.join('.'))).toEqual([
      'envelope.required',
      'limits.maxPayloadBytes',
      'limits.maxPayloadKeys',
    ])
  })
})

// A small world, so that values are good often, and good under one schema and not under another.
const names = ['a', 'b', 'c']
const scalars = [null, true, false, 0, 1, 2, 4, 1.5, -1, 'a', 'ab', 'b', '']
const types = ['string', 'number', 'integer', 'null', 'object', 'array', 'boolean']

/** Draws values, schemas, and schemas that are like others but for a word at some place. */
function drawing(random: () => number) {
  const below = (limit: number) => Math.floor(random() * limit)
  const one = <Thing>(things: readonly Thing[]): Thing => things[below(things.length)]!
  const some = <Thing>(things: readonly Thing[]) => things.filter(() => random() < 0.4)
  const several = <Thing>(draw: () => Thing) => Array.from({ length: 1 + below(2) }, draw)

  function value(depth = 2): unknown {
    if (depth === 0 || random() < 0.4) return one(scalars)
    if (random() < 0.4) return Array.from({ length: below(4) }, () => value(depth - 1))
    return Object.fromEntries(some(names).map((name) => [name, value(depth - 1)]))
  }

  function schema(depth: number): Schema {
    const words = Array.from({ length: 1 + below(4) }, () => word(depth))
    return Object.fromEntries(words)
  }

  function part(depth: number): Schema | boolean {
    return depth === 0 ? one([true, false, { type: some(types) }, {}]) : schema(depth - 1)
  }

  function named(from: readonly string[], depth: number) {
    return Object.fromEntries(some(from).map((name) => [name, part(depth)]))
  }

  function word(depth: number): [string, unknown] {
    const draws: Record<string, () => unknown> = {
      type: () => [one(types), ...some(types)].filter((type, i, all) => all.indexOf(type) === i),
      enum: () => [one(scalars), ...some(scalars)],
      const: () => one(scalars),
      multipleOf: () => one([1, 2, 4, 0.5]),
      pattern: () => one(['a', '^b', '']),
      required: () => some(names),
      properties: () => named(names, depth),
      patternProperties: () => named(['a', '[bc]'], depth),
      prefixItems: () => several(() => part(depth)),
      uniqueItems: () => random() < 0.5,
      dependentRequired: () => ({ [one(names)]: some(names) }),
      $ref: () => one(['#/$defs/one', '#/$defs/two']),
    }
    for (const name of ['inimum', 'aximum']) {
      for (const bound of [`m${name}`, `exclusiveM${name}`]) draws[bound] = () => below(4)
    }
    for (const what of ['Length', 'Items', 'Properties', 'Contains']) {
      for (const bound of ['min', 'max']) draws[`${bound}${what}`] = () => below(4)
    }
    const inner = ['additionalProperties', 'items', 'contains', 'not', 'if', 'then', 'else']
    for (const name of [...inner, 'unevaluatedProperties']) draws[name] = () => part(depth)
    for (const name of ['allOf', 'anyOf', 'oneOf']) draws[name] = () => several(() => part(depth))
    const [name, draw] = one(Object.entries(draws))
    return [name, draw()]
  }

  function pair(): [Schema, Schema] {
    const $defs = { one: { type: one(types) }, two: { minimum: below(3) } }
    const was: Schema = { ...schema(2), $defs }
    const now = structuredClone(was)
    const at = one(objectsIn(now))
    const present = Object.keys(at).filter((name) => name !== '$defs')
    if (random() < 0.4 && present.length > 0) delete at[one(present)]
    else Object.assign(at, schema(1))
    return [was, now]
  }

  return { value, pair }
}

const notSchemas = ['enum', 'const', 'required', 'type', 'dependentRequired']
const namesOfSchemas = ['properties', 'patternProperties', '$defs']

function objectsIn(part: unknown, found: Schema[] = [], isSchema = true): Schema[] {
  if (typeof part !== 'object' || part === null) return found
  if (isSchema && !Array.isArray(part)) found.push(part as Schema)
  for (const [word, inner] of Object.entries(part)) {
    if (notSchemas.includes(word)) continue
    objectsIn(inner, found, !namesOfSchemas.includes(word))
  }
  return found
}
