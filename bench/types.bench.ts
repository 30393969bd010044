/**
 * This bench measures what checking an event by its registered type costs, beside JSON.parse of the
 * same text, one type after the other. The events are the examples of all registered types:
 *
 *   npx bun bench/types.bench.ts [ROUNDS]
 *
 * Of each figure, the fastest round counts. It fails when a check costs more than half of JSON.parse.
 */
import type { EventType } from '../src/event/event-type'
import { compileType } from '../src/standards/native/types/compile'
import compiled from '../src/standards/native/vocabularies/compiled.json'

const ROUNDS = Number(process.argv[2] ?? 12)
// A server checks the same few types over and over: an engine needs some thousand calls to be warm.
const REPEATS = 1_500
const MOST = 0.5

const all = (compiled.types as unknown as EventType[]).filter(({ example }) => example)
// A text from the network is one flat string, and so should these be: JSON.stringify gives ropes.
const texts = all.map(({ example }) => Buffer.from(JSON.stringify(example)).toString())

function measure(work: (i: number) => void): number {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round += 1) {
    const from = process.cpuUsage()
    for (let i = 0; i < texts.length; i += 1) for (let n = 0; n < REPEATS; n += 1) work(i)
    const { user, system } = process.cpuUsage(from)
    best = Math.min(best, (user + system) / REPEATS / texts.length)
  }
  return best
}

let sink = 0
const parse = measure((i) => {
  sink += JSON.parse(texts[i]!) === null ? 1 : 0
})
const bytes = texts.reduce((sum, text) => sum + text.length, 0) / texts.length
console.log(`${texts.length} types, examples of ${bytes.toFixed(0)} bytes, cpu time`)
console.log(`JSON.parse               ${parse.toFixed(2)} µs/event`)
const values = texts.map((text) => JSON.parse(text) as Record<string, unknown>)
for (const trusted of [true, false]) {
  const types = all.map((type) => compileType(type, { trusted }))
  const check = measure((i) => {
    const payload = values[i]!.payload === undefined ? 'properties' : 'payload'
    sink += types[i]!.check(values[i]!, payload, []).length
  })
  const share = check / parse
  const whose = trusted ? 'one of ours' : 'a tenant’s own'
  console.log(
    `check, ${whose.padEnd(17)} ${check.toFixed(2)} µs/event, ${share.toFixed(2)} × parse`,
  )
  if (trusted && share > MOST) process.exitCode = 1
}
if (sink > 0) throw new Error(`${sink} of the examples break their own schema`)
