import { describe, expect, it } from 'bun:test'
import { gzipSync } from 'node:zlib'
import { slowness } from '../support/bounded/slowness'
import { anEnvelopeText, anEvent } from '../support/envelopes'
import { temporaryFolder } from '../support/folders'
import { type LimitedServer, startLimitedServer } from '../support/limited-process'
import { type RawReply, rawRequest } from '../support/raw-request'
import { watchHealth } from '../support/watched-health'

const MB = 1024 * 1024
const LIMIT = 512 * MB
const BODY = 6 * MB
// What the server is held to on a machine of its own; others may keep this one busy.
const LATE_MS = Number(process.env.BOUNDED_LATE_MS ?? 250) * slowness()

const env = { NONIUS_QUARANTINE_MAX_ITEMS: '10000000', NONIUS_QUARANTINE_MAX_BYTES: '99999999999' }
const validate = '/caliper/v1p2/events/validate'
const events = '/caliper/v1p2/events'
const around = (data: string) =>
  `{"sensor":"urn:s","sendTime":"2026-11-21T09:30:00.000Z","dataVersion":"http://purl.imsglobal.org/ctx/caliper/v1p2","data":${data}}`
const items = (count: number, make: (index: number) => string) =>
  `[${Array.from({ length: count }, (_, index) => make(index)).join()}]`
const member = (inside: string) =>
  around(
    `[{"type":"ViewEvent","id":"urn:1","actor":"urn:a","eventTime":"2026-11-21T09:30:00Z",${inside}}]`,
  )

const shapes: Record<string, () => string> = {
  'fifty thousand described people': () =>
    around(items(50_000, (i) => `{"type":"Person","id":"urn:${i}"}`)),
  'fifty thousand items for quarantine': () => around(items(50_000, (i) => `{"n":${i},"a":1}`)),
  'items with every fault': () =>
    around(
      items(
        45_000,
        (i) => `{"type":"ViewEvent","n":${i},"id":5,"actor":{"x":1},"object":[],"eventTime":3}`,
      ),
    ),
  'two million empty arrays': () => member(`"x":${items(1_900_000, () => '[]')}`),
  'as many names as fit': () => member(`"x":{${items(90_000, (i) => `"k${i}":1`).slice(1, -1)}}`),
  'one string': () => member(`"x":"${'é'.repeat(BODY / 2 - 200)}"`),
  'one number': () => member(`"x":${'9'.repeat(BODY - 500)}`),
  brackets: () => '['.repeat(BODY / 2) + ']'.repeat(BODY / 2),
  'one name again and again': () => `{${items(600_000, () => '"data":[]').slice(1, -1)}}`,
  'nearly JSON': () =>
    around(items(20_000, (i) => JSON.stringify({ ...anEvent(), n: i })).slice(0, 5 * MB)),
}

function head(server: LimitedServer, path: string, more: string) {
  const key = path === validate ? '' : `Authorization: ${server.key}\r\n`
  return `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${key}${more}\r\n\r\n`
}

function post(server: LimitedServer, path: string, body: string | Uint8Array, headers = {}) {
  return fetch(server.url + path, {
    method: 'POST',
    headers: { Authorization: server.key, 'Content-Type': 'application/json', ...headers },
    body,
  })
}

async function expectWell(server: LimitedServer) {
  server.assertWell()
  expect((await post(server, events, anEnvelopeText())).status).toBe(200)
}

function count(statuses: number[]) {
  const counts: Record<number, number> = {}
  for (const status of statuses) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

function started(dataDir: string) {
  return startLimitedServer(dataDir, { limitBytes: LIMIT, env })
}

describe('a server with half a gigabyte', () => {
  for (const [name, path, chunked] of [
    ['without a key', validate, false],
    ['without a key and of unknown length', validate, true],
    ['with a key', events, false],
    ['with a key and of unknown length', events, true],
  ] as const) {
    // These wait for half a minute, each at a server of its own.
    it.concurrent(`outlives 348 unfinished bodies ${name}, and answers each in time`, async () => {
      using folder = temporaryFolder()
      await using server = await started(folder.path)
      const piece = Buffer.alloc(BODY - 10, ' ')
      const sent = chunked ? [`${piece.length.toString(16)}\r\n`, piece] : [piece]
      const more = chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${BODY}`
      const replies: RawReply[] = await Promise.all(
        Array.from({ length: 348 }, () =>
          rawRequest(new URL(server.url), [head(server, path, more), ...sent], 60_000),
        ),
      )
      const counts = count(replies.map(({ status }) => status))
      console.log(name, counts, `${Math.round(server.peakBytes() / MB)} MB`)
      expect(Object.keys(counts).sort()).toEqual(['408', '503'])
      await expectWell(server)
    }, 120_000)
  }

  for (const [name, text] of Object.entries(shapes)) {
    for (const packed of [false, true]) {
      it(`takes ten bodies of ${name}${packed ? ', compressed,' : ''} and keeps its health`, async () => {
        using folder = temporaryFolder()
        await using server = await started(folder.path)
        const body = packed ? gzipSync(text()) : text()
        const statuses: number[] = []
        const slowest = await watchHealth(server.url, async () => {
          const headers = packed ? { 'Content-Encoding': 'gzip' } : {}
          const replies = Array.from({ length: 10 }, () => post(server, events, body, headers))
          for (const reply of await Promise.all(replies)) {
            statuses.push(reply.status)
            await reply.text()
          }
        })
        console.log(name, count(statuses), slowest, `${Math.round(server.peakBytes() / MB)} MB`)
        expect([200, 400, 413, 503]).toEqual(expect.arrayContaining([...new Set(statuses)]))
        expect(slowest.at(-1)).toBeLessThan(LATE_MS)
        await expectWell(server)
      }, 120_000)
    }
  }

  it('outlives two megabytes that unpack to two gigabytes', async () => {
    using folder = temporaryFolder()
    await using server = await started(folder.path)
    const body = gzipSync(shapes['one string']!())
    const replies = await Promise.all(
      Array.from({ length: 346 }, () => post(server, events, body, { 'Content-Encoding': 'gzip' })),
    )
    console.log(count(replies.map(({ status }) => status)))
    await expectWell(server)
  }, 120_000)

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`ends in time at ${signal}, whoever is in the middle of something`, async () => {
      using folder = temporaryFolder()
      await using server = await started(folder.path)
      const { url } = server
      const more = `Content-Length: ${BODY}`
      const unfinished = Array.from({ length: 300 }, () =>
        rawRequest(new URL(url), [head(server, events, more), 'x'.repeat(1000)], 30_000),
      )
      const idle = Array.from({ length: 100 }, () => rawRequest(new URL(url), ['GET /hea'], 30_000))
      await Bun.sleep(1000)
      const before = performance.now()
      server.process.kill(signal)
      expect(await server.process.exited).toBe(0)
      // Five seconds for who is in flight, and what archiving the last events takes.
      expect(performance.now() - before).toBeLessThan(9000)
      await Promise.all([...unfinished, ...idle])
    }, 60_000)
  }
})
