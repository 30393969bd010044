import { describe, expect, it } from 'bun:test'
import type { ReadEvent } from '../../event/reading'
import { readXapi } from './parse'

const receivedAt = '2026-11-21T09:30:00.000Z'
const id = 'AA97B177-9383-4934-8543-0F91A7A02836'

const sent = {
  id,
  actor: { mbox: 'mailto:Ann@Example.ORG', name: 'Ann' },
  verb: { id: 'http://adlnet.gov/expapi/verbs/passed', display: { en: 'passed' } },
  object: {
    id: 'https://lms.example/quiz/7',
    definition: {
      type: 'http://adlnet.gov/expapi/activities/assessment',
      name: { de: 'Q', en: 'Quiz' },
    },
  },
  result: { score: { scaled: 0.8, raw: 8, min: 0, max: 10 }, success: true, duration: 'PT1M30S' },
  context: {
    registration: '5C3BD2F1-8A7D-4F8E-8C38-8F60A4A2C6F1',
    platform: 'Moodle',
    contextActivities: {
      grouping: [
        { id: 'https://lms.example' },
        {
          id: 'https://lms.example/course/1',
          definition: { type: 'http://adlnet.gov/expapi/activities/course' },
        },
      ],
    },
  },
  timestamp: '2026-11-21T10:00:00+01:00',
}

function readOne(statement: object, version = '1.0.3'): ReadEvent {
  const [item] = readXapi(JSON.stringify(statement), receivedAt, { version }).items
  return (item as { event: ReadEvent }).event
}

describe('a statement becomes a record', () => {
  it('with what it says', () => {
    expect(readOne(sent)).toMatchObject({
      kind: 'event',
      eventId: id.toLowerCase(),
      standard: 'xapi',
      standardVersion: '1.0.3',
      type: 'Statement',
      action: 'http://adlnet.gov/expapi/verbs/passed',
      actorId: 'mailto:Ann@example.org',
      actorType: 'Agent',
      actorName: 'Ann',
      objectId: 'https://lms.example/quiz/7',
      objectType: 'http://adlnet.gov/expapi/activities/assessment',
      objectName: 'Quiz',
      groupId: 'https://lms.example/course/1',
      sessionId: '5c3bd2f1-8a7d-4f8e-8c38-8f60a4a2c6f1',
      edAppId: 'Moodle',
      score: 8,
      maxScore: 10,
      success: true,
      durationMs: 90_000,
      eventTime: '2026-11-21T09:00:00.000Z',
      conformant: true,
      raw: JSON.stringify(sent),
    })
  })

  it('with a new id each time when it has none, and the time of its arrival', () => {
    const { id: _, timestamp: __, ...unnamed } = sent
    const { eventId, eventTime } = readOne(unnamed)
    expect(eventId).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/)
    expect(readOne(unnamed).eventId).not.toBe(eventId)
    expect(eventTime).toBe(receivedAt)
  })

  const object = (value: object) => readOne({ ...sent, context: undefined, object: value })
  const mbox = 'mailto:b@example.org'

  it('about whatever its object is', () => {
    expect(object({ id: 'a:b' })).toMatchObject({ objectId: 'a:b', objectType: 'Activity' })
    expect(object({ objectType: 'Agent', mbox, name: 'B' })).toMatchObject({
      objectId: mbox,
      objectType: 'Agent',
      objectName: 'B',
    })
    expect(object({ objectType: 'StatementRef', id })).toMatchObject({
      objectId: id.toLowerCase(),
      objectType: 'StatementRef',
    })
    const inner = { objectType: 'SubStatement', actor: { mbox }, verb: { id: 'v:1' } }
    expect(object({ ...inner, object: { id: 'a:b' } })).toMatchObject({
      objectId: undefined,
      objectType: 'SubStatement',
      targetId: 'a:b',
    })
  })

  it('with points of 1 when its score is scaled only', () => {
    const result = (score: object) => readOne({ ...sent, result: { score } })
    expect(result({ scaled: -0.5 })).toMatchObject({ score: -0.5, maxScore: 1 })
    expect(result({ raw: 3 })).toMatchObject({ score: 3, maxScore: undefined })
  })

  it('of an actor as `agentKey` writes it', () => {
    const actor = (value: object) => readOne({ ...sent, actor: value }).actorId
    const account = { homePage: 'https://lms.example', name: '17|x' }
    expect(actor({ account })).toBe('https://lms.example|17|x')
    expect(actor({ openid: 'https://id.example/A' })).toBe('https://id.example/A')
    expect(actor({ mbox_sha1sum: 'AB'.repeat(20) })).toBe(`mbox_sha1sum|${'ab'.repeat(20)}`)
    expect(actor({ objectType: 'Group', member: [{ mbox }] })).toBeUndefined()
  })
})

describe('a body of statements', () => {
  const items = (text: string, version = '1.0.3') => readXapi(text, receivedAt, { version }).items
  const good = JSON.stringify(sent)

  it('is one statement, or an array of them, each with its own text', () => {
    const other = good.replace(id, id.replace('AA', 'BB')).replace('0.8', '0.80')
    expect(items(` ${good} `)).toMatchObject([{ index: 0, event: { raw: good } }])
    expect(items(`[${good} , ${other}]`)).toMatchObject([
      { index: 0, event: { raw: good } },
      { index: 1, event: { raw: other } },
    ])
    expect(items('[]')).toEqual([])
  })

  it('names every reason by its path from the root, and the section', () => {
    const bad = JSON.stringify({ actor: { mbox: 'ann' }, verb: { id: 'v:1' }, Object: {} })
    const reasons = (index: number[], spec: (section: string) => string) => [
      { path: [...index, 'actor', 'mbox'], code: 'invalid_mbox' },
      { path: [...index, 'Object'], code: 'wrong_case' },
      { path: [...index, 'object'], code: 'required', message: 'Required', spec: spec('4') },
    ]
    expect(items(bad)).toMatchObject([{ raw: bad, errors: reasons([], () => 'xAPI-Data 2.4.4') }])
    expect(items(`[${good},${bad}]`, '2.0.0')).toMatchObject([
      { event: {} },
      { raw: bad, errors: reasons([1], () => '9274.1.1 4.2.2.3') },
    ])
  })

  it('may not have one id twice, in whatever case', () => {
    const twice = items(`[${good},${good.replace(id, id.toLowerCase())}]`)
    expect(twice[1]).toMatchObject({ errors: [{ path: [1, 'id'], code: 'duplicate_id' }] })
  })

  it('is nothing else', () => {
    for (const [text, code] of [
      ['"text"', 'wrong_type'],
      ['null', 'null_value'],
    ] as const) {
      expect(items(text)).toMatchObject([{ errors: [{ path: [], code }] }])
    }
    expect(() => items('{"actor":')).toThrow(expect.objectContaining({ code: 'invalid_json' }))
  })
})
