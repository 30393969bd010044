/**
 * This bench measures ingest end to end: it starts the server as a user would, drives it from a
 * second process, and prints events a second, latency, and CPU per event as a ratio to floors
 * measured in the same run; then native events as JSON lines beside Caliper events of the same size.
 *
 *     bun bench/ingest.bench.ts                 about seven minutes
 *     bun bench/ingest.bench.ts --goals         only what has a goal, about four minutes
 *     bun bench/ingest.bench.ts --lines         JSON lines beside Caliper alone, three minutes
 *     bun bench/ingest.bench.ts --fill 5000000  also: how fast with that many events held
 */
import { parseArgs } from 'node:util'
import { temporaryFolder } from '../tests/support/folders'
import { startServerProcess } from '../tests/support/server-process'
import { tellGoal } from './goals'
import { BARE, NONIUS, startBare, startNonius } from './peers/start'
import { median, takeTurns } from './peers/turns'
import { type Load, load, measure, receiver, rowOf, settings, WARM_UP_SECONDS } from './scenario'

const { values } = parseArgs({
  options: {
    fill: { type: 'string', default: '0' },
    seconds: { type: 'string', default: '8' },
    'warm-up': { type: 'string', default: String(WARM_UP_SECONDS) },
    goals: { type: 'boolean', default: false },
    lines: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(
    'bun bench/ingest.bench.ts [--seconds N] [--warm-up N] [--goals] [--fill EVENTS] [--lines]',
  )
  process.exit(0)
}
const seconds = Number(values.seconds)
const warmUp = Number(values['warm-up'])
const kind = 'event'
// An hour is long enough for any fill; `most` ends it.
const FILL_SECONDS = 3600

async function fill(events: number) {
  using folder = temporaryFolder()
  await using server = await startServerProcess(folder.path, settings)
  const usual = { kind, count: 20, connections: 64, seconds } as const
  await load(server, { ...usual, seconds: warmUp })
  const empty = await load(server, usual)
  const filling = { kind, count: 100, connections: 16, seconds: FILL_SECONDS } as const
  await load(server, { ...filling, most: events })
  const full = await load(server, usual)
  const rate = ({ events: sent, ms }: Load) => Math.round(sent / (ms / 1000))
  return {
    'events held': events,
    'empty events/s': rate(empty),
    'full events/s': rate(full),
    'full / empty': (rate(full) / rate(empty)).toFixed(2),
  }
}

async function mixed() {
  const rows = []
  for (const [count, connections] of [
    [1, 64],
    [20, 64],
    [100, 64],
    [20, 8],
  ] as const) {
    const traffic = { kind, count, connections, seconds, warmUp } as const
    rows.push(rowOf(traffic, await measure(traffic)))
  }
  console.table(rows)
}

/** Prints JSON lines of native events beside envelopes of Caliper events; the goal is 1.5 times as many. */
async function lines() {
  const rows = []
  for (const [count, connections] of [
    [20, 64],
    [100, 64],
  ] as const) {
    const [event, line] = [
      { kind, count, connections, seconds, warmUp },
      { kind: 'line', count, connections, seconds, warmUp },
    ] as const
    const [ofEvents, ofLines] = [await measure(event), await measure(line)]
    const rate = ofLines.events / ofLines.ms / (ofEvents.events / ofEvents.ms)
    // Where others use the same cores, this is the steadier of the two.
    const byCpu = ofEvents.steady / ofLines.steady
    rows.push(
      { ...rowOf(event, ofEvents), 'events/s ×': '1', 'by CPU ×': '1' },
      { ...rowOf(line, ofLines), 'events/s ×': rate.toFixed(2), 'by CPU ×': byCpu.toFixed(2) },
    )
  }
  console.table(rows)
}

/** Tells what an event costs and what it writes, at 20 × 64. */
async function costs() {
  const traffic = { kind, count: 20, connections: 64, seconds, warmUp } as const
  const measured = await measure(traffic)
  console.table([rowOf(traffic, measured)])
  const { steady, compilers, collector, serving, archive, floor, written, waiting } = measured
  const µs = (value: number) => `${value.toFixed(1)} µs`
  const parts = `serving thread ${µs(serving)}, archive ${µs(archive)}, collector ${µs(collector)}`
  const apart = `${parts}; compilers apart ${µs(compilers)}; waited ${Math.round(waiting)} ms/s for a core`
  const rows = `parse ${µs(floor.parse)}, insert ${µs(floor.insert)}`
  tellGoal({ goal: 'CPU of an event, steady', value: steady, unit: 'µs', most: 26, beside: apart })
  tellGoal({
    ...{ goal: 'to parse and insert', value: steady / floor.rows, unit: '×', most: 2.7 },
    beside: rows,
  })
  tellGoal({
    ...{ goal: 'to parse, insert and write Parquet', value: steady / floor.all, unit: '×' },
    ...{ most: 1.9, beside: `${rows}, Parquet ${µs(floor.parquet)}` },
  })
  tellGoal({ goal: 'bytes written, of those sent', value: written, unit: '×', most: 0.6 })
}

const TURNS = 3
// A thread that waits longer than this in each second has no core of its own.
const FREE_MS = 50

/**
 * Tells how long senders wait at 20 × 8, beside a server that only parses and inserts, in turn. The
 * goal is one of time where the thread that answers has a core, and one to that server otherwise.
 */
async function waits() {
  await using ours = await startNonius()
  await using bare = await startBare()
  const traffic = { kind, count: 20, connections: 8, seconds, warmUp } as const
  const turns = await takeTurns([ours, bare], traffic, TURNS)
  const of = (name: string, figure: 'p99' | 'waiting') =>
    median(turns.get(name)!.map((turn) => turn[figure]))
  const [p99, barely] = [of(NONIUS, 'p99'), of(BARE, 'p99')]
  const [waiting, bareWaiting] = [of(NONIUS, 'waiting'), of(BARE, 'waiting')].map(Math.round)
  // Neighbours in time had the same machine.
  const ratio = median(turns.get(NONIUS)!.map((turn, at) => turn.p99 / turns.get(BARE)![at]!.p99))
  const waited = `waited ${waiting} ms/s for a core, the bare server ${bareWaiting}`
  tellGoal(
    waiting! <= FREE_MS
      ? { goal: 'p99 at 20 × 8', value: p99, unit: 'ms', most: 10, beside: waited }
      : {
          ...{ goal: 'p99 at 20 × 8, to a bare server', value: ratio, unit: '×', most: 1.5 },
          beside: `${p99.toFixed(1)} of ${barely.toFixed(1)} ms; ${waited}`,
        },
  )
}

if (values.goals) {
  await costs()
  await waits()
} else {
  if (!values.lines) await mixed()
  await lines()
}
if (Number(values.fill) > 0) console.table([await fill(Number(values.fill))])
await receiver.stop(true)
