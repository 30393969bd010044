import { describe, expect, it } from 'bun:test'
import { createServer, type Socket } from 'node:net'
import { createGuard } from '../../src/outbound/guard'
import { createIdleConnections } from '../../src/outbound/idle-connections'
import { createSend } from '../../src/webhooks/sending/send'

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'

/** A server below HTTP: `answer` is called with each request, its number, and that of its connection. */
async function aServer(answer: (socket: Socket, request: number, connection: number) => void) {
  const sockets = new Set<Socket>()
  let [met, heard] = [0, 0]
  const server = createServer((socket) => {
    met += 1
    const connection = met
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => sockets.delete(socket))
    // Requests of this test are small and come one after another: each is one piece.
    socket.on('data', () => {
      heard += 1
      answer(socket, heard, connection)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return {
    ...{ port, url: `http://127.0.0.1:${port}/` },
    met: () => met,
    heard: () => heard,
    open: () => sockets.size,
    [Symbol.dispose]() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

function aSend(more: { idleMs?: number; addresses?: string[] } = {}) {
  const { idleMs, addresses } = more
  const resolve = async () =>
    (addresses ?? ['127.0.0.1']).map((address) => ({ address, family: 4 }))
  const guard = createGuard({ allowPrivate: true, resolve })
  return createSend({ guard, idle: createIdleConnections({ idleMs }), timeoutMs: 1000 })
}

async function statuses(send: ReturnType<typeof createSend>, url: string, count: number) {
  const found: (number | string)[] = []
  for (let n = 0; n < count; n += 1) {
    const reply = await send(url, {}, '{}')
    found.push(reply.kind === 'answered' ? reply.status : reply.reason)
    // What the other side does once it has answered is seen here a moment later.
    await Bun.sleep(5)
  }
  return found
}

const many = (count: number, status: number | string) => Array(count).fill(status)

describe('A connection that was answered', () => {
  const answers: [what: string, answer: string, status: number, connections: number][] = [
    ['with a length', OK, 200, 1],
    ['with nothing', 'HTTP/1.1 204 No Content\r\n\r\n', 204, 1],
    [
      'in chunks',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\n.\r\n0\r\n\r\n',
      200,
      1,
    ],
    ['and is to be closed', OK.replace('\r\n', '\r\nConnection: Close\r\n'), 200, 4],
    [
      'and is to be closed, among others',
      OK.replace('\r\n', '\r\nConnection: x, close\r\n'),
      200,
      4,
    ],
    ['in HTTP/1.0', OK.replace('1.1', '1.0'), 200, 4],
    ['with too much', `${OK}k`, 200, 4],
    ['with two answers', OK + OK, 200, 4],
    ['with a body where there is none', 'HTTP/1.1 204 No Content\r\n\r\nok', 204, 4],
    ['with less than it says, within a second', OK.replace('length: 2', 'length: 9'), 200, 2],
    ['by a refusal', OK.replace('200', '413'), 413, 4],
  ]
  for (const [what, answer, status, connections] of answers) {
    it(`${what}, is used ${connections === 1 ? 'again' : 'no more'}`, async () => {
      using server = await aServer((socket) => socket.write(answer))
      const calls = connections === 2 ? 2 : 4
      expect(await statuses(aSend(), server.url, calls)).toEqual(many(calls, status))
      expect(server.met()).toBe(connections)
      expect(server.heard()).toBe(calls)
    })
  }

  it('and closed behind it is not missed', async () => {
    using server = await aServer((socket) => socket.end(OK))
    expect(await statuses(aSend(), server.url, 4)).toEqual(many(4, 200))
    expect(server.heard()).toBe(4)
  })

  it('and closed just as it is used again, is replaced once, with the same request', async () => {
    using server = await aServer((socket, _, connection) => {
      // Every second request on a connection finds it going away.
      if (answered.has(connection)) socket.destroy()
      else socket.write(OK)
      answered.add(connection)
    })
    const answered = new Set<number>()
    expect(await statuses(aSend(), server.url, 4)).toEqual(many(4, 200))
    // Each later call is heard twice: on the one that dies, and on a new one.
    expect({ met: server.met(), heard: server.heard() }).toEqual({ met: 4, heard: 7 })
  })

  it('is no reason to try for ever: who hangs up on every connection has failed', async () => {
    using server = await aServer((socket, request) =>
      request === 1 ? socket.write(OK) : socket.destroy(),
    )
    const found = await statuses(aSend(), server.url, 2)
    expect(found).toEqual([200, 'the connection was closed before there was an answer'])
    expect(server.heard()).toBe(3)
  })

  it('and said more later, is used no more', async () => {
    using server = await aServer((socket) => {
      socket.write(OK)
      setTimeout(() => socket.writable && socket.write(OK), 1)
    })
    const send = aSend()
    for (let n = 0; n < 3; n += 1) {
      expect(await statuses(send, server.url, 1)).toEqual([200])
      for (let waits = 0; server.open() > 0 && waits < 400; waits += 1) await Bun.sleep(5)
    }
    expect(server.met()).toBe(3)
  })

  it('is not for another port, name or address', async () => {
    using one = await aServer((socket) => socket.write(OK))
    using two = await aServer((socket) => socket.write(OK))
    const addresses = ['127.0.0.1']
    const send = aSend({ addresses })
    await statuses(send, `http://a.example:${one.port}/`, 2)
    await statuses(send, `http://b.example:${one.port}/`, 2)
    await statuses(send, `http://a.example:${two.port}/`, 2)
    expect([one.met(), two.met()]).toEqual([2, 1])
    // The name has moved to where nobody listens.
    addresses[0] = '127.0.0.2'
    const moved = await statuses(send, `http://a.example:${one.port}/`, 1)
    expect(moved).toEqual(['connection refused'])
    expect(one.heard()).toBe(4)
  })

  it('is closed after a moment', async () => {
    using server = await aServer((socket) => socket.write(OK))
    await statuses(aSend({ idleMs: 20 }), server.url, 1)
    for (let waits = 0; server.open() > 0 && waits < 200; waits += 1) await Bun.sleep(5)
    expect(server.open()).toBe(0)
  })

  it('is one of sixty-four of a target at most, and of a hundred and twenty-eight in all', async () => {
    using server = await aServer((socket) => setTimeout(() => socket.write(OK), 20))
    const send = aSend()
    const to = (host: string) => send(`http://${host}:${server.port}/`, {}, '{}')
    const comeTo = async (count: number) => {
      for (let waits = 0; server.open() !== count && waits < 200; waits += 1) await Bun.sleep(5)
      return server.open()
    }
    await Promise.all(Array.from({ length: 80 }, () => to('one.example')))
    expect(await comeTo(64)).toBe(64)
    await Promise.all(Array.from({ length: 100 }, (_, n) => to(`n${n}.example`)))
    expect(await comeTo(128)).toBe(128)
    expect(server.heard()).toBe(180)
  })
})
