import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import type { EventRecord } from '../../../src/event/record'
import { aDynamoDbClient } from '../../support/aws/emulators'
import { aPupil, HANGING_MS, heldSockets, TENANT } from '../../support/aws/held-sockets'
import { aRecord } from '../../support/records'

setDefaultTimeout(120_000) // the emulated tables answer sixty writes a second on a busy machine

let client: Awaited<ReturnType<typeof aDynamoDbClient>>
beforeAll(async () => {
  client = await aDynamoDbClient()
})
afterAll(() => client?.destroy())

const open = (options: object = {}) => heldSockets({ client, ...options })

const expiresAt = '2126-11-15T10:15:00.000Z'
const some = (count: number, changes: Partial<EventRecord> = {}) =>
  Array.from({ length: count }, () => aRecord({ tenantId: TENANT, expiresAt, ...changes }))
const idsOf = (records: readonly EventRecord[]) => records.map(({ eventId }) => eventId)

describe('Subscriptions of connections that API Gateway holds', () => {
  it('are confirmed first, and given what is stored from then on, and nothing of others', async () => {
    const test = await open()
    const reader = test.connect()
    await test.store(some(2))
    await reader.say({})
    const [confirmed] = reader.frames
    expect(confirmed).toMatchObject({ status: 'subscribed', filters: {} })
    expect(confirmed!.subscriber_id).toMatch(/^sub_[0-9a-f]{8}$/)
    const records = some(3)
    const entity = some(1, { kind: 'entity', type: 'Person' })
    await test.store([...records, ...some(2, { tenantId: 'other' }), ...entity])
    expect(reader.ids()).toEqual(idsOf(records))
    expect(reader.frames[1]).toMatchObject({
      event_type: 'ViewEvent',
      standard: 'caliper',
      position: expect.any(String),
      payload: JSON.parse(records[0]!.raw),
    })
  })

  it('get what they ask for, in the form that they ask for, until they ask for something else', async () => {
    const test = await open()
    const [typed, deep, raw] = [test.connect(), test.connect(), test.connect()]
    await typed.say({ event_types: ['A'] })
    await deep.say({ filter: { path: 'score', gte: 3 }, format: 'record' })
    await raw.say({ format: 'raw' })
    const a = some(1, { type: 'A', score: 2 })
    const b = some(1, { type: 'B', score: 3 })
    await test.store([...a, ...b])
    expect(typed.ids()).toEqual(idsOf(a))
    expect(deep.frames.slice(1)).toMatchObject([{ eventId: b[0]!.eventId, score: 3 }])
    expect(raw.frames.slice(1).map(({ event }) => event)).toEqual(
      [...a, ...b].map((one) => JSON.parse(one.raw)),
    )
    await typed.say({ type: 'update_filters', filters: { event_types: ['B'] } })
    expect(typed.frames.at(-1)).toEqual({
      status: 'filters_updated',
      filters: { event_types: ['B'] },
    })
    const more = [...some(1, { type: 'A' }), ...some(1, { type: 'B' })]
    await test.store(more)
    expect(typed.ids()).toEqual([...idsOf(a), more[1]!.eventId])
  })

  it('go on after a position, with what came meanwhile, and then with what is new', async () => {
    const test = await open()
    const first = test.connect()
    await first.say({})
    const records = some(4)
    await test.store(records)
    await first.leave()
    const missed = some(3)
    await test.store(missed)
    const again = test.connect()
    await again.say({ after: first.frames[2]!.position })
    expect(again.ids()).toEqual(idsOf([...records.slice(2), ...missed]))
    const later = some(2)
    await test.store(later)
    expect(again.ids()).toEqual(idsOf([...records.slice(2), ...missed, ...later]))
    expect(first.ids()).toEqual(idsOf(records))
  })

  it('answer a ping, also one that overtook the first message, and are ended by leaving', async () => {
    const test = await open()
    const reader = test.connect()
    await reader.say({ type: 'ping' })
    expect(reader.frames).toEqual([{ type: 'pong' }])
    const updating = reader.say({ type: 'update_filters', filters: { event_types: ['A'] } })
    await Bun.sleep(200)
    await reader.say({})
    await updating
    expect(reader.frames.map(({ status }) => status).filter(Boolean)).toEqual([
      'subscribed',
      'filters_updated',
    ])
    await reader.leave()
    expect(await test.subscriptions.list(TENANT)).toEqual([])
    expect(await test.subscriptions.state(TENANT)).toMatchObject({ count: 0 })
    await reader.leave()
    expect(await test.subscriptions.state(TENANT)).toMatchObject({ count: 0 })
  })

  const badFirst: [string, unknown, object][] = [
    ['no JSON', 'hello', { message: 'Invalid JSON', code: 'invalid_json' }],
    ['an array', '[1]', { code: 'invalid_request' }],
    ['a scalar', '5', { code: 'invalid_request' }],
    ['null', 'null', { code: 'invalid_request' }],
    ['binary', new Uint8Array([1, 2, 255]), { code: 'invalid_request' }],
    ['too much', JSON.stringify({ session_id: 'x'.repeat(100_000) }), { code: 'too_large' }],
    ['a wrong operator', { filter: { path: 'type', like: 'x' } }, { code: 'invalid_request' }],
    ['depth', `{"filter":${'{"not":'.repeat(1000)}1${'}'.repeat(1000)}}`, {}],
    ['an altered position', { after: 'abc.def' }, { code: 'invalid_cursor' }],
    ['no position', { after: 5 }, { code: 'invalid_request' }],
    ['an unheard-of form', { format: 'xml' }, { code: 'invalid_request' }],
    [
      'an update before it subscribed',
      { type: 'update_filters', filters: {} },
      { code: 'invalid_request' },
    ],
  ]
  it('are refused in words when the first message is wrong, and the connection ends', async () => {
    const test = await open()
    for (const [name, message, error] of badFirst) {
      const reader = test.connect()
      await reader.say(message)
      expect([name, reader.frames]).toMatchObject([name, [{ status: 'error', ...error }]])
      expect([name, test.closed.has(reader.id)]).toEqual([name, true])
    }
    expect(await test.subscriptions.list(TENANT)).toEqual([])
  })

  it('stay as they were after a later message that is wrong', async () => {
    const test = await open()
    const reader = test.connect()
    await reader.say({ event_types: ['A'] })
    const bad = ['[1]', '5', 'x', new Uint8Array([1]), { type: 'update_filters', filters: [] }]
    for (const message of bad) {
      await reader.say(message)
      expect(reader.frames.at(-1)).toMatchObject({ status: 'error', errors: [expect.anything()] })
    }
    await reader.say({ type: 'unheard-of' })
    expect(reader.frames).toHaveLength(1 + bad.length)
    const records = some(1, { type: 'A' })
    await test.store([...records, ...some(1)])
    expect(reader.ids()).toEqual(idsOf(records))
    expect(test.closed.size).toBe(0)
  })

  it('refuse a position of another tenant; one from the future or long gone is told so, and goes on', async () => {
    const test = await open()
    const other = test.connect(aPupil({ tenantId: 'other', hash: 'hash_2' }))
    await other.say({})
    const spy = test.connect()
    await spy.say({ after: other.frames[0]!.position })
    expect(spy.frames).toMatchObject([{ status: 'error', code: 'invalid_cursor' }])
    expect(test.closed.has(spy.id)).toBe(true)

    const reader = test.connect()
    await reader.say({})
    await test.store(some(1))
    test.clock.advance(26 * 60 * 60 * 1000)
    const late = test.connect()
    await late.say({ after: reader.frames[0]!.position })
    expect(late.frames.slice(1)).toMatchObject([{ type: 'resync', reason: 'gone' }])
    const records = some(1)
    await test.store(records)
    expect(late.ids()).toEqual(idsOf(records))
  })

  it('have as many places and bytes as a tenant may have; who expired untold has none', async () => {
    const test = await open({ limits: { places: 2, bytes: 1000 } })
    const readers = [test.connect(), test.connect(), test.connect()]
    for (const reader of readers) await reader.say({})
    expect(readers[2]!.frames).toMatchObject([
      { status: 'error', message: 'Server at subscriber capacity', code: 'busy' },
    ])
    const others = test.connect(aPupil({ tenantId: 'other' }))
    await others.say({})
    expect(others.frames).toMatchObject([{ status: 'subscribed' }])
    await readers[0]!.say({
      type: 'update_filters',
      filters: { filter: { path: 'type', equals: 'x'.repeat(990) } },
    })
    expect(readers[0]!.frames.at(-1)).toMatchObject({ status: 'error', code: 'busy' })
    await readers[0]!.leave()
    const next = test.connect()
    await next.say({})
    expect(next.frames).toMatchObject([{ status: 'subscribed' }])
    test.clock.advance(3 * 60 * 60 * 1000)
    const afterHours = test.connect()
    await afterHours.say({})
    expect(afterHours.frames).toMatchObject([{ status: 'subscribed' }])
  })

  it('tell one that could not be sent to how much it lost, and from where to read it', async () => {
    const test = await open()
    const [slow, good] = [test.connect(), test.connect()]
    await slow.say({})
    await good.say({})
    const before = some(2)
    await test.store(before)
    test.sending.set(slow.id, 'fails')
    const lost = some(3)
    await test.store(lost.slice(0, 2))
    await test.store(lost.slice(2))
    test.sending.delete(slow.id)
    const later = some(1)
    await test.store(later)
    expect(good.ids()).toEqual(idsOf([...before, ...lost, ...later]))
    expect(slow.ids()).toEqual(idsOf([...before, ...later]))
    const notice = slow.frames.find(({ type }) => type === 'lost')!
    expect(notice).toEqual({ type: 'lost', count: 3, after: slow.frames[2]!.position })
    const again = test.connect()
    await again.say({ after: notice.after })
    expect(again.ids()).toEqual(idsOf([...lost, ...later]))
  })

  it('tell of what was lost also to one that only pings', async () => {
    const test = await open()
    const slow = test.connect()
    await slow.say({})
    test.sending.set(slow.id, 'fails')
    await test.store(some(2))
    test.sending.delete(slow.id)
    await slow.say({ type: 'ping' })
    expect(slow.frames.slice(1)).toMatchObject([{ type: 'pong' }, { type: 'lost', count: 2 }])
    await slow.say({ type: 'ping' })
    expect(slow.frames.slice(3)).toEqual([{ type: 'pong' }])
  })

  it('end for one that takes nothing, however often it is tried', async () => {
    const test = await open()
    const [stuck, good] = [test.connect(), test.connect()]
    for (const reader of [stuck, good]) await reader.say({})
    test.sending.set(stuck.id, 'fails')
    for (let times = 1; times <= 5; times += 1) {
      expect(test.closed.has(stuck.id)).toBe(false)
      await test.store(some(1))
    }
    expect(test.closed.has(stuck.id)).toBe(true)
    const left = await test.subscriptions.list(TENANT)
    expect(left.map(({ connectionId }) => connectionId)).toEqual([good.id])
    expect(good.ids()).toHaveLength(5)
  })

  it('wait for none that hangs, and forget one that is gone', async () => {
    const test = await open()
    const [hanging, gone, good] = [test.connect(), test.connect(), test.connect()]
    for (const reader of [hanging, gone, good]) await reader.say({})
    test.sending.set(hanging.id, 'hangs')
    test.sending.set(gone.id, 'gone')
    const records = some(50)
    const begun = performance.now()
    await test.store(records)
    expect(performance.now() - begun).toBeLessThan(HANGING_MS / 2)
    expect(good.ids()).toEqual(idsOf(records))
    const left = await test.subscriptions.list(TENANT)
    expect(left.map(({ connectionId }) => connectionId).sort()).toEqual(
      [hanging.id, good.id].sort(),
    )
    expect(left.find(({ connectionId }) => connectionId === hanging.id)?.lost?.count).toBe(50)
  })

  it('say where an event can be read that is too large for a message', async () => {
    const test = await open({ maxMessageBytes: 2000 })
    const reader = test.connect()
    await reader.say({})
    const [first, large, last] = [some(1), some(1, { raw: `"${'x'.repeat(3000)}"` }), some(1)]
    await test.store([...first, ...large, ...last])
    expect(reader.ids()).toEqual(idsOf([...first, ...last]))
    expect(reader.frames[2]).toEqual({
      type: 'lost',
      count: 1,
      after: reader.frames[1]!.position,
    })
  })

  it('end with their key, told so, with the next event or message', async () => {
    const test = await open()
    const [silent, talking] = [test.connect(), test.connect()]
    const other = test.connect(aPupil({ hash: 'hash_2' }))
    for (const reader of [silent, talking, other]) await reader.say({})
    test.revoked.add('hash-1')
    await talking.say({ type: 'ping' })
    const records = some(1)
    await test.store(records)
    for (const reader of [silent, talking]) {
      expect(reader.frames.slice(1)).toMatchObject([{ status: 'error', code: 'unauthenticated' }])
      expect(test.closed.has(reader.id)).toBe(true)
    }
    expect(other.ids()).toEqual(idsOf(records))
    expect(await test.subscriptions.list(TENANT)).toHaveLength(1)
  })

  it('are given nothing that is hidden, live or read back', async () => {
    const test = await open()
    const reader = test.connect()
    await reader.say({})
    test.hidden.time = '2026-11-20T00:00:00.000Z'
    const [old, fresh] = [
      some(1, { receivedAt: '2026-11-19T00:00:00.000Z' }),
      some(1, { receivedAt: '2026-11-21T00:00:00.000Z' }),
    ]
    await test.store([...old, ...fresh])
    expect(reader.ids()).toEqual(idsOf(fresh))
    const again = test.connect()
    await again.say({ after: reader.frames[0]!.position })
    expect(again.ids()).toEqual(idsOf(fresh))
  })

  it('get what a function that died had not posted, with what comes next', async () => {
    const test = await open()
    const reader = test.connect()
    await reader.say({})
    await test.store(some(1))
    const dying = test.aFunction({
      subscriptions: {
        ...test.subscriptions,
        advance: () => new Promise(() => {}),
      },
      connections: { ...test.needs.connections, send: () => new Promise(() => {}) },
    })
    const unsent = some(2)
    void test.store(unsent, dying)
    await Bun.sleep(1000)
    test.clock.advance(60_000) // the lease is over
    const next = some(1)
    await test.store(next)
    expect(reader.ids().slice(1)).toEqual(idsOf([...unsent, ...next]))
  })

  it('never fail the batch that they are told of', async () => {
    const test = await open()
    const reader = test.connect()
    await reader.say({})
    const failing = test.aFunction({
      subscriptions: {
        ...test.subscriptions,
        lease: () => Promise.reject(new Error('the table is away')),
      },
    })
    const records = some(2)
    await test.store(records.slice(0, 1), failing)
    expect(test.logged.join()).toContain('the table is away')
    await test.store(records.slice(1))
    expect(reader.ids()).toEqual(idsOf(records))
  })

  it('get what is stored while they join, though whoever posts began before', async () => {
    const test = await open()
    const [first, joining] = [test.connect(), test.connect()]
    await first.say({})
    const [earlier, meanwhile] = [some(1), some(1)]
    const { feed } = test.needs
    let isFirst = true
    const slow = test.aFunction({
      feed: {
        ...feed,
        async read(tenantId, request) {
          if (isFirst) {
            isFirst = false
            await joining.say({})
            await test.store(meanwhile, test.writing)
          }
          return feed.read(tenantId, request)
        },
      },
    })
    await test.store(earlier, slow)
    expect(first.ids()).toEqual(idsOf([...earlier, ...meanwhile]))
    expect(joining.ids()).toEqual(idsOf(meanwhile))
  })

  it('get what was posted to others between their last page and their joining', async () => {
    const test = await open()
    const first = test.connect()
    await first.say({})
    const [earlier, meanwhile, later] = [some(2), some(2), some(1)]
    await test.store(earlier)
    const { subscriptions } = test.needs
    const slow = test.aFunction({
      subscriptions: {
        ...subscriptions,
        async join(...joined) {
          await test.store(meanwhile)
          return subscriptions.join(...joined)
        },
      },
    })
    const fresh = test.connect(aPupil(), slow)
    await fresh.say({})
    expect(fresh.ids()).toEqual(idsOf(meanwhile))
    const resumed = test.connect(aPupil(), test.main)
    await resumed.say({ after: first.frames[1]!.position })
    await test.store(later)
    expect(fresh.ids()).toEqual(idsOf([...meanwhile, ...later]))
    expect(resumed.ids()).toEqual(idsOf([...earlier.slice(1), ...meanwhile, ...later]))
    expect(first.ids()).toEqual(idsOf([...earlier, ...meanwhile, ...later]))
  })

  it('get every event once and in order, whoever stores, whoever comes and goes meanwhile', async () => {
    const test = await open()
    const stored: string[] = []
    const functions = [test.aFunction(), test.aFunction(), test.aFunction()]
    const readers: ReturnType<typeof test.connect>[] = []
    const watcher = test.connect()
    await watcher.say({})
    let isStoring = true

    const storing = Promise.all(
      functions.map(async (one) => {
        for (let round = 0; round < 8; round += 1) {
          const records = some(1 + Math.floor(Math.random() * 4))
          stored.push(...idsOf(records))
          await test.store(records, one)
        }
      }),
    ).then(() => {
      isStoring = false
    })
    while (isStoring) {
      const known = watcher.frames.filter(({ event_type }) => event_type)
      const after = known[Math.floor(Math.random() * known.length)]?.position
      const reader = test.connect()
      await reader.say(Math.random() < 0.5 ? { after } : {})
      readers.push(reader)
      if (Math.random() < 0.3) await readers[0]?.leave()
      await Bun.sleep(Math.random() * 50)
    }
    await storing
    const order = watcher.ids()
    expect(order.toSorted()).toEqual(stored.toSorted())
    expect(readers.length).toBeGreaterThan(3)
    const places = watcher.frames.slice(1).map(({ position }) => String(position))
    for (const [at, reader] of readers.entries()) {
      const from = String(reader.frames[0]!.position)
      const missed = places.findIndex((place) => test.parts.feed.order(TENANT, place, from) > 0)
      const expected = missed < 0 ? [] : order.slice(missed)
      const ids = reader.ids()
      expect(ids).toEqual(at === 0 ? expected.slice(0, ids.length) : expected)
    }
  })
})
