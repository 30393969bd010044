import { expect, it } from 'bun:test'
import { anEnvelope } from '../support/envelopes'
import { temporaryFolder } from '../support/folders'
import { watchHealth } from '../support/health-watch'
import { type LimitedServer, startLimitedServer } from '../support/limited-process'

// What docs/limits.md says is enough: for both processes, with so many hot events.
const LIMIT = 512 * 1024 * 1024
const EVENTS = Number(process.env.NONIUS_MEMORY_EVENTS ?? 1_000_000)
const OF_A_REQUEST = 100
const SENDERS = 8

const context = 'http://purl.imsglobal.org/ctx/caliper/v1p2'

function viewed(n: number) {
  return {
    '@context': context,
    id: `urn:uuid:30000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    type: 'ViewEvent',
    profile: 'ReadingProfile',
    actor: { id: `https://example.edu/users/${n % 5000}`, type: 'Person', name: `Person ${n}` },
    action: 'Viewed',
    object: {
      id: `https://example.edu/pages/${n % 30_000}`,
      type: 'Page',
      description: `${'on measuring '.repeat(30)}${Math.sin(n)}`,
    },
    eventTime: new Date(1_790_000_000_000 + n * 10).toISOString(),
    group: { id: `https://example.edu/courses/${n % 200}`, type: 'CourseSection' },
    session: { id: `https://example.edu/sessions/${n % 9000}`, type: 'Session' },
  }
}

async function fill({ url, key }: LimitedServer) {
  const headers = { authorization: key, 'content-type': 'application/json' }
  let next = 0
  async function send() {
    while (next < EVENTS) {
      const from = next
      next += OF_A_REQUEST
      const data = Array.from({ length: OF_A_REQUEST }, (_, at) => viewed(from + at))
      const body = JSON.stringify(anEnvelope(data))
      const reply = await fetch(`${url}/caliper/v1p2/events`, { method: 'POST', headers, body })
      expect(await reply.json()).toMatchObject({ eventCount: OF_A_REQUEST, duplicates: 0 })
    }
  }
  await Promise.all(Array.from({ length: SENDERS }, send))
}

it(`runs in ${LIMIT / 1024 / 1024} MB with ${EVENTS} hot events, and answers at once`, async () => {
  using folder = temporaryFolder()
  {
    await using server = await startLimitedServer(folder.path, { limitBytes: LIMIT })
    await fill(server)
    server.assertWell()
    expect(await server.stop()).toBe(0)
  }
  // A start maps what the run before it had in the heap.
  await using server = await startLimitedServer(folder.path, { limitBytes: LIMIT })
  using health = await watchHealth(server.url)
  const headers = { authorization: server.key }
  const read = async (query: string) => {
    const reply = await fetch(`${server.url}/analytics/events?${query}`, { headers })
    return ((await reply.json()) as { events: unknown[] }).events.length
  }
  expect(await read('limit=1000')).toBe(1000)
  const actor = encodeURIComponent('https://example.edu/users/77')
  const ofActor = Math.ceil((EVENTS - 77) / 5000)
  expect(await read(`limit=1000&actorId=${actor}`)).toBe(Math.min(1000, ofActor))
  expect(await read('actorId=nobody')).toBe(0)
  const again = JSON.stringify(anEnvelope([viewed(7), viewed(EVENTS - 7)]))
  const reply = await fetch(`${server.url}/caliper/v1p2/events`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: again,
  })
  expect(await reply.json()).toMatchObject({ eventCount: 2, duplicates: 2 })
  // The bar of the product, and as much again for a machine that others use.
  expect(await health.longest()).toBeLessThan(500)
  server.assertWell()
  console.log(`${Math.round(server.peakBytes() / 1024 / 1024)} MB at most after the start`)
}, 600_000)
