/**
 * This bench measures what a second thread would do for ingest: bodies of twenty Caliper events are read,
 * and their lines encoded, on the thread that answers; on another that hands records back; and on
 * another that hands back lines and hashes.
 *
 *     npx bun bench/threads.bench.ts              half a minute
 */
import { readFileSync } from 'node:fs'
import { encodeSegments } from '../src/platform/local/log/segment'
import { createBodies } from './events'
import { median } from './peers/turns'
import { recordsIn } from './reading'

const COUNT = 20
const BODIES = 500
const ROUNDS = 7
// As many bodies are on their way as a server has connections at work.
const IN_FLIGHT = 8

const bodies = createBodies('event')
const encoder = new TextEncoder()
const made = Array.from({ length: BODIES }, () => encoder.encode(bodies.body(COUNT)))
const worker = new Worker(new URL('./reading-worker.ts', import.meta.url))
let sink = 0

const encode = (records: Parameters<typeof encodeSegments>[0]) => {
  for (const { body } of encodeSegments(records)) sink += body.length
}

type As = 'records' | 'lines'
function readApart(as: As, then: (answer: never) => void): Promise<void> {
  return new Promise((done) => {
    let sent = 0
    let answered = 0
    // The network brings each body anew: what is handed over is gone.
    const send = () => {
      const bytes = made[sent]!.slice()
      sent += 1
      worker.postMessage({ bytes, as }, [bytes.buffer])
    }
    worker.onmessage = ({ data }) => {
      then(data as never)
      answered += 1
      if (sent < BODIES) send()
      if (answered === BODIES) done()
    }
    for (let n = 0; n < IN_FLIGHT; n += 1) send()
  })
}

const ways: [name: string, work: () => unknown][] = [
  [
    'on the thread that answers',
    () => {
      for (const bytes of made) encode(recordsIn(bytes))
    },
  ],
  ['on another, which hands back records', () => readApart('records', encode)],
  ['on another, which hands back lines', () => readApart('lines', () => (sink += 1))],
]

/** Reads CPU of this thread, by proc_pid_schedstat(5), and of the process, in µs. */
function cpu() {
  const [own] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')
  const { user, system } = process.cpuUsage()
  return { own: Number(own) / 1000, all: user + system }
}

const found = new Map(ways.map(([name]) => [name, { own: [] as number[], all: [] as number[] }]))
for (let round = -2; round < ROUNDS; round += 1) {
  for (const [name, work] of ways) {
    const from = cpu()
    await work()
    const to = cpu()
    // Two rounds warm up.
    if (round < 0) continue
    found.get(name)!.own.push((to.own - from.own) / BODIES / COUNT)
    found.get(name)!.all.push((to.all - from.all) / BODIES / COUNT)
  }
}
worker.terminate()
console.log('Reading an event and encoding its line, µs of CPU, medians:\n')
console.log('| | the thread that answers | all threads |\n|---|---|---|')
for (const [name, { own, all }] of found) {
  console.log(`| ${name} | ${median(own).toFixed(1)} | ${median(all).toFixed(1)} |`)
}
if (sink === 0) throw new Error('nothing was read')
