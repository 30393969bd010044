import { describe, expect, it } from 'bun:test'
import type { EventRecord } from '../../event/record'
import { finderOfAgent } from './finders'
import { checkAgent } from './parameters'
import { readXapi } from './parse'
import { statementOf } from './statement'

const receivedAt = '2026-11-21T09:30:00.000Z'
const storedAt = '2026-11-21T09:30:01.000Z'

const verb = { id: 'http://adlnet.gov/expapi/verbs/passed' }
const minimal = { actor: { mbox: 'mailto:ann@example.org' }, verb, object: { id: 'a:quiz' } }

function entryOf(sent: string | object, version = '1.0.3') {
  const text = typeof sent === 'string' ? sent : JSON.stringify(sent)
  const [item] = readXapi(text, receivedAt, { version }).items
  if (item === undefined || !('event' in item)) throw new Error(JSON.stringify(item))
  const stamped = { tenantId: 't1', sourceId: 'lms', receivedAt, storedAt, expiresAt: storedAt }
  return statementOf({ ...item.event, ...stamped } as EventRecord)
}

const authority = {
  objectType: 'Agent',
  account: { homePage: 'urn:nonius:tenant:t1', name: 'lms' },
}

describe('the statement of a record', () => {
  it('is what was sent, with what a record store sets', () => {
    const { json, ...entry } = entryOf(minimal)
    expect(JSON.parse(json)).toEqual({
      ...minimal,
      id: entry.statementId,
      stored: storedAt,
      timestamp: storedAt,
      version: '1.0.0',
      authority,
    })
    expect(entry).toMatchObject({ tenantId: 't1', stored: storedAt, voids: false })
  })

  it('names what it sets once and for all, however often a text names it', () => {
    const spoofed = '{"objectType":"Agent","mbox":"mailto:head@example.org"}'
    const text = `{"authority":${spoofed},"stored":"2011-01-01T00:00:00Z","authori\\u0074y":${spoofed},
      "id":"5c3bd2f1-8a7d-4f8e-8c38-8f60a4a2c6f1","id":"5c3bd2f1-8a7d-4f8e-8c38-8f60a4a2c6f2",
      "stored":"2012-01-01T00:00:00Z","actor":{"mbox":"mailto:ann@example.org"},
      "verb":{"id":"v:1"},"object":{"id":"a:1"}}`
    const { json, statementId } = entryOf(text)
    expect(statementId).toEndWith('c6f2')
    for (const not of ['mailto:head', '2011', '2012', 'c6f1']) expect(json).not.toContain(not)
    expect(JSON.parse(json)).toMatchObject({ id: statementId, stored: storedAt, authority })
  })

  it('keeps the text of the sender, digit for digit, and what it set before', () => {
    const id = '5c3bd2f1-8a7d-4f8e-8c38-8f60a4a2c6f1'
    const text = `{ "id" : "${id.toUpperCase()}", "authority": {"mbox":"mailto:x@y.z"},
      "stored":"2011-01-01T00:00:00Z", "version":"1.0.3", "timestamp":"2011-01-01T01:00:00+01:00",
      "actor":{"mbox":"mailto:ann@example.org"}, "verb":{"id":"v:1"}, "object":{"id":"a:1"},
      "result":{"score":{"raw":1.10, "max":12345678901234567890}} }`
    const { json } = entryOf(text)
    expect(json).toContain('"score":{"raw":1.10, "max":12345678901234567890}')
    expect(JSON.parse(json)).toMatchObject({
      id,
      authority,
      stored: storedAt,
      version: '1.0.3',
      timestamp: '2011-01-01T01:00:00+01:00',
    })
    const late = JSON.parse(entryOf(text, '2.0.0').json)
    expect(late).toMatchObject({ version: '1.0.3', timestamp: '2011-01-01T00:00:00.000Z' })
    expect(JSON.parse(entryOf(minimal, '2.0.0').json).version).toBe('2.0.0')
  })

  it('has activities of the context in arrays, in a SubStatement too', () => {
    const contextActivities = {
      parent: { id: 'a:p' },
      other: [{ id: 'a:o' }],
      grouping: { id: 'a:g' },
    }
    const arrays = { parent: [{ id: 'a:p' }], other: [{ id: 'a:o' }], grouping: [{ id: 'a:g' }] }
    const context = { contextActivities }
    const object = { objectType: 'SubStatement', ...minimal, context }
    const made = JSON.parse(entryOf({ ...minimal, context, object }).json)
    expect(made.context.contextActivities).toEqual(arrays)
    expect(made.object.context.contextActivities).toEqual(arrays)
  })

  it('voids what it refers to', () => {
    const id = '5C3BD2F1-8A7D-4F8E-8C38-8F60A4A2C6F1'
    const object = { objectType: 'StatementRef', id }
    const voided = { id: 'http://adlnet.gov/expapi/verbs/voided' }
    const refersTo = id.toLowerCase()
    expect(entryOf({ ...minimal, object })).toMatchObject({ refersTo, voids: false })
    expect(entryOf({ ...minimal, verb: voided, object })).toMatchObject({ refersTo, voids: true })
  })
})

