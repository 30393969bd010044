import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { sessionTypes } from '../../src/standards/native/session-door'
import { startTestApp, type TestApp } from '../support/app'
import { batteryOf, problemOf } from '../support/battery'

const path = '/v1/telemetry/events'
const session = { session_id: 's-1', user_id: 'ada' }
const created = {
  ...{ event_type: 'SESSION_CREATED', ...session, timestamp: '2026-11-21T09:30:00Z' },
  payload: { question_ids: ['q-1', 'q-2', 3] },
}
const viewed = {
  ...{ event_type: 'QUESTION_VIEWED', client_ts: '2026-11-21T09:31:00.000Z', seq: 1 },
  ...{ session_id: 's-1', question_id: 'q-1', payload: { position: 1 } },
}

interface Told {
  accepted: number
  rejected: number
  rejected_reasons_sample: string[]
}

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
  await create(app, created)
})
afterAll(() => app[Symbol.asyncDispose]())

function post(to: TestApp, where: string, body: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const type = { 'Content-Type': 'application/json' }
  return to.request(where, {
    method: 'POST',
    headers: { ...to.as(), ...type, ...headers },
    body: text,
  })
}

async function create(to: TestApp, ...events: unknown[]) {
  expect((await post(to, '/api/v1/events', events)).status).toBe(200)
}

async function tell(events: unknown[], to = app): Promise<Told> {
  const response = await post(to, path, { source: 'web', events })
  expect(response.status).toBe(200)
  return (await response.json()) as Told
}

/** Returns what is stored of a session, in the order in which it was sent. */
async function recordsOf(sessionId: string, to = app) {
  const { items } = await to.platform.events.query('default', {}, { limit: 1000 })
  return items.filter((record) => record.sessionId === sessionId)
}

describe('what a player tells of a session', () => {
  it('is stored as of the owner of the session, from the application that is named once', async () => {
    const event = { ...viewed, payload: { position: 'first' } }
    expect(await tell([event])).toEqual({ accepted: 1, rejected: 0, rejected_reasons_sample: [] })
    const found = (await recordsOf('s-1')).find(({ raw }) => raw === JSON.stringify(event))
    expect(found).toMatchObject({ actorId: 'ada', edAppId: 'web', type: 'QUESTION_VIEWED' })
    // Of the person nothing is kept beside what was sent.
    expect(Object.keys(found!.server).sort()).toEqual(['requestId', 'subject'])
  })

  it('may be of each of the twelve types, and of any question of the session', async () => {
    const events = sessionTypes.map((type, seq) => ({
      ...viewed,
      event_type: type,
      seq: 100 + seq,
    }))
    const others = ['q-2', 3, '3', null, undefined].map((question_id, seq) => {
      return { ...viewed, question_id, seq: 200 + seq }
    })
    expect(await tell([...events, ...others])).toMatchObject({ accepted: 17, rejected: 0 })
  })

  it('is recognised when it comes again without ids, as after a lost reply', async () => {
    const events = [viewed, { ...viewed, seq: 2 }].map((event) => ({ ...event, session_id: 's-2' }))
    await create(app, { ...created, session_id: 's-2', user_id: 'bo' })
    expect(await tell(events)).toMatchObject({ accepted: 2 })
    expect(await tell(events)).toMatchObject({ accepted: 2 })
    expect(await recordsOf('s-2')).toHaveLength(3)
  })

  it('may follow in the request that begins its session, or without its questions said', async () => {
    const begin = { ...created, session_id: 's-3', user_id: 'cy', payload: {} }
    const after = { ...viewed, session_id: 's-3', question_id: 'any' }
    expect(await tell([after, begin])).toMatchObject({ accepted: 2 })
    expect(await tell([{ ...after, seq: 2 }])).toMatchObject({ accepted: 1 })
  })

  it('may come as a beacon, under text/plain', async () => {
    const body = JSON.stringify({ events: [{ ...viewed, seq: 300 }] })
    const type = { 'Content-Type': 'text/plain;charset=UTF-8' }
    expect((await post(app, path, body, type)).status).toBe(200)
    // It sets no header: neither a key nor, so that no preflight is asked, another type.
    const ask = (key: string) =>
      app.request(`${path}?api_key=${key}`, { method: 'POST', headers: type, body })
    expect((await ask(app.keys.demo)).status).toBe(200)
    await problemOf(await ask('nk_wrong'), 'unauthenticated')
  })

  it('is asked for by pages of other origins', async () => {
    const asked = {
      ...{ Origin: 'https://quiz.example.edu', 'Access-Control-Request-Method': 'POST' },
      'Access-Control-Request-Headers': 'authorization,content-type',
    }
    const preflight = await app.request(path, { method: 'OPTIONS', headers: asked })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('Access-Control-Allow-Origin')).toBe('*')
    const sent = await post(app, path, { events: [] }, { Origin: asked.Origin })
    expect(sent.headers.get('Access-Control-Allow-Origin')).toBe('*')
  })

  it('tells nothing of an empty batch', async () => {
    expect(await tell([])).toEqual({ accepted: 0, rejected: 0, rejected_reasons_sample: [] })
  })

  it('may have 4 KB of payload in either way of counting, in any script', async () => {
    const sizes: [text: string, accepted: number][] = [
      ['x'.repeat(4096 - 8), 1],
      ['x'.repeat(4096 - 7), 0],
      ['é'.repeat((4096 - 8) / 2), 1],
      ['é'.repeat((4096 - 6) / 2), 0],
    ]
    for (const [a, accepted] of sizes) {
      const told = await tell([{ ...viewed, payload: { a } }])
      expect(told).toMatchObject({ accepted, rejected: 1 - accepted })
    }
  })
})

