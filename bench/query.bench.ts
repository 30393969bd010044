/**
 * This bench reads while others send. It measures in one run what a query costs against the
 * engine's own search over the same bytes, how long it holds the thread at a time, and what senders
 * notice of a reader.
 *
 *     bun bench/query.bench.ts                    a million events, about two minutes
 *     bun bench/query.bench.ts --events 5000000   about five
 *     bun bench/query.bench.ts --archived 30      days of the lake, and a year of their aggregates alone
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { EventFilter } from '../src/event/filter'
import { systemClock as clock } from '../src/platform/clock'
import { openLocalPlatform } from '../src/platform/local'
import type { Platform } from '../src/platform/platform'
import { silentLog as log } from '../src/telemetry/log'
import { temporaryFolder } from '../tests/support/folders'
import { aRecord } from '../tests/support/records'
import { startServerProcess } from '../tests/support/server-process'
import { benchArchived } from './archived'

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    seconds: { type: 'string', default: '8' },
    archived: { type: 'string', default: '0' },
    // A year of these is 50 million.
    'per-day': { type: 'string', default: '137000' },
  },
})
const count = Number(values.events)
const seconds = Number(values.seconds)

const ROUNDS = 15
const A_COMMIT = 4096
// One learner has some five hundred events; one tenant in a thousand is a small one.
const ACTORS = Math.ceil(count / 500)
const FIRST_TIME = Date.parse('2026-06-01T00:00:00.000Z')

const questions: [name: string, filter: EventFilter, limit: number][] = [
  ['an actor who is not there', { actorId: 'https://example.edu/users/none' }, 100],
  ['the newest page', {}, 100],
  ['the newest thousand', {}, 1000],
  ['an actor', { actorId: actor(7) }, 100],
  ['a type', { type: 'ViewEvent' }, 100],
  ['an actor and a type that he has not', { actorId: actor(7), type: 'GradeEvent' }, 100],
  ['an hour of months ago', { to: new Date(FIRST_TIME + 3_600_000).toISOString() }, 100],
]

function actor(n: number): string {
  return `https://example.edu/users/${n}`
}

async function fill(platform: Platform) {
  const sender = { receivedAt: new Date().toISOString(), raw: '{"id":"1","type":"ViewEvent"}' }
  for (let n = 0; n < count; ) {
    const records = Array.from({ length: Math.min(A_COMMIT, count - n) }, () => {
      n += 1
      // The events are in the order of time except for some seconds, as senders' clocks and queues
      // make it.
      const time = FIRST_TIME + n * 1000 - ((n * 7919) % 5000)
      return aRecord({
        ...sender,
        actorId: actor((n * 31) % ACTORS),
        sessionId: `urn:session:${n >> 5}`,
        eventTime: new Date(time).toISOString(),
      })
    })
    await platform.events.append(records)
  }
}

/** Measures by how much a timer of a millisecond is late at most. */
function watchThread() {
  let last = performance.now()
  let longest = 0
  const timer = setInterval(() => {
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
  }, 1)
  return {
    reset: () => (longest = 0),
    longest: () => longest,
    [Symbol.dispose]: () => clearInterval(timer),
  }
}

const median = (list: number[]) => list.toSorted((a, b) => a - b)[list.length >> 1]!

function timeOfEngine(): number {
  const column = new Uint32Array(count).fill(1)
  return median(
    Array.from({ length: ROUNDS }, () => {
      const from = performance.now()
      if (column.includes(2)) throw new Error('it cannot be there')
      return performance.now() - from
    }),
  )
}

async function askAll(platform: Platform) {
  const engine = timeOfEngine()
  console.log(`the engine's own search over as many hashes: ${engine.toFixed(2)} ms\n`)
  console.log('| question | first, ms | ms | × the engine | events | holds the thread, ms |')
  console.log('|---|---|---|---|---|---|')
  using thread = watchThread()
  for (const [name, filter, limit] of questions) {
    const took: number[] = []
    let events = 0
    thread.reset()
    for (let round = 0; round < ROUNDS; round += 1) {
      const from = performance.now()
      events = (await platform.events.query('default', filter, { limit })).items.length
      took.push(performance.now() - from)
      await Bun.sleep(5)
    }
    const ms = median(took)
    const cells = [took[0]!.toFixed(1), ms.toFixed(1), (ms / engine).toFixed(1), events]
    console.log(`| ${name} | ${cells.join(' | ')} | ${thread.longest().toFixed(1)} |`)
  }
}

interface Load {
  p50: number
  p99: number
  events: number
  ms: number
}

async function load(url: string, key: string): Promise<Load> {
  const args = [url, key, '20', '8', String(seconds)]
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'load.ts'), ...args], {
    stderr: 'inherit',
  })
  return JSON.parse(await new Response(child.stdout).text())
}

async function sendBesideReaders(dataDir: string) {
  await using server = await startServerProcess(dataDir)
  console.log('\n| senders (20 × 8) beside | events/s | p50 ms | p99 ms | answers/s |')
  console.log('|---|---|---|---|---|')
  const asked = ['', 'actorId=https://example.edu/users/none', 'limit=100', 'limit=1000', '']
  await load(server.url, server.key) // this warms up the server
  for (const question of asked) {
    let isOver = false
    let answers = 0
    const reading = (async () => {
      const headers = { authorization: `Bearer ${server.key}` }
      while (!isOver && question !== '') {
        const reply = await fetch(`${server.url}/analytics/events?${question}`, { headers })
        if (reply.status !== 200) throw new Error(`answered ${reply.status}`)
        await reply.arrayBuffer()
        answers += 1
      }
    })()
    const { events, ms, p50, p99 } = await load(server.url, server.key)
    isOver = true
    await reading
    const rates = [(events / ms) * 1000, p50, p99, answers / seconds].map((n) => n.toFixed(0))
    console.log(`| ${question || 'nobody'} | ${rates.join(' | ')} |`)
  }
}

using folder = temporaryFolder()
if (Number(values.archived) > 0) {
  await benchArchived(folder.path, Number(values.archived), Number(values['per-day']))
  process.exit()
}
// A first start makes the keys for the requests.
await (await startServerProcess(folder.path)).stop()
{
  await using platform = await openLocalPlatform({ dataDir: folder.path, clock, log })
  await fill(platform)
}
console.log(`${count.toLocaleString('en')} events\n`)
{
  await using platform = await openLocalPlatform({ dataDir: folder.path, clock, log })
  await askAll(platform)
}
await sendBesideReaders(folder.path)
