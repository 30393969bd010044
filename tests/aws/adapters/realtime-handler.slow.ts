import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { StorageError } from '../../../src/error/storage-error'
import { handshakeWith } from '../../../src/http/realtime/handshake'
import { MAX_MESSAGE_BYTES } from '../../../src/platform/aws/connections'
import { createEndWithKey } from '../../../src/platform/aws/connections/end-with-key'
import { createConnectionRows } from '../../../src/platform/aws/connections/rows'
import {
  createRealtimeHandler,
  type RealtimeEvent,
} from '../../../src/platform/aws/lambda/realtime-handler'
import type { Connections, RelayedProtocol } from '../../../src/platform/connections'
import { socketProtocols } from '../../../src/realtime/protocol'
import { socketProtocolsContract } from '../../contracts/connections.contract'
import { startTestApp, type TestApp } from '../../support/app'
import { aDynamoDbClient, freshTable } from '../../support/aws/emulators'
import { aClock } from '../../support/deliveries'

let app: TestApp
let client: Awaited<ReturnType<typeof aDynamoDbClient>>
let table: string
beforeAll(async () => {
  app = await startTestApp()
  client = await aDynamoDbClient()
  table = await freshTable(client, 'registry')
})
afterAll(async () => {
  client?.destroy()
  await app?.[Symbol.asyncDispose]()
})

/** The function over the app, with what it sends to connections noted. */
function scene(send: Connections['send'] = async () => 'sent', relayed: RelayedProtocol[] = []) {
  const sent: string[] = []
  const clock = aClock()
  const rows = createConnectionRows({ client, table, clock })
  const limits = { maxMessageBytes: MAX_MESSAGE_BYTES, maxReplyBytes: MAX_MESSAGE_BYTES }
  const handle = createRealtimeHandler({
    protocols: socketProtocols(app.services!, limits),
    relayed,
    handshake: handshakeWith(app.app),
    rows,
    log: app.options.log,
    connections: {
      async send(connectionId, message) {
        sent.push(message)
        return send(connectionId, message)
      },
      close: async () => {},
    },
  })
  const connectionId = crypto.randomUUID()
  const tell = (eventType: string, more: Partial<RealtimeEvent> = {}) => {
    const identity = { sourceIp: '192.0.2.9' }
    const domainName = 'abc.execute-api.eu-central-1.amazonaws.com'
    const requestContext = { eventType, connectionId, domainName, identity }
    return handle({ requestContext, ...more } as RealtimeEvent)
  }
  return {
    rows,
    sent,
    handle,
    tell,
    connectionId,
    clock,
    connect: (headers: Record<string, string> = app.as()) => tell('CONNECT', { headers }),
    async ask(message: unknown) {
      expect(await tell('MESSAGE', { body: JSON.stringify(message) })).toEqual({ statusCode: 200 })
      return JSON.parse(sent.at(-1)!)
    },
  }
}

const anEvent = (more: object = {}) => ({
  event_type: 'opened',
  event_id: crypto.randomUUID(),
  ...more,
})

/** A protocol that notes what it is given. */
function aRelayed() {
  const had: unknown[] = []
  const protocol: RelayedProtocol = {
    name: 'subscribe',
    path: '/ws/subscribe',
    async received(connectionId, { principal }, message) {
      had.push({ connectionId, tenantId: principal.tenantId, message })
    },
    async closed(connectionId, { principal }) {
      had.push({ connectionId, tenantId: principal.tenantId, closed: true })
    },
  }
  return { protocol, had }
}

