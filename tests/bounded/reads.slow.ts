import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import type { EventRecord } from '../../src/event/record'
import { systemClock as clock } from '../../src/platform/clock'
import { openLocalPlatform } from '../../src/platform/local'
import { silentLog as log } from '../../src/telemetry/log'
import { temporaryFolder } from '../support/folders'
import { watchHealth } from '../support/health-watch'
import { aRecord } from '../support/records'
import { type ServerProcess, startServerProcess } from '../support/server-process'

// What a container of a small deployment has, and what nobody at a load balancer notices.
const MEMORY_BYTES = 1024 * 1024 * 1024
const HEALTH_MS = 250

/** A server over a folder that holds these records. */
async function serverWith(commits: Iterable<EventRecord[]>) {
  const folder = temporaryFolder()
  // Makes the keys.
  await (await startServerProcess(folder.path)).stop()
  {
    await using platform = await openLocalPlatform({ dataDir: folder.path, clock, log })
    for (const records of commits) await platform.events.append(records)
  }
  const server = await startServerProcess(folder.path)
  return {
    ...server,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
}

/** proc_pid_status(5): the most that was resident at any time. */
function peakBytes({ process: child }: ServerProcess): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)![1]) * 1024
}

/** @returns the longest that `/health` took while `work` went on, ms */
async function longestHealth(server: ServerProcess, work: () => Promise<unknown>) {
  using watch = await watchHealth(server.url)
  await watch.longest()
  await work()
  await Bun.sleep(50)
  return await watch.longest()
}

const authorization = ({ key }: ServerProcess) => `Bearer ${key}`

async function read(server: ServerProcess, query: string) {
  const headers = { authorization: authorization(server) }
  const reply = await fetch(`${server.url}/analytics/events?${query}`, { headers })
  const text = await reply.text()
  return { status: reply.status, body: JSON.parse(text), bytes: text.length }
}

/** A reader that asks and takes nothing, or a byte now and then. */
function lazyReader(server: ServerProcess, takes?: 'a byte a second'): Socket {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
  socket.on('error', () => {})
  socket.pause()
  const path = '/analytics/events?limit=1000'
  socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\nAuthorization: ${authorization(server)}\r\n\r\n`)
  if (takes !== undefined) {
    const timer = setInterval(() => socket.read(1), 1000)
    socket.on('close', () => clearInterval(timer))
  }
  return socket
}

async function untilServed(server: ServerProcess, seconds: number) {
  const end = performance.now() + seconds * 1000
  for (;;) {
    const { status } = await read(server, 'limit=1000')
    if (status === 200 || performance.now() > end) return status
    await Bun.sleep(500)
  }
}

describe('a thousand events of six megabytes', () => {
  let server: Awaited<ReturnType<typeof serverWith>>
  beforeAll(async () => {
    function* commits() {
      for (let n = 0; n < 1000; n += 1) {
        const eventTime = new Date(Date.UTC(2026, 10, 1) + n * 1000).toISOString()
        const raw = `{"n":${n},"t":"${'Größe ×'.repeat(640_000)}"}`
        yield [aRecord({ eventId: `e${n}`, eventTime, raw })]
      }
    }
    server = await serverWith(commits())
  }, 300_000)
  afterAll(() => server[Symbol.asyncDispose]())

  it('are read page after page, each once, also by twenty at once and as records', async () => {
    const health = await longestHealth(server, async () => {
      const seen: number[] = []
      let cursor = ''
      for (let n = 0; n < 40; n += 1) {
        const { status, body } = await read(server, `limit=1000${cursor && `&cursor=${cursor}`}`)
        expect(status).toBe(200)
        seen.push(...body.events.map((event: { n: number }) => event.n))
        cursor = body.nextCursor
      }
      expect(seen).toEqual(Array.from({ length: 40 }, (_, n) => 999 - n))
      for (const view of ['sent', 'record']) {
        const readers = Array.from({ length: 20 }, () => read(server, `limit=1000&view=${view}`))
        for (const { status } of await Promise.all(readers)) expect([200, 503]).toContain(status)
      }
    })
    expect(health).toBeLessThan(HEALTH_MS)
    expect(peakBytes(server)).toBeLessThan(MEMORY_BYTES)
  })

  it('bring nobody down when two hundred ask and none of them reads, or all of them leave', async () => {
    const health = await longestHealth(server, async () => {
      const sockets = [
        ...Array.from({ length: 150 }, () => lazyReader(server)),
        ...Array.from({ length: 50 }, () => lazyReader(server, 'a byte a second')),
      ]
      await Bun.sleep(2000)
      for (const socket of sockets.splice(0, 100)) socket.destroy()
      await Bun.sleep(2000)
      // Those that are left are cut off once others wait for the room that they hold.
      expect(await untilServed(server, 40)).toBe(200)
      for (const socket of sockets) socket.destroy()
    })
    expect(health).toBeLessThan(HEALTH_MS)
    expect(peakBytes(server)).toBeLessThan(MEMORY_BYTES)
    expect(await untilServed(server, 5)).toBe(200)
  })
})

describe('a million events', () => {
  const count = 1_000_000
  let server: Awaited<ReturnType<typeof serverWith>>
  beforeAll(async () => {
    function* commits() {
      const receivedAt = new Date().toISOString()
      for (let n = 0; n < count; n += 4096) {
        yield Array.from({ length: Math.min(4096, count - n) }, (_, at) => {
          const eventTime = new Date(Date.UTC(2026, 8, 1) + (n + at) * 1000).toISOString()
          const actorId = `https://example.edu/users/${(n + at) % 2000}`
          return aRecord({ receivedAt, eventTime, actorId, raw: '{"type":"ViewEvent"}' })
        })
      }
    }
    server = await serverWith(commits())
  }, 300_000)
  afterAll(() => server[Symbol.asyncDispose]())

  const questions = [
    'actorId=https://example.edu/users/none',
    'actorId=https://example.edu/users/7&type=GradeEvent',
    'limit=1000',
    'limit=1000&actorId=https://example.edu/users/7',
    'limit=1000&to=2026-09-02',
    'sessionId=none&kind=all&view=record',
  ]
  for (const question of questions) {
    it(`hold nobody up while eight read ${question}`, async () => {
      const end = performance.now() + 3000
      const health = await longestHealth(server, async () => {
        const reader = async () => {
          while (performance.now() < end) expect((await read(server, question)).status).toBe(200)
        }
        await Promise.all(Array.from({ length: 8 }, reader))
      })
      expect(health).toBeLessThan(HEALTH_MS)
      expect(peakBytes(server)).toBeLessThan(MEMORY_BYTES)
    })
  }
})
