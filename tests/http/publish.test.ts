import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { readConfig } from '../../src/config/read-config'
import { type ErrorCode, errorCodes } from '../../src/error/codes'
import { StorageError } from '../../src/error/storage-error'
import { problemOf } from '../support/battery'
import { startIssuer } from '../support/issuer'
import { notOnAws } from '../support/not-on-aws'
import { type PublishTest, startPublishTest } from '../support/publish-api'
import { openSocket, type TestSocket } from '../support/sockets'

let test: PublishTest
beforeAll(async () => {
  test = await startPublishTest({ config: { maxBodyBytes: 10_000 } })
})
afterAll(() => test[Symbol.asyncDispose]())

let made = 0
function anEvent(more: object = {}) {
  made += 1
  return { event_type: 'opened', event_id: `e${made}`, user_id: 'u-1', ...more }
}

async function ask(socket: TestSocket, message: unknown) {
  socket.send(typeof message === 'string' ? message : JSON.stringify(message))
  return JSON.parse(await socket.next())
}

describe('WS /ws/publish stores what it is sent', () => {
  notOnAws('order')('answers each message with its receipt, in order', async () => {
    await using socket = await test.connect()
    const events = Array.from({ length: 50 }, () => anEvent())
    for (const event of events) socket.send(JSON.stringify(event))
    for (const event of events) {
      const receipt = JSON.parse(await socket.next())
      expect(receipt).toMatchObject({ eventIds: [event.event_id], quarantined: [] })
    }
  })

  it('answers one event as a real-time event pipeline does, with its receipt', async () => {
    await using socket = await test.connect()
    const event = anEvent()
    const { requestId, ...answer } = await ask(socket, event)
    expect(answer).toEqual({
      ...{ status: 'ok', event_id: event.event_id, eventCount: 1, eventIds: [event.event_id] },
      ...{ entityCount: 0, entityIds: [], duplicates: 0, quarantined: [] },
    })
    expect(requestId).toBeString()
    const again = await ask(socket, event)
    expect(again).toMatchObject({ status: 'ok', event_id: event.event_id, duplicates: 1 })
  })

  it('gives an event that has no id one, under which it is found', async () => {
    await using socket = await test.connect()
    const { event_id } = await ask(socket, { event_type: 'opened', source: 'x' })
    expect(event_id).toMatch(/^evt_[0-9a-f]{32}$/)
    expect(await test.app.platform.events.get('default', event_id)).toBeDefined()
  })

  const [one, two, three] = [anEvent(), anEvent(), anEvent()]
  const lists: [what: string, message: unknown, count: number][] = [
    ['an array of one', [anEvent()], 1],
    ['an array of none', [], 0],
    ['events with their source', { source: 'quiz', events: [anEvent(), anEvent()] }, 2],
  ]
  for (const [what, message, count] of lists) {
    it(`answers ${what} with the receipt alone`, async () => {
      await using socket = await test.connect()
      const answer = await ask(socket, message)
      expect(answer).toMatchObject({ eventCount: count, quarantined: [] })
      expect(answer).not.toHaveProperty('status')
      expect(answer).not.toHaveProperty('event_id')
    })
  }

  const forms: [what: string, message: string, count: number][] = [
    ['one event', JSON.stringify(anEvent()), 1],
    ['one event on many lines', JSON.stringify(anEvent(), null, 2), 1],
    ['an array', JSON.stringify([anEvent(), anEvent()]), 2],
    ['JSON lines', [one, two, three].map((line) => JSON.stringify(line)).join('\n'), 3],
    ['JSON lines with an empty one', `${JSON.stringify(anEvent())}\r\n\r\n`, 1],
  ]
  for (const [what, message, count] of forms) {
    it(`takes ${what}, as text and as bytes`, async () => {
      await using socket = await test.connect()
      expect(await ask(socket, message)).toMatchObject({ eventCount: count, duplicates: 0 })
      socket.send(new TextEncoder().encode(message))
      const again = JSON.parse(await socket.next())
      expect(again).toMatchObject({ eventCount: count, duplicates: count })
    })
  }

  it('stamps tenant, source and connection, whatever the event says of them', async () => {
    const key = await test.app.issue(['events:write'], 'north')
    await using socket = await test.connect(key)
    const event = anEvent({ tenantId: 'south', sourceId: 'x', server: { ip: '192.0.2.1' } })
    const { requestId } = await ask(socket, event)
    expect(await test.app.platform.events.get('default', event.event_id)).toBeUndefined()
    expect(await test.app.platform.events.get('north', event.event_id)).toMatchObject({
      ...{ tenantId: 'north', sourceId: 'demo' },
      server: { ip: '127.0.0.1', userAgent: 'a reader', requestId },
    })
  })

  notOnAws('counted later')('counts what comes for the conformance of its source', async () => {
    await using fresh = await startPublishTest()
    await using socket = await fresh.connect()
    await ask(socket, [anEvent(), {}])
    const { app } = fresh
    const range = { from: '2020-01-01T00:00:00.000Z', to: '2100-01-01T00:00:00.000Z' }
    const source = { tenantId: 'default', sourceId: 'demo' }
    const counts = await app.platform.conformance.read(source, { ...range, interval: 'day' })
    expect(counts).toMatchObject([{ stored: 1, quarantined: 1 }])
  })

  notOnAws('limits')(
    'names numbers instead of ids when those would not fit into one message',
    async () => {
      await using small = await startPublishTest({ maxReplyBytes: 500 })
      await using socket = await small.connect()
      const receipt = await ask(socket, [...Array.from({ length: 100 }, () => anEvent()), {}])
      expect(receipt).toMatchObject({ eventCount: 100, quarantinedCount: 1, duplicates: 0 })
      expect(receipt).toMatchObject({ eventIds: [], entityIds: [], quarantined: [] })
      expect(receipt).toHaveProperty('quarantinedLink', '/quarantine?sourceId=demo')
    },
  )
})

