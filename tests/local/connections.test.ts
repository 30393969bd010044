import { describe, expect, it } from 'bun:test'
import type { Connection, SocketProtocol } from '../../src/platform/connections'
import { createSockets } from '../../src/platform/local/connections'
import { serveHttp } from '../../src/platform/local/serve'
import { connectionsContract, socketProtocolsContract } from '../contracts/connections.contract'
import { openSocket } from '../support/sockets'

const principal = { tenantId: 'default', sourceId: 'demo', keyId: 'key_1', scopes: [] }
const LIMIT = 1000

async function open(receive = async (message: string | Uint8Array) => String(message)) {
  const protocol: SocketProtocol = {
    name: 'echo',
    path: '/',
    receive: (_, message) => receive(message),
  }
  const sockets = createSockets({ protocols: [protocol], maxMessageBytes: LIMIT })
  const attached: string[] = []
  const attach: typeof sockets.attach = (who) => {
    const data = sockets.attach(who)
    attached.push(data.connectionId)
    return data
  }
  const server = serveHttp({
    host: '127.0.0.1',
    port: 0,
    sockets: { ...sockets, attach },
    fetch(_, { upgrade }) {
      upgrade?.({ protocol: 'echo', principal }, {})
      return new Response()
    },
  })
  return {
    connections: sockets.connections,
    async connect() {
      const socket = await openSocket(server.url)
      return { socket, connectionId: attached.at(-1)! }
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

describe('sockets', () => {
  it('are as many as may be open, half of them of one tenant, and one at least', () => {
    for (const [maxSockets, own] of [
      [1, 1],
      [2, 1],
      [5, 3],
      [10, 5],
    ] as const) {
      const protocol: SocketProtocol = { name: 'echo', path: '/', receive: async () => '' }
      const sockets = createSockets({ protocols: [protocol], maxMessageBytes: LIMIT, maxSockets })
      const open = (tenantId: string) => {
        const data = sockets.attach({ protocol: 'echo', principal: { ...principal, tenantId } })
        sockets.handler.open!({ data } as Parameters<NonNullable<typeof sockets.handler.open>>[0])
      }
      for (let at = 0; at < own; at += 1) open('a')
      expect(() => open('a')).toThrow(`${own} connections of this tenant are open`)
      for (let at = own; at < maxSockets; at += 1) open('b')
      expect(() => open('c')).toThrow(`of ${maxSockets} in all`)
    }
  })
})

connectionsContract('This machine', () => open())

socketProtocolsContract('This machine', async (protocols) => {
  const opened = new AsyncDisposableStack()
  let letIn: Connection | undefined
  const sockets = createSockets({ protocols, maxMessageBytes: LIMIT })
  const server = opened.use(
    serveHttp({
      host: '127.0.0.1',
      port: 0,
      sockets,
      fetch(_, { upgrade }) {
        upgrade?.(letIn!, {})
        return new Response()
      },
    }),
  )
  return {
    async open(connection) {
      letIn = connection
      const socket = opened.use(await openSocket(server.url))
      return (message) => {
        socket.send(message)
        return socket.next()
      }
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
})

describe('WebSockets of this machine', () => {
  it('are answered in the order in which they were asked, however long each takes', async () => {
    const gates = [Promise.withResolvers<string>(), Promise.withResolvers<string>()]
    await using test = await open((message) => gates[Number(message)]!.promise)
    const { socket } = await test.connect()
    socket.send('0')
    socket.send('1')
    gates[1]!.resolve('second')
    gates[0]!.resolve('first')
    expect([await socket.next(), await socket.next()]).toEqual(['first', 'second'])
  })

  it('are closed when far more is asked than answered, with the advice to send it again', async () => {
    const never = Promise.withResolvers<string>()
    await using test = await open(() => never.promise)
    const { socket } = await test.connect()
    for (let sent = 0; sent < 5; sent += 1) socket.send('x'.repeat(LIMIT))
    expect(await socket.closed).toMatchObject({ code: 1013 })
    never.resolve('too late')
  })

  it('have what a tenant may ask at once in common, however often it connects anew', async () => {
    const never = Promise.withResolvers<string>()
    await using test = await open(() => never.promise)
    const first = await test.connect()
    for (let sent = 0; sent < 4; sent += 1) first.socket.send('x'.repeat(LIMIT))
    await first.socket[Symbol.asyncDispose]()
    const second = await test.connect()
    second.socket.send('x')
    expect(await second.socket.closed).toMatchObject({ code: 1013 })
    never.resolve('too late')
    await Bun.sleep(10)
    const third = await test.connect()
    third.socket.send('x'.repeat(LIMIT))
    expect(await third.socket.next()).toBe('too late')
  })

  it('are closed for a message that is far too large', async () => {
    await using test = await open()
    const { socket } = await test.connect()
    socket.send('x'.repeat(2 * LIMIT + 1))
    expect((await socket.closed).code).not.toBe(1000)
  })

  it('are answered what they asked before the server stops, and then told that it does', async () => {
    const gate = Promise.withResolvers<string>()
    const asked = Promise.withResolvers<void>()
    const test = await open(() => {
      asked.resolve()
      return gate.promise
    })
    const { socket } = await test.connect()
    socket.send('last words')
    await asked.promise
    const stopped = test[Symbol.asyncDispose]()
    gate.resolve('heard')
    expect(await socket.next()).toBe('heard')
    expect(await socket.closed).toMatchObject({ code: 1001 })
    await stopped
  })
})
