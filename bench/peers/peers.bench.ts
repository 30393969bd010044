/**
 * This bench gives Nonius and servers of our own writing the same load in the same run, in turn.
 *
 *     npm run bench:peers                   about eight minutes
 *     npm run bench:peers -- --quick        about three, a hint
 */
import { parseArgs } from 'node:util'
import { receiver, WARM_UP_SECONDS } from '../scenario'
import { NONIUS, type Peer, peers } from './start'
import { median, type Turn, takeTurns } from './turns'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(`npm run bench:peers -- [--quick]

Fastify + PostgreSQL wants \`npm ci --prefix bench/peers\` once, and PostgreSQL on the machine.`)
  process.exit(0)
}
const { quick } = values
const [seconds, firstWarmUp, rounds] = quick ? [3, 3, 1] : [6, WARM_UP_SECONDS, 3]
// The compilers know the events already, and have to learn the other number of connections.
const NEXT_WARM_UP = 3

await using open = new AsyncDisposableStack()
const there: Peer[] = []
for (const start of peers) {
  const peer = await start()
  if (typeof peer === 'string') console.log(`Left out: ${peer}`)
  else there.push(open.use(peer))
}
for (const [connections, warmUp] of [
  [64, firstWarmUp],
  [8, NEXT_WARM_UP],
] as const) {
  const count = 20
  const traffic = { kind: 'event', count, connections, seconds, warmUp } as const
  const turns = await takeTurns(there, traffic, rounds)
  console.log(`\n${count} events × ${connections} connections, ${rounds} turns each:\n`)
  console.log('| | events/s | p50 ms | p99 ms | waits ms/s | CPU µs/event | × Nonius |')
  console.log('|---|---|---|---|---|---|---|')
  const ours = turns.get(NONIUS)!
  for (const [name, theirs] of turns) {
    const of = (figure: (turn: Turn) => number) => median(theirs.map(figure))
    const rate = of(({ events, ms }) => events / (ms / 1000)).toFixed(0)
    const times = [of(({ p50 }) => p50).toFixed(1), of(({ p99 }) => p99).toFixed(1)]
    // Ratios are taken turn by turn: neighbours in time had the same machine.
    const ratio = median(theirs.map(({ cpu }, round) => cpu / ours[round]!.cpu)).toFixed(2)
    const cells = [rate, ...times, of(({ waiting }) => waiting).toFixed(0)]
    console.log(
      `| ${name} | ${cells.join(' | ')} | ${of(({ cpu }) => cpu).toFixed(1)} | ${ratio} |`,
    )
  }
}
await receiver.stop(true)
