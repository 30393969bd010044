/**
 * This bench measures what a commit costs an event on the serving thread, from records to what is durable:
 * what stands for their contents, index entries, lines, compression, SQLite. What reading before it and
 * followers after it cost is not in it.
 *
 *   bun bench/commit.bench.ts [ROUNDS]
 *
 * Records are of Caliper events of 1.5 KB, 64 calls of 20 in a commit, as `ingest.bench.ts` has them. CPU time of
 * the first thread, as the kernel counts it, of 4 commits together; the median round counts. It fails when that is more
 * than 13 µs an event. Beside it is the digest of their contents, which is made no more.
 */
import { readFileSync } from 'node:fs'
import { contentDigest } from '../src/event/content'
import type { EventRecord } from '../src/event/record'
import { stampWith } from '../src/ingest/steps/stamp'
import { asSent } from '../src/mapping/common-words'
import { standardNamed } from '../src/standards'
import { finish } from '../src/syntax/steps'
import { temporaryFolder } from '../tests/support/folders'
import { openStore } from '../tests/support/local-store'
import { createBodies } from './events'
import { tellGoal } from './goals'

const ROUNDS = Number(process.argv[2] ?? 11)
const MOST_MICROSECONDS = 13
const CALLS = 64
const IN_CALL = 20
const COMMITS = 4
const EVENTS = CALLS * IN_CALL * COMMITS
// By then the compilers are done.
const WARM_UP = 8

const { body } = createBodies()
const caliper = await standardNamed('caliper')!.load()

/** Reads as many events as a round stores, and makes records of them as a request does. */
function callsOf(): EventRecord[][] {
  return Array.from({ length: CALLS * COMMITS }, () => {
    const receivedAt = new Date().toISOString()
    // A text from the network is one flat string.
    const text = Buffer.from(body(IN_CALL)).toString()
    const { items } = finish(caliper.readBody(text, 'document', receivedAt))
    const stamp = stampWith({
      ...{ tenantId: 'default', sourceId: 'bench', receivedAt },
      server: { requestId: crypto.randomUUID(), subject: 'key_1', ip: '192.0.2.1' },
      ...{ terms: { days: 30 }, commonOf: asSent },
    })
    return items.map((item) => {
      if ('event' in item) return stamp(item.event)
      throw new Error(JSON.stringify(item.errors))
    })
  })
}

/** CPU of this process's first thread, in µs: the kernel brings it up to date every few ms. */
function cpu(): number {
  const [nanoseconds] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')
  return Number(nanoseconds) / 1000
}

const medianOf = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!

using folder = temporaryFolder()
await using store = openStore(folder.path)
const commits: number[] = []
const digests: number[] = []
for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
  const calls = callsOf()
  let from = cpu()
  for (let at = 0; at < calls.length; at += CALLS) {
    await Promise.all(calls.slice(at, at + CALLS).map((call) => store.append(call)))
  }
  const commit = (cpu() - from) / EVENTS
  from = cpu()
  for (const { raw } of calls.flat()) contentDigest(raw, JSON.parse(raw))
  const digest = (cpu() - from) / EVENTS
  if (round < WARM_UP) continue
  commits.push(commit)
  digests.push(digest)
}
const digest = medianOf(digests).toFixed(1)
tellGoal({
  goal: 'a commit, CPU of the serving thread an event',
  value: medianOf(commits),
  unit: 'µs',
  most: MOST_MICROSECONDS,
  beside: `fastest round ${Math.min(...commits).toFixed(1)}; parsing and the digest that it had before: ${digest}`,
})