describe('WS /ws/publish takes a key', () => {
  const key = () => test.app.keys.demo

  it('in the header, in the address, or as the second subprotocol, which it does not repeat', async () => {
    await using inHeader = await test.connect(key())
    await using inAddress = await openSocket(`${test.url}?key=${key()}`)
    await using asProtocol = await openSocket(test.url, { protocols: ['nonius', key()] })
    expect(asProtocol.protocol).toBe('nonius')
    for (const socket of [inHeader, inAddress, asProtocol]) {
      expect(await ask(socket, anEvent())).toMatchObject({ eventCount: 1 })
    }
  })

  const refused: [why: string, path: string, headers?: Record<string, string>][] = [
    ['there is none', '/ws/publish'],
    ['it is unknown', '/ws/publish', { Authorization: 'Bearer nk_wrong' }],
    ['the one in the address is unknown', '/ws/publish?key=nk_wrong'],
    ['the subprotocol is unknown', '/ws/publish', { 'Sec-WebSocket-Protocol': 'nonius, nk_wrong' }],
    ['it comes with another subprotocol', '/ws/publish', { 'Sec-WebSocket-Protocol': 'soap, x' }],
  ]
  for (const [why, path, headers] of refused) {
    notOnAws('handshake')(`and refuses the handshake when ${why}`, async () => {
      const reply = await test.refusal(path, headers)
      expect(reply.headers.get('WWW-Authenticate')).toContain('Bearer')
      await problemOf(reply, 'unauthenticated')
    })
  }

  notOnAws('handshake')('that may write events, and no other', async () => {
    const weak = await test.app.issue(['events:read'])
    await problemOf(await test.refusal('/ws/publish', test.app.as(weak)), 'forbidden')
    await problemOf(await test.refusal(`/ws/publish?key=${weak}`), 'forbidden')
  })

  it('and stops taking events within seconds of its revocation', async () => {
    const revoked = await test.app.issue(['events:write'])
    await using socket = await test.connect(revoked)
    expect(await ask(socket, anEvent())).toMatchObject({ eventCount: 1 })
    await test.app.revoke(revoked)
    test.app.clock.advance(5000)
    const event = anEvent()
    expect(await ask(socket, event)).toMatchObject({ code: 'unauthenticated', status: 'error' })
    expect(await test.app.platform.events.get('default', event.event_id)).toBeUndefined()
  })

  notOnAws('clock')('or a token, until that ends', async () => {
    await using issuer = await startIssuer()
    await using other = await startPublishTest({ config: { oidcIssuer: issuer.url } })
    await using socket = await other.connect(await issuer.token({ scope: 'events:write' }))
    expect(await ask(socket, anEvent())).toMatchObject({ eventCount: 1 })
    other.app.clock.advance(3600_000)
    expect(await ask(socket, anEvent())).toMatchObject({ code: 'unauthenticated' })
  })

  it('and never logs it', () => {
    expect(test.app.logged.join('\n')).not.toContain(key())
  })
})

