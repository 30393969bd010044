import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import type { Issue } from '../../error/issue'
import type { EventRecord } from '../../event/record'
import { checkXapi } from './conformance'
import { asCanonical, asIds } from './format'
import { readXapi } from './parse'
import { statementOf } from './statement'

const receivedAt = '2026-11-21T09:30:00.000Z'

type Value = Record<string, unknown>

const word = fc.string({ unit: fc.constantFrom(...'abcXYZ019-'), minLength: 1, maxLength: 12 })
const text = fc.string({ unit: 'grapheme', maxLength: 8 })
const iri = word.map((tail) => `https://example.org/${tail}`)
const languageMap = fc.dictionary(fc.constantFrom('en', 'de-AT', 'zh-Hant', 'x-own'), text)
const extensions = fc.dictionary(iri, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 })
const optional = { requiredKeys: [] }

const identifier = fc.oneof(
  word.map((name) => ({ mbox: `mailto:${name}@Example.org` })),
  fc
    .string({ unit: fc.constantFrom(...'0123456789abcdefAB'), minLength: 40, maxLength: 40 })
    .map((mbox_sha1sum) => ({ mbox_sha1sum })),
  iri.map((openid) => ({ openid })),
  fc.record({ homePage: iri, name: word }).map((account) => ({ account })),
)
const named = fc.record({ name: text }, optional)
const agent = fc.tuple(identifier, named).map(([own, name]): Value => ({ ...name, ...own }))
const group = fc
  .tuple(fc.option(identifier, { nil: {} }), fc.array(agent, { minLength: 1, maxLength: 3 }))
  .map(([own, member]): Value => ({ objectType: 'Group', member, ...own }))
const actor = fc.oneof(agent, group)
const definition = fc.record(
  { name: languageMap, description: languageMap, type: iri, moreInfo: iri, extensions },
  optional,
)
const activity = fc.record(
  { objectType: fc.constant('Activity'), id: iri, definition },
  { requiredKeys: ['id'] },
)
const activities = fc.oneof(activity, fc.array(activity, { maxLength: 3 }))
const time = fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
const timestamp = time.map((date) => date.toISOString())
const whole = fc.integer({ min: -1000, max: 1000 })
const result = fc.record(
  {
    score: fc.record({ scaled: fc.double({ min: -1, max: 1, noNaN: true }), max: whole }, optional),
    success: fc.boolean(),
    response: text,
    duration: fc.nat(99_999).map((ms) => `PT${ms / 1000}S`),
    extensions,
  },
  optional,
)
const context = fc.record(
  {
    registration: fc.uuid(),
    instructor: actor,
    team: group,
    contextActivities: fc.record(
      { parent: activities, grouping: activities, category: activities, other: activities },
      optional,
    ),
    language: fc.constantFrom('en', 'de-AT'),
    extensions,
  },
  optional,
)
const told = {
  actor,
  verb: fc.record({ id: iri, display: languageMap }),
  result,
  context,
  timestamp,
}
const needed = ['actor', 'verb', 'object'] as const
const subStatement = fc
  .record({ ...told, object: activity }, { requiredKeys: [...needed] })
  .map((inner) => ({ objectType: 'SubStatement', ...inner }))
const statement = fc.record(
  {
    ...told,
    id: fc.uuid(),
    object: fc.oneof(
      activity,
      agent.map((one) => ({ objectType: 'Agent', ...one })),
      group,
      fc.uuid().map((id) => ({ objectType: 'StatementRef', id })),
      subStatement,
    ),
  },
  { requiredKeys: ['id', ...needed] },
) as fc.Arbitrary<Value>

function read(sent: string) {
  return readXapi(sent, receivedAt, { version: '2.0.0' }).items[0]!
}

function eventOf(sent: string) {
  const item = read(sent)
  if (!('event' in item)) throw new Error(JSON.stringify(item.errors))
  return item.event
}

/** The same value with its keys in another order, everywhere. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).reverse()
  return Object.fromEntries(entries.map(([key, one]) => [key, reversed(one)]))
}

describe('a statement that follows the text', () => {
  it('is read whatever it says, with one digest for every way to write it', () => {
    fc.assert(
      fc.property(statement, (value) => {
        const sent = JSON.stringify(value)
        const again = JSON.stringify(reversed(value), undefined, 1)
        expect(eventOf(again).contentDigest).toBe(eventOf(sent).contentDigest!)
        expect(checkXapi(sent)).toMatchObject({ valid: true, eventCount: 1 })
      }),
      { numRuns: 150 },
    )
  }, 60_000)

  it('is given out as it was sent, is the same statement then, and has its form in each format', () => {
    fc.assert(
      fc.property(statement, (value) => {
        const sent = JSON.stringify(value)
        const event = eventOf(sent)
        const asSent = JSON.parse(sent) as Value
        const stamped = { tenantId: 't', sourceId: 's', receivedAt, expiresAt: receivedAt }
        const { json } = statementOf({ ...event, ...stamped } as EventRecord)
        const given = JSON.parse(json) as Value
        for (const name of ['actor', 'verb', 'result']) expect(given[name]).toEqual(asSent[name])
        if (value.timestamp !== undefined) {
          expect(eventOf(json).contentDigest).toBe(event.contentDigest!)
        }
        for (const made of [asIds(json), asCanonical(json, { languages: ['de'] })]) {
          expect(read(made)).toHaveProperty('event')
        }
        expect(asIds(asIds(json))).toBe(asIds(json))
      }),
      { numRuns: 150 },
    )
  }, 60_000)
})

describe('a statement that breaks a rule', () => {
  const broken = [null, 7.5, 'no such thing \u0000', [], { unknown: 1 }]

  /** Lists the places of a statement that take no other value than those of the text. */
  function placesIn(value: unknown, path: Issue['path'] = []): Issue['path'][] {
    if (typeof value !== 'object' || value === null) return [path]
    const inner = Object.entries(value).flatMap(([key, one]) => {
      const step = Array.isArray(value) ? Number(key) : key
      const isOpen = ['name', 'response', 'extensions'].includes(key)
      return isOpen ? [] : placesIn(one, [...path, step])
    })
    return path.length === 0 ? inner : [path, ...inner]
  }

  /** Tells whether a value is as right there as the one before it. */
  function isRight(what: unknown, path: Issue['path'], before: unknown): boolean {
    if (typeof what === 'string') return path.includes('display') || path.includes('description')
    if (typeof what === 'number') return typeof before === 'number'
    if (!Array.isArray(what)) return false
    return Array.isArray(before) || path.at(-2) === 'contextActivities'
  }

  it('is refused with the place of what breaks it', () => {
    const change = fc.record({ at: fc.nat(), what: fc.constantFrom(...broken) })
    fc.assert(
      fc.property(statement, change, (value, { at, what }) => {
        const places = placesIn(value)
        const path = places[at % places.length]!
        const copy = structuredClone(value)
        const parent = path.slice(0, -1).reduce<Value>((one, step) => one[step] as Value, copy)
        const step = path.at(-1)!
        if (isRight(what, path, parent[step])) return
        parent[step] = what
        const item = read(JSON.stringify(copy))
        if (!('errors' in item)) throw new Error(`taken: ${path} = ${JSON.stringify(what)}`)
        const around = path.slice(0, -1)
        const isNear = (of: Issue['path']) => of.slice(0, around.length).join() === around.join()
        expect(item.errors.some((issue) => isNear(issue.path))).toBe(true)
      }),
      { numRuns: 400 },
    )
  }, 60_000)
})
