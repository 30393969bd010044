import { describe, expect, it } from 'bun:test'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { temporaryFolder } from '../support/folders'
import { startLimitedServer } from '../support/limited-process'

const MEGABYTE = 1024 * 1024
const PART = Buffer.alloc(MEGABYTE / 10, 'x')

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
      socket.write(headOf(MEGABYTE - 1))
      let parts = 0
      function next() {
        parts += 1
        if (parts < 9 && !socket.destroyed) socket.write(PART, () => setTimeout(next, 5))
        else resolve('held')
      }
      next()
    })
  })
}

describe('a server with half a gigabyte', () => {
  for (const [path, count] of [
    ['/ws/subscribe', 1500],
    ['/ws/publish', 400],
  ] as const) {
    it(`outlives ${count} messages at ${path} of which a tenant sends most and no end`, async () => {
      using folder = temporaryFolder()
      const server = await startLimitedServer(folder.path, { limitBytes: 512 * MEGABYTE })
      const sockets: Socket[] = []
      try {
        const url = new URL(path, server.url)
        const begun = Array.from({ length: count }, () => half(url, server.key, sockets))
        await Promise.race([Promise.all(begun), sleep(15_000)])
        expect((await fetch(new URL('/health', server.url))).status).toBe(200)
        server.assertWell()
      } finally {
        for (const socket of sockets) socket.destroy()
        await server.kill()
      }
    })
  }
})
