import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import type { ObserverSettings } from '../../src/platform/registry/sources'
import { problemOf } from '../support/battery'
import { describeNotOnAws } from '../support/not-on-aws'
import { createLoEvent } from '../support/observer/lo-event'
import { type PublishTest, startPublishTest } from '../support/publish-api'
import { openSocket, type TestSocket } from '../support/sockets'

let test: PublishTest
beforeAll(async () => {
  test = await startPublishTest({ config: { maxBodyBytes: 400_000 } })
})
afterAll(() => test[Symbol.asyncDispose]())

const addressFor = (key: string, path = '/wsapi/in/') => {
  const url = new URL(path, test.url)
  url.searchParams.set('key', key)
  // A deployment has one address for all that is spoken over WebSockets.
  url.searchParams.set('protocol', 'observer')
  return url
}

let tenants = 0
/** A tenant of its own, with a key of the source `demo`, which has these settings. */
async function aTenant(observer?: ObserverSettings) {
  tenants += 1
  const tenantId = `observed-${tenants}`
  const { registry } = test.app.platform
  const createdAt = new Date().toISOString()
  await registry.sources.put({ tenantId, sourceId: 'demo', name: 'demo', createdAt, observer })
  return { tenantId, key: await test.app.issue(['events:write'], tenantId) }
}

const lockOf = (fields: object) => ({ event: 'lock_fields', fields })
const send = (socket: TestSocket, ...frames: unknown[]) => {
  for (const one of frames) socket.send(typeof one === 'string' ? one : JSON.stringify(one))
}

/** Reads answers until one has the status, and gives all of them. */
async function until(socket: TestSocket, is: (answer: Record<string, unknown>) => boolean) {
  const all: Record<string, unknown>[] = []
  for (;;) {
    const answer = JSON.parse(await socket.next())
    all.push(answer)
    if (is(answer)) return all
  }
}
const through = (n: number) => (answer: Record<string, unknown>) =>
  answer.status === 'stored' && answer.through === n

async function recordsOf(tenantId: string) {
  const { items } = await test.app.platform.events.query(tenantId, {}, { limit: 1000 })
  const ours = items.filter(({ type }) => !type.startsWith('nonius.audit'))
  return ours.map((record) => ({ ...record, item: JSON.parse(record.raw) })).sort(byFrame)
}
type Framed = { item: { connection: { id: string; frame: number } } }
const byFrame = (a: Framed, b: Framed) => a.item.connection.frame - b.item.connection.frame

async function keptOf(tenantId: string) {
  const page = { limit: 1000, order: 'oldest' } as const
  const { items } = await test.app.platform.quarantine.list(tenantId, page)
  return items
}

