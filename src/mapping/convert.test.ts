import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { checkItem } from '../standards/caliper/check-item'
import { contextIri } from '../standards/caliper/version'
import { xapi } from '../standards/xapi/standard'
import { finish } from '../syntax/steps'
import { activityTypes } from './activity-types'
import { toCaliper, toXapi } from './convert'
import { objectTypeIn } from './entities'
import type { Json } from './json'
import { activityTypeOf, happeningOf, verbOf } from './lookup'
import { iriOf } from './prefixes'
import { verbRows } from './verbs'

const fallback = {
  id: 'urn:uuid:00000000-0000-4000-8000-000000000001',
  at: '2026-11-28T12:00:00.000Z',
}
const receivedAt = '2026-11-28T12:00:01.000Z'

function isStatement(document: Json): boolean {
  const { items } = finish(xapi.readBody(JSON.stringify(document), 'document', receivedAt))
  return items.every((item) => 'event' in item)
}

function errorsIn(event: Json): string[] {
  const found = checkItem(event, 'event', '1.2')
  return found.filter(({ rule }) => rule.severity === 'error').map(({ rule }) => rule.code)
}

// Every pair of a verb and an activity type that says exactly what an event of Caliper says, and is
// what that event becomes.
const exactPairs = verbRows
  .filter(({ match }) => match === 'exact')
  .flatMap(({ verb, on, event, action }) =>
    activityTypes
      .filter((row) => row.match === 'exact')
      .filter(({ entity }) => on.includes(entity) || on.includes('*'))
      .map(({ activityType, entity }) => ({ verb, event, action: action!, activityType, entity })),
  )
  .filter(({ verb, event, action, entity, activityType }) => {
    const isOwn = activityTypeOf(entity).iri === iriOf(activityType)
    const { event: back } = happeningOf(iriOf(verb), entity)
    return isOwn && back === event && verbOf(event, action, entity).iri === iriOf(verb)
  })
  // A launch needs the LTI session that it began, of which xAPI has no word.
  .filter(({ event }) => event !== 'ToolLaunchEvent')

const name = fc.string({ minLength: 1, maxLength: 8 }).filter((text) => text.isWellFormed())
const uuid = fc.uuid()
const urn = uuid.map((one) => `urn:uuid:${one}`)
const iri = fc.nat(99).map((n) => `https://example.edu/things/${n}`)
const person = fc.oneof(
  fc.nat(99).map((n) => `https://example.edu/users/${n}`),
  fc.nat(99).map((n) => `mailto:user${n}@example.edu`),
)
const time = fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true })
const course = fc.record(
  { id: iri, type: fc.constant('CourseOffering'), name },
  { requiredKeys: ['id', 'type'] },
)

/** Everything that both standards have a word for, around one exact pair. */
const said = fc.record({
  pair: fc.constantFrom(...exactPairs),
  id: urn,
  actor: fc.record(
    { id: person, type: fc.constant('Person'), name },
    { requiredKeys: ['id', 'type'] },
  ),
  objectId: iri,
  about: fc.record({ name, description: name }, { requiredKeys: [] }),
  eventTime: time.map((one) => one.toISOString()),
  around: fc.record(
    {
      group: course,
      session: urn.map((id) => ({ id, type: 'Session' })),
      edApp: iri.map((id) => ({ id, type: 'SoftwareApplication' })),
      extensions: fc.record({ 'https://example.edu/ext/colour': fc.jsonValue() }),
    },
    { requiredKeys: [] },
  ),
  score: fc.tuple(fc.nat(10), fc.integer({ min: 10, max: 20 })),
  answer: name,
  seconds: fc.nat(5000),
})

type Said = typeof said extends fc.Arbitrary<infer Value> ? Value : never

