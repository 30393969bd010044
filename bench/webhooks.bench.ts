/**
 * Measures webhooks on one machine: how many deliveries a second one core makes, beside bare requests of
 * `fetch` in the same run; how long after the answer to the sender a receiver has the first byte; what
 * matching costs beside ten thousand webhooks; what a long backlog holds, and how fast it goes.
 *
 *     bun bench/webhooks.bench.ts [--quick] [--only speed,delay,matching,backlog]
 */
import { parseArgs } from 'node:util'
import { temporaryFolder } from '../tests/support/folders'
import { startServerProcess } from '../tests/support/server-process'
import { linesOf, MOST_MICROSECONDS, measureMatching } from './webhook-matching'
import { program, SENDER_CORE, startReceiver } from './webhook-scene'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: 'speed,delay,matching,backlog' },
  },
})
const isQuick = values.quick
const parts: Record<string, () => Promise<void>> = { speed, delay, matching, backlog }

/** Runs a program on the core of the sender. @returns what it printed last */
async function run(name: string, ...words: (string | number)[]) {
  const child = Bun.spawn([...SENDER_CORE, ...program(name), ...words.map(String)], {
    stdout: 'pipe',
    stderr: 'inherit',
  })
  const text = await new Response(child.stdout).text()
  if ((await child.exited) !== 0) throw new Error(`${name} failed`)
  return JSON.parse(text.trim().split('\n').at(-1)!)
}

function judge(what: string, isMet: boolean) {
  console.log(`${isMet ? 'met    ' : 'NOT MET'}  ${what}`)
}

async function speed() {
  using receiver = await startReceiver()
  const rows: Record<string, Record<string, number>> = {}
  const measure = async (name: string, events: number, perDelivery: number) => {
    const { bare, ours } = await run('webhook-sending.ts', receiver.url, events, perDelivery, 64)
    const ratio = ours.eventsPerS / bare.eventsPerS
    rows[name] = {
      'bare events/s': bare.eventsPerS,
      'events/s': ours.eventsPerS,
      ratio: Math.round(ratio * 100) / 100,
      'bare CPU µs': bare.cpuUs,
      'CPU µs': ours.cpuUs,
    }
    return { ratio, rate: ours.eventsPerS }
  }
  const single = await measure('1 event', isQuick ? 10_000 : 50_000, 1)
  const batched = await measure('100 events', isQuick ? 100_000 : 500_000, 100)
  console.table(rows)
  judge(`single events at 0.5 of bare requests: ${single.ratio.toFixed(2)}`, single.ratio >= 0.5)
  const times = batched.rate / single.rate
  judge(`batched by 100, 20 times the events/s: ${times.toFixed(1)}`, times >= 20)
}

const EVENTS_A_SECOND = 200

async function delay() {
  const seconds = isQuick ? 5 : 30
  const results: Record<string, Record<string, number>> = {}
  const measure = async (name: string, batch?: { maxEvents: number; maxSeconds: number }) => {
    const found = await delaysOf(seconds, batch)
    results[name] = { 'p50 ms': found(0.5), 'p99 ms': found(0.99), 'max ms': found(1) }
    return found
  }
  const usual = await measure('as usual, 100 events or 0.1 s')
  const atOnce = await measure('maxSeconds 0', { maxEvents: 100, maxSeconds: 0 })
  console.table(results)
  judge(`p50 120 ms, p99 500 ms as usual`, usual(0.5) <= 120 && usual(0.99) <= 500)
  judge(`p99 50 ms with maxSeconds 0`, atOnce(0.99) <= 50)
}

async function delaysOf(seconds: number, batch: object | undefined) {
  using receiver = await startReceiver('--times')
  using folder = temporaryFolder()
  const env = { NONIUS_ALLOW_PRIVATE_WEBHOOKS: '1', NONIUS_ARCHIVE_FLUSH_SECONDS: '600' }
  await using server = await startServerProcess(folder.path, env, SENDER_CORE)
  const send = async (path: string, key: string, body: unknown) => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
    const options = { method: 'POST', headers, body: JSON.stringify(body) }
    const reply = await fetch(`${server.url}${path}`, options)
    if (!reply.ok) throw new Error(`${path}: ${reply.status} ${await reply.text()}`)
    await reply.arrayBuffer()
  }
  const hook = { name: 'bench', targetUrl: receiver.url, events: ['*'], ...(batch && { batch }) }
  await send('/webhooks', 'nk_test_key_of_the_admin', hook)
  const answered = new Map<string, number>()
  const one = async (id: string) => {
    const payload = { quiz_id: 'math-101', question: 17, answer: 'B', note: 'x'.repeat(150) }
    const event = { id, event_type: 'answer_submitted', source: 'quiz', user_id: 'u-1', payload }
    await send('/api/v1/events', server.key, event)
    answered.set(id, performance.timeOrigin + performance.now())
  }
  // What is loaded with the first events is loaded before it counts.
  for (let n = 0; n < 100; n += 1) await one(`warm ${n}`)
  await Bun.sleep(500)
  answered.clear()
  const from = performance.now()
  const sending: Promise<void>[] = []
  for (let n = 0; n < seconds * EVENTS_A_SECOND; n += 1) {
    await Bun.sleep(Math.max(0, from + (n * 1000) / EVENTS_A_SECOND - performance.now()))
    sending.push(one(`e${n}`))
  }
  await Promise.all(sending)
  let times = await receiver.times()
  for (let waits = 0; waits < 100 && [...answered.keys()].some((id) => !times[id]); waits += 1) {
    await Bun.sleep(100)
    times = await receiver.times()
  }
  const took = [...answered].map(([id, at]) => Math.max(0, times[id]! - at)).sort((a, b) => a - b)
  return (share: number) => Math.round(took[Math.floor((took.length - 1) * share)]! * 10) / 10
}

async function matching() {
  const results = await measureMatching(10_000)
  for (const line of linesOf(results)) console.log(line)
  judge(
    `matching ${MOST_MICROSECONDS} µs an event beside 10,000 webhooks`,
    results.every(({ isWithin }) => isWithin),
  )
}

async function backlog() {
  const events = isQuick ? 100_000 : 1_000_000
  using receiver = await startReceiver()
  const { deliveries, bytesAnEvent, rssMb, drainPerS } = await run(
    'webhook-backlog.ts',
    receiver.url,
    events,
  )
  console.log(`${events} events in ${deliveries} deliveries; MB of memory on the way: ${rssMb}`)
  judge(`100 bytes an event beyond the log: ${bytesAnEvent}`, bytesAnEvent <= 100)
  judge(`drained at 5,000 events/s: ${drainPerS}`, drainPerS >= 5000)
}

for (const name of values.only.split(',')) {
  const part = parts[name]
  if (part === undefined) throw new Error(`There is no part ${name}`)
  console.log(`\n== ${name}`)
  await part()
}
