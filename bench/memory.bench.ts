/**
 * This bench measures the memory of the server and of the processes that it starts: with a million and with
 * five million hot events, while it is sent as many events as it takes and asked a page now and then, and of a start after a kill.
 *
 *     bun bench/memory.bench.ts                  eight minutes, most of it to fill the store
 *     bun bench/memory.bench.ts --quick          a tenth of the events
 *     bun bench/memory.bench.ts --limit 512      where 512 MB are the limit, and not the machine's memory
 *
 * It starts the server as the launcher does, which tells the engine how much memory there is.
 */
import { totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { heapSettings } from '../src/heap-size.mjs'
import { temporaryFolder } from '../tests/support/folders'
import { startServerProcess } from '../tests/support/server-process'
import { tellGoal } from './goals'
import { type Memory, tellingHeap, watchMemory } from './process-memory'
import { load, receiver, settings } from './scenario'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    limit: { type: 'string' },
    seconds: { type: 'string', default: '30' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log('bun bench/memory.bench.ts [--quick] [--limit MB] [--seconds N]')
  process.exit(0)
}
const MB = 1024 * 1024
const seconds = values.quick ? 5 : Number(values.seconds)
const limit = values.limit === undefined ? totalmem() : Number(values.limit) * MB
using notes = temporaryFolder()
const heapFile = join(notes.path, 'heap.json')
const env = { ...settings, ...heapSettings(limit), ...tellingHeap(heapFile) }
// What was not handled before the kill is, in that time.
const AFTER_START_MS = 10_000
const A_QUERY_EACH_MS = 250
// Reading the indexes of five million events takes a second, building one after a kill two.
const patience = { patienceMs: 120_000 }

const queries = [
  'limit=100',
  'actorId=https://example.edu/users/none',
  'actorId=https://example.edu/users/7&limit=100',
  'type=ViewEvent&limit=100',
]

async function fill(folder: string, from: number, to: number) {
  console.error(`filling: ${to.toLocaleString('en')} events`)
  const script = join(import.meta.dir, 'memory-fill.ts')
  const child = Bun.spawn([process.execPath, script, folder, `${to - from}`], { stderr: 'inherit' })
  if ((await child.exited) !== 0) throw new Error('the store could not be filled')
}

/** Sends as fast as the server takes it, asks beside that, and kills it. */
async function underLoad(folder: string): Promise<Memory> {
  await using server = await startServerProcess(folder, env, [], patience)
  using memory = watchMemory(server.process.pid, heapFile)
  const headers = { authorization: `Bearer ${server.key}` }
  let isOver = false
  async function ask() {
    for (let at = 0; !isOver; at += 1) {
      const query = queries[at % queries.length]
      const reply = await fetch(`${server.url}/analytics/events?${query}`, { headers })
      if (reply.status !== 200) throw new Error(`answered ${reply.status}`)
      await reply.arrayBuffer()
      await Bun.sleep(A_QUERY_EACH_MS)
    }
  }
  const asking = ask()
  const traffic = { kind: 'event', count: 20, connections: 64, seconds } as const
  const { events, ms } = await load(server, traffic)
  isOver = true
  await asking
  const peak = memory.peak()
  // A slow machine makes less garbage at a time: a peak is worth nothing without its speed.
  const beside = `${Math.round(events / (ms / 1000))} events/s; ${peak.beside}`
  console.log(`  ${beside}`)
  await server.kill()
  return { ...peak, beside }
}

async function afterKill(folder: string): Promise<Memory> {
  await using server = await startServerProcess(folder, env, [], patience)
  using memory = watchMemory(server.process.pid, heapFile)
  await Bun.sleep(AFTER_START_MS)
  const peak = memory.peak()
  console.log(`  started after the kill; ${peak.beside}`)
  if ((await server.stop()) !== 0) throw new Error(`the server did not stop: ${server.output()}`)
  return peak
}

using folder = temporaryFolder()
const part = values.quick ? 10 : 1
let held = 0
for (const { events, most } of [
  { events: 1_000_000 / part, most: 512 },
  { events: 5_000_000 / part, most: 600 },
]) {
  await fill(folder.path, held, events)
  held = events
  const name = `${events / 1_000_000} million hot events`
  console.log(name)
  const loaded = await underLoad(folder.path)
  const started = await afterKill(folder.path)
  const unit = 'MB'
  tellGoal({ goal: `${name}: peak`, value: loaded.all, unit, most, beside: loaded.beside })
  const goal = `${name}: start after a kill`
  // A goal of the server: the process of the archive begins its work, as it does at any time.
  tellGoal({ goal, value: started.server, unit, most: 300, beside: started.beside })
}
await receiver.stop(true)
