/**
 * This bench reads while others send. It measures what pages of a hundred events cost that nobody
 * asked for before, how long the thread is held, and what senders notice of a reader.
 *
 *     bun bench/query.bench.ts                    a million events of 1.5 KB, about two minutes
 *     bun bench/query.bench.ts --events 5000000   about eight
 *     bun bench/query.bench.ts --data FOLDER      keeps the events there, and finds them the next time
 *     bun bench/query.bench.ts --archived 30      days of the lake, and a year of their aggregates alone
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock as clock } from '../src/platform/clock'
import { openLocalPlatform } from '../src/platform/local'
import type { Platform } from '../src/platform/platform'
import { silentLog as log } from '../src/telemetry/log'
import { temporaryFolder } from '../tests/support/folders'
import { aRecord } from '../tests/support/records'
import { startServerProcess } from '../tests/support/server-process'
import { benchArchived } from './archived'
import { tellGoal } from './goals'
import { actorOf, createRecords, type Question, questionsOf } from './query-questions'
import { load } from './scenario'

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    seconds: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '100' },
    only: { type: 'string', default: '' },
    data: { type: 'string' },
    archived: { type: 'string', default: '0' },
    // A year of these is 50 million.
    'per-day': { type: 'string', default: '137000' },
  },
})
const count = Number(values.events)
const seconds = Number(values.seconds)
const rounds = Number(values.rounds)
const held = { count, actors: Math.ceil(count / 500) }
const records = createRecords(held)

const A_COMMIT = 4096
// A person who looks at a page asks for the next within a second; this is ten of them.
const ASK_MS = 100
const PAIRS = 3

async function fill(platform: Platform) {
  const now = Date.now()
  const sender = {
    receivedAt: new Date(now).toISOString(),
    expiresAt: new Date(now + 30 * 86_400_000).toISOString(),
  }
  for (let n = 0; n < count; ) {
    const some = Array.from({ length: Math.min(A_COMMIT, count - n) }, () => {
      n += 1
      return aRecord({ ...sender, ...records.recordOf(n) })
    })
    await platform.events.append(some)
    if (n % (A_COMMIT * 128) === 0) console.error(`${n.toLocaleString('en')} events are held`)
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

function at(share: number, list: number[]): number {
  const sorted = list.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

interface Answered {
  question: Question
  p50: number
  p99: number
}

async function ask(platform: Platform, question: Question) {
  const { limit, order } = question
  const took: number[] = []
  const cpu: number[] = []
  let events = 0
  for (let round = 0; round < rounds; round += 1) {
    const filter = question.filter()
    const [from, used] = [performance.now(), cpuMs()]
    const page = await platform.events.query('default', filter, { limit, ...(order && { order }) })
    events += page.items.length
    took.push(performance.now() - from)
    cpu.push(cpuMs() - used)
    await Bun.sleep(1)
  }
  return { took, cpu, events: events / rounds }
}

async function askAll(platform: Platform) {
  console.log('| question | first, ms | p50 ms | p99 ms | CPU ms | events | holds the thread, ms |')
  console.log('|---|---|---|---|---|---|---|')
  using thread = watchThread()
  const answered: Answered[] = []
  for (const question of questionsOf(held, records)) {
    if (!question.name.startsWith(values.only)) continue
    thread.reset()
    const { took, cpu, events } = await ask(platform, question)
    const [p50, p99] = [at(0.5, took), at(0.99, took)]
    answered.push({ question, p50, p99 })
    const cells = [took[0]!, p50, p99, at(0.5, cpu), events, thread.longest()]
    console.log(`| ${question.name} | ${cells.map((cell) => cell.toFixed(1)).join(' | ')} |`)
  }
  console.log()
  return answered
}

function tellQueries(answered: readonly Answered[]) {
  const indexed = answered.filter(({ question }) => question.isIndexed)
  const slowest = (figure: 'p50' | 'p99') => indexed.toSorted((a, b) => b[figure] - a[figure])[0]
  for (const [figure, most] of [
    ['p50', 10],
    ['p99', 50],
  ] as const) {
    const one = slowest(figure)
    if (one === undefined) continue
    const beside = `the slowest of ${indexed.length}: ${one.question.name}; ${held.count.toLocaleString('en')} events`
    tellGoal({
      goal: `every indexed query, ${figure}`,
      value: one[figure],
      unit: 'ms',
      most,
      beside,
    })
  }
  const newest = answered.find(({ question }) => question.name === 'the newest page')
  if (newest) tellGoal({ goal: 'the newest page, p50', value: newest.p50, unit: 'ms', most: 10 })
}

/** Asks for the page of one actor after the other, ten times a second, until it is told to end. */
function readBeside({ url, key }: { url: string; key: string }) {
  const headers = { authorization: `Bearer ${key}` }
  const took: number[] = []
  let turnedAway = 0
  let isOver = false
  async function askOne() {
    const from = performance.now()
    const actorId = encodeURIComponent(actorOf(Math.floor(Math.random() * held.actors)))
    const address = `${url}/analytics/events?limit=100&actorId=${actorId}`
    const reply = await fetch(address, { headers })
    await reply.arrayBuffer()
    // A server that has too much to do says so: that is told beside the figures.
    if (reply.status === 503) turnedAway += 1
    else if (reply.status !== 200) throw new Error(`answered ${reply.status}`)
    else took.push(performance.now() - from)
  }
  const reading = (async () => {
    const asked: Promise<void>[] = []
    for (let next = performance.now(); !isOver; next += ASK_MS) {
      asked.push(askOne())
      await Bun.sleep(Math.max(0, next + ASK_MS - performance.now()))
    }
    await Promise.all(asked)
  })()
  return {
    async end() {
      isOver = true
      await reading
      return { took, turnedAway }
    },
  }
}

