import { describe, expect, it } from 'bun:test'
import type { Scope } from '../../src/identity/scope'
import { startTestApp, type TestApp } from '../support/app'
import { problemOf } from '../support/battery'
import { anEnvelopeText } from '../support/envelopes'
import { notOnAws } from '../support/not-on-aws'
import { startPublishTest } from '../support/publish-api'
import { shared } from '../support/shared'
import { openSocket } from '../support/sockets'

const quiz = 'https://quiz.example.edu'
const json = 'application/json'

interface Made {
  id: string
  key: string
  scopes: Scope[]
  origins?: string[]
}

async function make(test: TestApp, body: object): Promise<Response> {
  const headers = { ...test.as(test.keys.admin), 'Content-Type': json }
  const asked = JSON.stringify({ name: 'quiz', sourceId: 'demo', ...body })
  return test.request('/keys', { method: 'POST', headers, body: asked })
}

async function made(test: TestApp, origins = [quiz]): Promise<Made> {
  const response = await make(test, { origins })
  expect(response.status).toBe(201)
  return (await response.json()) as Made
}

const anEvent = () =>
  JSON.stringify({ event_type: 'quiz_started', source: 'quiz', id: crypto.randomUUID() })
const aStatement = () =>
  JSON.stringify({
    actor: { mbox: 'mailto:a@example.edu' },
    verb: { id: 'http://adlnet.gov/expapi/verbs/answered' },
    object: { id: 'https://quiz.example.edu/1' },
  })

/** Every address that takes events. */
const doors: [path: string, body: () => string, more?: Record<string, string>][] = [
  ['/api/v1/events', anEvent],
  ['/caliper/v1p2/events', anEnvelopeText],
  ['/xapi/statements', aStatement, { 'X-Experience-API-Version': '1.0.3' }],
]

