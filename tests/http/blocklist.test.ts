import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { problemOf } from '../support/battery'
import { anEnvelope, anEvent } from '../support/envelopes'
import { type PublishTest, startPublishTest } from '../support/publish-api'

let test: PublishTest
beforeAll(async () => {
  test = await startPublishTest()
})
afterAll(() => test[Symbol.asyncDispose]())

// biome-ignore lint/suspicious/noExplicitAny: the form is what is tested
type Answer = any

let made = 0
const id = () => {
  made += 1
  return `b-${made}`
}

/** A tenant of its own, with this blocklist. */
async function aTenant(blocklist: object[], more: object = {}) {
  const tenantId = `blocklist-${id()}`
  const scopes = ['admin', 'events:write', 'events:read', 'quarantine:write'] as const
  const key = await test.app.issue([...scopes], tenantId)
  // It has a record store of xAPI, on AWS as well.
  const tenant = { tenantId, name: tenantId, createdAt: '2026-11-30T00:00:00.000Z' }
  await test.app.platform.registry.tenants.put({ ...tenant, xapi: 'lrs' })
  async function call(method: string, path: string, body?: unknown, headers: object = {}) {
    const init = {
      method,
      headers: { 'Content-Type': 'application/json', ...test.app.as(key), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    }
    // Only a request over a connection has an address.
    return test.app.socketUrl ? test.app.request(path, init) : fetch(new URL(path, test.url), init)
  }
  const put = async (rules: object[]) => {
    const { version }: Answer = await (await call('GET', '/policies')).json()
    const response = await call('PUT', '/policies', { version, ...more, blocklist: rules })
    const view: Answer = await response.json()
    expect([response.status, view.errors]).toEqual([200, undefined])
    return view.warnings
  }
  const warnings = await put(blocklist)
  const quarantined = async () => {
    const { items } = await test.app.platform.quarantine.list(tenantId, { limit: 100 })
    return items
  }
  const stored = async () =>
    (await test.app.platform.events.query(tenantId, { kind: 'event' }, { limit: 100 })).items
  return { warnings, tenantId, key, call, put, quarantined, stored }
}

const statement = (mail = 'ada@example.edu') => ({
  actor: { mbox: `mailto:${mail}` },
  verb: { id: 'http://adlnet.gov/expapi/verbs/experienced' },
  object: { id: 'https://example.edu/1' },
})
const event = (more: object = {}) => ({ event_type: 'seen', event_id: id(), user_id: 'u', ...more })
const xapi = { 'X-Experience-API-Version': '1.0.3' }
const state = `/xapi/activities/state?activityId=${encodeURIComponent('https://example.edu/1')}&stateId=s&agent=${encodeURIComponent('{"mbox":"mailto:ada@example.edu"}')}`
const lines = { 'Content-Type': 'application/x-ndjson' }

/** Every address that takes events, and how many items its request brings. */
const doors: [
  method: string,
  path: string,
  body: () => unknown,
  items: number,
  headers?: object,
][] = [
  ['POST', '/caliper/v1p2/events', () => anEnvelope([anEvent(), anEvent()]), 2],
  ['POST', '/caliper/in/{key}', () => anEnvelope(), 1],
  ['POST', '/api/v1/events', () => event(), 1],
  ['POST', '/api/v1/events', () => [event(), event(), { user_id: 'no type' }], 3],
  ['POST', '/api/v1/events', () => `${JSON.stringify(event())}\n{"event_ty`, 2, lines],
  ['POST', '/api/v1/events', () => '{"event_type":', 1],
  ['POST', '/events', () => event(), 1],
  ['POST', '/api/v1/in/{key}', () => event(), 1],
  ['POST', '/v1/track', () => ({ event: 'x', userId: 'u', messageId: id() }), 1],
  ['POST', '/v1/telemetry/events', () => ({ events: [{ event_type: 'X', session_id: 's' }] }), 1],
  ['POST', '/xapi/statements', () => [statement('a@b.cd'), statement()], 2, xapi],
  ['PUT', `/xapi/statements?statementId=${crypto.randomUUID()}`, () => statement(), 1, xapi],
  ['POST', '/xapi/statements', () => '{"actor":', 1, xapi],
]

describe('a sender that is blocked for now is told to wait, and what it sends is in quarantine', () => {
  it('at every address', async () => {
    const wait = { name: 'no contract', when: { source: 'demo' }, action: 'MAINTAIN' }
    const more = { timeLimit: 90_500, message: 'Your school has not signed' }
    const { call, key, quarantined, stored } = await aTenant([{ ...wait, ...more }])
    let before = 0
    for (const [method, path, body, items, headers] of doors) {
      const response = await call(method, path.replace('{key}', key), body(), headers)
      expect([path, response.status, response.headers.get('Retry-After')]).toEqual([
        path,
        429,
        '91',
      ])
      const problem: Answer = await problemOf(response, 'held_back')
      expect(problem.detail).toContain('has not signed. The rule no contract')
      expect(problem.blocked).toEqual({ rule: 'no contract', action: 'MAINTAIN', ...more })
      const held = await quarantined()
      expect([path, held.length - before]).toEqual([path, items])
      expect(held.map(({ quarantineId }) => quarantineId)).toContain(problem.quarantineId)
      before = held.length
    }
    const bodies = (await quarantined()).filter(({ scope }) => scope === 'body')
    expect(bodies).toHaveLength(2)
    for (const { scope, errors } of await quarantined()) {
      if (scope === 'item') expect(errors[0]?.code).toBe('sender_blocked')
    }
    expect(await stored()).toEqual([])
    const put = await call('PUT', state, { a: 1 }, xapi)
    expect((await problemOf(put, 'held_back')).detail).toContain('The document is not kept')
    expect((await call('GET', state, undefined, xapi)).status).toBe(404)
    await using socket = await test.connect(key)
    for (const message of [event(), [event(), event()]]) {
      socket.send(JSON.stringify(message))
      const answer = JSON.parse(await socket.next())
      expect(answer).toMatchObject({ status: 'error', code: 'held_back', retryAfter: 91 })
      expect(answer.quarantineId).toBeString()
    }
    expect(await quarantined()).toHaveLength(before + 3)
    // What does not bring events is as ever.
    expect((await call('GET', '/api/v1/events?limit=1')).status).toBe(200)
  })

  it('until somebody replays it, or it sends again when it may', async () => {
    const rule = { name: 'pilot', when: { domain: 'pilot.example' }, action: 'MAINTAIN' }
    const { call, put, quarantined, stored } = await aTenant([rule])
    const sent = event({ user_id: 'ada@pilot.example' })
    const other = event({ user_id: 'bo@pilot.example' })
    for (const one of [sent, sent, other]) {
      const problem = await problemOf(await call('POST', '/api/v1/events', one), 'held_back')
      expect(problem.quarantineId).toBeString()
    }
    const [second, first] = await quarantined()
    const all: Answer = await (await call('POST', '/quarantine/replay', { filter: {} })).json()
    expect(all.results.map((one: Answer) => [one.outcome, one.errors[0].code])).toEqual([
      ['refused', 'sender_blocked'],
      ['refused', 'sender_blocked'],
    ])
    const one = await call('POST', `/quarantine/${first!.quarantineId}/replay`, {})
    expect(await one.json()).toMatchObject({ outcome: 'stored' })
    await put([])
    expect((await call('POST', '/api/v1/events', other)).status).toBe(201)
    const rest: Answer = await (await call('POST', '/quarantine/replay', { filter: {} })).json()
    expect(rest.results).toMatchObject([
      { outcome: 'duplicate', quarantineId: second!.quarantineId },
    ])
    expect((await stored()).map(({ actorId }) => actorId).sort()).toEqual([
      'ada@pilot.example',
      'bo@pilot.example',
    ])
    expect(await quarantined()).toEqual([])
  })

  it('as its policy lets us keep it', async () => {
    const blocklist = [{ name: 'wait', action: 'MAINTAIN', timeLimit: 'PERMANENT' }]
    const rules = [
      { name: 'no people', then: { personal: 'pseudonymise' } },
      { name: 'no clicks', when: { type: 'click' }, then: { action: 'DROP' } },
    ]
    const { call, quarantined } = await aTenant(blocklist, { rules, addresses: 'none' })
    const response = await call('POST', '/api/v1/events', event({ user_id: 'ada lovelace' }))
    expect(response.headers.get('Retry-After')).toBe('86400')
    const [held] = await quarantined()
    expect(held!.raw).not.toContain('lovelace')
    expect(held!.server.ip).toBeUndefined()
    const clicks = [event({ event_type: 'click' }), event({ event_type: 'click' })]
    const problem: Answer = await problemOf(
      await call('POST', '/api/v1/events', clicks),
      'held_back',
    )
    expect(problem.withheld).toEqual([{ rule: 'no clicks', count: 2 }])
    expect(await quarantined()).toHaveLength(1)
  })
})

describe('a sender that is blocked for ever', () => {
  it('is refused at every address, and counted; nothing of it is kept', async () => {
    const { call, key, tenantId, quarantined, stored } = await aTenant([
      { name: 'not ours', when: { address: ['0.0.0.0/0', '::/0'] }, action: 'DROP' },
    ])
    for (const [method, path, body, , headers] of doors) {
      const response = await call(method, path.replace('{key}', key), body(), headers)
      const problem: Answer = await problemOf(response, 'blocked')
      expect(problem.blocked).toEqual({
        ...{ rule: 'not ours', action: 'DROP', timeLimit: 'PERMANENT' },
        message: 'Do not send more messages to me',
      })
    }
    await problemOf(await call('PUT', state, { a: 1 }, xapi), 'blocked')
    await using socket = await test.connect(key)
    socket.send(JSON.stringify(event()))
    expect(JSON.parse(await socket.next())).toMatchObject({ status: 'error', code: 'blocked' })
    expect([await quarantined(), await stored()]).toEqual([[], []])
    if (!test.app.services) return
    const counts: Answer = await (await call('GET', '/policies/counts')).json()
    expect(counts.totals.withheld).toEqual({ 'not ours': doors.length + 2 })
    expect(tenantId).toBeString()
  })

  it('is not blocked for what it sends of others', async () => {
    const { call, key, quarantined, stored } = await aTenant([
      { name: 'gone', when: { domain: ['gone.example', '*.gone.example'] }, action: 'DROP' },
      { name: 'soon', when: { domain: 'soon.example', source: 'demo' }, action: 'MAINTAIN' },
      { name: 'but', when: { domain: 'soon.example', source: 'reader' }, action: 'TRANSMIT' },
    ])
    const of = (user_id: string, more: object = {}) => event({ user_id, ...more })
    const mixed = [
      of('a@gone.example'),
      of('b@x.gone.example'),
      of('c@soon.example'),
      of('d@soon.example', { source: 'reader' }),
      of('e', { payload: { chrome_identity: { email: 'e@GONE.example', id: '1' } } }),
      of('f@fine.example'),
      { user_id: 'no type@gone.example' },
    ]
    const response = await call('POST', '/api/v1/events', mixed)
    expect(response.status).toBe(200)
    const receipt: Answer = await response.json()
    expect(receipt).toMatchObject({
      eventCount: 2,
      quarantined: [
        { index: 2, errors: [{ code: 'sender_blocked' }] },
        { index: 6, errors: [{ path: [6, 'event_type'] }] },
      ],
      withheld: [{ rule: 'gone', count: 3 }],
      blocked: { action: 'MAINTAIN', rule: 'soon', timeLimit: 'MINUTES', count: 4 },
    })
    const text = mixed.map((one) => JSON.stringify({ ...one, event_id: id() })).join('\n')
    expect(await (await call('POST', '/api/v1/events', text, lines)).json()).toMatchObject({
      eventCount: 2,
      blocked: { count: 4 },
    })
    await using socket = await test.connect(key)
    socket.send(JSON.stringify(mixed.slice(0, 3).map((one) => ({ ...one, event_id: id() }))))
    const answer = JSON.parse(await socket.next())
    expect(answer).toMatchObject({ code: 'held_back', withheld: [{ rule: 'gone', count: 2 }] })
    const before = (await quarantined()).length
    const two = [statement('ada@gone.example'), statement('ada@fine.example')]
    const taken = await call('POST', '/xapi/statements', two, xapi)
    expect([taken.status, taken.headers.get('X-Nonius-Withheld')]).toEqual([200, 'gone=1'])
    expect(await taken.json()).toHaveLength(1)
    const some = [statement('bo@soon.example'), statement('bo@fine.example')]
    const partly = await call('POST', '/xapi/statements', some, xapi)
    expect([partly.status, partly.headers.get('X-Nonius-Withheld')]).toEqual([200, 'soon=1'])
    expect(await partly.json()).toEqual([expect.any(String)])
    const held = await call('POST', '/xapi/statements', [statement('ada@soon.example')], xapi)
    await problemOf(held, 'held_back')
    expect((await quarantined()).length).toBe(before + 2)
    expect((await stored()).map(({ actorId }) => actorId).sort()).toEqual([
      ...['d@soon.example', 'd@soon.example', 'f@fine.example', 'f@fine.example'],
      ...['mailto:ada@fine.example', 'mailto:bo@fine.example'],
    ])
  })

  it('is told apart from a rule that holds statements, of which the answer has no ids', async () => {
    const when = { domain: 'soon.example' }
    const rules = [{ name: 'held', when, then: { action: 'MAINTAIN' } }]
    const { call, quarantined } = await aTenant([], { rules })
    const some = [statement('bo@soon.example'), statement('bo@fine.example')]
    for (const [sent, ids] of [[some, 1] as const, [some[0], 0] as const]) {
      const taken = await call('POST', '/xapi/statements', sent, xapi)
      const header = taken.headers.get('X-Nonius-Withheld')
      expect([taken.status, header]).toEqual([200, 'held_by_policy=1'])
      expect(await taken.json()).toEqual(Array(ids).fill(expect.any(String)))
    }
    expect(await quarantined()).toHaveLength(1)
  })

  it('is of no other tenant', async () => {
    const { key } = await aTenant([{ name: 'all', action: 'DROP' }])
    const other = await aTenant([{ name: 'x', when: { tenant: 'blocklist-x' }, action: 'DROP' }])
    expect(other.warnings).toMatchObject([{ code: 'other_tenant' }])
    expect((await other.call('POST', '/api/v1/events', event())).status).toBe(201)
    const mine = await other.call('POST', '/api/v1/events', event(), test.app.as(key))
    await problemOf(mine, 'blocked')
  })
})
