import { afterAll, beforeAll, expect, it } from 'bun:test'
import { describeNotOnAws } from '../support/not-on-aws'
import { type PublishTest, startPublishTest } from '../support/publish-api'
import { openSocket, type TestSocket } from '../support/sockets'

/*
 * A real-time event pipeline's callers, moved here: what their WebSockets send, and what they are
 * answered. docs/from/realtime-pipeline.md says where that differs.
 */

let test: PublishTest
let session = 0
beforeAll(async () => {
  test = await startPublishTest({ config: { maxBodyBytes: 1024 * 1024 } })
})
afterAll(() => test[Symbol.asyncDispose]())

// biome-ignore lint/suspicious/noExplicitAny: each test says what it expects of it
async function heard(socket: TestSocket): Promise<any> {
  return JSON.parse(await socket.next())
}

async function ask(socket: TestSocket, message: unknown) {
  socket.send(typeof message === 'string' ? message : JSON.stringify(message))
  return heard(socket)
}

function anEvent(more: object = {}) {
  return {
    ...{ event_type: 'quiz_started', source: 'quiz_engine', session_id: `session-${session}` },
    ...{ user_id: 'student-456', payload: { quiz_id: 'math-101' } },
    ...more,
  }
}

/** A publisher, and a subscriber of a session that no other test has. */
async function aPair(config: object = {}) {
  session += 1
  const session_id = `session-${session}`
  const [publisher, subscriber] = await Promise.all([test.connect(), test.follow()])
  const confirmed = await ask(subscriber, { session_id, ...config })
  return {
    ...{ publisher, subscriber, confirmed },
    async [Symbol.asyncDispose]() {
      await publisher[Symbol.asyncDispose]()
      await subscriber[Symbol.asyncDispose]()
    },
  }
}

describeNotOnAws('no process')('publishing over a WebSocket', () => {
  it('is answered ok, with the id under which the event is read at once', async () => {
    await using socket = await test.connect()
    const answer = await ask(socket, anEvent())
    const { status, event_id } = answer
    expect([status, event_id.slice(0, 4)]).toEqual(['ok', 'evt_'])
    const path = `/api/v1/events/${event_id}`
    const reply = await test.app.request(path, { headers: test.app.as() })
    expect(await reply.json()).toMatchObject({ id: event_id, ...anEvent() })
  })

  it('is answered frame by frame, in order', async () => {
    await using socket = await test.connect()
    const ids = Array.from({ length: 20 }, (_, n) => `evt_${session}-ordered-${n}`)
    for (const id of ids) socket.send(JSON.stringify(anEvent({ id })))
    for (const event_id of ids) {
      expect(await heard(socket)).toMatchObject({ status: 'ok', event_id })
    }
  })

  const wrong: [what: string, message: unknown, said: string][] = [
    ['not JSON', 'not json{{{', 'Invalid JSON'],
    ['an event without a type', anEvent({ event_type: undefined }), 'event_type'],
    ['an event whose payload is a text', anEvent({ payload: 'x' }), 'payload'],
    ['a text', '"quiz_started"', 'Expected an event'],
    ['a number', '5', 'Expected an event'],
    ['null', 'null', 'Expected an event'],
    ['larger than a message may be', 'x'.repeat(1024 * 1024 + 1), 'Message too large'],
  ]
  for (const [what, message, said] of wrong) {
    it(`is answered with an error for what is ${what}, and goes on`, async () => {
      await using socket = await test.connect()
      const answer = await ask(socket, message)
      expect(answer).toMatchObject({ status: 'error', message: expect.stringContaining(said) })
      expect(await ask(socket, anEvent())).toMatchObject({ status: 'ok' })
    })
  }

  it('takes the key as api_key in the address, or as X-API-Key', async () => {
    const { demo } = test.app.keys
    await using inAddress = await openSocket(`${test.url}?api_key=${demo}`)
    await using inHeader = await openSocket(test.url, { headers: { 'X-API-Key': demo } })
    for (const socket of [inAddress, inHeader]) {
      expect(await ask(socket, anEvent())).toMatchObject({ status: 'ok' })
    }
  })

  it('ends with a reason in words for a message that is far too large', async () => {
    await using socket = await test.connect()
    socket.send('x'.repeat(5 * 1024 * 1024))
    const { code, reason } = await socket.closed
    expect([code, reason.length > 0]).toEqual([1009, true])
  })
})

