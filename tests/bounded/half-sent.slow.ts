import { describe, expect, it } from 'bun:test'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { temporaryFolder } from '../support/folders'
import { startLimitedServer } from '../support/limited-process'

const KILOBYTE = 1024
// The largest message that is read: what a message may have, and 64 KB more.
const MESSAGE = (512 + 64) * KILOBYTE
const PARTS = 11
const PART = Buffer.alloc(50 * KILOBYTE, 'x')

/** A client's frame of text (RFC 6455, section 5.2) that says it has so many bytes, of which none follow. */
function headOf(bytes: number): Buffer {
  const head = Buffer.alloc(14)
  head[0] = 0x81
  head[1] = 0x80 | 127
  head.writeBigUInt64BE(BigInt(bytes), 2)
  return head
}

/** Opens a WebSocket and sends most of a message, in parts. @returns once it did, or was cut off */
function half(url: URL, key: string, sockets: Socket[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(Number(url.port), url.hostname)
    sockets.push(socket)
    socket.on('error', () => {})
    socket.on('close', () => resolve('closed'))
    socket.write(
      [
        `GET ${url.pathname} HTTP/1.1`,
        ...['Host: x', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'],
        ...['Sec-WebSocket-Key: c2l4dGVlbiBieXRlcy4uLg==', `Authorization: ${key}`, '', ''],
      ].join('\r\n'),
    )
    socket.once('data', (answer) => {
      if (!String(answer).startsWith('HTTP/1.1 101')) return resolve('refused')
      socket.write(headOf(MESSAGE - 1))
      let parts = 0
      function next() {
        parts += 1
        if (parts < PARTS && !socket.destroyed) socket.write(PART, () => setTimeout(next, 5))
        else resolve('held')
      }
      next()
    })
  })
}

describe('a server with half a gigabyte', () => {
  const attacks = [
    { paths: ['/ws/subscribe'], count: 1500 },
    { paths: ['/ws/publish'], count: 1500 },
    { paths: ['/ws/subscribe', '/ws/publish'], count: 1200 },
  ]
  for (const { paths, count } of attacks) {
    it(`outlives ${count} messages at ${paths.join(' and ')} of which a tenant sends most and no end`, async () => {
      using folder = temporaryFolder()
      const server = await startLimitedServer(folder.path, { limitBytes: 512 * 1024 * KILOBYTE })
      const sockets: Socket[] = []
      try {
        const begun = paths.flatMap((path) => {
          const url = new URL(path, server.url)
          return Array.from({ length: count }, () => half(url, server.key, sockets))
        })
        await Promise.race([Promise.all(begun), sleep(15_000)])
        // What the kernel took of the senders, the server reads now.
        await sleep(1000)
        expect((await fetch(new URL('/health', server.url))).status).toBe(200)
        server.assertWell()
        // Two thirds of what it may have: whatever else it does meanwhile has room.
        expect(server.peakBytes()).toBeLessThan((2 / 3) * server.limitBytes)
      } finally {
        for (const socket of sockets) socket.destroy()
        await server.kill()
      }
    })
  }
})
