/**
 * This bench measures what proving costs an event: the leaves of records as the consumer of the feed adds them
 * to trees, batch by batch, with everything that it writes. A leaf stands for the SHA-256 of what was sent, which
 * is told apart.
 *
 *   npx bun bench/merkle.bench.ts [ROUNDS]
 *
 * Cpu time of all threads; of each figure, the fastest round counts. It fails when all that comes beyond
 * the SHA-256 of the text is more than 1 µs an event, for one tenant or for a hundred.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { contentDigest } from '../src/event/content'
import type { EventRecord } from '../src/event/record'
import { createProofs } from '../src/merkle/prove'
import type { ChangeBatch } from '../src/platform/change-feed'
import { openTrees } from '../src/platform/local/trees'
import { createBodies } from './events'

const ROUNDS = Number(process.argv[2] ?? 5)
const MOST_MICROSECONDS = 1
// As the consumer takes them (`changes/trees.ts`).
const BATCH = 2048
const EVENTS = BATCH * 40
const PROOFS = 500
const STORED_AT = Date.parse('2026-11-30T02:10:00.000Z')

const { text } = createBodies()
// A text from the network is one flat string; those that are put together here are ropes.
const texts = Array.from({ length: EVENTS }, () => Buffer.from(text()).toString())
const bytes = texts.reduce((sum, one) => sum + one.length, 0) / EVENTS

function recordsOf(tenants: number): EventRecord[] {
  return texts.map((raw, n) => {
    const eventId = `urn:uuid:${crypto.randomUUID()}`
    const tenantId = `school-${n % tenants}`
    return { kind: 'event', tenantId, eventId, raw, retentionClass: 'standard' } as EventRecord
  })
}

function batchOf(records: readonly EventRecord[], id: string): ChangeBatch {
  return {
    ...{ id, count: records.length, records: () => records },
    ...{ isWithin: () => true, storedAt: () => STORED_AT },
  }
}

/** @param make opens what a round needs, which is not measured */
async function fastestOf<Opened extends AsyncDisposable>(
  work: (opened: Opened | undefined) => void | Promise<void>,
  make?: (round: number) => Opened,
): Promise<number> {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round += 1) {
    await using opened = make?.(round)
    const from = process.cpuUsage()
    await work(opened)
    const { user, system } = process.cpuUsage(from)
    best = Math.min(best, (user + system) / EVENTS)
  }
  return best
}

const show = (name: string, cost: number, more = '') =>
  console.log(`${name.padEnd(44)} ${cost.toFixed(2).padStart(6)} µs/event${more}`)

const folder = mkdtempSync(join(tmpdir(), 'nonius-merkle-'))
console.log(`${EVENTS} events of ${bytes.toFixed(0)} bytes, batches of ${BATCH}, cpu time`)
show(
  'content digest, which append makes anyway',
  await fastestOf(() => {
    for (const raw of texts) contentDigest(raw)
  }),
)
const digest = new Uint8Array(32)
const ofText = await fastestOf(() => {
  for (const raw of texts) Bun.SHA256.hash(raw, digest)
})
show('SHA-256 of what was sent', ofText)

let isMet = true
for (const tenants of [1, 100]) {
  const records = recordsOf(tenants)
  const open = (round: number) =>
    openTrees(join(folder, `${tenants}-${round}.db`), { add: () => {} })
  const all = await fastestOf(async (trees) => {
    for (let at = 0; at < EVENTS; at += BATCH) {
      await trees!.add(batchOf(records.slice(at, at + BATCH), `${at}`))
    }
  }, open)
  const beyond = all - ofText
  if (beyond > MOST_MICROSECONDS) isMet = false
  show(`leaves, trees, files of ${tenants} tenants`, all, `, ${beyond.toFixed(2)} beyond it`)
}

{
  await using trees = openTrees(join(folder, '1-0.db'), { add: () => {} })
  const proofs = createProofs(trees)
  const ids: string[] = []
  for await (const leaves of trees.leaves('school-0', '2026-11-30T02')) {
    for (const { eventId } of leaves) if (eventId !== undefined) ids.push(eventId)
  }
  const asked = ids.filter((_, n) => n % Math.floor(ids.length / PROOFS) === 0)
  const from = performance.now()
  for (const id of asked) await proofs.ofEvent('school-0', id, { from: '2026-11-30T02' })
  const each = (performance.now() - from) / asked.length
  console.log(`a proof in a tree of ${ids.length}: ${each.toFixed(2)} ms`)
  const size = Bun.file(join(folder, '1-0.db')).size / EVENTS
  console.log(`trees.db has ${size.toFixed(0)} bytes an event`)
}
rmSync(folder, { recursive: true })
if (!isMet) process.exitCode = 1
