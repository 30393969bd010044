import { describe, expect, it } from 'bun:test'
import { connect, type Socket } from 'node:net'
import type { Connection, ConversationProtocol, Line } from '../../src/platform/connections'
import { createSockets } from '../../src/platform/local/connections'
import { serveHttp } from '../../src/platform/local/serve'
import { openSocket } from '../support/sockets'

const principal = { tenantId: 'default', sourceId: 'demo', keyId: 'key_1', scopes: [] }

interface Told {
  line: Line
  heard: (string | Uint8Array)[]
  drained: number
  isClosed: boolean
}

type Bounds = Omit<Parameters<typeof createSockets>[0], 'protocols' | 'conversations'>

/** A server whose conversations are in the hands of the test. */
function converse(bounds: Partial<Bounds> = {}, connection: Partial<Connection> = {}) {
  const told: Told[] = []
  const protocol: ConversationProtocol = {
    name: 'talk',
    path: '/',
    open(_, line) {
      const one: Told = { line, heard: [], drained: 0, isClosed: false }
      told.push(one)
      return {
        received: (message) => void one.heard.push(message),
        drained() {
          one.drained += 1
        },
        closed() {
          one.isClosed = true
        },
      }
    },
    refuse(line) {
      line.send('no place')
      line.close(4429, 'too many')
    },
  }
  const echo = { name: 'echo', path: '/', receive: async () => '' }
  const sockets = createSockets({
    ...{ protocols: [echo], conversations: [protocol], maxMessageBytes: 1000 },
    ...bounds,
  })
  let tenantId = 'default'
  const server = serveHttp({
    host: '127.0.0.1',
    port: 0,
    sockets,
    fetch(_, { upgrade }) {
      try {
        upgrade?.({ protocol: 'talk', principal: { ...principal, tenantId }, ...connection }, {})
        return new Response()
      } catch (error) {
        return new Response((error as { code: string }).code, { status: 503 })
      }
    },
  })
  return {
    told,
    url: server.url,
    as(tenant: string) {
      tenantId = tenant
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

async function until(holds: () => boolean, ms = 5000) {
  for (const end = performance.now() + ms; !holds() && performance.now() < end; ) {
    await Bun.sleep(5)
  }
  expect(holds()).toBe(true)
}

/** Somebody who shakes hands and then does what the test says; reads nothing when `isDeaf`. */
async function raw(url: URL, { isDeaf = false } = {}): Promise<Socket> {
  const socket = connect(Number(url.port), url.hostname)
  socket.on('error', () => {})
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()))
  socket.write(
    `GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${btoa('sixteen bytes...')}\r\n\r\n`,
  )
  await new Promise<void>((resolve) => socket.once('data', () => resolve()))
  if (isDeaf) socket.pause()
  return socket
}

describe('a conversation', () => {
  it('hears every message, and says what it likes, in order', async () => {
    await using test = converse()
    await using socket = await openSocket(test.url)
    const [one] = test.told
    socket.send('hello')
    socket.send(new Uint8Array([1]))
    await until(() => one!.heard.length === 2)
    expect(one!.heard[0]).toBe('hello')
    expect(one!.heard[1]).toBeInstanceOf(Uint8Array)
    const texts = Array.from({ length: 500 }, (_, at) => `${at} ${'x'.repeat((at * 97) % 3000)}`)
    for (const text of ['', 'Grüße ☕', ...texts]) one!.line.send(text)
    for (const text of ['', 'Grüße ☕', ...texts]) expect(await socket.next()).toBe(text)
  })

  it('ends with a code and a reason after what was said, and hears that it has ended', async () => {
    await using test = converse()
    await using socket = await openSocket(test.url)
    const [one] = test.told
    one!.line.send('goodbye')
    one!.line.close(4400, 'because')
    expect(await socket.next()).toBe('goodbye')
    expect(await socket.closed).toMatchObject({ code: 4400, reason: 'because' })
    await until(() => one!.isClosed)
    expect(one!.line.send('anyone?')).toBe(false)
  })

  it('is told when the server stops', async () => {
    const test = converse()
    const socket = await openSocket(test.url)
    const stopped = test[Symbol.asyncDispose]()
    expect(await socket.closed).toMatchObject({ code: 1001, reason: 'The server stops.' })
    await stopped
  })

  it('is told to wait when the other end reads slowly, and to go on when it has read', async () => {
    await using test = converse()
    const socket = await raw(test.url, { isDeaf: true })
    const [one] = test.told
    const text = 'x'.repeat(10_000)
    let sent = 0
    for (; sent < 10_000; sent += 1) {
      if (!one!.line.send(text)) {
        await Bun.sleep(1)
        if (!one!.line.send(text)) break
      }
    }
    expect(sent).toBeLessThan(10_000)
    await Bun.sleep(50)
    const before = one!.drained
    let bytes = 0
    socket.on('data', (data) => {
      bytes += data.length
    })
    socket.resume()
    await until(() => one!.drained > before && bytes > sent * 10_000)
    socket.destroy()
    await until(() => one!.isClosed)
  })

  it('is told its own, in order, whatever others are told at the same time', async () => {
    await using test = converse()
    const sockets = await Promise.all(Array.from({ length: 40 }, () => openSocket(test.url)))
    const slow = await raw(test.url, { isDeaf: true })
    const lines = test.told.map(({ line }) => line)
    const expected: string[][] = lines.map(() => [])
    const tell = (to: number, text: string) => {
      expected[to]!.push(text)
      lines[to]!.send(text)
    }
    for (let n = 0; n < 400; n += 1) {
      const text = `${n} ${'x'.repeat((n * 131) % 2500)}`
      // Most are told the same; some are passed over, and some hear something in between.
      for (let to = 0; to < lines.length; to += 1) if ((to + n) % 7 > 0 || n % 3 > 0) tell(to, text)
      if (n % 5 === 0) tell(n % 40, `for ${n % 40}`)
      if (n % 11 === 0) await Bun.sleep(n % 2)
    }
    const heard = await Promise.all(
      sockets.map(async (socket, at) => {
        const texts: string[] = []
        while (texts.length < expected[at]!.length) texts.push(await socket.next())
        return texts
      }),
    )
    expect(heard).toEqual(expected.slice(0, 40))
    slow.destroy()
    for (const socket of sockets) await socket[Symbol.asyncDispose]()
  }, 20_000)

  it('is cut off when the other end reads nothing while it is closed', async () => {
    await using test = converse()
    const socket = await raw(test.url, { isDeaf: true })
    const [one] = test.told
    for (let n = 0; n < 3000; n += 1) {
      if (!one!.line.send('x'.repeat(10_000))) await Bun.sleep(0)
    }
    one!.line.close(4401, 'revoked')
    await until(() => one!.isClosed, 4000)
    socket.destroy()
  })

  it.concurrent('is cut off when the other end takes nothing for long, unlike slow and silent ones', async () => {
    await using test = converse({ stalledMs: 1000 })
    const deaf = await raw(test.url, { isDeaf: true })
    const slow = await raw(test.url, { isDeaf: true })
    const silent = await raw(test.url, { isDeaf: true })
    const [toDeaf, toSlow, toSilent] = test.told
    // More than the buffers of a connection hold.
    const text = 'x'.repeat(100_000)
    for (const one of [toDeaf!, toSlow!]) {
      for (let n = 0; n < 300; n += 1) one.line.send(text)
    }
    toSilent!.line.send('nothing waits after this')
    let read = 0
    const reading = setInterval(() => {
      slow.once('data', (part) => {
        read += part.length
        slow.pause()
      })
      slow.resume()
    }, 100)
    const begun = performance.now()
    await until(() => toDeaf!.isClosed)
    // It is looked at once a second.
    expect(performance.now() - begun).toBeGreaterThan(900)
    await Bun.sleep(1100)
    expect([toSlow!.isClosed, toSilent!.isClosed]).toEqual([false, false])
    expect(read).toBeLessThan(300 * text.length)
    clearInterval(reading)
    for (const socket of [deaf, slow, silent]) socket.destroy()
  })

  it('with somebody who reads nothing keeps nobody else of the tenant from theirs', async () => {
    await using test = converse()
    const deaf = await Promise.all(
      Array.from({ length: 50 }, () => raw(test.url, { isDeaf: true })),
    )
    await using socket = await openSocket(test.url)
    const before = process.memoryUsage.rss()
    const text = 'x'.repeat(2_000_000)
    for (const { line } of test.told.slice(0, 50)) {
      for (let n = 0; n < 20; n += 1) line.send(text)
    }
    await Bun.sleep(100)
    for (let n = 0; n < 100; n += 1) {
      test.told[50]!.line.send(`${n}`)
      expect(await socket.next()).toBe(`${n}`)
    }
    // Twenty of these texts for each of fifty are 2 GB.
    expect(process.memoryUsage.rss() - before).toBeLessThan(400 * 1024 * 1024)
    for (const one of deaf) one.destroy()
  }, 20_000)
})

describe('places for conversations', () => {
  it('are half of all for one tenant; the next is told so by a message and a code', async () => {
    await using test = converse({ maxSubscribers: 4 })
    const one = await openSocket(test.url)
    const two = await openSocket(test.url)
    for (let n = 0; n < 3; n += 1) {
      const three = await openSocket(test.url)
      expect(await three.next()).toBe('no place')
      expect(await three.closed).toMatchObject({ code: 4429, reason: 'too many' })
    }
    test.as('other')
    await using other = await openSocket(test.url)
    test.told[2]!.line.send('welcome')
    expect(await other.next()).toBe('welcome')
    test.as('default')
    await one[Symbol.asyncDispose]()
    await until(() => test.told[0]!.isClosed)
    await using again = await openSocket(test.url)
    test.told[3]!.line.send('welcome')
    expect(await again.next()).toBe('welcome')
    await two[Symbol.asyncDispose]()
  })

  it('are as many for one address as is set, and none is taken by who is refused', async () => {
    await using test = converse({ maxPerAddress: 2 }, { ip: '192.0.2.1' })
    const one = await openSocket(test.url)
    await using _two = await openSocket(test.url)
    for (let n = 0; n < 5; n += 1) {
      const reply = await fetch(test.url, {
        headers: {
          ...{ Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' },
          'Sec-WebSocket-Key': btoa('sixteen bytes...'),
        },
      })
      expect([reply.status, await reply.text()]).toEqual([503, 'rate_limited'])
    }
    await one[Symbol.asyncDispose]()
    await until(() => test.told[0]!.isClosed)
    await using _three = await openSocket(test.url)
  })
})

// The kernel of no other system tells how much came.
describe.if(process.platform === 'linux')('beginnings of messages', () => {
  const MEGABYTE = 1024 * 1024
  const head = (first: number, length = MEGABYTE - 100) => {
    const bytes = Buffer.alloc(14)
    bytes[0] = first
    bytes[1] = 0xff
    bytes.writeBigUInt64BE(BigInt(length), 2)
    return bytes
  }
  const ways: [how: string, first: number, sent: number][] = [
    ['in a frame that does not end', 0x81, MEGABYTE - 200],
    ['in a frame of a message that does not end', 0x01, MEGABYTE - 100],
  ]
  for (const [how, first, sent] of ways) {
    it(`take the memory that there is for them, ${how}, and no more`, async () => {
      await using test = converse({ maxMessageBytes: MEGABYTE, halfSentBytes: 16 * MEGABYTE })
      const ends: Promise<unknown>[] = []
      const send = async () => {
        const socket = await raw(test.url)
        ends.push(new Promise((resolve) => socket.once('close', resolve)))
        socket.write(head(first))
        socket.write(Buffer.alloc(sent))
        return socket
      }
      test.as('other')
      const one = await send()
      test.as('hostile')
      const sockets: Socket[] = []
      for (let n = 0; n < 120; n += 1) sockets.push(await send())
      await until(() => test.told.filter(({ isClosed }) => isClosed).length > 80)
      // Whoever holds little goes on.
      expect(test.told[0]!.isClosed).toBe(false)
      if (first === 0x81) {
        one.write(Buffer.alloc(100))
        await until(() => test.told[0]!.heard.length === 1)
      }
      for (const socket of [one, ...sockets]) socket.destroy()
    }, 30_000)
  }

  it('are not taken for such when they were whole, however many they were', async () => {
    await using test = converse({ maxMessageBytes: MEGABYTE, halfSentBytes: 4 * MEGABYTE })
    await using socket = await openSocket(test.url)
    const text = 'x'.repeat(MEGABYTE)
    for (let n = 0; n < 100; n += 1) {
      socket.send(text)
      await until(() => test.told[0]!.heard.length === n + 1)
    }
    expect(test.told[0]!.isClosed).toBe(false)
  })

  it.concurrent('are no more than a message can be long, into however many frames it was cut', async () => {
    await using test = converse({ maxMessageBytes: 50_000, halfSentBytes: MEGABYTE / 2 })
    const socket = await raw(test.url)
    const frame = (first: number) => Buffer.from([first, 0x81, 0, 0, 0, 0, 0x78])
    const middle = Buffer.concat(Array.from({ length: 50_000 }, () => frame(0)))
    for (let n = 0; n < 3; n += 1) {
      socket.write(Buffer.concat([frame(0x01), middle, frame(0x80)]))
      await until(() => test.told[0]!.heard.length === n + 1)
    }
    test.as('hostile')
    const half = await Promise.all(Array.from({ length: 4 }, () => raw(test.url)))
    for (const one of half) one.write(Buffer.concat([head(0x01, 90_000), Buffer.alloc(90_000)]))
    // It has been looked at by now.
    await until(() => test.told.slice(1).some(({ isClosed }) => isClosed))
    expect(test.told[0]!.isClosed).toBe(false)
    for (const one of [socket, ...half]) one.destroy()
  })

  it.concurrent('are not taken for such when they were pings and pongs, however many they were', async () => {
    await using test = converse({ maxMessageBytes: MEGABYTE / 2, halfSentBytes: MEGABYTE })
    const socket = await raw(test.url)
    let answered = 0
    socket.on('data', (part) => {
      answered += part.length
    })
    for (const kind of [0x89, 0x8a]) {
      // The largest control frame (RFC 6455, section 5.5), with a mask of zeros, and the smallest.
      const large = Buffer.concat([Buffer.from([kind, 0xfd, 0, 0, 0, 0]), Buffer.alloc(125)])
      const small = Buffer.from([kind, 0x80, 0, 0, 0, 0])
      const some = Buffer.concat(Array.from({ length: 100 }, () => [large, small]).flat())
      for (let n = 0; n < 160; n += 1) {
        await new Promise<void>((resolve) => socket.write(some, () => resolve()))
      }
    }
    // Each ping is answered: what of it came is known to have been read.
    await until(() => answered >= 160 * 100 * (127 + 2))
    test.as('hostile')
    const half = await raw(test.url)
    half.write(Buffer.concat([head(0x81), Buffer.alloc(MEGABYTE - 200)]))
    // It has been looked at by now.
    await until(() => test.told[1]!.isClosed)
    expect(test.told[0]!.isClosed).toBe(false)
    const text = Buffer.concat([Buffer.from([0x81, 0x81, 0, 0, 0, 0]), Buffer.from('x')])
    socket.write(text)
    await until(() => test.told[0]!.heard.length === 1)
    for (const one of [socket, half]) one.destroy()
  })
})
