import { afterAll, beforeAll, expect, it } from 'bun:test'
import { problemOf } from '../support/battery'
import { anEnvelopeText } from '../support/envelopes'
import { describeNotOnAws } from '../support/not-on-aws'
import { type PublishTest, startPublishTest } from '../support/publish-api'
import { openSocket, type TestSocket } from '../support/sockets'

let test: PublishTest
let reader: string
beforeAll(async () => {
  test = await startPublishTest()
  reader = await test.app.issue(['events:read'])
})
afterAll(() => test[Symbol.asyncDispose]())

let made = 0
function anEvent(more: object = {}) {
  made += 1
  return { id: `live${made}`, event_type: 'quiz_started', source: 'quiz', user_id: 'u', ...more }
}

async function send(events: object[] | object, key?: string) {
  const body = JSON.stringify(events)
  const headers = { ...test.app.as(key), 'Content-Type': 'application/json' }
  const reply = await test.app.request('/api/v1/events', { method: 'POST', headers, body })
  expect(reply.status).toBeLessThan(300)
}

// biome-ignore lint/suspicious/noExplicitAny: each test says what it expects of it
async function next(socket: TestSocket): Promise<any> {
  return JSON.parse(await socket.next())
}

async function subscribed(config: object = {}, key = reader) {
  const socket = await test.follow(key)
  socket.send(JSON.stringify(config))
  const confirmed = await next(socket)
  expect(confirmed).toMatchObject({ status: 'subscribed' })
  return Object.assign(socket, { confirmed })
}

