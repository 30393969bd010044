/**
 * This bench measures what checking costs per distinct event, beside JSON.parse of the same texts:
 *
 *   npx bun bench/validate.bench.ts [EVENTS]
 *   npx bun build bench/validate.bench.ts --target=node --outfile=FILE.mjs && node FILE.mjs [EVENTS]
 *
 * Every round checks all texts once, in an order of its own; of each figure, the fastest round
 * counts.
 */
import { checkItem } from '../src/standards/caliper/check-item'
import { checkElement } from '../src/standards/caliper/conformance'
import { kindOf, refuse } from '../src/standards/caliper/gate'
import type { Node } from '../src/standards/caliper/node'
import { mutated, seeded } from '../tests/support/mutate'
import { anEvent } from '../tools/samples/envelopes'
import { tellGoal } from './goals'
import { zodEvent } from './zod-model'

const COUNT = Number(process.argv[2] ?? 20_000)
const ROUNDS = 12

// A text from the network is one flat string, and so should these be: JSON.stringify gives ropes.
const flat = (value: unknown) => Buffer.from(JSON.stringify(value)).toString()
const texts = Array.from({ length: COUNT }, () => flat(anEvent()))
let sink = 0

const readers: Record<string, (text: string) => void> = {
  parse(text) {
    sink += (JSON.parse(text) as object) === null ? 1 : 0
  },
  gate(text) {
    const item = JSON.parse(text) as Node
    if (refuse(item, text, kindOf(item), 0) !== undefined) sink += 1
  },
  report(text) {
    const item = JSON.parse(text) as Node
    const kind = kindOf(item)
    if (refuse(item, text, kind, 0) !== undefined) sink += 1
    sink += checkItem(item, kind, '1.2').length
  },
  zod(text) {
    if (!zodEvent.safeParse(JSON.parse(text)).success) sink += 1
  },
}

const best = new Map<string, number>()
for (let round = 0; round < ROUNDS; round += 1) {
  for (const [name, read] of Object.entries(readers)) {
    const from = process.cpuUsage()
    for (const text of texts) read(text)
    const { user, system } = process.cpuUsage(from)
    const micros = (user + system) / COUNT
    best.set(name, Math.min(best.get(name) ?? Number.POSITIVE_INFINITY, micros))
  }
}
if (sink > 0) throw new Error(`${sink} of the events do not conform, or Zod thinks so`)

const parse = best.get('parse')!
const bytes = texts.reduce((sum, text) => sum + text.length, 0) / COUNT
const engine =
  process.versions.bun === undefined
    ? `Node ${process.versions.node}`
    : `Bun ${process.versions.bun}`
console.log(`${engine}; ${COUNT} distinct events of ${bytes.toFixed(0)} bytes, cpu time`)
console.log(`JSON.parse                ${parse.toFixed(2)} µs/event`)
for (const [name, what] of [
  ['gate', 'gate'],
  ['report', 'gate and full report'],
  ['zod', 'Zod 4, same model'],
] as const) {
  const more = best.get(name)! - parse
  console.log(
    `${what.padEnd(24)} +${more.toFixed(2)} µs/event, ${(more / parse).toFixed(2)} × parse`,
  )
}

if (process.versions.bun === undefined) {
  const value = (best.get('report')! - parse) / parse
  const beside = `${engine}, JSON.parse ${parse.toFixed(1)} µs`
  tellGoal({ goal: 'gate and report in Node, of JSON.parse', value, unit: '×', most: 0.5, beside })
}

// These events have faults of all kinds; checking them includes the messages of the report and
// every path.
const random = seeded(7)
const terms = ['Person', 'Page', 'Attempt', 'Assessment', 'Webpage', 'Viewed', 'Launched']
const faulty = Array.from({ length: COUNT }, () => flat(mutated(anEvent(), terms, random)))
const times: number[] = []
for (let round = 0; round < 3; round += 1) {
  faulty.forEach((text, i) => {
    const element = { value: JSON.parse(text), text }
    const from = performance.now()
    sink += checkElement(element, undefined, ['data', 0]).length
    const took = (performance.now() - from) * 1000
    times[i] = Math.min(times[i] ?? Number.POSITIVE_INFINITY, took)
  })
}
times.sort((a, b) => a - b)
const at = (share: number) => times[Math.min(COUNT - 1, Math.floor(COUNT * share))]!.toFixed(1)
console.log(
  `faulty events, ${(sink / COUNT / 3).toFixed(1)} findings each: median ${at(0.5)} µs, 99 % ${at(0.99)} µs, worst ${at(1)} µs`,
)
