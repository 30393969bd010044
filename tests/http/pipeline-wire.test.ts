import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { readConfig } from '../../src/config/read-config'
import { startTestApp, type TestApp } from '../support/app'
import { atLast } from '../support/at-last'
import { notOnAws } from '../support/not-on-aws'

/*
 * A real-time event pipeline's callers, moved here: what they ask for over the wire, and what they are
 * answered. docs/from/realtime-pipeline.md says where that differs.
 */

let app: TestApp
let session = 0
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app[Symbol.asyncDispose]())

interface Called {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: each test says what it expects of it
  body: any
}

async function call(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = { 'X-API-Key': app.keys.demo },
): Promise<Called> {
  const sent = { ...(body !== undefined && { 'Content-Type': 'application/json' }), ...headers }
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const init = { method, headers: sent, ...(body !== undefined && { body: text }) }
  const response = await app.request(path, init)
  const answer = await response.text()
  const isJson = response.headers.get('Content-Type')?.includes('json')
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? JSON.parse(answer) : answer,
  }
}

const admin = () => ({ 'X-API-Key': app.keys.admin })
const get = (path: string) => call('GET', path, undefined, admin())
const send = (event: object) => call('POST', '/api/v1/events', event)

function anEvent(more: object = {}) {
  return {
    ...{ event_type: 'quiz_started', source: 'quiz_engine', session_id: `session-${session}` },
    ...{ user_id: 'student-456', payload: { quiz_id: 'math-101' } },
    ...more,
  }
}

const types = [
  ...['quiz_started', 'quiz_completed', 'quiz_timeout', 'answer_submitted', 'answer_changed'],
  ...['question_viewed', 'question_skipped', 'timer_started', 'timer_tick', 'timer_warning'],
  ...['mastery_updated', 'learning_gap_detected', 'session_created', 'session_ended'],
  'error_occurred',
]

const keysOf = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, n]))

/** An event that is refused alone, with the path and the code that say why. */
const refused: [what: string, event: object, path: string[], code: string][] = [
  ['no type', { event_type: undefined }, ['event_type'], 'required'],
  ['an empty type', { event_type: '' }, ['event_type'], 'too_short'],
  ['a type that is no text', { event_type: 7 }, ['event_type'], 'wrong_type'],
  ['a type that nobody knows', { event_type: 'quiz_eaten' }, ['event_type'], 'unknown_type'],
  ['a type in other letters', { event_type: 'Quiz_Started' }, ['event_type'], 'unknown_type'],
  ['a payload that is a text', { payload: 'x' }, ['payload'], 'wrong_type'],
  ['a payload that is a list', { payload: [1] }, ['payload'], 'wrong_type'],
  ['a payload of 51 members', { payload: keysOf(51) }, ['payload'], 'too_many_keys'],
  [
    'a payload of 64 KB and more',
    { payload: { x: 'x'.repeat(65_536) } },
    ['payload'],
    'payload_too_large',
  ],
  ['a session that is an object', { session_id: {} }, ['session_id'], 'wrong_type'],
  ['a user that is a list', { user_id: [] }, ['user_id'], 'wrong_type'],
  ['a source that is true', { source: true }, ['source'], 'wrong_type'],
]

notOnAws('clock')('is asked to take no type but those that are registered', async () => {
  const unknownTypes = { unknownTypes: 'reject' }
  const reply = await call('PATCH', '/tenants/default', unknownTypes, admin())
  expect(reply.status).toBe(200)
  // What is remembered of a tenant is forgotten by then.
  app.clock.advance(60_000)
})

describe('publishing', () => {
  it('is answered 201 with the event as it is stored', async () => {
    const { status, body } = await send(anEvent())
    expect(status).toBe(201)
    expect(body).toMatchObject(anEvent())
    expect(body.id).toStartWith('evt_')
    expect(body.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)
  })

  it('needs no session, no user and no payload', async () => {
    const { body } = await send({ event_type: 'timer_tick', source: 'timer' })
    expect(body).toMatchObject({ session_id: null, user_id: null, payload: {} })
  })

  it('gives each event an id of its own', async () => {
    const sent = await Promise.all([send(anEvent()), send(anEvent()), send(anEvent())])
    expect(new Set(sent.map(({ body }) => body.id)).size).toBe(3)
  })

  for (const event_type of types) {
    it(`takes ${event_type}`, async () => {
      const { status, body } = await send({ event_type, source: 'quiz_engine', payload: {} })
      expect([status, body.event_type]).toEqual([201, event_type])
    })
  }

  it('takes 50 members in a payload, and 64 KB of it', async () => {
    expect((await send(anEvent({ payload: keysOf(50) }))).status).toBe(201)
    expect((await send(anEvent({ payload: { x: 'x'.repeat(65_000) } }))).status).toBe(201)
  })

  for (const [what, more, path, code] of refused) {
    const reason = code === 'unknown_type' ? 'clock' : undefined
    notOnAws(reason)(`is answered 422 for ${what}`, async () => {
      const { status, body } = await send(anEvent(more))
      expect(status).toBe(422)
      expect(body.errors).toMatchObject([{ path, code }])
      expect(body.quarantineId).toBeString()
    })
  }

  it('is answered 400 for what is no JSON', async () => {
    expect((await call('POST', '/api/v1/events', '{"event_type":')).status).toBe(400)
  })
})

