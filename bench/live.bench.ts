/**
 * Measures live subscriptions over WebSockets: deliveries a second to 1,000 subscribers against a bare
 * loop of Bun's `publish` in the same run, the delay from the answer to the sender until the subscriber
 * has the event, and the memory of 10,000 sockets on which nothing happens. The server has one core to
 * itself, the others share one.
 *
 *     bun bench/live.bench.ts [--subscribers 1000] [--events 2000] [--idle 10000] [--seconds 10]
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Subprocess, spawn } from 'bun'
import { temporaryFolder } from '../tests/support/folders'
import { type ServerProcess, startServerProcess } from '../tests/support/server-process'

const { values } = parseArgs({
  options: {
    subscribers: { type: 'string', default: '1000' },
    idle: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '10' },
    events: { type: 'string', default: '2000' },
  },
})
const subscribers = Number(values.subscribers)
const seconds = Number(values.seconds)
const SERVER_CORE = ['taskset', '-c', '0']
const CLIENT_CORE = ['taskset', '-c', '1']
const EVENTS = Number(values.events)
const AT_ONCE = 100

const program = (name: string) => [process.execPath, join(import.meta.dir, name)]

interface Clients extends Disposable {
  /** Resolves once so many messages came since the beginning. @returns when, in ms */
  came(count: number): Promise<number>
}

async function clients(url: string, path: string, key: string, count: number, first?: string) {
  const words = [url, path, key, String(count), ...(first === undefined ? [] : [first])]
  const child = spawn([...CLIENT_CORE, ...program('live-clients.ts'), ...words], {
    stdout: 'pipe',
    stderr: 'inherit',
  })
  const ready = Promise.withResolvers<void>()
  let last = 0
  let at = 0
  void (async () => {
    for await (const line of linesOf(child.stdout)) {
      if (line === 'ready') ready.resolve()
      else {
        last = Number(line)
        at = performance.now()
      }
    }
  })()
  await ready.promise
  const made: Clients = {
    async came(wanted) {
      while (last < wanted) {
        if (performance.now() - at > 20_000 && at > 0) throw new Error(`${last} of ${wanted} came`)
        await Bun.sleep(5)
      }
      return at
    },
    [Symbol.dispose]: () => child.kill('SIGKILL'),
  }
  return made
}