describe('an event is refused, and the others of its batch are stored', () => {
  const refused: [what: string, event: unknown, code: string][] = [
    ['of another type', { ...viewed, event_type: 'ANSWER_SUBMITTED' }, 'type_not_taken'],
    ['of a type in small letters', { ...viewed, event_type: 'question_viewed' }, 'type_not_taken'],
    ['without a type', { ...viewed, event_type: undefined }, 'required'],
    ['without a session', { ...viewed, session_id: undefined }, 'required'],
    ['of no session here', { ...viewed, session_id: 'nowhere' }, 'unknown_session'],
    ['of another user', { ...viewed, user_id: 'eve' }, 'not_session_owner'],
    ['of a session that is taken', { ...created, user_id: 'eve' }, 'not_session_owner'],
    ['of another question', { ...viewed, question_id: 'q-9' }, 'question_not_in_session'],
    ['of a question that is none', { ...viewed, question_id: ['q-1'] }, 'wrong_type'],
    ['with a text for a payload', { ...viewed, payload: 'x' }, 'wrong_type'],
    ['with a list for a payload', { ...viewed, payload: [] }, 'wrong_type'],
    ['that is no object', 7, 'not_an_object'],
  ]
  for (const [what, event, code] of refused) {
    it(`when it is ${what}: ${code}`, async () => {
      const good = { ...viewed, seq: 1000 + refused.findIndex(([one]) => one === what) }
      const told = await tell([good, event])
      expect(told).toMatchObject({ accepted: 1, rejected: 1 })
      expect(told.rejected_reasons_sample).toEqual([expect.stringContaining(`(${code})`)])
      expect(told.rejected_reasons_sample[0]).toStartWith('events[1]')
      const kept = await app.platform.quarantine.list('default', { limit: 100 }, {})
      const held = kept.items.find(({ raw }) => raw === JSON.stringify(event))
      expect(held?.errors[0]).toMatchObject({ code })
    })
  }

  it('with five of all reasons named', async () => {
    const bad = Array.from({ length: 9 }, (_, seq) => ({ ...viewed, event_type: 'NO', seq }))
    const told = await tell(bad)
    expect(told).toMatchObject({ accepted: 0, rejected: 9 })
    expect(told.rejected_reasons_sample).toHaveLength(5)
  })
})