describe('The function behind the WebSocket API', () => {
  it('relays what subscribers say, text as text, and that they left', async () => {
    const { protocol, had } = aRelayed()
    const test = scene(undefined, [protocol])
    const key = await app.issue(['events:read'], 'north')
    const queryStringParameters = { protocol: 'subscribe', api_key: key }
    expect(await test.tell('CONNECT', { queryStringParameters })).toMatchObject({ statusCode: 200 })
    await test.tell('MESSAGE', { body: '{"grüße":1}' })
    await test.tell('MESSAGE', { body: 'AQL/', isBase64Encoded: true })
    await test.tell('DISCONNECT')
    const { connectionId } = test
    const from = { connectionId, tenantId: 'north' }
    expect(had).toEqual([
      { ...from, message: '{"grüße":1}' },
      { ...from, message: Buffer.from([1, 2, 255]) },
      { ...from, closed: true },
    ])
    expect(test.sent).toEqual([])
    await test.tell('DISCONNECT')
    expect(had).toHaveLength(3)
  })

  it('relays for some time what was on its way when a stream ended, and when it arrived', async () => {
    const heard: unknown[] = []
    const protocol: RelayedProtocol = {
      ...{ name: 'observer', path: '/wsapi/in', hearsLate: true },
      received: async (_, { protocol }, message, at) =>
        void heard.push([protocol, message, at?.getTime()]),
      closed: async () => void heard.push('closed'),
    }
    const test = scene(undefined, [protocol])
    const queryStringParameters = { protocol: 'observer', key: app.keys.demo }
    expect(await test.tell('CONNECT', { queryStringParameters })).toMatchObject({ statusCode: 200 })
    const { connectionId } = test
    await test.handle({
      requestContext: {
        ...{
          eventType: 'MESSAGE',
          connectionId,
          domainName: 'a',
          requestTimeEpoch: 1_800_000_000_000,
        },
      },
      body: '1',
    })
    await test.tell('DISCONNECT')
    await test.tell('MESSAGE', { body: '2' })
    expect(heard).toEqual([
      ['observer', '1', 1_800_000_000_000],
      'closed',
      ['observer', '2', undefined],
    ])
    test.clock.advance(91_000)
    await test.tell('MESSAGE', { body: '3' })
    await test.tell('DISCONNECT')
    expect(heard).toHaveLength(3)
  })

  it('lets nobody subscribe with a key that may only send', async () => {
    const test = scene(undefined, [aRelayed().protocol])
    const key = await app.issue(['events:write'])
    const protocol = 'subscribe'
    for (const [query, statusCode] of [
      [{ protocol, api_key: key }, 403],
      [{ protocol, api_key: 'nk_wrong' }, 401],
      [{ protocol }, 401],
    ] as const) {
      const answer = await test.tell('CONNECT', { queryStringParameters: query })
      expect(answer).toMatchObject({ statusCode })
    }
    expect(await test.rows.get(test.connectionId)).toBeUndefined()
  })

  it('knows which connections were opened with a key, and ends those with it', async () => {
    const [one, other, third] = [scene(), scene(), scene()]
    const key = await app.issue(['events:write'], 'north')
    const another = await app.issue(['events:write'], 'north')
    await one.connect(app.as(key))
    await other.connect(app.as(key))
    await third.connect(app.as(another))
    const { principal } = (await one.rows.get(one.connectionId))!
    const opened = await one.rows.openedWith(principal)
    expect(opened.toSorted()).toEqual([one.connectionId, other.connectionId].toSorted())
    await other.tell('DISCONNECT')
    expect(await one.rows.openedWith(principal)).toEqual([one.connectionId])

    const done: unknown[] = []
    const endWithKey = createEndWithKey({
      rows: one.rows,
      connections: {
        async send(id, text) {
          done.push([id, JSON.parse(text)])
          return 'sent'
        },
        close: async (id) => void done.push([id, 'closed']),
      },
    })
    await endWithKey('north', principal.keyId)
    expect(done).toMatchObject([
      [one.connectionId, { status: 'error', code: 'unauthenticated' }],
      [one.connectionId, 'closed'],
    ])
  })

  it('lets a key in, and stamps what it sends with its tenant, source and address', async () => {
    const test = scene()
    const headers = {
      ...app.as(await app.issue(['events:write'], 'north')),
      'User-Agent': 'reader',
    }
    expect(await test.connect(headers)).toEqual({ statusCode: 200, headers: {} })
    const event = anEvent({ tenantId: 'south' })
    expect(await test.ask(event)).toMatchObject({ eventIds: [event.event_id] })
    expect(await app.platform.events.get('north', event.event_id)).toMatchObject({
      tenantId: 'north',
      sourceId: 'demo',
      server: { ip: '192.0.2.9', userAgent: 'reader' },
    })
  })

  it('takes the key from the address or the subprotocol, which it does not repeat', async () => {
    const test = scene()
    const queryStringParameters = { key: app.keys.demo }
    expect(await test.tell('CONNECT', { queryStringParameters })).toMatchObject({ statusCode: 200 })
    const protocols = { 'sec-websocket-protocol': `nonius, ${app.keys.demo}` }
    const headers = { 'Sec-WebSocket-Protocol': 'nonius' }
    expect(await test.connect(protocols)).toEqual({ statusCode: 200, headers })
  })

  it('refuses the handshake without a good key, and knows nobody then', async () => {
    const test = scene()
    const weak = await app.issue(['events:read'])
    expect(await test.connect({})).toMatchObject({ statusCode: 401 })
    expect(await test.connect(app.as('nk_wrong'))).toMatchObject({ statusCode: 401 })
    expect(await test.connect(app.as(weak))).toMatchObject({ statusCode: 403 })
    expect(await test.rows.get(test.connectionId)).toBeUndefined()
    expect(await test.ask(anEvent())).toMatchObject({ code: 'unauthenticated' })
  })

  it('forgets a connection when it ends, by being told, by a lost one, or by time', async () => {
    const told = scene()
    await told.connect()
    await told.tell('DISCONNECT')
    expect(await told.ask(anEvent())).toMatchObject({ code: 'unauthenticated' })

    const lost = scene(async () => 'gone')
    await lost.connect()
    expect(await lost.ask(anEvent())).toMatchObject({ eventCount: 1 })
    expect(await lost.rows.get(lost.connectionId)).toBeUndefined()

    const old = scene()
    await old.connect()
    old.clock.advance(3 * 60 * 60 * 1000)
    expect(await old.ask(anEvent())).toMatchObject({ code: 'unauthenticated' })
  })

  it('stops taking events of a key that was revoked', async () => {
    const test = scene()
    const key = await app.issue(['events:write'])
    await test.connect(app.as(key))
    expect(await test.ask(anEvent())).toMatchObject({ eventCount: 1 })
    await app.revoke(key)
    app.clock.advance(5000)
    expect(await test.ask(anEvent())).toMatchObject({ code: 'unauthenticated' })
  })

  it('reads a body in base64', async () => {
    const test = scene()
    await test.connect()
    const body = Buffer.from(JSON.stringify(anEvent())).toString('base64')
    await test.tell('MESSAGE', { body, isBase64Encoded: true })
    expect(JSON.parse(test.sent[0]!)).toMatchObject({ eventCount: 1 })
  })

  it('answers within what a message may hold, however many events came in one', async () => {
    const test = scene()
    await test.connect()
    const many = Array.from({ length: 5000 }, () => ({ event_type: 'a' }))
    expect(await test.ask(many)).toMatchObject({ eventCount: 5000, eventIds: [] })
    expect(Buffer.byteLength(test.sent[0]!)).toBeLessThanOrEqual(MAX_MESSAGE_BYTES)
  })

  it('keeps what is stored when the answer cannot be sent, and says so', async () => {
    const down = new StorageError('the management API is down', { isRetriable: true })
    const test = scene(() => Promise.reject(down))
    await test.connect()
    const event = anEvent()
    await test.ask(event)
    expect(await app.platform.events.get('default', event.event_id)).toBeDefined()
    expect(app.logged.join()).toContain('the management API is down')
  })

  it('keeps no key in its table, and logs none', async () => {
    const test = scene()
    await test.connect()
    expect(JSON.stringify(await test.rows.get(test.connectionId))).not.toContain(app.keys.demo)
    expect(app.logged.join()).not.toContain(app.keys.demo)
  })

  it('goes on with a connection that version 0.1.0 opened, whose row names no protocol', async () => {
    const test = scene()
    await test.connect()
    const Key = { pk: { S: `connection#${test.connectionId}` }, sk: { S: 'member' } }
    await forgetProtocol(Key)
    expect(await test.ask(anEvent())).toMatchObject({ eventCount: 1 })
  })

  it('refuses a protocol that it does not speak, at the handshake and of a row', async () => {
    const test = scene()
    const queryStringParameters = { protocol: 'unheard-of', key: app.keys.demo }
    expect(await test.tell('CONNECT', { queryStringParameters })).toEqual({ statusCode: 404 })
    await test.connect()
    const connection = await test.rows.get(test.connectionId)
    await test.rows.put(test.connectionId, { ...connection!, protocol: 'unheard-of' })
    expect(await test.ask(anEvent())).toMatchObject({ code: 'unauthenticated' })
  })
})

