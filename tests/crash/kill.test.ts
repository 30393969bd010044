import { expect, it } from 'bun:test'
import { openLake } from '../../src/platform/local/lake'
import { temporaryFolder } from '../support/folders'
import { type ServerProcess, startServerProcess } from '../support/server-process'

// Twenty rounds are what the durability promise asks for; more by NONIUS_CRASH_ROUNDS.
const ROUNDS = Number(process.env.NONIUS_CRASH_ROUNDS ?? 20)
const CONNECTIONS = 4

const context = 'http://purl.imsglobal.org/ctx/caliper/v1p2'
const idOf = (n: number) => `urn:uuid:10000000-0000-4000-8000-${String(n).padStart(12, '0')}`

function envelope(numbers: readonly number[]) {
  const data = numbers.map((n) => ({
    '@context': context,
    id: idOf(n),
    type: 'ViewEvent',
    profile: 'ReadingProfile',
    actor: { id: `https://example.edu/users/${n % 50}`, type: 'Person' },
    action: 'Viewed',
    object: { id: `https://example.edu/pages/${n % 300}`, type: 'Page', name: `Page ${n}` },
    eventTime: new Date(1_790_000_000_000 + n).toISOString(),
  }))
  const sendTime = new Date().toISOString()
  return JSON.stringify({
    sensor: 'https://example.edu/sensors/1',
    sendTime,
    dataVersion: context,
    data,
  })
}

/** Posts until the server dies. What was not acknowledged is sent again next time, as sensors do. */
function createWriter(nextNumbers: (count: number) => number[]) {
  const acknowledged = new Set<string>()
  let unsure: number[] = []
  return {
    acknowledged,
    async write({ url, key }: ServerProcess) {
      for (;;) {
        const numbers = unsure.length > 0 ? unsure : nextNumbers(1 + Math.floor(Math.random() * 20))
        unsure = numbers
        try {
          const reply = await fetch(`${url}/caliper/v1p2/events`, {
            method: 'POST',
            headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
            body: envelope(numbers),
          })
          const receipt = (await reply.json()) as { eventIds: string[] }
          expect(reply.status).toBe(200)
          expect(receipt.eventIds).toEqual(numbers.map(idOf))
          for (const id of receipt.eventIds) acknowledged.add(id)
          unsure = []
        } catch (error) {
          if (isGone(error)) return
          throw error
        }
      }
    },
  }
}

function isGone(error: unknown): boolean {
  const { code, name } = error as { code?: string; name?: string }
  return name !== 'Error' || /ECONN|Socket|Connection/i.test(`${code}`)
}

function receiveWebhooks() {
  const received = new Set<string>()
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      const { data } = (await request.json()) as { data: { id: string }[] }
      for (const { id } of data) received.add(id)
      return new Response()
    },
  })
  return { received, url: `${server.url}hook`, [Symbol.asyncDispose]: () => server.stop(true) }
}

async function hotIds({ url, key }: ServerProcess): Promise<string[]> {
  const ids: string[] = []
  let cursor: string | undefined
  do {
    const query = new URLSearchParams({ limit: '1000', ...(cursor ? { cursor } : {}) })
    const reply = await fetch(`${url}/analytics/events?${query}`, {
      headers: { authorization: key },
    })
    const page = (await reply.json()) as { events: { id: string }[]; nextCursor?: string }
    ids.push(...page.events.map(({ id }) => id))
    cursor = page.nextCursor
  } while (cursor)
  return ids
}

it(
  `loses and repeats nothing when it is killed ${ROUNDS} times while it is written to`,
  async () => {
    using folder = temporaryFolder()
    await using receiver = receiveWebhooks()
    let last = 0
    const nextNumbers = (count: number) => Array.from({ length: count }, () => ++last)
    const writers = Array.from({ length: CONNECTIONS }, () => createWriter(nextNumbers))
    const settings = { NONIUS_ALLOW_PRIVATE_WEBHOOKS: '1', NONIUS_ARCHIVE_FLUSH_SECONDS: '1' }

    for (let round = 0; round < ROUNDS; round++) {
      await using server = await startServerProcess(folder.path, settings)
      if (round === 0) await register(server, receiver.url)
      const writing = Promise.all(writers.map((writer) => writer.write(server)))
      await Bun.sleep(100 + Math.random() * 1500)
      await server.kill()
      await writing
    }

    const acknowledged = writers.flatMap((writer) => [...writer.acknowledged])
    expect(acknowledged.length).toBeGreaterThan(ROUNDS * CONNECTIONS)

    await using server = await startServerProcess(folder.path, settings)
    const hot = await hotIds(server)
    expect(new Set(hot).size).toBe(hot.length)
    expect(missing(acknowledged, new Set(hot))).toEqual([])
    const end = performance.now() + 30_000
    while (missing(hot, receiver.received).length > 0 && performance.now() < end)
      await Bun.sleep(100)
    expect(missing(acknowledged, receiver.received)).toEqual([])
    expect(await server.stop()).toBe(0)

    await using lake = openLake(folder.path)
    const { rows } = await lake.query('SELECT event_id, count(*) FROM events GROUP BY ALL')
    expect(rows.filter(([, count]) => Number(count) !== 1)).toEqual([])
    expect(missing(hot, new Set(rows.map(([id]) => String(id))))).toEqual([])
    console.log(`${acknowledged.length} acknowledged over ${ROUNDS} kills, ${hot.length} held`)
  },
  ROUNDS * 15_000,
)

const missing = (wanted: string[], held: Set<string>) => wanted.filter((id) => !held.has(id))

async function register({ url, key }: ServerProcess, targetUrl: string) {
  const reply = await fetch(`${url}/webhooks`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'crash test', targetUrl, events: ['ViewEvent'] }),
  })
  expect(reply.status).toBe(201)
}
