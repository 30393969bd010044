import { describe, expect, it } from 'bun:test'
import type { EventType, GivenTypes } from '../../../event/event-type'
import type { ReadEvent } from '../../../event/reading'
import { finish } from '../../../syntax/steps'
import { native } from '../standard'

const receivedAt = '2026-11-29T09:30:00.000Z'

const lesson: EventType = {
  name: 'lesson_done',
  vocabulary: 'tenant',
  version: 1,
  description: 'A lesson was finished',
  category: 'lessons',
  commonAction: 'Completed',
  schema: {
    required: ['lesson'],
    properties: { lesson: { type: 'string' }, points: { minimum: 0 } },
  },
  envelope: { required: ['session_id'] },
  mapping: {
    objectId: '/payload/lesson',
    score: '/payload/points',
    groupId: '/context/a~1b',
    objectType: { const: 'Lesson' },
  },
  privacyLevel: 'sensitive',
  retentionClass: 'sensitive',
  sampling: 'never',
  limits: { maxPayloadBytes: 65_536, maxPayloadKeys: 50 },
}

async function read(item: unknown, given: Partial<GivenTypes> = {}) {
  const types = await native.typesInForce({
    ...{ tenantId: 'school', own: [lesson], order: [], unknownTypes: 'accept' },
    ...given,
  })
  const body = JSON.stringify([item])
  const reading = finish(native.readBody(body, 'document', receivedAt, {}, types))
  return { item: reading.items[0]!, explain: reading.explain! }
}

async function stored(item: unknown, given: Partial<GivenTypes> = {}): Promise<ReadEvent> {
  const read_ = await read(item, given)
  if (!('event' in read_.item)) throw new Error(JSON.stringify(read_.item))
  return read_.item.event
}

async function refused(item: unknown, given: Partial<GivenTypes> = {}) {
  const { item: found } = await read(item, given)
  if ('event' in found) throw new Error('It was stored')
  return found.errors.map(({ path, code }) => `${path.join('.')} ${code}`)
}

const done = (more: object = {}, payload: object = { lesson: 'l-1', points: 3 }) => {
  return { event_type: 'lesson_done', session_id: 's', payload, ...more }
}

describe('an event of a registered type', () => {
  it('has in its record what its type says', async () => {
    expect(await stored(done({ context: { 'a/b': 'g-1' } }))).toMatchObject({
      ...{ objectId: 'l-1', objectType: 'Lesson', score: 3, groupId: 'g-1' },
      ...{ category: 'lessons', commonAction: 'Completed', privacyLevel: 'sensitive' },
      ...{ retentionClass: 'sensitive', conformant: true, issueCodes: [] },
    })
  })

  for (const name of ['payload', 'properties', 'payload_json']) {
    it(`is checked and mapped under ${name}`, async () => {
      const { payload, ...rest } = done()
      expect(await stored({ ...rest, [name]: payload })).toMatchObject({
        objectId: 'l-1',
        conformant: true,
      })
      const bad = await stored({ ...rest, [name]: { points: -1 } })
      expect(bad).toMatchObject({ conformant: false })
      expect(bad.issueCodes.toSorted()).toEqual(['out_of_range', 'required'])
    })
  }

  const levels = [
    ['pii', 'pii', 'pii'],
    ['standard', 'sensitive', 'sensitive'],
    ['sensitive', 'sensitive', 'sensitive'],
  ] as const
  for (const [sent, level, kept] of levels) {
    it(`sent as ${sent} is ${level}`, async () => {
      const event = await stored(done({ privacy_level: sent }))
      expect(event).toMatchObject({ privacyLevel: level, retentionClass: kept })
    })
  }

  it('that breaks its schema is stored, and explained with places and values', async () => {
    const { item, explain } = await read({
      ...done({}, { lesson: 7, points: -1 }),
      session_id: undefined,
    })
    if (!('event' in item)) throw new Error('It was refused')
    expect(item.event).toMatchObject({ conformant: false })
    const issues = explain(item.event.raw, 0)
    expect(issues.map(({ path, code, spec }) => [path.join('.'), code, spec])).toEqual([
      ['0.payload.lesson', 'wrong_type', 'event type lesson_done'],
      ['0.payload.points', 'out_of_range', 'event type lesson_done'],
      ['0.session_id', 'required', 'event type lesson_done'],
    ])
    expect(issues[0]!.message).toBe('Expected string, got 7')
  })

  const keys = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i]))
  const bytes = (count: number) => ({ lesson: 'x'.repeat(count - '{"lesson":""}'.length) })
  it('may have 50 keys and 64 KB, and no more', async () => {
    await stored(done({}, keys(50)))
    expect(await refused(done({}, keys(51)))).toEqual(['0.payload too_many_keys'])
    await stored(done({}, bytes(65_536)))
    expect(await refused(done({}, bytes(65_537)))).toEqual(['0.payload payload_too_large'])
    expect(await refused(done({}, { lesson: 'é'.repeat(32_768) }))).toEqual([
      '0.payload payload_too_large',
    ])
    await stored(done({}, keys(51)), { maxPayloadKeys: 51 })
  })

  it('may name another organisation, which is noted', async () => {
    const event = await stored(done({ organization_id: 'other' }))
    expect(event).toMatchObject({ conformant: true, issueCodes: ['other_organization'] })
    expect((await stored(done({ organization_id: 'school' }))).issueCodes).toEqual([])
  })

  it('is of the first vocabulary in order that has its name', async () => {
    const own: EventType[] = [
      { ...lesson, name: 'quiz_started', envelope: undefined, schema: undefined },
    ]
    const sent = { event_type: 'quiz_started', source: 'app', payload: {} }
    expect((await stored(sent, { own })).category).toBe('lessons')
    expect((await stored(sent, { own, order: ['quiz'] })).category).not.toBe('lessons')
    expect((await stored({ ...sent, event_type: 'Quiz_started' }, { own })).issueCodes).toEqual([
      'unknown_type',
    ])
  })

  it('whose schema cannot be compiled is stored, not conformant', async () => {
    const own = [{ ...lesson, schema: { $ref: 'https://example.org/a' } }]
    expect(await stored(done(), { own })).toMatchObject({
      conformant: false,
      issueCodes: ['invalid_schema'],
    })
  })
})

describe('an event of an unknown type', () => {
  for (const name of ['no_such', '__proto__', 'constructor', 'toString', 'lesson_done ']) {
    it(`is stored and noted, refused where they are not taken: ${name}`, async () => {
      const sent = { event_type: name, payload: { constructor: 1 } }
      expect(await stored(sent)).toMatchObject({ conformant: true, issueCodes: ['unknown_type'] })
      for (const unknownTypes of ['quarantine', 'reject'] as const) {
        expect(await refused(sent, { unknownTypes })).toEqual(['0.event_type unknown_type'])
      }
    })
  }

  it('has no limit of keys or bytes', async () => {
    await stored({ event_type: 'no_such', payload: { a: 'x'.repeat(100_000) } })
  })
})
