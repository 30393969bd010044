import { expect, it } from 'bun:test'
import { join } from 'node:path'
import fc from 'fast-check'
import type { EventRecord } from '../../src/event/record'
import { openArchive } from '../../src/platform/local/archive'
import { createDuck } from '../../src/platform/local/parquet/duck'
import type { Sizes } from '../../src/platform/local/settle/sort-runs'
import { openSettlement } from '../../src/platform/local/settlement'
import { silentLog } from '../../src/telemetry/log'
import { clockAt } from '../support/clock'
import { temporaryFolder } from '../support/folders'
import { lakeOf } from '../support/lake'
import { aBatch, aRecord } from '../support/records'

// Few of each, so that copies, and days that are settled, are met again.
const people = ['ada', 'bob', "o'k"]
const arbitraryRecord = fc
  .record({
    eventId: fc.integer({ min: 0, max: 11 }).map((n) => `event ${n}`),
    tenantId: fc.constantFrom('default', 'other'),
    receivedAt: fc
      .tuple(fc.integer({ min: 14, max: 16 }), fc.integer({ min: 0, max: 23 }))
      .map(([day, hour]) => `2026-11-${day}T${String(hour).padStart(2, '0')}:00:00.000Z`),
    retentionClass: fc.constantFrom('standard' as const, 'pii' as const),
    courseId: fc.constantFrom(undefined, 'a', 'b'),
  })
  .map((some): Partial<EventRecord> => {
    // An event is of the same person whenever it is sent.
    const actorId = people[Number(some.eventId.slice(6)) % people.length]!
    return { ...some, actorId, raw: JSON.stringify({ actor: actorId }) }
  })

const arbitraryStep = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ land: fc.array(arbitraryRecord, { minLength: 1, maxLength: 8 }) }),
  },
  { weight: 2, arbitrary: fc.record({ settle: fc.constantFrom('2026-11-15', '2026-11-17') }) },
  { weight: 2, arbitrary: fc.record({ join: fc.integer({ min: 14, max: 16 }) }) },
  { weight: 1, arbitrary: fc.record({ erase: fc.constantFrom(...people) }) },
  { weight: 1, arbitrary: fc.record({ again: fc.integer({ min: 0, max: 20 }) }) },
)
type Step = typeof arbitraryStep extends fc.Arbitrary<infer Of> ? Of : never

// Files of any size are joined, and large enough or too small for the night to take them as they are.
const arbitrarySizes = fc.record({
  leastFiles: fc.constantFrom(1, 2),
  smallBytes: fc.constantFrom(0, 8 * 1024 * 1024),
})

async function holds(steps: Step[], sizes: Sizes) {
  using root = temporaryFolder()
  const folder = join(root.path, 'lake', 'events')
  await using duck = createDuck()
  await using archive = openArchive({ folder, log: silentLog })
  let time = '2026-11-18T12:00:00.000Z'
  const clock = clockAt(() => new Date(time))
  const settlement = await openSettlement({ folder, archive, clock, sizes })
  const lake = lakeOf({ folder, duck })
  const model = new Map<string, string>()
  const batches: { batch: ReturnType<typeof aBatch>; erased: number }[] = []
  let erasures = 0

  async function seen() {
    const { rows } = await lake.query('SELECT tenant_id, event_id, actor_id FROM events')
    return rows.map((row) => row.join(' '))
  }
  const modelled = () => [...model].map(([key, actor]) => `${key} ${actor}`).sort()

  for (const step of steps) {
    if ('land' in step) {
      const records = step.land.map((some) => aRecord(some))
      const batch = aBatch(`batch-${batches.length}-`, records)
      batches.push({ batch, erased: erasures })
      await archive.write(batch)
      for (const { tenantId, eventId, actorId } of records)
        model.set(`${tenantId} ${eventId}`, actorId!)
    } else if ('join' in step) {
      time = `2026-11-${step.join + 1}T00:00:00.000Z`
      await settlement.joinHours()
      time = '2026-11-18T12:00:00.000Z'
    } else if ('settle' in step) await settlement.settle({ until: step.settle })
    else if ('erase' in step) {
      erasures += 1
      await archive.erase('default', { actorIds: [step.erase] })
      for (const [key, actor] of model) {
        if (actor === step.erase && key.startsWith('default ')) model.delete(key)
      }
    } else {
      // The log hands out a batch again: without what was erased from it, in which case as it is now.
      const one = batches[step.again]
      if (one?.erased === erasures) await archive.write(one.batch)
    }
    expect([...new Set(await seen())].sort()).toEqual(modelled())
  }
  await settlement.settle({ until: '2026-11-18' })
  expect((await seen()).sort()).toEqual(modelled())
  expect((await settlement.state()).waiting).toBe(0)
}