describeNotOnAws('order')('WS /wsapi/in/ speaks with clients of Learning Observer', () => {
  it('on a first connection, with events that overtake their fields', async () => {
    const { tenantId, key } = await aTenant()
    await using client = createLoEvent({ url: addressFor(key), source: 'org.lo.test' })
    client.setFieldSet({ preauth: 1 })
    client.go()
    client.logEvent('keystroke', { keystroke: { key: 'e' }, object: { id: 'doc-1', title: 'T' } })
    client.setFieldSet({
      browserInfo: { navigator: 'n'.repeat(600) },
      chrome_identity: { email: 'amy@school.example', id: '7' },
    })
    client.logEvent('attention', { object: { id: 'doc-1' } })
    expect(await client.until(({ status }) => status === 'auth')).toEqual({
      status: 'auth',
      user_id: 'gc-7',
    })
    await client.until(
      ({ status, through }) => status === 'stored' && through === client.sent.length,
    )
    const [session, ...records] = await recordsOf(tenantId)
    expect(session).toMatchObject({
      kind: 'entity',
      type: 'ObserverSession',
      edAppId: 'org.lo.test',
    })
    expect(records.map(({ type }) => type)).toEqual(client.sent.map(({ event }) => String(event)))
    const typed = records.find(({ type }) => type === 'keystroke')!
    expect(typed).toMatchObject({
      ...{ kind: 'event', actorId: 'gc-7', edAppId: 'org.lo.test', objectId: 'doc-1' },
      ...{ sessionId: typed.item.connection.id, profile: 'observer', conformant: true },
    })
    expect(typed.item.client).toEqual(client.sent.find(({ event }) => event === 'keystroke'))
    expect(typed.item.locked).toMatchObject({ source: 'org.lo.test', preauth: 1 })
    expect(typed.item.auth).toMatchObject({
      sec: 'unauthenticated',
      providence: 'gcu',
      domain: 'school.example',
    })
    // The address is in the frame that locked it alone.
    expect(JSON.stringify(typed.item)).not.toContain('amy@')
  })

  it('after an outage, with a backlog before the fields', async () => {
    const { tenantId, key } = await aTenant()
    await using client = createLoEvent({ url: addressFor(key), source: 's' })
    client.setFieldSet({ user_id: 'amy' })
    client.go()
    client.logEvent('first')
    await client.until(
      ({ status, through }) => status === 'stored' && through === client.sent.length,
    )
    const before = client.sent.length
    client.cut()
    for (let n = 0; n < 23; n += 1) client.logEvent('later', { n })
    const backlog = () => client.sent.slice(before).filter(({ event }) => event === 'later').length
    while (client.counts.opened < 2) await Bun.sleep(5)
    await client.until(
      ({ status, through }) => status === 'stored' && through === client.sent.length - before,
    )
    const later = (await recordsOf(tenantId)).filter(({ type }) => type === 'later')
    expect(later).toHaveLength(backlog())
    expect(later.length).toBeGreaterThan(20)
    expect(new Set(later.map(({ edAppId, actorId }) => `${edAppId} ${actorId}`))).toEqual(
      new Set(['s testcase-amy']),
    )
    expect((await recordsOf(tenantId)).filter(({ kind }) => kind === 'entity')).toHaveLength(2)
  })

  it('keeps blobs for a learner, a source and an activity', async () => {
    const { tenantId, key } = await aTenant()
    await using client = createLoEvent({ url: addressFor(key), source: 's' })
    client.setFieldSet({ user_id: 'amy', activity: 'essay' })
    client.go()
    client.logEvent('save_blob', { blob: { cursor: 12 } })
    client.logEvent('fetch_blob')
    expect(await client.until(({ status }) => status === 'fetch_blob')).toEqual({
      status: 'fetch_blob',
      data: { cursor: 12 },
    })
    await client.until(
      ({ status, through }) => status === 'stored' && through === client.sent.length,
    )
    const saved = (await recordsOf(tenantId)).find(({ type }) => type === 'save_blob')!
    expect(saved.item).toMatchObject({ client: { event: 'save_blob' }, blob: { bytes: 13 } })
    // Another learner has another one.
    await using other = await openSocket(addressFor(key))
    send(other, lockOf({ source: 's', activity: 'essay', user_id: 'bob' }), { event: 'fetch_blob' })
    const answers = await until(other, ({ status }) => status === 'fetch_blob')
    expect(answers.at(-1)).toEqual({ status: 'fetch_blob', data: null })
  })

  it('stores an end and all before it, and answers', async () => {
    const { tenantId, key } = await aTenant()
    await using socket = await openSocket(addressFor(key, '/wsapi/in'))
    send(socket, { event: 'typed', user_id: 'amy' }, { event: 'terminate' })
    expect(await until(socket, through(2))).toEqual([
      { status: 'auth', user_id: 'testcase-amy' },
      { status: 'stored', through: 2 },
    ])
    expect((await recordsOf(tenantId)).map(({ type }) => type)).toEqual([
      'ObserverSession',
      'typed',
      'terminate',
    ])
  })

  it('answers what is broken, keeps it, and lives', async () => {
    const { tenantId, key } = await aTenant()
    await using socket = await openSocket(addressFor(key))
    send(socket, '{bad', '[]', '{"event":1}', '"\\ud800"', '{"event":"lock_fields"}')
    send(socket, lockOf({ source: 's', user_id: 'amy' }), { event: 'save_blob', blob: 1 })
    send(socket, `{"event":"a","\\u0000":"\\u0000","__proto__":{"user_id":"eve"}}`)
    socket.send(new Uint8Array([1, 2, 3]))
    const answers = await until(socket, through(9))
    const errors = answers.filter(({ status }) => status === 'error')
    expect(errors.map(({ frame, code, kept }) => [frame, code, kept])).toEqual([
      ...[
        [1, 'invalid_json', true],
        [2, 'not_an_object', true],
        [3, 'wrong_type', true],
      ],
      ...[
        [4, 'not_an_object', true],
        [5, 'wrong_type', true],
        [7, 'no_activity', true],
      ],
      [9, 'wrong_type', true],
    ])
    const kept = await keptOf(tenantId)
    expect(kept.map(({ errors: [first] }) => first?.code).sort()).toEqual(
      errors.map(({ code }) => String(code)).sort(),
    )
    const first = await test.app.platform.quarantine.get(
      tenantId,
      kept.find(({ errors: [one] }) => one?.code === 'invalid_json')!.quarantineId,
    )
    expect(JSON.parse(first!.raw)).toMatchObject({ client: '{bad', connection: { frame: 1 } })
    const types = (await recordsOf(tenantId)).map(({ type }) => type)
    expect(types).toEqual(['ObserverSession', 'lock_fields', 'a'])
  })

  it('keeps in quarantine what nobody is known for, and gives it back', async () => {
    const { tenantId, key } = await aTenant({ auth: ['local_storage'], userTags: ['tag-1'] })
    await using socket = await openSocket(addressFor(key))
    send(
      socket,
      lockOf({ source: 's', user_tag: 'tag-2' }),
      { event: 'typed' },
      { event: 'terminate' },
    )
    const answers = await until(socket, through(3))
    expect(answers[0]).toEqual({ status: 'auth', error: 'user_tag is none that this source knows' })
    const kept = await keptOf(tenantId)
    expect(kept.map(({ errors }) => errors[0]?.code)).toEqual(Array(3).fill('not_identified'))
    const admin = await test.app.issue(['quarantine:write', 'quarantine:read'], tenantId)
    for (const { quarantineId } of kept) {
      const path = `/quarantine/${quarantineId}/replay`
      const replay = await test.app.request(path, {
        method: 'POST',
        headers: { ...test.app.as(admin), 'Content-Type': 'application/json' },
        body: '{}',
      })
      expect(replay.status).toBe(200)
    }
    expect(await keptOf(tenantId)).toEqual([])
    const records = await recordsOf(tenantId)
    expect(records.map(({ type, actorId }) => [type, actorId])).toEqual([
      ...[
        ['lock_fields', undefined],
        ['typed', undefined],
        ['terminate', undefined],
      ],
    ] as never)
    await using vouched = await openSocket(addressFor(key))
    send(vouched, lockOf({ source: 's', user_tag: 'tag-1' }), { event: 'typed' })
    await until(vouched, through(2))
    expect(
      (await recordsOf(tenantId)).find(({ actorId }) => actorId === 'ls-tag-1')?.item.auth,
    ).toMatchObject({
      userId: 'ls-tag-1',
      sec: 'authenticated',
    })
  })

  it('stores what came when a line breaks, a guest where there may be guests', async () => {
    const { tenantId, key } = await aTenant({ auth: ['guest'] })
    const socket = await openSocket(addressFor(key))
    send(socket, { event: 'typed', user_id: 'amy' })
    await socket[Symbol.asyncDispose]()
    let records = await recordsOf(tenantId)
    for (; records.length < 2; records = await recordsOf(tenantId)) await Bun.sleep(20)
    expect(records[1]).toMatchObject({
      type: 'typed',
      item: { auth: { sec: 'none', providence: 'guest' } },
    })
    expect(records[1]?.actorId).toMatch(/^[0-9a-f]{32}$/)
  })
})