describe('a statement is found', () => {
  const mbox = (name: string) => `mailto:${name}@example.org`
  const group = (...names: string[]) => ({
    objectType: 'Group',
    mbox: mbox(names[0]!),
    member: names.slice(1).map((name) => ({ mbox: mbox(name) })),
  })
  const values = (entry: ReturnType<typeof entryOf>, by: string) =>
    entry.finders.filter((one) => one.by === by).map(({ value }) => value)

  it('by everybody and everything in it', () => {
    const inner = {
      objectType: 'SubStatement',
      actor: group('sub', 'sub1'),
      verb,
      object: { id: 'a:sub' },
      context: { contextActivities: { category: { id: 'a:subcategory' } } },
    }
    const context = {
      registration: '5C3BD2F1-8A7D-4F8E-8C38-8F60A4A2C6F1',
      instructor: { mbox: mbox('teacher') },
      team: group('team', 'mate'),
      contextActivities: { parent: { id: 'a:parent' } },
      contextAgents: [{ objectType: 'contextAgent', agent: { mbox: mbox('near') } }],
      contextGroups: [{ objectType: 'contextGroup', group: group('around', 'around1') }],
    }
    const entry = entryOf({ actor: group('g', 'm1', 'm2'), verb, object: inner, context }, '2.0.0')
    expect(values(entry, 'agent')).toEqual(['g', 'm1', 'm2'].map(mbox))
    expect(values(entry, 'relatedAgent').sort()).toEqual(
      [
        ...[
          'g',
          'm1',
          'm2',
          'sub',
          'sub1',
          'teacher',
          'team',
          'mate',
          'near',
          'around',
          'around1',
        ].map(mbox),
        'urn:nonius:tenant:t1|lms',
      ].sort(),
    )
    expect(values(entry, 'activity')).toEqual([])
    expect(values(entry, 'relatedActivity').sort()).toEqual(['a:parent', 'a:sub', 'a:subcategory'])
    expect(values(entry, 'registration')).toEqual([context.registration.toLowerCase()])
    expect(values(entry, 'verb')).toEqual([verb.id])
    expect(values(entry, 'source')).toEqual(['lms'])
  })

  it('by an agent that is its object', () => {
    const entry = entryOf({ ...minimal, object: { objectType: 'Agent', mbox: mbox('b') } })
    expect(values(entry, 'agent')).toEqual([mbox('ann'), mbox('b')])
  })

  it('by the agent of a query, in whatever form', () => {
    const agent = '{"objectType":"Agent","name":"Ann","mbox":"mailto:ann@EXAMPLE.org"}'
    expect(checkAgent(agent)).toEqual([])
    expect(values(entryOf(minimal), 'agent')).toEqual([finderOfAgent(agent)!])
    expect(checkAgent('{"mbox":"ann"}')).toMatchObject([
      { path: ['agent', 'mbox'], code: 'invalid_mbox' },
    ])
    expect(checkAgent('wrong')).toMatchObject([{ path: ['agent'], code: 'invalid_json' }])
  })

  it('with what it says of activities and of people, each once', () => {
    const definition = { name: { en: 'Quiz' } }
    const actor = { mbox: mbox('ann'), name: 'Ann' }
    const object = { id: 'a:quiz', definition }
    const context = { instructor: actor, contextActivities: { other: [object, { id: 'a:x' }] } }
    expect(entryOf({ actor, verb, object, context })).toMatchObject({
      activities: [{ id: 'a:quiz', json: JSON.stringify(definition) }],
      agents: [{ id: mbox('ann'), json: '{"name":"Ann"}' }],
    })
  })
})