socketProtocolsContract('The function behind the WebSocket API', async (protocols) => {
  const rows = createConnectionRows({ client, table, clock: aClock() })
  const replies = new Map<string, string>()
  return {
    async open(connection) {
      const connectionId = crypto.randomUUID()
      const handle = createRealtimeHandler({
        protocols,
        async handshake(request) {
          expect(new URL(request.url).pathname).toBe(`/ws/${connection.protocol}`)
          return { connection, headers: {} }
        },
        rows,
        connections: {
          async send(id, message) {
            replies.set(id, message)
            return 'sent'
          },
          close: async () => {},
        },
        log: app.options.log,
      })
      const domainName = 'abc.execute-api.eu-central-1.amazonaws.com'
      const queryStringParameters = { protocol: connection.protocol }
      await handle({
        requestContext: { eventType: 'CONNECT', connectionId, domainName },
        queryStringParameters,
      })
      return async (message) => {
        const requestContext = { eventType: 'MESSAGE', connectionId, domainName } as const
        await handle({ requestContext, body: message })
        return replies.get(connectionId)!
      }
    },
    async [Symbol.asyncDispose]() {},
  }
})

/** Makes the row of a connection one of version 0.1.0. */
async function forgetProtocol(Key: Record<string, { S: string }>) {
  const command = new UpdateItemCommand({
    TableName: table,
    Key,
    UpdateExpression: 'REMOVE #protocol',
    ExpressionAttributeNames: { '#protocol': 'protocol' },
    ReturnValues: 'ALL_OLD',
  })
  const { Attributes } = await client.send(command)
  expect(Attributes).toMatchObject({ protocol: { S: 'publish' } })
}