describe('reading back', () => {
  async function three() {
    session += 1
    const sent: { id: string; timestamp: string }[] = []
    for (const event_type of ['quiz_started', 'answer_submitted', 'quiz_completed']) {
      const { body } = await send(anEvent({ event_type, user_id: `user-${session}-${event_type}` }))
      sent.push(body)
    }
    return sent.map(({ id }) => id)
  }
  const idsIn = ({ body }: Called) => body.map(({ id }: { id: string }) => id)

  it('finds an event by the id that it was given, at once', async () => {
    const { body } = await send(anEvent())
    const { receipt: _, ...event } = body
    expect((await get(`/api/v1/events/${body.id}`)).body).toMatchObject(event)
  })

  it('is answered 404 for an id that was given to none', async () => {
    expect((await get('/api/v1/events/evt_none')).status).toBe(404)
  })

  it('lists the newest first, of a session, of a user, of a type, and so many', async () => {
    const ids = await three()
    const own = `session_id=session-${session}`
    const all = await get(`/api/v1/events?${own}`)
    expect(all.status).toBe(200)
    expect(idsIn(all)).toEqual(ids.toReversed())
    expect(all.body[0]).toMatchObject({ source: 'quiz_engine', payload: { quiz_id: 'math-101' } })
    expect(idsIn(await get(`/api/v1/events?${own}&event_type=answer_submitted`))).toEqual([ids[1]])
    const user = `user_id=user-${session}-quiz_completed`
    expect(idsIn(await get(`/api/v1/events?${user}`))).toEqual([ids[2]])
    expect(idsIn(await get(`/api/v1/events?${own}&limit=1`))).toEqual([ids[2]])
    expect(idsIn(await get(`/api/v1/events?${own}&event_type=quiz_eaten`))).toEqual([])
  })

  it('lists what came since a time', async () => {
    const [id] = await three()
    const before = encodeURIComponent(new Date(app.clock.now().getTime() - 60_000).toISOString())
    const own = `session_id=session-${session}`
    expect(idsIn(await get(`/api/v1/events?${own}&since=${before}`))).toContain(id)
    expect(idsIn(await get(`/api/v1/events?${own}&since=2099-01-01T00:00:00Z`))).toEqual([])
  })

  for (const [query, status] of [
    ['since=yesterday', 400],
    ['limit=0', 422],
    ['limit=1001', 422],
    ['limit=x', 422],
  ] as const) {
    it(`is answered ${status} for ${query}`, async () => {
      expect((await get(`/api/v1/events?${query}`)).status).toBe(status)
    })
  }

  it('counts what came, by type', async () => {
    const { total_events } = (await get('/api/v1/stats')).body
    await three()
    const { status, body } = await atLast(
      () => get('/api/v1/stats'),
      (answer) => answer.body.total_events >= total_events + 3,
    )
    expect(status).toBe(200)
    // On AWS those that were sent before may be counted only now.
    expect(body.total_events).toBeGreaterThanOrEqual(total_events + 3)
    expect(body.events_last_hour).toBeGreaterThanOrEqual(3)
    expect(body.router).toEqual({ active_subscribers: 0, queue_size: expect.any(Number) })
    const counts = body.by_type.map(({ count }: { count: number }) => count)
    expect(counts).toEqual(counts.toSorted((a: number, b: number) => b - a))
    expect(body.by_type[0]).toMatchObject({
      event_type: expect.any(String),
      last_seen: expect.any(String),
    })
  })

  it('names every type, and describes it', async () => {
    const { status, body } = await get('/api/v1/event-types')
    expect(status).toBe(200)
    for (const name of types) expect(body[name]).toBeString()
  })

  it('is emptied by an administrator, of what the archive has', async () => {
    const { status, body } = await call('DELETE', '/api/v1/events', undefined, admin())
    expect(status).toBe(200)
    expect(body.deleted).toBeNumber()
    const bad = await call('DELETE', '/api/v1/events?before=never', undefined, admin())
    expect(bad.status).toBe(400)
  })
})

