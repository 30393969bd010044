/**
 * Measures Learning Observer's stream: sockets that type at five events a second each, with the reducers that
 * come with Nonius and without them. CPU an event is that of the whole server process, from the moment that all
 * are connected until all is on disk and in states; the delay to a state is until `GET /api/v1/reducers/…` has the
 * event, in a run of its own, since asking costs as well. Writers have one core, which they share with the server; the
 * other is its own.
 *
 *     bun bench/observer.bench.ts [--sockets 1000] [--seconds 20] [--watched 4]
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Subprocess, spawn } from 'bun'
import { temporaryFolder } from '../tests/support/folders'
import { startServerProcess } from '../tests/support/server-process'

const { values } = parseArgs({
  options: {
    sockets: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '20' },
    watched: { type: 'string', default: '4' },
  },
})
const PER_SECOND = '5'
const WRITERS_CORE = ['taskset', '-c', '1']
const writers = join(import.meta.dir, 'observer-writers.ts')

interface Figures {
  events: number
  perSecond: number
  stored: number
  lost: number
  receiptP50: number
  receiptP99: number
  stateP50: number
  stateP99: number
  watched: number
}

async function run(reducers: 'built-in' | 'off', watched = '0') {
  using folder = temporaryFolder()
  const env = { NONIUS_REDUCERS: reducers }
  await using server = await startServerProcess(folder.path, env)
  const { sockets, seconds } = values
  const words = [
    server.url,
    server.key,
    'nk_test_key_of_the_admin',
    sockets,
    PER_SECOND,
    seconds,
    watched,
  ]
  const child = spawn([...WRITERS_CORE, process.execPath, writers, ...words], {
    stdout: 'pipe',
    stderr: 'inherit',
  })
  const lines = linesOf(child.stdout)
  await lines.next()
  const before = cpuOf(server.process)
  const memory = memoryOf(server.process, 'VmRSS')
  const { value } = await lines.next()
  if (value === undefined) throw new Error(`the writers ended: ${server.output()}`)
  const cpu = cpuOf(server.process) - before
  const figures = JSON.parse(value) as Figures
  const { events, stored, lost } = figures
  if (lost > 0 || stored < events)
    throw new Error(`${stored} of ${events} stored; ${lost} sockets lost`)
  return {
    reducers: watched === '0' ? reducers : `${reducers}, asked`,
    'events/s': figures.perSecond,
    'CPU µs/event': Math.round((cpu * 1000) / events),
    'receipt p50 ms': figures.receiptP50,
    'receipt p99 ms': figures.receiptP99,
    ...(watched !== '0' && {
      'state p50 ms': figures.stateP50,
      'state p99 ms': figures.stateP99,
    }),
    'MB, connected': Math.round(memory),
    'MB, peak': Math.round(memoryOf(server.process, 'VmHWM')),
  }
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

function memoryOf(child: Subprocess, name: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
  return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)![1]) / 1024
}

/** @returns ms of all its threads */
function cpuOf(child: Subprocess): number {
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

const off = await run('off')
const on = await run('built-in')
const asked = await run('built-in', values.watched)
console.table([off, on, asked])
const { 'state p99 ms': p99 = Number.NaN } = asked
console.log(`p99 to a state ${p99} ms; the goal is 1,000: ${p99 <= 1000 ? 'met' : 'not met'}`)