describeNotOnAws('order')('a blocked client', () => {
  async function blocking(...blocklist: object[]) {
    const { tenantId, key } = await aTenant()
    const admin = await test.app.issue(['admin'], tenantId)
    const headers = { ...test.app.as(admin), 'Content-Type': 'application/json' }
    const put = async (rules: object[]) => {
      const { version } = (await (await test.app.request('/policies', { headers })).json()) as {
        version: number
      }
      const body = JSON.stringify({ version, rules: [], blocklist: rules })
      const response = await test.app.request('/policies', { method: 'PUT', headers, body })
      expect(response.status).toBe(200)
    }
    await put(blocklist)
    return { tenantId, url: addressFor(key), put }
  }
  const identity = { chrome_identity: { email: 'amy@gone.example', id: '7' } }

  it('is told to wait, once, and what it sends meanwhile is in quarantine, blobs too', async () => {
    const { tenantId, url } = await blocking({
      ...{ name: 'later', action: 'MAINTAIN', timeLimit: 90_000, message: 'Not now' },
      when: { domain: 'gone.example' },
    })
    await using socket = await openSocket(url)
    const frames = [{ event: 'typed' }, { event: 'save_blob', blob: { secret: 1 } }]
    send(socket, lockOf({ source: 's', activity: 'a', ...identity }), ...frames)
    send(socket, { event: 'fetch_blob' }, { event: 'terminate' })
    expect(await until(socket, through(5))).toEqual([
      { status: 'auth', user_id: 'gc-7' },
      { status: 'blocklist', action: 'MAINTAIN', time_limit: 90_000, message: 'Not now' },
      { status: 'stored', through: 5 },
    ])
    expect(await recordsOf(tenantId)).toEqual([])
    const kept = await keptOf(tenantId)
    expect(kept.map(({ errors: [first] }) => first?.code)).toEqual(Array(6).fill('sender_blocked'))
    expect(kept.map(({ raw }) => JSON.parse(raw).client?.blob).filter(Boolean)).toEqual([
      { secret: 1 },
    ])
  })

  it('keeps its own while it lasts, and sends them afterwards', async () => {
    const rule = { name: 'later', action: 'MAINTAIN', timeLimit: 300, when: { source: 'demo' } }
    const { tenantId, url, put } = await blocking(rule)
    await using client = createLoEvent({ url, source: 's', secondMs: 20 })
    client.setFieldSet(identity)
    client.go()
    client.logEvent('first')
    await client.until(({ status }) => status === 'blocklist')
    client.logEvent('trips')
    for (let n = 0; n < 5; n += 1) client.logEvent('retained', { n })
    expect(client.block?.action).toBe('MAINTAIN')
    await put([])
    await client.until(() => client.sent.filter(({ event }) => event === 'retained').length === 5)
    for (let tries = 0; tries < 100; tries += 1) {
      const found = (await recordsOf(tenantId)).filter(({ type }) => type === 'retained')
      if (found.length === 5) return
      await Bun.sleep(20)
    }
    expect((await recordsOf(tenantId)).map(({ type }) => type)).toEqual(['retained'])
  })

  it('that is dropped leaves nothing', async () => {
    const { tenantId, url } = await blocking({
      ...{ name: 'never', action: 'DROP', when: { source: 's' } },
    })
    await using socket = await openSocket(url)
    const blob = { event: 'save_blob', blob: { secret: 1 } }
    send(socket, lockOf({ source: 's', activity: 'a', ...identity }), { event: 'typed' }, blob)
    const [, told] = await until(socket, through(3))
    expect(told).toMatchObject({ status: 'blocklist', action: 'DROP', time_limit: 'PERMANENT' })
    expect([await recordsOf(tenantId), await keptOf(tenantId)]).toEqual([[], []])
    expect(
      (await test.app.platform.documents.list(tenantId, ['observer'], { limit: 10 })).items,
    ).toEqual([])
  })
})

