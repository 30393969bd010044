/**
 * This bench measures ingest end to end: it starts the server as a user would, drives it from a
 * second process, and prints events a second, latency, and CPU per event as a ratio to a floor
 * measured in the same run; then native events as JSON lines beside Caliper events of the same size.
 *
 *     bun bench/ingest.bench.ts                 about four minutes
 *     bun bench/ingest.bench.ts --lines         JSON lines beside Caliper alone, two minutes
 *     bun bench/ingest.bench.ts --fill 5000000  also: how fast with that many events held
 */
import { parseArgs } from 'node:util'
import { temporaryFolder } from '../tests/support/folders'
import { startServerProcess } from '../tests/support/server-process'
import { type Load, load, receiver, scenario, settings } from './scenario'

const { values } = parseArgs({
  options: {
    fill: { type: 'string', default: '0' },
    seconds: { type: 'string', default: '8' },
    lines: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log('bun bench/ingest.bench.ts [--seconds N] [--fill EVENTS] [--lines]')
  process.exit(0)
}
const seconds = Number(values.seconds)
const kind = 'event'
// An hour is long enough for any fill; `most` ends it.
const FILL_SECONDS = 3600

async function fill(events: number) {
  using folder = temporaryFolder()
  await using server = await startServerProcess(folder.path, settings)
  const usual = { kind, count: 20, connections: 64, seconds } as const
  await load(server, { ...usual, seconds: 3 })
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
    rows.push(await scenario({ kind, count, connections, seconds }))
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
    const event = await scenario({ kind, count, connections, seconds })
    const line = await scenario({ kind: 'line', count, connections, seconds })
    const rate = line['events/s'] / event['events/s']
    // Where others use the same cores, this is the steadier of the two.
    const byCpu = Number(event['CPU µs/event']) / Number(line['CPU µs/event'])
    rows.push(
      { ...event, 'events/s ×': '1', 'by CPU ×': '1' },
      { ...line, 'events/s ×': rate.toFixed(2), 'by CPU ×': byCpu.toFixed(2) },
    )
  }
  console.table(rows)
}

if (!values.lines) await mixed()
await lines()
if (Number(values.fill) > 0) console.table([await fill(Number(values.fill))])
await receiver.stop(true)
