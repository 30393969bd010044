import { describe, expect, it } from 'bun:test'
import { type Options, start, stored, subscribed } from '../../tests/support/subscribing'
import { AppError } from '../error/app-error'
import type { Sink } from '../live/live'
import type { Conversation } from '../platform/connections'

describe('a subscription over a WebSocket', () => {
  it('is confirmed with its filters as they were given, and the position it begins at', async () => {
    const test = start()
    const config = { event_types: ['a'], user_id: null, after: 'p7', format: 'raw', foo: 1 }
    await test.say(config)
    const filters = { event_types: ['a'], user_id: null }
    expect(test.sent).toEqual([
      { status: 'subscribed', subscriber_id: 'sub_1', filters, position: 'p0' },
    ])
    expect(test.given()).toMatchObject({ after: 'p7', condition: { path: 'type', in: ['a'] } })
  })

  it('shows events in the form that was asked for', async () => {
    const one = stored()
    const { record } = one
    for (const [format, shown] of [
      [undefined, { id: record.eventId, standard: 'caliper', position: one.position() }],
      ['event', { id: record.eventId, event_type: record.type, received_at: record.receivedAt }],
      ['record', { eventId: record.eventId, raw: record.raw, position: one.position() }],
      ['raw', { event: JSON.parse(record.raw), position: one.position() }],
    ] as const) {
      const test = await subscribed({}, { format })
      expect(test.sink().take(one)).toBe(true)
      expect(test.sent).toMatchObject([shown])
    }
  })

  it('says that it takes no more while the line is full, and asks for more once it is not', async () => {
    const test = await subscribed()
    test.state.isFull = true
    expect(test.sink().take(stored())).toBe(false)
    test.state.isFull = false
    expect(test.state.readied).toBe(0)
    test.conversation.drained()
    expect(test.state.readied).toBe(1)
    expect(test.sink().take(stored())).toBe(true)
  })

  it('tells what was passed over, and where it goes on', async () => {
    const test = await subscribed()
    test.sink().lost!(7, 'p1')
    test.sink().resync('ahead', 'p2')
    expect(test.sent).toEqual([
      { type: 'lost', count: 7, after: 'p1' },
      { type: 'resync', reason: 'ahead', after: 'p2' },
    ])
  })

  it('answers pings and updates in the order in which they came', async () => {
    const test = await subscribed()
    const filters = { event_types: ['b'] }
    test.conversation.received('{"type":"ping"}')
    test.conversation.received(JSON.stringify({ type: 'update_filters', filters }))
    test.conversation.received('{"type":"ping"}')
    await test.say({ type: 'update_filters' })
    expect(test.sent).toEqual([
      { type: 'pong' },
      { status: 'filters_updated', filters },
      { type: 'pong' },
      { status: 'filters_updated', filters: {} },
    ])
    expect(test.state.updates).toEqual([{ path: 'type', in: ['b'] }, undefined])
  })

  it('hears what was said before it was confirmed', async () => {
    const test = start()
    test.conversation.received('{}')
    test.conversation.received('{"type":"ping"}')
    await Bun.sleep(1)
    expect(test.sent).toMatchObject([{ status: 'subscribed' }, { type: 'pong' }])
  })

  it('changes the form with the filters', async () => {
    const test = await subscribed()
    await test.say({ type: 'update_filters', filters: { format: 'raw' } })
    test.sink().take(stored())
    expect(test.sent[1]).toHaveProperty('event')
  })

  const garbage: [what: string, message: string | Uint8Array, said: string][] = [
    ['no JSON', '{', 'Invalid JSON'],
    ['an array', '[]', 'Invalid message'],
    ['a number', '7', 'Invalid message'],
    ['bytes', new Uint8Array([0, 1]), 'Invalid message'],
    ['too much', 'x'.repeat(70_000), 'Message too large'],
    ['a wrong filter', '{"type":"update_filters","filters":{"filter":7}}', 'Invalid filters'],
  ]
  for (const [what, message, said] of garbage) {
    it(`stays as it is, and says so, when it is told ${what}`, async () => {
      const test = await subscribed()
      test.conversation.received(message)
      await test.say({ type: 'ping' })
      expect(test.sent).toMatchObject([{ status: 'error' }, { type: 'pong' }])
      expect(test.sent[0].message).toStartWith(said)
      expect(test.sent[0].errors[0]).toContainKeys(['path', 'message', 'code'])
      expect(test.closed()).toBeUndefined()
      expect(test.state.updates).toEqual([])
    })

    it(`is not made, and says why, when it is told ${what} first`, async () => {
      const test = start()
      const config = message === garbage[5]![1] ? '{"filter":7}' : message
      test.conversation.received(config)
      await Bun.sleep(1)
      expect(test.sent).toMatchObject([{ status: 'error' }])
      expect(test.sent[0].message).toStartWith(said)
      expect(test.closed()).toMatchObject({ code: 4400 })
      expect(test.given()).toBeUndefined()
    })
  }

  it('says nothing to a message of a type that it does not know', async () => {
    const test = await subscribed()
    await test.say({ type: 'whatever' })
    await test.say({ type: 'ping' })
    expect(test.sent).toEqual([{ type: 'pong' }])
  })

  it('stays as it is when it is told more than its rate', async () => {
    let isOver = false
    const test = await subscribed({ limit: () => isOver })
    isOver = true
    await test.say({ type: 'update_filters' })
    expect(test.sent).toMatchObject([{ status: 'error', code: 'rate_limited' }])
    expect(test.state.updates).toEqual([])
    expect(test.closed()).toBeUndefined()
  })
})