async function* linesOf(stream: ReadableStream<Uint8Array>) {
  let rest = ''
  const decoder = new TextDecoder()
  for await (const part of stream) {
    const lines = (rest + decoder.decode(part, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
}

function anEvent(id: string) {
  const payload = { quiz_id: 'math-101', question: 17, answer: 'B', note: 'x'.repeat(150) }
  return { id, event_type: 'answer_submitted', source: 'quiz', user_id: 'u-1', payload }
}

async function post({ url, key }: ServerProcess, events: object | object[]) {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const body = JSON.stringify(events)
  const reply = await fetch(`${url}/api/v1/events`, { method: 'POST', headers, body })
  await reply.arrayBuffer()
  if (!reply.ok) throw new Error(`${reply.status}`)
}

function memoryOf(child: Subprocess): number {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))!
  return Number(kilobytes) / 1024
}

function cpuOf(child: Subprocess): number {
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

async function serve() {
  const folder = temporaryFolder()
  const more = { NONIUS_MAX_SUBSCRIBERS: '40000', NONIUS_ARCHIVE_FLUSH_SECONDS: '600' }
  const server = await startServerProcess(folder.path, more, SERVER_CORE)
  return {
    server,
    async [Symbol.asyncDispose]() {
      await server.kill()
      folder[Symbol.dispose]()
    },
  }
}

async function bare(bytes: number) {
  const child = spawn([...SERVER_CORE, ...program('bare-publish.ts'), String(bytes)], {
    ...{ stdin: 'pipe', stdout: 'pipe', stderr: 'inherit' },
  })
  try {
    const { value: url } = await linesOf(child.stdout).next()
    using readers = await clients(url!, '/', 'none', subscribers)
    const cpu = cpuOf(child)
    const from = performance.now()
    child.stdin.write(`${EVENTS}\n`)
    child.stdin.flush()
    const end = await readers.came(EVENTS * subscribers)
    return figures('bare publish', end - from, cpuOf(child) - cpu)
  } finally {
    child.kill('SIGKILL')
  }
}

async function live() {
  await using held = await serve()
  const { server } = held
  using readers = await clients(server.url, '/ws/subscribe', server.key, subscribers, '{}')
  let sent = 0
  // The server has compiled what it runs.
  for (; sent < 500; sent += AT_ONCE) await post(server, batch(sent))
  await readers.came(sent * subscribers)
  const before = sent
  const cpu = cpuOf(server.process)
  const from = performance.now()
  for (; sent < before + EVENTS; sent += AT_ONCE) {
    await post(server, batch(sent))
    // Nobody is to lose any: they are read as fast as they come.
    await readers.came((sent - AT_ONCE) * subscribers)
  }
  const end = await readers.came(sent * subscribers)
  return figures('subscriptions', end - from, cpuOf(server.process) - cpu)
}

const batch = (from: number) => Array.from({ length: AT_ONCE }, (_, n) => anEvent(`e${from + n}`))

function figures(what: string, ms: number, cpuMs: number) {
  const deliveries = EVENTS * subscribers
  return {
    what,
    'deliveries/s': Math.round((deliveries / ms) * 1000),
    'of the CPU': Math.round((deliveries / cpuMs) * 1000),
  }
}

/** Sends 200 events a second, one a request, and watches one of the subscribers. */
async function delays(others: number) {
  await using held = await serve()
  const { server } = held
  using _ = await clients(server.url, '/ws/subscribe', server.key, others, '{}')
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/ws/subscribe`, {
    headers: { authorization: `Bearer ${server.key}` },
  })
  const answered = new Map<string, number>()
  const came = new Map<string, number>()
  await new Promise<void>((resolve) => {
    socket.onopen = () => socket.send('{}')
    socket.onmessage = ({ data }) => {
      const { id } = JSON.parse(data)
      if (id === undefined) resolve()
      else came.set(id, performance.now())
    }
  })
  const count = seconds * 200
  const from = performance.now()
  const sending: Promise<void>[] = []
  for (let n = 0; n < count; n += 1) {
    const id = `d${n}`
    await Bun.sleep(Math.max(0, from + n * 5 - performance.now()))
    sending.push(post(server, anEvent(id)).then(() => void answered.set(id, performance.now())))
  }
  await Promise.all(sending)
  while (came.size < count) await Bun.sleep(5)
  socket.close()
  const took = [...answered]
    .map(([id, at]) => Math.max(0, came.get(id)! - at))
    .sort((a, b) => a - b)
  const at = (share: number) => took[Math.floor((took.length - 1) * share)]!.toFixed(1)
  return { subscribers: others + 1, 'p50 ms': at(0.5), 'p99 ms': at(0.99), 'max ms': at(1) }
}

async function idle(count: number) {
  await using held = await serve()
  const { server } = held
  // The app and its parts are loaded with the first.
  using _first = await clients(server.url, '/ws/subscribe', server.key, 10, '{}')
  const before = memoryOf(server.process)
  const config = JSON.stringify({ session_id: 'none' })
  using _ = await clients(server.url, '/ws/subscribe', server.key, count, config)
  await Bun.sleep(2000)
  const after = memoryOf(server.process)
  return { sockets: count, 'MB before': Math.round(before), 'MB more': Math.round(after - before) }
}

const floor = await bare(JSON.stringify(anEvent('e1000')).length + 180)
const ours = await live()
const ratio = ours['deliveries/s'] / floor['deliveries/s']
const ofCpu = ours['of the CPU'] / floor['of the CPU']
console.table([floor, ours])
console.log(`ratio ${ratio.toFixed(2)}, of the CPU ${ofCpu.toFixed(2)}; the goal is 0.5`)
console.table([await idle(Number(values.idle))])
console.table([await delays(0), await delays(100), await delays(subscribers)])