describe('a key for pages', () => {
  it('sends and no more, is listed with its origins, and keeps them when it is rotated', async () => {
    await using test = await startTestApp()
    const origins = ['HTTPS://Quiz.Example.edu:443/', quiz, 'http://localhost:5173']
    const key = await made(test, origins)
    expect(key).toMatchObject({ scopes: ['events:write'], origins: [quiz, origins[2]!] })
    const headers = { ...test.as(test.keys.admin), 'Content-Type': json }
    const turn = { method: 'POST', headers, body: '{"overlap":"0m"}' }
    const next = await (await test.request(`/keys/${key.id}/rotate`, turn)).json()
    expect(next).toMatchObject({ scopes: ['events:write'], origins: [quiz, origins[2]!] })
    const list = await test.request('/keys', { headers })
    const { keys } = (await list.json()) as { keys: Made[] }
    expect(keys.filter((one) => one.origins !== undefined)).toHaveLength(2)
  })

  const asked: [origin: string | undefined, taken: boolean][] = [
    [quiz, true],
    // Browsers write the host in lower case; nothing else is meant by this.
    ['https://QUIZ.example.edu', true],
    [undefined, false],
    ['null', false],
    ['', false],
    ['http://quiz.example.edu', false],
    ['https://quiz.example.edu:8443', false],
    ['https://quiz.example.edu.evil.example', false],
    ['https://evil.example', false],
    ['https://sub.quiz.example.edu', false],
    [`${quiz}, https://evil.example`, false],
    [`${quiz}/page`, false],
  ]
  const rows = shared(startTestApp)
  for (const [origin, taken] of asked) {
    it(`${taken ? 'is taken from' : 'is refused to'} ${JSON.stringify(origin)}`, async () => {
      const test = await rows()
      const { key } = await made(test)
      for (const [path, body, more] of doors) {
        const from: Record<string, string> = origin === undefined ? {} : { Origin: origin }
        const headers = { ...test.as(key), ...from, ...more, 'Content-Type': json }
        const response = await test.request(path, { method: 'POST', headers, body: body() })
        if (taken) expect([path, response.status < 300]).toEqual([path, true])
        else {
          const { detail } = await problemOf(response, 'forbidden')
          expect(detail).toStartWith('This key is for pages of its origins only; ')
          expect(detail).toContain(origin ? JSON.stringify(origin).slice(1, 12) : 'Origin')
        }
      }
    })
  }

  it('reads nothing and changes nothing that others read, from its own page', async () => {
    await using test = await startTestApp()
    const { key } = await made(test)
    const headers = { ...test.as(key), Origin: quiz, 'X-Experience-API-Version': '1.0.3' }
    const agent = encodeURIComponent('{"mbox":"mailto:a@example.edu"}')
    const state = `/xapi/activities/state?activityId=https://x.edu/1&agent=${agent}&stateId=s`
    const profile = `/xapi/agents/profile?agent=${agent}&profileId=p`
    for (const [method, path] of [
      ...['/analytics/events', '/quarantine', '/webhooks', '/keys', '/sources', '/metrics'].map(
        (one) => ['GET', one] as const,
      ),
      ...(['GET', 'PUT', 'DELETE'] as const).flatMap((one) => [
        [one, state] as const,
        [one, profile] as const,
      ]),
      ['GET', '/xapi/statements'] as const,
    ]) {
      const body = method === 'PUT' ? { body: '{}' } : {}
      const sent = { method, headers: { ...headers, 'Content-Type': json }, ...body }
      const { status } = await test.request(path, sent)
      expect([method, path, status]).toEqual([method, path, 403])
    }
  })

  it('has receipts that tell of what it sent itself alone', async () => {
    await using test = await startTestApp()
    const { key } = await made(test)
    const send = async (as: string, user: string) => {
      const event = { event_type: 'quiz_started', source: 'quiz', id: 'one', user_id: user }
      const headers = { ...test.as(as), Origin: quiz, 'Content-Type': json }
      const body = JSON.stringify([event])
      return (await test.request('/api/v1/events', { method: 'POST', headers, body })).text()
    }
    await send(test.keys.demo, 'somebody-else')
    expect(await send(key, 'me')).not.toContain('somebody-else')
  })

  it('opens a WebSocket from its own page alone', async () => {
    await using test = await startPublishTest()
    const { key } = await made(test.app)
    const key2 = `?key=${key}`
    const none = await test.refusal(`/ws/publish${key2}`)
    expect(none.status).toBe(403)
    const other = await test.refusal(`/ws/publish${key2}`, { Origin: 'https://evil.example' })
    expect(other.status).toBe(403)
    expect((await test.refusal(`/ws/publish${key2}`, { Origin: quiz })).status).toBe(101)
  })

  const beginning = {
    event_type: 'SESSION_CREATED',
    session_id: 'somebody-elses',
    user_id: 'me',
    payload: { question_ids: ['q1'] },
  }
  const beginnings: [door: string, body: unknown, more?: Record<string, string>][] = [
    ['/api/v1/events', beginning],
    ['/api/v1/events', [beginning]],
    ['/api/v1/in/KEY', beginning],
    [
      '/v1/track',
      {
        ...{ type: 'track', event: 'SESSION_CREATED', userId: 'me', messageId: 'm1' },
        context: { sessionId: 'somebody-elses' },
        properties: { question_ids: ['q1'] },
      },
    ],
    [
      '/api/v1/events',
      { specversion: '1.0', id: '1', source: '/quiz', type: 'quiz', data: beginning },
      { 'Content-Type': 'application/cloudevents+json' },
    ],
  ]
  const sessionsIn = async ({ platform }: TestApp) =>
    (await platform.documents.list('default', ['sessions'], { limit: 10 })).items
  for (const [door, body, more = {}] of beginnings) {
    it(`begins no test session at ${door} by ${JSON.stringify(body).slice(0, 40)}`, async () => {
      await using test = await startTestApp()
      const { key } = await made(test)
      const send = (as: string) => {
        const headers = { 'Content-Type': json, Origin: quiz, ...test.as(as), ...more }
        const path = door.replace('KEY', as)
        return test.request(path, { method: 'POST', headers, body: JSON.stringify(body) })
      }
      expect((await send(key)).status).toBeLessThan(300)
      expect(await sessionsIn(test)).toEqual([])
      // A key of a server does, by the same words: the test would see a session.
      expect((await send(test.keys.demo)).status).toBeLessThan(300)
      expect(await sessionsIn(test)).toHaveLength(1)
    })
  }

  it('begins no test session by WebSocket', async () => {
    await using test = await startPublishTest()
    const { key } = await made(test.app)
    const headers = { ...test.app.as(key), Origin: quiz }
    await using socket = await openSocket(test.url, { headers })
    socket.send(JSON.stringify(beginning))
    expect(JSON.parse(await socket.next())).toMatchObject({ eventCount: 1 })
    expect(await sessionsIn(test.app)).toEqual([])
  })

  notOnAws('handshake')('is told why no WebSocket is opened', async () => {
    await using test = await startPublishTest()
    const { key } = await made(test.app)
    await problemOf(await test.refusal(`/ws/publish?key=${key}`), 'forbidden')
  })

  const refused: [name: string, body: object, path: (string | number)[]][] = [
    ['no origin', { origins: [] }, ['origins']],
    ['all origins', { origins: ['*'] }, ['origins', 0]],
    ['an address', { origins: [quiz, `${quiz}/page`] }, ['origins', 1]],
    ['a pattern', { origins: ['https://*.example.edu'] }, ['origins', 0]],
    ['null', { origins: ['null'] }, ['origins', 0]],
    ['a text', { origins: quiz }, ['origins']],
    ['many', { origins: Array.from({ length: 21 }, (_, at) => `https://${at}.edu`) }, ['origins']],
    ['a scope to read', { origins: [quiz], scopes: ['events:write', 'events:read'] }, ['scopes']],
    ['a scope of xAPI', { origins: [quiz], scopes: ['state'] }, ['scopes']],
    ['xapi', { origins: [quiz], xapi: true }, ['origins']],
    ['sources', { origins: [quiz], sources: '*' }, ['sources']],
  ]
  for (const [name, body, path] of refused) {
    it(`is not made with ${name}, and it is said where`, async () => {
      await using test = await startTestApp()
      const problem = await problemOf(await make(test, body), 'invalid_request')
      expect(problem.errors[0]!.path).toEqual(path)
    })
  }
})