describe('WS /ws/publish says what is wrong, and goes on', () => {
  const neither = 'Expected an event or an array of events'
  const large = JSON.stringify(anEvent({ text: 'x'.repeat(10_000) }))
  const wrong: [what: string, message: string, code: ErrorCode, said: string][] = [
    ['no JSON', 'hello', 'invalid_json', 'Invalid JSON'],
    ['nothing', '', 'invalid_json', 'Invalid JSON'],
    ['the beginning of an event', '{"event_type":', 'invalid_json', 'Invalid JSON'],
    ['a number', '7', 'invalid_request', neither],
    ['a text', '"opened"', 'invalid_request', neither],
    ['null', 'null', 'invalid_request', neither],
    ['more than fits', large, 'too_large', 'Message too large'],
  ]
  for (const [what, message, code, said] of wrong) {
    const reason = code === 'too_large' ? 'large message' : undefined
    notOnAws(reason)(`to a message that is ${what}`, async () => {
      await using socket = await test.connect()
      const problem = await ask(socket, message)
      const { title } = errorCodes[code]
      const type = `urn:nonius:error:${code}`
      expect(problem).toMatchObject({ status: 'error', message: said, title, code, type })
      const isKept = code !== 'too_large'
      if (isKept) {
        const item = await test.app.platform.quarantine.get('default', problem.quarantineId)
        expect(item).toMatchObject({ raw: message, scope: 'body', standard: 'native' })
      }
      expect(await ask(socket, anEvent())).toMatchObject({ eventCount: 1 })
    })
  }

  const refused: [what: string, event: object, path: string, code: string][] = [
    ['has no type', { event_type: undefined }, 'event_type', 'required'],
    ['has an object for its user', { user_id: {} }, 'user_id', 'wrong_type'],
    ['has a text for its payload', { payload: 'x' }, 'payload', 'wrong_type'],
  ]
  for (const [what, more, path, code] of refused) {
    it(`to one event that ${what}, with the receipt of what is in quarantine`, async () => {
      await using socket = await test.connect()
      const answer = await ask(socket, anEvent(more))
      expect(answer).toMatchObject({
        ...{ status: 'error', code: 'invalid_event', errors: [{ path: [path], code }] },
        ...{ eventCount: 0, eventIds: [], duplicates: 0, quarantined: [{ errors: [{ code }] }] },
      })
      expect(answer.message).toContain(path)
      expect(answer.quarantineId).toBe(answer.quarantined[0].quarantineId)
      const item = await test.app.platform.quarantine.get('default', answer.quarantineId)
      expect(item).toMatchObject({ standard: 'native' })
      expect(await ask(socket, anEvent())).toMatchObject({ status: 'ok', eventCount: 1 })
    })
  }

  it('to bytes that are no text, and to text that is no JSON in bytes', async () => {
    await using socket = await test.connect()
    for (const bytes of [[0xff, 0xfe, 0x00], [0x00], [0x80, 0x81], [0x7b]]) {
      socket.send(Uint8Array.from(bytes))
      const answer = JSON.parse(await socket.next())
      expect(answer).toMatchObject({ status: 'error', message: expect.any(String) })
      expect(answer.code).toBeOneOf(['invalid_json', 'invalid_encoding'])
    }
    expect(await ask(socket, anEvent())).toMatchObject({ status: 'ok' })
  })

  it('or takes it, when arrays stand in one another thousands deep', async () => {
    await using socket = await test.connect()
    for (const depth of [1000, 4900]) {
      const deep = `{"event_type":"opened","payload":{"a":${'['.repeat(depth)}${']'.repeat(depth)}}}`
      const answer = await ask(socket, deep)
      expect(answer.status).toBeOneOf(['ok', 'error'])
    }
    expect(await ask(socket, anEvent())).toMatchObject({ status: 'ok' })
  })

  it('to an item that is no event, which costs its neighbours nothing', async () => {
    await using socket = await test.connect()
    const receipt = await ask(socket, [anEvent(), { user_id: 'u-1' }])
    expect(receipt).toMatchObject({ eventCount: 1, quarantined: [{ index: 1 }] })
    const [{ quarantineId }] = receipt.quarantined
    expect(await test.app.platform.quarantine.get('default', quarantineId)).toBeDefined()
  })

  notOnAws('limits')('unless its type waits to be registered, as its tenant wishes', async () => {
    const { dataDir: _, ...config } = readConfig({ NONIUS_UNKNOWN_TYPES: 'quarantine' })
    await using waiting = await startPublishTest({ config })
    await using socket = await waiting.connect()
    const answer = await ask(socket, anEvent({ event_type: 'nobody_knows' }))
    expect(answer).toMatchObject({ status: 'ok', event_id: null, eventCount: 0 })
    expect(answer.quarantined).toMatchObject([{ errors: [{ code: 'unknown_type' }] }])
  })

  it('when its source is strict, of one event and of a list of which none is stored', async () => {
    await using strict = await startPublishTest()
    const { registry } = strict.app.platform
    const source = await registry.sources.get('default', 'demo')
    await registry.sources.put({ ...source!, mode: 'strict' })
    await using socket = await strict.connect()
    const one = await ask(socket, anEvent({ event_type: undefined }))
    expect(one).toMatchObject({ status: 'error', code: 'invalid_event', eventCount: 0 })
    const list = await ask(socket, [anEvent({ event_type: undefined })])
    expect(list).toMatchObject({ status: 'error', code: 'not_conformant' })
    expect(await ask(socket, anEvent())).toMatchObject({ status: 'ok', eventCount: 1 })
  })

  notOnAws('limits')('in whatever room an answer has', async () => {
    await using small = await startPublishTest({ maxReplyBytes: 700 })
    await using socket = await small.connect()
    const answer = await ask(socket, anEvent({ event_id: 'e'.repeat(600) }))
    expect(answer).toMatchObject({ status: 'ok', event_id: 'e'.repeat(600), eventCount: 1 })
    expect(answer.eventIds).toEqual([])
  })

  it('when its source takes signed bodies only', async () => {
    await using strict = await startPublishTest()
    const { registry } = strict.app.platform
    const source = await registry.sources.get('default', 'demo')
    await registry.sources.put({ ...source!, signing: { required: true, keys: [] } })
    await using socket = await strict.connect()
    const problem = await ask(socket, anEvent())
    expect(problem).toMatchObject({ code: 'invalid_signature', status: 'error' })
    expect(problem.quarantineId).toBeDefined()
  })

  notOnAws('faults')('when nothing can be stored, so that it is sent again', async () => {
    const full = new StorageError('the disk is full', { isRetriable: true })
    await using broken = await startPublishTest({
      wrap: (platform) => ({
        ...platform,
        events: { ...platform.events, append: () => Promise.reject(full) },
      }),
    })
    await using socket = await broken.connect()
    const problem = await ask(socket, anEvent())
    expect(problem).toMatchObject({ code: 'unavailable', status: 'error' })
    expect(broken.app.logged.join()).toContain(problem.requestId)
  })

  notOnAws('handshake')('to who does not ask for a WebSocket', async () => {
    const reply = await fetch(test.url, { headers: test.app.as() })
    expect(reply.headers.get('Upgrade')).toBe('websocket')
    await problemOf(reply, 'upgrade_required')
  })
})