function said({ took, turnedAway }: { took: number[]; turnedAway: number }): string {
  const times =
    took.length === 0 ? '–' : `${at(0.5, took).toFixed(0)}, ${at(0.99, took).toFixed(0)}`
  return turnedAway === 0 ? times : `${times}; ${turnedAway} turned away`
}

async function sendBesideReaders(dataDir: string) {
  await using server = await startServerProcess(dataDir)
  console.log('| senders (20 × 8) beside | events/s | p50 ms | p99 ms | pages: p50, p99 ms |')
  console.log('|---|---|---|---|---|')
  const traffic = { kind: 'event', count: 20, connections: 8, seconds } as const
  await load(server, traffic) // this warms up the server
  const alone: number[] = []
  const beside: number[] = []
  for (let turn = 0; turn < 2 * PAIRS; turn += 1) {
    const reader = turn % 2 === 0 ? undefined : readBeside(server)
    const { events, ms, p50, p99 } = await load(server, traffic)
    const pages = await reader?.end()
    ;(reader ? beside : alone).push(p99)
    const rates = [(events / ms) * 1000, p50, p99].map((n) => n.toFixed(0))
    const waits = pages === undefined ? '' : said(pages)
    console.log(`| ${reader ? 'a reader' : 'nobody'} | ${rates.join(' | ')} | ${waits} |`)
  }
  console.log()
  const ratio = at(0.5, beside) / at(0.5, alone)
  const runs = `medians of ${PAIRS} runs each, in turn: ${at(0.5, beside).toFixed(0)} and ${at(0.5, alone).toFixed(0)} ms`
  tellGoal({
    goal: "senders' p99 beside a page each 100 ms",
    value: ratio,
    unit: '×',
    most: 1.3,
    beside: runs,
  })
}

using folder = temporaryFolder()
const dataDir = values.data ?? folder.path
if (Number(values.archived) > 0) {
  await benchArchived(folder.path, Number(values.archived), Number(values['per-day']))
  process.exit()
}
if (!existsSync(join(dataDir, 'hot'))) {
  // A first start makes the keys for the requests.
  await (await startServerProcess(dataDir)).stop()
  await using platform = await openLocalPlatform({ dataDir, clock, log })
  await fill(platform)
}
console.log(`${count.toLocaleString('en')} events\n`)
{
  await using platform = await openLocalPlatform({ dataDir, clock, log })
  tellQueries(await askAll(platform))
}
if (seconds > 0) await sendBesideReaders(dataDir)
