/**
 * This bench measures what `commonOf` costs per event, by standard, and what a conversion costs:
 *
 *   npx bun bench/mapping.bench.ts
 *   npx bun build bench/mapping.bench.ts --target=node --outfile=FILE.mjs && node FILE.mjs
 *
 * Of each figure, the fastest round counts. An event should cost less than 0.2 µs.
 */
import type { ReadEvent } from '../src/event/reading'
import { activityTypes } from '../src/mapping/activity-types'
import { commonOf } from '../src/mapping/common'
import { toCaliper, toXapi } from '../src/mapping/convert'
import { iriOf } from '../src/mapping/prefixes'
import { verbRows } from '../src/mapping/verbs'
import { anEvent } from '../tools/samples/envelopes'

// A request of a thousand: what was just read is still in the caches.
const COUNT = 1000
const ROUNDS = 200

// Text from the network: a look-up hashes each string anew.
const fresh = (text: string) => Buffer.from(text).toString()
const pick = <Value>(list: readonly Value[], n: number) => list[(n * 7919) % list.length]!

const like: ReadEvent = {
  kind: 'event',
  eventId: 'e',
  standard: 'xapi',
  type: 'Statement',
  eventTime: '2026-11-21T09:30:00.000Z',
  conformant: true,
  issueCodes: [],
  raw: '{}',
}

function statement(n: number): ReadEvent {
  const isKnown = n % 10 > 0
  const verb = isKnown ? iriOf(pick(verbRows, n).verb) : `https://example.edu/verbs/${n}`
  const type = iriOf(pick(activityTypes, n).activityType)
  return { ...like, action: fresh(verb), objectType: fresh(type) }
}

function made(standard: 'caliper' | 'native', n: number): ReadEvent {
  return { ...like, standard, type: fresh(`T${n % 9}`), action: 'Viewed', objectType: 'Page' }
}

const makers: Record<string, (n: number) => ReadEvent> = {
  statements: statement,
  'Caliper events': (n) => made('caliper', n),
  'native events': (n) => made('native', n),
}

let sink = 0

/** @returns µs of each of `items`, which are made anew for every round */
function fastest<Item>(rounds: number, make: () => Item[], work: (item: Item) => void): number {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < rounds; round += 1) {
    const items = make()
    const from = performance.now()
    for (const item of items) work(item)
    best = Math.min(best, ((performance.now() - from) * 1000) / items.length)
  }
  return best
}

for (const [name, make] of Object.entries(makers)) {
  const micros = fastest(
    ROUNDS,
    () => Array.from({ length: COUNT }, (_, n) => make(n)),
    (event) => {
      sink += commonOf(event).type.length
    },
  )
  console.log(`commonOf, ${name.padEnd(15)} ${micros.toFixed(3)} µs/event`)
}

const samples = Array.from({ length: COUNT }, () => anEvent() as Record<string, unknown>)
const fallback = { id: 'urn:uuid:00000000-0000-4000-8000-000000000001', at: like.eventTime }
const converted = samples.map((event) => toXapi(event, fallback).document)
const there = fastest(
  12,
  () => samples,
  (event) => {
    sink += toXapi(event, fallback).match.length
  },
)
const back = fastest(
  12,
  () => converted,
  (one) => {
    sink += toCaliper(one, fallback).match.length
  },
)
console.log(`to xAPI                   ${there.toFixed(1)} µs/event`)
console.log(`to Caliper                ${back.toFixed(1)} µs/event`)
if (sink === 0) throw new Error('Nothing was done')