const numRuns = Number(process.env.NONIUS_PROPERTY_RUNS ?? 3)

it('holds each event once, whatever lands, is settled and erased in whatever order', async () => {
  const plan = fc.array(arbitraryStep, { minLength: 4, maxLength: 12 })
  await fc.assert(fc.asyncProperty(plan, arbitrarySizes, holds), { numRuns })
}, 240_000)

it('settles while people are erased and batches are written, and mixes nothing up', async () => {
  using root = temporaryFolder()
  const folder = join(root.path, 'lake', 'events')
  await using duck = createDuck()
  await using archive = openArchive({ folder, log: silentLog })
  const clock = clockAt(() => new Date('2026-11-18T12:00:00.000Z'))
  const settlement = await openSettlement({ folder, archive, clock })
  const lake = lakeOf({ folder, duck })
  const of = (actorId: string, day: number) =>
    aRecord({
      actorId,
      raw: JSON.stringify({ actor: actorId }),
      receivedAt: `2026-11-${day}T09:00:00.000Z`,
    })
  const first = people.flatMap((actor) => [of(actor, 14), of(actor, 15)])
  await archive.write(aBatch('first', first))
  const settling = settlement.settle({ until: '2026-11-18' })
  const written = archive.write(aBatch('late', [of('bob', 14), of('cy', 15)]))
  const erased = archive.erase('default', { actorIds: ['ada'] })
  let isOver = false
  const counts = new Set<number>()
  const reading = (async () => {
    while (!isOver) {
      const { rows } = await lake.query(`SELECT count(*) FROM events WHERE actor_id = 'bob'`)
      counts.add(Number(rows[0]![0]))
    }
  })()
  await Promise.all([settling, written])
  expect((await erased).removed).toBe(2)
  await settlement.settle({ until: '2026-11-18' })
  isOver = true
  await reading
  // His third event landed meanwhile; none of his was ever seen twice, or not at all.
  expect([...counts].filter((count) => count !== 2 && count !== 3)).toEqual([])
  const { rows } = await lake.query('SELECT actor_id, count(*) FROM events GROUP BY 1 ORDER BY 1')
  expect(rows).toEqual([
    ['bob', 3],
    ['cy', 1],
    ["o'k", 2],
  ])
}, 60_000)

it('answers readers by whole files while people are erased from them, and rows expire', async () => {
  using root = temporaryFolder()
  const folder = join(root.path, 'lake', 'events')
  await using duck = createDuck()
  await using archive = openArchive({ folder, log: silentLog })
  const now = new Date('2026-11-18T12:00:00.000Z')
  const settlement = await openSettlement({ folder, archive, clock: clockAt(() => now) })
  const lake = lakeOf({ folder, duck })
  const many = Array.from({ length: 12 }, (_, n) => `learner ${n}`)
  const records = many.flatMap((actorId) =>
    Array.from({ length: 50 }, (_, n) => {
      const receivedAt = `2026-11-${14 + (n % 2)}T0${n % 10}:00:00.000Z`
      return aRecord({ actorId, receivedAt, raw: JSON.stringify({ actor: actorId, n }) })
    }),
  )
  await archive.write(aBatch('all', records))
  const seen: number[] = []
  let isOver = false
  const reading = (async () => {
    while (!isOver) {
      const { rows } = await lake.query('SELECT count(*), count(DISTINCT raw) FROM events')
      expect(rows[0]![0]).toBe(rows[0]![1])
      seen.push(Number(rows[0]![0]))
    }
  })()
  for (const [n, actorId] of many.entries()) {
    // The first half is erased from files as they have landed, the other from settled ones.
    if (n === 6) await settlement.settle({ until: '2026-11-18' })
    if (n === 8) {
      const days = { standard: 3, assessment: 3, pii: 3, audit: 3 } as never
      await settlement.expire(new Date('2026-11-18T00:00:00.000Z'), async () => days)
    }
    await archive.erase('default', { actorIds: [actorId] })
  }
  isOver = true
  await reading
  // Of each day, a person's rows are there or not.
  expect(seen.filter((count) => count % 5 !== 0)).toEqual([])
  expect(seen).toEqual(seen.toSorted((a, b) => b - a))
  const { rows } = await lake.query('SELECT count(*) FROM events')
  expect(Number(rows[0]![0])).toBe(0)
}, 60_000)
