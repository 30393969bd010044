/**
 * This bench measures what the serving thread does from the bytes of a body to the records that are stored: decoding,
 * cutting, parsing, gate, report, normalising and stamping, without HTTP around it and without a commit after it.
 *
 *     bun bench/reading.bench.ts             half a minute
 *     bun bench/reading.bench.ts --quick
 */
import { parseArgs } from 'node:util'
import { refuse } from '../src/ingest/steps/refuse'
import { stampWith } from '../src/ingest/steps/stamp'
import { asSent } from '../src/mapping/common-words'
import { caliper } from '../src/standards/caliper/standard'
import { eachOf, finish } from '../src/syntax/steps'
import { decodePlain } from '../src/wire/plain'
import { createBodies } from './events'
import { tellGoal } from './goals'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log('bun bench/reading.bench.ts [--quick]')
  process.exit(0)
}

const COUNT = 20
const BODIES = 200
const ROUNDS = values.quick ? 10 : 60
// The compilers are done after so many.
const WARM_UP = ROUNDS / 2

const receivedAt = new Date().toISOString()
const origin = { tenantId: 'default', sourceId: 'demo', receivedAt, server: { requestId: 'bench' } }
const stamp = stampWith({ ...origin, terms: { days: 30 }, commonOf: asSent })

function read(bytes: Uint8Array): number {
  const reading = finish(caliper.readBody(decodePlain(bytes)!, 'document', receivedAt))
  const { readable } = finish(refuse(reading, {}))
  return finish(eachOf(readable, ({ event }) => stamp(event))).length
}

const { body } = createBodies()
const bodies = Array.from({ length: BODIES }, () => new Uint8Array(Buffer.from(body(COUNT))))
// Each item as a text of its own, as from the network.
const texts = bodies.flatMap((bytes) => {
  const { data } = JSON.parse(decodePlain(bytes)!) as { data: unknown[] }
  return data.map((item) => Buffer.from(JSON.stringify(item)).toString())
})

/** Measures the CPU µs of `work` per event, user and system together, the collector's included. */
function cpuPerEvent(work: () => void): number {
  const from = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(from)
  return (user + system) / texts.length
}

/** In turn, so that both meet the same load of the machine. */
const rounds = Array.from({ length: ROUNDS }, () => ({
  parse: cpuPerEvent(() => {
    for (const text of texts) JSON.parse(text)
  }),
  whole: cpuPerEvent(() => {
    for (const bytes of bodies) if (read(bytes) !== COUNT) throw new Error('not all could be read')
  }),
})).slice(WARM_UP)

const sorted = (of: 'parse' | 'whole') => rounds.map((round) => round[of]).sort((a, b) => a - b)
const [parse, whole] = [sorted('parse'), sorted('whole')]
const middle = (all: number[]) => all[all.length >> 1]!
const ratios = rounds.map(({ parse, whole }) => whole / parse).sort((a, b) => a - b)
const beside = `fastest ${whole[0]!.toFixed(1)}; JSON.parse ${middle(parse).toFixed(1)}, of which it is ${middle(ratios).toFixed(1)} ×`
tellGoal({
  goal: 'Reading an event, from bytes to record',
  value: middle(whole),
  unit: 'µs',
  most: 15,
  beside,
})