describeNotOnAws('no process')('subscribing over a WebSocket', () => {
  it('is confirmed with an id and the filters as they were given', async () => {
    await using pair = await aPair({ event_types: ['quiz_started'], user_id: null })
    expect(pair.confirmed).toMatchObject({
      status: 'subscribed',
      subscriber_id: expect.stringMatching(/^sub_/),
      filters: { event_types: ['quiz_started'], session_id: `session-${session}`, user_id: null },
    })
  })

  it('gives each event that matches as it is listed, with nothing around it', async () => {
    await using pair = await aPair()
    const { event_id } = await ask(pair.publisher, anEvent())
    const { standard, position, ...event } = await heard(pair.subscriber)
    expect({ standard, position }).toEqual({ standard: 'native', position: expect.any(String) })
    const path = `/api/v1/events/${event_id}`
    const reply = await test.app.request(path, { headers: test.app.as() })
    expect(event).toEqual((await reply.json()) as object)
  })

  it('gives what comes over HTTP, too, and events of every standard', async () => {
    await using pair = await aPair()
    const headers = { ...test.app.as(), 'Content-Type': 'application/json' }
    const body = JSON.stringify(anEvent({ event_type: 'by_http' }))
    await test.app.request('/api/v1/events', { method: 'POST', headers, body })
    expect(await heard(pair.subscriber)).toMatchObject({ event_type: 'by_http' })
  })

  it('gives only what all filters let pass', async () => {
    await using pair = await aPair({ event_types: ['quiz_completed', 'mastery_updated'] })
    const sent = ['quiz_started', 'quiz_completed', 'timer_tick', 'mastery_updated']
    for (const event_type of sent) await ask(pair.publisher, anEvent({ event_type }))
    expect(await heard(pair.subscriber)).toMatchObject({ event_type: 'quiz_completed' })
    expect(await heard(pair.subscriber)).toMatchObject({ event_type: 'mastery_updated' })
  })

  const everything = [{}, { event_types: [] }, { event_types: null, session_id: '', user_id: null }]
  for (const config of everything) {
    it(`gives everything to ${JSON.stringify(config)}`, async () => {
      await using publisher = await test.connect()
      await using subscriber = await test.follow()
      expect(await ask(subscriber, config)).toMatchObject({ filters: config })
      const { event_id } = await ask(publisher, anEvent({ session_id: 'any', user_id: undefined }))
      expect(await heard(subscriber)).toMatchObject({ id: event_id })
    })
  }

  it('gives nothing from before', async () => {
    session += 1
    await using publisher = await test.connect()
    await ask(publisher, anEvent({ event_type: 'before' }))
    await using subscriber = await test.follow()
    await ask(subscriber, { session_id: `session-${session}` })
    await ask(publisher, anEvent({ event_type: 'since' }))
    expect(await heard(subscriber)).toMatchObject({ event_type: 'since' })
  })

  it('gives everyone their own, and all of it', async () => {
    await using pair = await aPair()
    await using other = await test.follow()
    await ask(other, { session_id: `session-${session}`, event_types: ['b'] })
    for (const event_type of ['a', 'b', 'a']) await ask(pair.publisher, anEvent({ event_type }))
    for (const event_type of ['a', 'b', 'a']) {
      expect(await heard(pair.subscriber)).toMatchObject({ event_type })
    }
    expect(await heard(other)).toMatchObject({ event_type: 'b' })
  })

  it('answers a ping', async () => {
    await using pair = await aPair()
    expect(await ask(pair.subscriber, { type: 'ping' })).toEqual({ type: 'pong' })
  })

  it('takes other filters, which replace all', async () => {
    await using pair = await aPair({ event_types: ['a'] })
    const filters = { event_types: ['b'] }
    const update = { type: 'update_filters', filters }
    expect(await ask(pair.subscriber, update)).toEqual({ status: 'filters_updated', filters })
    for (const event_type of ['a', 'b']) await ask(pair.publisher, anEvent({ event_type }))
    expect(await heard(pair.subscriber)).toMatchObject({ event_type: 'b' })
    expect(await ask(pair.subscriber, { type: 'update_filters' })).toEqual({
      ...{ status: 'filters_updated', filters: {} },
    })
    await ask(pair.publisher, anEvent({ event_type: 'c', session_id: 'other' }))
    expect(await heard(pair.subscriber)).toMatchObject({ event_type: 'c' })
  })

  const later: [what: string, message: string | Uint8Array][] = [
    ['no JSON', 'not json'],
    ['an array', '[1]'],
    ['a number', '5'],
    ['null', 'null'],
    ['binary', Uint8Array.from([0xff, 0x00])],
    ['filters that are none', '{"type":"update_filters","filters":[1]}'],
    ['types that are no list', '{"type":"update_filters","filters":{"event_types":7}}'],
  ]
  for (const [what, message] of later) {
    it(`answers ${what} with an error, and goes on with the filters that it has`, async () => {
      await using pair = await aPair()
      pair.subscriber.send(message)
      expect(await heard(pair.subscriber)).toMatchObject({
        ...{ status: 'error', message: expect.any(String), code: expect.any(String) },
      })
      await ask(pair.publisher, anEvent({ event_type: 'still' }))
      expect(await heard(pair.subscriber)).toMatchObject({ event_type: 'still' })
    })
  }

  it('passes over a type that it does not know', async () => {
    await using pair = await aPair()
    pair.subscriber.send('{"type":"unheard_of"}')
    expect(await ask(pair.subscriber, { type: 'ping' })).toEqual({ type: 'pong' })
  })

  const configs: [what: string, message: string | Uint8Array, said?: string][] = [
    ['is not JSON', 'not json', 'Invalid JSON'],
    ['is an array', '[1]'],
    ['is a number', '5'],
    ['is binary', Uint8Array.from([1, 2, 3])],
    ['is too large', JSON.stringify({ session_id: 'x'.repeat(1024 * 1024 - 100) })],
    ['asks for a session that is a number', '{"session_id":5}'],
    ['has an altered position', '{"after":"nothing"}'],
  ]
  for (const [what, message, said] of configs) {
    it(`ends with an error and a code when the first message ${what}`, async () => {
      await using socket = await test.follow()
      socket.send(message)
      const answer = await heard(socket)
      expect(answer).toMatchObject({ status: 'error', message: said ?? expect.any(String) })
      const { code, reason } = await socket.closed
      expect(code).toBe(4400)
      expect(reason).not.toBe('')
    })
  }

  it('goes on after the position of the last event, without a gap or a repeat', async () => {
    await using pair = await aPair()
    await ask(pair.publisher, anEvent({ event_type: 'first' }))
    const { position: after } = await heard(pair.subscriber)
    await pair.subscriber[Symbol.asyncDispose]()
    const missed = ['a', 'b', 'c']
    for (const event_type of missed) await ask(pair.publisher, anEvent({ event_type }))
    await using again = await test.follow()
    const config = { session_id: `session-${session}`, after }
    expect(await ask(again, config)).toMatchObject({ status: 'subscribed' })
    await ask(pair.publisher, anEvent({ event_type: 'new' }))
    for (const event_type of [...missed, 'new']) {
      expect(await heard(again)).toMatchObject({ event_type })
    }
  })

  it('is counted in what the server says of its router', async () => {
    await using _ = await aPair()
    const states = ['/readiness', '/api/v1/stats'].map(async (path) => {
      const reply = await test.app.request(path, { headers: test.app.as() })
      return ((await reply.json()) as { router: { active_subscribers: number } }).router
    })
    for (const router of await Promise.all(states)) {
      expect(router.active_subscribers).toBeGreaterThanOrEqual(1)
      expect(router).toHaveProperty('queue_size', expect.any(Number))
    }
  })

  it('is refused in the handshake without a key, or with one that may not read', async () => {
    const writer = await test.app.issue(['events:write'])
    for (const headers of [{}, { 'X-API-Key': 'wrong' }, test.app.as(writer)]) {
      const reply = await test.refusal('/ws/subscribe', headers as Record<string, string>)
      expect([401, 403]).toContain(reply.status)
    }
  })

  it('sees nothing of another tenant', async () => {
    await using pair = await aPair()
    const theirs = await test.app.issue(['events:write'], 'school')
    await using publisher = await test.connect(theirs)
    expect(await ask(publisher, anEvent())).toMatchObject({ status: 'ok' })
    await ask(pair.publisher, anEvent({ event_type: 'ours' }))
    expect(await heard(pair.subscriber)).toMatchObject({ event_type: 'ours' })
  })
})
