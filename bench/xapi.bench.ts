/**
 * This bench measures statements as `ingest.bench.ts` measures events: POST of 1 and of 50 over 8
 * connections, and the same with Caliper events of the same size in the same run. The goal is at
 * most 1.5 times the CPU of such an event.
 *
 *     bun bench/xapi.bench.ts [--seconds N]   about three minutes
 */
import { parseArgs } from 'node:util'
import { type Kind, kinds } from './kinds'
import { measure, receiver, rowOf } from './scenario'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '8' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log('bun bench/xapi.bench.ts [--seconds N]')
  process.exit(0)
}
const seconds = Number(values.seconds)
const connections = 8

const rows = []
for (const count of [1, 50]) {
  const [event, statement] = [
    { kind: 'event', count, connections, seconds },
    { kind: 'statement', count, connections, seconds },
  ] as const
  const [ofEvents, ofStatements] = [await measure(event), await measure(statement)]
  const ratio = ofStatements.steady / ofEvents.steady
  rows.push(
    { ...rowOf(event, ofEvents), 'to an event': '1' },
    { ...rowOf(statement, ofStatements), 'to an event': ratio.toFixed(2) },
  )
}
console.table(rows)
for (const kind of Object.keys(kinds) as Kind[]) {
  const lengths = Array.from({ length: 200 }, () => JSON.stringify(kinds[kind].make()).length)
  const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length
  console.log(`${kind}: ${Math.round(mean)} characters without its id`)
}
await receiver.stop(true)