describe('the handshake of /wsapi/in/ refuses', () => {
  const noKey = async (): Promise<Record<string, string>> => ({})
  const refused: [what: string, headers: () => Promise<Record<string, string>>, status: number][] =
    [
      ['no key', noKey, 401],
      ['a key that is none', async () => ({ Authorization: 'Bearer nk_x' }), 401],
      [
        'a key that cannot write',
        async () => test.app.as(await test.app.issue(['events:read'])),
        403,
      ],
    ]
  for (const [what, headers, status] of refused) {
    it(`${what} with ${status}`, async () => {
      const response = await test.refusal('/wsapi/in/', await headers())
      expect(response.status).toBe(status)
    })
  }

  it('a request that opens no WebSocket', async () => {
    const response = await test.app.request('/wsapi/in/', { headers: test.app.as() })
    await problemOf(response, 'upgrade_required')
  })
})

it('no HTTP sender can say what the server says of a learner', async () => {
  const { tenantId, key } = await aTenant()
  const forged = {
    client: { event: 'typed' },
    auth: { userId: 'gc-1' },
    connection: { id: 'c', frame: 1 },
  }
  for (const body of [forged, { ...forged, event_type: 'typed', stream: 'observer' }]) {
    const init = {
      method: 'POST',
      headers: { ...test.app.as(key), 'Content-Type': 'application/json', stream: 'observer' },
      body: JSON.stringify(body),
    }
    await test.app.request('/api/v1/events?stream=observer', init)
  }
  const { items } = await test.app.platform.events.query(tenantId, {}, { limit: 10 })
  for (const { actorId, profile } of items) {
    expect([actorId, profile]).toEqual([undefined, undefined])
  }
})