function eventOf(given: Said): Json {
  const { pair, id, actor, objectId, about, eventTime, around, score, answer, seconds } = given
  const { event, action, entity } = pair
  const object = { id: objectId, type: entity, ...about }
  const { name: _, ...assignee } = actor
  const [scoreGiven, maxScore] = score
  const own: Record<string, Json> = {
    GradeEvent: {
      object: {
        id: '_:attempt',
        type: 'Attempt',
        assignee: { ...assignee, ...named(actor) },
        assignable: object,
      },
      generated: { id: '_:score', type: 'Score', scoreGiven, maxScore },
    },
    AssessmentItemEvent: {
      generated: {
        id: '_:response',
        type: 'OpenEndedResponse',
        value: answer,
        duration: `PT${seconds}S`,
      },
    },
    AssessmentEvent: { generated: { id: '_:attempt', type: 'Attempt', duration: `PT${seconds}S` } },
    MediaEvent: {
      target: { id: '_:location', type: 'MediaLocation', currentTime: `PT${seconds}S` },
    },
  }
  const core = { '@context': contextIri, id, type: event, actor, action, object, eventTime }
  return { ...core, ...around, ...own[event] }
}

const named = (actor: { name?: string }) => (actor.name === undefined ? {} : { name: actor.name })

describe('an exact mapping', () => {
  it('is there for most of the table', () => {
    expect(exactPairs.length).toBeGreaterThan(100)
    expect(new Set(exactPairs.map(({ event }) => event)).size).toBeGreaterThan(10)
  })

  it('says in a statement all of what both can say, and in an event again', () => {
    fc.assert(
      fc.property(said, (given) => {
        const event = eventOf(given)
        const valid = objectTypeIn(given.pair.event, given.pair.entity) !== undefined
        fc.pre(given.pair.event === 'GradeEvent' || valid)
        fc.pre(errorsIn(event).length === 0)
        const statement = toXapi(event, fallback)
        expect(statement.match).toBe('exact')
        expect(isStatement(statement.document)).toBe(true)
        // There is nothing left that had to travel as an extension of ours.
        expect(JSON.stringify(statement.document)).not.toContain('urn:nonius:')
        const back = toCaliper(statement.document, fallback)
        expect(back).toEqual({ document: event, match: 'exact' })
      }),
      { numRuns: 400 },
    )
  })
})

// Members that no table knows, and what a sender may put where something else belongs.
const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(
    { __proto__: null },
    JSON.parse('{"__proto__":{"a":1},"a/b":{"c~d":[]}}'),
    {},
    [],
  ),
)
const members = ['profile', 'membership', 'generated', 'target', 'referrer', 'group', 'session']
members.push('extensions', 'edApp', 'object', 'actor', '@context', 'constructor', 'action')

const anyEvent = fc
  .tuple(said, fc.dictionary(fc.constantFrom(...members), odd, { maxKeys: 4 }), fc.boolean())
  .map(([given, more, isNamed]) => {
    const event = { ...eventOf(given), ...more }
    return isNamed ? event : { ...event, id: undefined, action: undefined }
  })
  .map((event) => JSON.parse(JSON.stringify(event)) as Json)

const places = [
  'actor',
  'verb',
  'object',
  'result',
  'context',
  'timestamp',
  'id',
  'stored',
  'version',
]
const anyStatement = fc
  .tuple(anyEvent, fc.dictionary(fc.constantFrom(...places), odd, { maxKeys: 3 }), odd)
  .map(([event, more, extension]): Json => {
    const { document } = toXapi(event, fallback)
    return { ...document, ...more, ...(Array.isArray(extension) && { context: { extension } }) }
  })

describe('any mapping', () => {
  it('gives an event back as it was, whatever is in it', () => {
    fc.assert(
      fc.property(anyEvent, (event) => {
        const { document } = toXapi(event, fallback)
        expect(toCaliper(document, fallback).document).toStrictEqual(event)
      }),
      { numRuns: 400 },
    )
  })

  it('gives a statement back as it was, whatever is in it', () => {
    fc.assert(
      fc.property(anyStatement, (statement) => {
        const { document } = toCaliper(statement, fallback)
        expect(toXapi(document, fallback).document).toStrictEqual(statement)
      }),
      { numRuns: 400 },
    )
  })

  it('gives an event back that travelled as a statement to which a record store added', () => {
    fc.assert(
      fc.property(anyEvent, (event) => {
        const { document } = toXapi(event, fallback)
        const stored = { ...document, stored: receivedAt, version: '1.0.3' }
        const back = toCaliper(stored, fallback).document
        expect(toXapi(back, fallback).document).toStrictEqual(stored)
      }),
      { numRuns: 400 },
    )
  })
})