describeNotOnAws('no process')('WS /ws/subscribe', () => {
  it('gives each event that matches, as it was published, in order', async () => {
    await using socket = await subscribed({ event_types: ['quiz_started'], session_id: 's-1' })
    expect(socket.confirmed.subscriber_id).toStartWith('sub_')
    expect(socket.confirmed.filters).toEqual({ event_types: ['quiz_started'], session_id: 's-1' })
    const events = Array.from({ length: 30 }, () =>
      anEvent({ session_id: 's-1', payload: { n: 1 } }),
    )
    await send([anEvent({ session_id: 's-2' }), ...events, anEvent({ event_type: 'timer_tick' })])
    for (const { id } of events) {
      const given = await next(socket)
      expect(given).toMatchObject({
        ...{ id, event_type: 'quiz_started', source: 'quiz', session_id: 's-1', user_id: 'u' },
        ...{ payload: { n: 1 }, standard: 'native' },
      })
      for (const name of ['timestamp', 'received_at', 'position']) {
        expect(given[name]).toBeString()
      }
    }
  })

  it('gives events of every standard, and in every form', async () => {
    const forms = ['event', 'record', 'raw']
    const sockets = await Promise.all(forms.map((format) => subscribed({ format })))
    const headers = { ...test.app.as(), 'Content-Type': 'application/json' }
    const body = anEnvelopeText()
    await test.app.request('/caliper/v1p2/events', { method: 'POST', headers, body })
    const [sent] = JSON.parse(body).data
    const [event, record, raw] = await Promise.all(sockets.map((socket) => next(socket)))
    expect(event).toMatchObject({ id: sent.id, standard: 'caliper', payload: sent })
    expect(record).toMatchObject({ eventId: sent.id, standard: 'caliper', type: sent.type })
    expect(JSON.parse(record.raw)).toEqual(sent)
    expect(raw).toEqual({ position: event.position, event: sent })
    for (const socket of sockets) await socket[Symbol.asyncDispose]()
  })

  it('goes on after a position without a gap or a repeat', async () => {
    const first = await subscribed({ event_types: ['resumed'] })
    const events = Array.from({ length: 40 }, () => anEvent({ event_type: 'resumed' }))
    await send(events.slice(0, 20))
    const seen: string[] = []
    let after = ''
    for (let n = 0; n < 7; n += 1) {
      const { id, position } = await next(first)
      seen.push(id)
      after = position
    }
    await first[Symbol.asyncDispose]()
    const coming = send(events.slice(20))
    await using second = await subscribed({ event_types: ['resumed'], after })
    await coming
    while (seen.length < 40) seen.push((await next(second)).id)
    expect(seen).toEqual(events.map(({ id }) => id))
  })

  it('changes its filters, answers pings, and keeps what it has when it is told nonsense', async () => {
    await using socket = await subscribed({ event_types: ['none'] })
    socket.send('{"type":"ping"}')
    expect(await next(socket)).toEqual({ type: 'pong' })
    const filter = { path: 'payload.score', gte: 80 }
    socket.send(JSON.stringify({ type: 'update_filters', filters: { filter } }))
    expect(await next(socket)).toEqual({ status: 'filters_updated', filters: { filter } })
    for (const nonsense of ['[]', '7', 'null', '{', new Uint8Array([1, 2])]) {
      socket.send(nonsense)
      expect(await next(socket)).toMatchObject({ status: 'error', errors: [{ path: [] }] })
    }
    const good = anEvent({ payload: { score: 80 } })
    await send([anEvent({ payload: { score: 79 } }), anEvent(), good])
    expect(await next(socket)).toMatchObject({ id: good.id, payload: { score: 80 } })
  })

  const refused: [what: string, config: unknown, code: number, said: object][] = [
    ['is no JSON', '{', 4400, { message: 'Invalid JSON', code: 'invalid_json' }],
    ['is an array', '[1]', 4400, { code: 'invalid_request' }],
    ['is bytes', new Uint8Array([123, 125]), 4400, { code: 'invalid_request' }],
    ['is half a megabyte', 'x'.repeat(500_000), 4400, { message: 'Message too large' }],
    ['has a filter that is none', { filter: { path: 'type' } }, 4400, { code: 'invalid_request' }],
    ['has a position that is none', { after: 'soon' }, 4400, { code: 'invalid_cursor' }],
  ]
  for (const [what, config, code, said] of refused) {
    it(`tells a client whose first message ${what} why, and closes with ${code}`, async () => {
      await using socket = await test.follow(reader)
      const isMade = typeof config === 'string' || config instanceof Uint8Array
      socket.send(isMade ? config : JSON.stringify(config))
      expect(await next(socket)).toMatchObject({ status: 'error', ...said })
      const closed = await socket.closed
      expect(closed.code).toBe(code)
      expect(closed.reason).not.toBe('')
    })
  }

  it('closes with 1009 for far more than a message may have', async () => {
    await using socket = await test.follow(reader)
    socket.send('x'.repeat(20_000_000))
    expect((await socket.closed).code).toBe(1009)
  })

  it('takes no position of another tenant, and gives nothing of another', async () => {
    const north = await test.app.issue(['events:read', 'events:write'], 'north')
    await using other = await subscribed({}, north)
    const { position } = other.confirmed
    await using socket = await test.follow(reader)
    socket.send(JSON.stringify({ after: position }))
    expect(await next(socket)).toMatchObject({ status: 'error', code: 'invalid_cursor' })
    expect((await socket.closed).code).toBe(4400)
    await send(anEvent())
    const own = anEvent()
    await send(own, north)
    expect(await next(other)).toMatchObject({ id: own.id })
  })

  it('takes a key that may read, in the header, the address, or as the second subprotocol', async () => {
    const url = new URL('/ws/subscribe', test.url)
    await using asProtocol = await openSocket(url, { protocols: ['nonius', reader] })
    expect(asProtocol.protocol).toBe('nonius')
    await using inAddress = await openSocket(`${url}?api_key=${reader}`)
    for (const socket of [asProtocol, inAddress]) {
      socket.send('{}')
      expect(await next(socket)).toMatchObject({ status: 'subscribed' })
    }
    await problemOf(await test.refusal('/ws/subscribe'), 'unauthenticated')
    await problemOf(await test.refusal('/ws/subscribe', test.app.as('nk_wrong')), 'unauthenticated')
    const weak = test.app.as(await test.app.issue(['events:write']))
    await problemOf(await test.refusal('/ws/subscribe', weak), 'forbidden')
    const plain = await fetch(url, { headers: test.app.as(reader) })
    await problemOf(plain, 'upgrade_required')
  })

  it('ends within five seconds of the revocation of its key, as publishing does', async () => {
    const revoked = await test.app.issue(['events:read', 'events:write'])
    await using subscriber = await subscribed({}, revoked)
    await using publisher = await test.connect(revoked)
    await test.app.revoke(revoked)
    const begin = performance.now()
    expect(await next(subscriber)).toMatchObject({ status: 'error', code: 'unauthenticated' })
    expect(await subscriber.closed).toMatchObject({ code: 4401 })
    expect(await publisher.closed).toMatchObject({ code: 4401 })
    expect(performance.now() - begin).toBeLessThan(5000)
  })

  it('has as many as there may be, and tells the next by a message', async () => {
    await using small = await startPublishTest({ bounds: { maxSubscribers: 2 } })
    const key = await small.app.issue(['events:read'])
    await using _one = await small.follow(key)
    await using two = await small.follow(key)
    expect(await next(two)).toMatchObject({ message: 'Server at subscriber capacity' })
    expect(await two.closed).toMatchObject({ code: 4429 })
  })

  it('has as many of an address as is set, publishers among them', async () => {
    await using small = await startPublishTest({ bounds: { maxPerAddress: 2 } })
    const key = await small.app.issue(['events:read'])
    await using _one = await small.follow(key)
    await using _two = await small.connect()
    for (const path of ['/ws/subscribe', '/ws/publish']) {
      const shown = small.app.as(path === '/ws/publish' ? undefined : key)
      await problemOf(await small.refusal(path, shown), 'rate_limited')
    }
  })
})