describe('a batch is refused', () => {
  it('403 where nothing of it may be stored, with all of it in quarantine', async () => {
    const others = [
      { ...viewed, user_id: 'eve', seq: 501 },
      { ...viewed, session_id: 'gone', seq: 502 },
      { ...viewed, question_id: 'q-9', seq: 503 },
    ]
    const response = await post(app, path, { events: others })
    const problem = (await problemOf(response, 'forbidden')) as unknown as Told & {
      quarantined: { quarantineId: string }[]
    }
    expect(problem).toMatchObject({ accepted: 0, rejected: 3 })
    expect(problem.rejected_reasons_sample).toHaveLength(3)
    for (const { quarantineId } of problem.quarantined) {
      expect(await app.platform.quarantine.get('default', quarantineId)).toBeDefined()
    }
  })

  it('200 where something else is wrong with one of it', async () => {
    const told = await tell([
      { ...viewed, session_id: 'gone' },
      { ...viewed, event_type: 'NO' },
    ])
    expect(told).toMatchObject({ accepted: 0, rejected: 2 })
  })

  it('of 51 events with 422, whole in quarantine, from where it can be replayed', async () => {
    const most = Array.from({ length: 50 }, (_, seq) => ({ ...viewed, seq: 600 + seq }))
    expect(await tell(most)).toMatchObject({ accepted: 50 })
    const more = Array.from({ length: 51 }, (_, seq) => ({ ...viewed, seq: 700 + seq }))
    const body = JSON.stringify({ source: 'web', events: more })
    const problem = await problemOf(await post(app, path, body), 'too_many_events')
    const kept = await app.platform.quarantine.get('default', problem.quarantineId!)
    expect(kept).toMatchObject({ scope: 'body', raw: body })
    expect(await replay(problem.quarantineId!)).toMatchObject({ outcome: 'stored', eventCount: 51 })
  })

  for (const [what, body, code] of [
    ['is no JSON', '{"events":[', 'invalid_json'],
    ['is no batch', '{"source":"web"}', 'invalid_request'],
    ['has no list of events', '{"events":{}}', 'invalid_request'],
    ['is a text', '"events"', 'invalid_request'],
  ] as const) {
    it(`when it ${what}: ${code}`, async () => {
      const { quarantineId } = await problemOf(await post(app, path, body), code)
      expect(await app.platform.quarantine.get('default', quarantineId!)).toMatchObject({
        raw: body,
      })
    })
  }
})

async function replay(quarantineId: string, to = app) {
  const headers = to.as(to.keys.admin)
  const response = await post(to, `/quarantine/${quarantineId}/replay`, {}, headers)
  expect(response.status).toBe(200)
  return (await response.json()) as Record<string, unknown>
}

describe('a replay holds an event to the same terms', () => {
  it('and stores it as its owner’s once its session is known', async () => {
    const early = { ...viewed, session_id: 's-late' }
    const refusal = await post(app, path, { source: 'mobile', events: [early] })
    const { quarantined } = (await problemOf(refusal, 'forbidden')) as unknown as {
      quarantined: { quarantineId: string }[]
    }
    const [{ quarantineId }] = quarantined as [{ quarantineId: string }]
    expect(await replay(quarantineId)).toMatchObject({
      outcome: 'refused',
      errors: [{ code: 'unknown_session', pointer: '/session_id' }],
    })
    await create(app, { ...created, session_id: 's-late', user_id: 'dee' })
    expect(await replay(quarantineId)).toMatchObject({ outcome: 'stored' })
    const records = await recordsOf('s-late')
    expect(records.find(({ type }) => type === 'QUESTION_VIEWED')).toMatchObject({
      ...{ actorId: 'dee', edAppId: 'mobile', raw: JSON.stringify(early) },
    })
  })

  it('and a session that waited in quarantine is known from then on', async () => {
    const broken = { ...created, session_id: 's-repaired', timestamp: 'yesterday' }
    const response = await post(app, '/api/v1/events', [broken])
    const { quarantined } = (await response.json()) as { quarantined: { quarantineId: string }[] }
    const at = `/quarantine/${quarantined[0]!.quarantineId}/replay`
    const patch = [{ op: 'replace', path: '/timestamp', value: '2026-11-21T09:30:00Z' }]
    const headers = app.as(app.keys.admin)
    expect((await post(app, at, { patch }, headers)).status).toBe(200)
    const event = { ...viewed, session_id: 's-repaired' }
    expect(await tell([event])).toMatchObject({ accepted: 1 })
  })
})

describe('a session', () => {
  it('is whose it was said to be first', async () => {
    await create(app, { ...created, session_id: 's-first', user_id: 'fay' })
    await create(app, { ...created, session_id: 's-first', user_id: 'eve', payload: { n: 2 } })
    const event = { ...viewed, session_id: 's-first' }
    expect(await tell([{ ...event, user_id: 'fay' }])).toMatchObject({ accepted: 1 })
    const response = await post(app, path, { events: [{ ...event, user_id: 'eve' }] })
    await problemOf(response, 'forbidden')
  })

  it('is of one tenant', async () => {
    const other = await app.issue(['events:write'], 'school')
    const response = await post(app, path, { events: [viewed] }, app.as(other))
    const { errors } = await problemOf(response, 'forbidden')
    expect(errors[0]!.code).toBe('unknown_session')
  })
})

batteryOf({
  method: 'POST',
  path,
  scope: 'events:write',
  otherMethod: 'GET',
  body: { type: 'application/json', text: '{"source":"web","events":[]}' },
})