describe('a WebSocket for subscriptions ends with a word', () => {
  const refusals: [why: string, options: Options, code: number, said: object][] = [
    [
      'the position is none of its tenant',
      { subscribe: () => Promise.reject(new AppError('invalid_cursor', 'no')) },
      4400,
      { code: 'invalid_cursor', errors: [{ path: ['after'] }] },
    ],
    [
      'there is no place',
      { subscribe: () => Promise.reject(new AppError('busy', 'no')) },
      4429,
      { message: 'Server at subscriber capacity', code: 'busy' },
    ],
    [
      'something breaks',
      { subscribe: () => Promise.reject(new Error('no')) },
      1013,
      { code: 'internal' },
    ],
    ['the key was revoked meanwhile', { isCurrent: false }, 4401, { code: 'unauthenticated' }],
  ]
  for (const [why, options, code, said] of refusals) {
    it(`when ${why}`, async () => {
      const test = start(options)
      await test.say({})
      expect(test.sent).toMatchObject([{ status: 'error', ...said }])
      expect(test.closed()!.code).toBe(code)
    })
  }

  const ends: [reason: Parameters<Sink['end']>[0], code: number][] = [
    ['revoked', 4401],
    ['failed', 1013],
    ['stopping', 1001],
  ]
  for (const [reason, code] of ends) {
    it(`when the feed says that it is ${reason}, and gives nothing more`, async () => {
      const test = await subscribed()
      test.sink().end(reason)
      expect(test.closed()).toMatchObject({ code })
      const { length } = test.sent
      expect(test.sink().take(stored())).toBe(false)
      await test.say({ type: 'ping' })
      expect(test.sent).toHaveLength(length)
      expect(test.state.isDisposed).toBe(true)
    })
  }

  it('when it says nothing in time', async () => {
    const test = start({ times: { configMs: 20 } })
    await Bun.sleep(60)
    expect(test.sent).toMatchObject([{ status: 'error', code: 'timeout' }])
    expect(test.closed()).toMatchObject({ code: 4408 })
    await test.say({})
    expect(test.given()).toBeUndefined()
  })

  it('when it asks again and again, and takes no answer', async () => {
    const test = await subscribed()
    test.state.isFull = true
    for (let n = 0; n < 200; n += 1) await test.say({ type: 'ping' })
    expect(test.closed()).toMatchObject({ code: 1013 })
    expect(test.sent.length).toBeLessThan(110)
  })

  it('when it says more than is worked on', async () => {
    const gate = Promise.withResolvers<void>()
    const test = start({ subscribe: () => gate.promise })
    await test.say({})
    for (let n = 0; n < 200; n += 1) test.conversation.received('{}')
    expect(test.closed()).toMatchObject({ code: 1013 })
    gate.resolve()
    await Bun.sleep(1)
    expect(test.state.isDisposed).toBe(true)
    expect(test.sent).toEqual([])
  })

  it('and has reasons of at most 123 bytes, which is what fits', async () => {
    const { closes } = await import('./subscribe-frames')
    for (const { reason } of Object.values(closes)) {
      expect(Buffer.byteLength(reason)).toBeLessThanOrEqual(123)
    }
  })
})

it('is kept alive by a message when its client has said nothing for a time', async () => {
  const test = await subscribed({ times: { keepaliveMs: 50 } })
  const end = performance.now() + 120
  while (performance.now() < end) {
    await test.say({ type: 'other' })
    test.sink().take(stored())
  }
  expect(test.sent.filter(({ type }) => type === 'keepalive')).toEqual([])
  await Bun.sleep(130)
  expect(test.sent.filter(({ type }) => type === 'keepalive')).toHaveLength(2)
  const conversation: Conversation = test.conversation
  conversation.closed()
  await Bun.sleep(80)
  expect(test.sent.filter(({ type }) => type === 'keepalive')).toHaveLength(2)
  expect(test.state.isDisposed).toBe(true)
})
