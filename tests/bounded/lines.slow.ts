import { describe, expect, it } from 'bun:test'
import { gzipSync } from 'node:zlib'
import type { Receipt } from '../../src/event/receipt'
import { temporaryFolder } from '../support/folders'
import { type LimitedServer, startLimitedServer } from '../support/limited-process'
import { watchHealth } from '../support/watched-health'

const MB = 1024 * 1024
const LIMIT = 512 * MB
// Far more than the server has for all requests together (128 MB); BOUNDED_LINES_MB=1024 sends a gigabyte.
const BODY = Number(process.env.BOUNDED_LINES_MB ?? 100) * MB

// Nothing in them says which they are: only their place tells them apart.
const line = `${JSON.stringify({ event_type: 'tap', user_id: 'u1', pad: 'x'.repeat(400) })}\n`
const block = Buffer.from(line.repeat(2000))

function post(server: LimitedServer, chunk: Uint8Array, times: number, headers = {}) {
  let left = times
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (left === 0) controller.close()
      else controller.enqueue(chunk)
      left -= 1
    },
  })
  const type = { Authorization: server.key, 'Content-Type': 'application/x-ndjson' }
  const url = `${server.url}/api/v1/events`
  return fetch(url, { method: 'POST', headers: { ...type, ...headers }, body })
}

describe('a server with half a gigabyte', () => {
  for (const packed of [false, true]) {
    it(`takes lines of any length in flat memory${packed ? ', compressed' : ''}`, async () => {
      using folder = temporaryFolder()
      await using server = await startLimitedServer(folder.path, { limitBytes: LIMIT, env: {} })
      const times = Math.ceil(BODY / block.length)
      // One member of gzip after the other is gzip, too (RFC 1952, 2.2).
      const chunk = packed ? Uint8Array.from(gzipSync(block)) : block
      const headers = packed ? { 'Content-Encoding': 'gzip' } : {}
      const began = performance.now()
      const slowest = await watchHealth(server.url, async () => {
        const reply = await post(server, chunk, times, headers)
        expect(reply.status).toBe(200)
        const receipt = (await reply.json()) as Receipt
        expect(receipt).toMatchObject({ eventCount: times * 2000, duplicates: 0, quarantined: [] })
      })
      const seconds = (performance.now() - began) / 1000
      const peak = Math.round(server.peakBytes() / MB)
      console.log(`${Math.round(BODY / MB / seconds)} MB/s`, slowest, `${peak} MB`)
      server.assertWell()
    }, 600_000)
  }
  it('takes as many short bodies of lines at once as of any other kind', async () => {
    using folder = temporaryFolder()
    await using server = await startLimitedServer(folder.path, { limitBytes: LIMIT, env: {} })
    const url = `${server.url}/api/v1/events`
    const headers = { Authorization: server.key, 'Content-Type': 'application/x-ndjson' }
    const body = line.repeat(300) // 150 KB of known length, as a class that hands in sends
    const statuses = new Set<number>()
    for (let round = 0; round < 3; round += 1) {
      const at = () => fetch(url, { method: 'POST', headers, body })
      const replies = await Promise.all(Array.from({ length: 100 }, at))
      for (const reply of replies) {
        statuses.add(reply.status)
        await reply.arrayBuffer()
      }
    }
    expect([...statuses]).toEqual([200])
    server.assertWell()
  }, 120_000)
})
