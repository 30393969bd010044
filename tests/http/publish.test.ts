import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
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

  const [one, two, three] = [anEvent(), anEvent(), anEvent()]
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
    expect(await ask(socket, event)).toMatchObject({ code: 'unauthenticated', status: 401 })
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
  const wrong: [what: string, message: string, code: ErrorCode][] = [
    ['no JSON', 'hello', 'invalid_json'],
    ['nothing', '', 'invalid_json'],
    ['neither an event nor an array', '7', 'invalid_request'],
    ['more than fits', JSON.stringify(anEvent({ text: 'x'.repeat(10_000) })), 'too_large'],
  ]
  for (const [what, message, code] of wrong) {
    const reason = code === 'too_large' ? 'large message' : undefined
    notOnAws(reason)(`to a message that is ${what}`, async () => {
      await using socket = await test.connect()
      const problem = await ask(socket, message)
      expect(problem).toMatchObject({ ...errorCodes[code], code, type: `urn:nonius:error:${code}` })
      const isKept = code !== 'too_large'
      if (isKept) {
        const item = await test.app.platform.quarantine.get('default', problem.quarantineId)
        expect(item).toMatchObject({ raw: message, scope: 'body', standard: 'native' })
      }
      expect(await ask(socket, anEvent())).toMatchObject({ eventCount: 1 })
    })
  }

  it('to an item that is no event, which costs its neighbours nothing', async () => {
    await using socket = await test.connect()
    const receipt = await ask(socket, [anEvent(), { user_id: 'u-1' }])
    expect(receipt).toMatchObject({ eventCount: 1, quarantined: [{ index: 1 }] })
    const [{ quarantineId }] = receipt.quarantined
    expect(await test.app.platform.quarantine.get('default', quarantineId)).toBeDefined()
  })

  it('when its source takes signed bodies only', async () => {
    await using strict = await startPublishTest()
    const { registry } = strict.app.platform
    const source = await registry.sources.get('default', 'demo')
    await registry.sources.put({ ...source!, signing: { required: true, keys: [] } })
    await using socket = await strict.connect()
    const problem = await ask(socket, anEvent())
    expect(problem).toMatchObject({ code: 'invalid_signature', status: 401 })
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
    expect(problem).toMatchObject({ code: 'unavailable', status: 503 })
    expect(broken.app.logged.join()).toContain(problem.requestId)
  })

  notOnAws('handshake')('to who does not ask for a WebSocket', async () => {
    const reply = await fetch(test.url, { headers: test.app.as() })
    expect(reply.headers.get('Upgrade')).toBe('websocket')
    await problemOf(reply, 'upgrade_required')
  })
})
