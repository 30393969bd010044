import { describe, expect, it } from 'bun:test'
import type { Connections } from '../../src/platform/connections'
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