describe('the addresses without a version', () => {
  it('take an event, and show it', async () => {
    const { status, body } = await call('POST', '/events', anEvent())
    expect([status, body.id.slice(0, 4)]).toEqual([201, 'evt_'])
    expect((await get(`/events/${body.id}`)).body).toHaveProperty('id', body.id)
  })

  for (const path of ['/events', '/stats', '/event-types']) {
    it(`answer ${path} as with one`, async () => {
      const [one, other] = [await get(path), await get(`/api/v1${path}`)]
      expect(one.status).toBe(200)
      expect([one.status, Object.keys(one.body)]).toEqual([other.status, Object.keys(other.body)])
    })
  }

  it('delete as with one', async () => {
    expect((await call('DELETE', '/events', undefined, admin())).status).toBe(200)
  })
})

describe('the server', () => {
  it('says that it is well', async () => {
    expect(await call('GET', '/health', undefined, {})).toMatchObject({
      status: 200,
      body: { status: 'ok' },
    })
  })

  it('says that it is ready, and what waits', async () => {
    const { status, body } = await call('GET', '/readiness', undefined, {})
    expect(status).toBe(200)
    expect(body).toMatchObject({
      ...{ ready: true, database: 'connected' },
      router: { active_subscribers: 0, queue_size: expect.any(Number) },
    })
  })

  it('lets nobody in without a key, or with a wrong one, before it reads', async () => {
    for (const headers of [{}, { 'X-API-Key': 'wrong' }] as Record<string, string>[]) {
      expect((await call('POST', '/api/v1/events', {}, headers)).status).toBe(401)
      expect((await call('GET', '/api/v1/events', undefined, headers)).status).toBe(401)
    }
  })

  it('lets in by X-API-Key, and by api_key in the address', async () => {
    expect(
      (await call('POST', '/api/v1/events', anEvent(), { 'X-API-Key': app.keys.demo })).status,
    ).toBe(201)
    const address = `/api/v1/events?api_key=${app.keys.demo}`
    expect((await call('POST', address, anEvent(), {})).status).toBe(201)
    const listed = `/api/v1/events?limit=1&api_key=${app.keys.admin}`
    expect((await call('GET', listed, undefined, {})).status).toBe(200)
  })

  const security = [
    ...['x-content-type-options', 'x-frame-options', 'x-xss-protection', 'referrer-policy'],
    'content-security-policy',
  ]
  it('sends the headers of security with every answer, and HSTS on https alone', async () => {
    // A function URL is asked by https.
    const isHttps = process.env.TEST_TARGET === 'aws'
    for (const reply of [await send(anEvent()), await send({}), await get('/nothing')]) {
      for (const name of security) expect([name, reply.headers.get(name)]).not.toEqual([name, null])
      expect(reply.headers.has('strict-transport-security')).toBe(isHttps)
    }
  })

  it('lets pages of other origins ask', async () => {
    const headers = { ...admin(), Origin: 'https://quiz.example.edu' }
    const reply = await call('GET', '/api/v1/events', undefined, headers)
    expect(reply.headers.get('Access-Control-Allow-Origin')).toBe('*')
  })

  notOnAws('limits')('says when it is asked too much, and when to come again', async () => {
    const { dataDir: _, ...config } = readConfig({ NONIUS_RATE_LIMIT_PUBLISH: '2/minute' })
    await using limited = await startTestApp({ config })
    const headers = { 'X-API-Key': limited.keys.demo, 'Content-Type': 'application/json' }
    const init = { method: 'POST', headers, body: JSON.stringify(anEvent()) }
    const replies = [1, 2, 3].map(() => limited.request('/api/v1/events', init))
    const [first, second, third] = await Promise.all(replies)
    expect([first!.status, second!.status, third!.status].sort()).toEqual([201, 201, 429])
    const late = await limited.request('/api/v1/events', init)
    expect(late.status).toBe(429)
    expect(Number(late.headers.get('Retry-After'))).toBeGreaterThan(0)
    expect(late.headers.get('RateLimit-Remaining')).toBe('0')
  })

  it('is asked with another method, or at an address that is none', async () => {
    const { status, headers } = await call('PUT', '/api/v1/events', {})
    expect([status, headers.get('Allow')?.includes('POST')]).toEqual([405, true])
    expect((await get('/api/v1/nothing')).status).toBe(404)
  })

  it('takes an address with a slash at its end', async () => {
    expect((await call('POST', '/api/v1/events/', anEvent())).status).toBe(201)
  })
})
