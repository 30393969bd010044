import { describe, expect, it } from 'bun:test'
import type {
  Connection,
  Connections,
  SocketProtocol,
  SocketProtocols,
} from '../../src/platform/connections'
import type { TestSocket } from '../support/sockets'

/** The platform's side of connections, and somebody to connect to it. */
export interface ConnectionsUnderTest extends AsyncDisposable {
  connections: Connections
  connect(): Promise<{ connectionId: string; socket: TestSocket }>
}

export function connectionsContract(name: string, create: () => Promise<ConnectionsUnderTest>) {
  describe(`${name} keeps the promises of connections`, () => {
    it('sends to the one that is named, in order, whatever the text', async () => {
      await using test = await create()
      const [one, other] = [await test.connect(), await test.connect()]
      const messages = ['first', '{"grüße":"☕"}', 'x'.repeat(100_000)]
      for (const message of messages) {
        expect(await test.connections.send(one.connectionId, message)).toBe('sent')
      }
      await test.connections.send(other.connectionId, 'for the other')
      for (const message of messages) expect(await one.socket.next()).toBe(message)
      expect(await other.socket.next()).toBe('for the other')
    })

    it('says that one is gone which the other end has closed', async () => {
      await using test = await create()
      const { connectionId, socket } = await test.connect()
      await socket[Symbol.asyncDispose]()
      // The other end knows first.
      while ((await test.connections.send(connectionId, 'anyone?')) !== 'gone') await Bun.sleep(20)
      await test.connections.close(connectionId)
    })

    it('says that one is gone which never was', async () => {
      await using test = await create()
      expect(await test.connections.send('bm9ib2R5', 'anyone?')).toBe('gone')
      await test.connections.close('bm9ib2R5')
    })

    it('ends a connection, and tells the other end', async () => {
      await using test = await create()
      const { connectionId, socket } = await test.connect()
      await test.connections.close(connectionId)
      await socket.closed
      expect(await test.connections.send(connectionId, 'anyone?')).toBe('gone')
    })
  })
}

/** A platform that speaks the protocols it was given, and somebody who opens connections to it. */
export interface ProtocolsUnderTest extends AsyncDisposable {
  /** Opens a connection that the handshake lets in. @returns how to send a message and get its reply */
  open(connection: Connection): Promise<(message: string) => Promise<string>>
}

type Create = (protocols: SocketProtocols) => Promise<ProtocolsUnderTest>

export function socketProtocolsContract(name: string, create: Create) {
  /** Answers with its own name and whatever it is told of whoever sent the message. */
  function anEcho(name: string): SocketProtocol {
    return {
      name,
      path: `/ws/${name}`,
      async receive(who, message) {
        return JSON.stringify({ name, connection: await who(), message: String(message) })
      },
    }
  }

  function aConnection(protocol: string, more: Partial<Connection> = {}): Connection {
    const principal = { tenantId: 't', sourceId: 's', keyId: 'key_1', scopes: [] }
    return { protocol, principal, ...more }
  }

  describe(`${name} speaks several protocols`, () => {
    it('answers each message by the protocol that its connection was opened for', async () => {
      await using test = await create([anEcho('one'), anEcho('two')])
      const one = await test.open(aConnection('one'))
      const two = await test.open(aConnection('two'))
      for (const [ask, name] of [
        [two, 'two'] as const,
        [one, 'one'] as const,
        [two, 'two'] as const,
      ]) {
        expect(JSON.parse(await ask('hello'))).toMatchObject({ name, message: 'hello' })
      }
    })

    it('tells it with every message who opened the connection, as the handshake found them', async () => {
      await using test = await create([anEcho('one'), anEcho('two')])
      const connection = aConnection('two', {
        principal: {
          tenantId: 'school',
          sourceId: 'reader',
          keyId: 'key_2',
          scopes: ['events:write', 'events:read'],
          sources: ['moodle'],
          hash: 'a hash',
          expiresAt: '2026-11-28T12:00:00.000Z',
        },
        ip: '192.0.2.9',
        userAgent: 'reader/1.0',
      })
      const ask = await test.open(connection)
      expect(JSON.parse(await ask('who am I?'))).toEqual({
        name: 'two',
        connection,
        message: 'who am I?',
      })
      expect(JSON.parse(await ask('still?'))).toMatchObject({ connection })
    })
  })
}
