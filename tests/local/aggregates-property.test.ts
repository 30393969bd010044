import { expect, it } from 'bun:test'
import { join } from 'node:path'
import fc from 'fast-check'
import type { EventRecord } from '../../src/event/record'
import { dimensions } from '../../src/platform/aggregates'
import { createAggregates } from '../../src/platform/local/aggregates/read'
import { openArchive } from '../../src/platform/local/archive'
import { createDuck } from '../../src/platform/local/parquet/duck'
import { openSettlement } from '../../src/platform/local/settlement'
import { createTurns } from '../../src/platform/turns'
import { silentLog } from '../../src/telemetry/log'
import { aggregatesAndLake, lakeRows } from '../support/aggregates'
import { clockAt } from '../support/clock'
import { temporaryFolder } from '../support/folders'
import { lakeOf } from '../support/lake'
import { aBatch, aRecord } from '../support/records'

const people = ['ada', 'bob', "o'k", 'zoë']
const arbitraryRecord = fc
  .record({
    eventId: fc.integer({ min: 0, max: 19 }).map((n) => `event ${n}`),
    tenantId: fc.constantFrom('default', 'other'),
    day: fc.integer({ min: 14, max: 16 }),
    minutes: fc.integer({ min: 0, max: 24 * 60 - 1 }),
    // What was sent late happened days before, about the end of summer time.
    late: fc.constantFrom(0, 0, 0, 3, 400, 24 * 60 * 15, 24 * 60 * 20, 24 * 60 * 400),
    retentionClass: fc.constantFrom('standard' as const, 'pii' as const),
    courseId: fc.constantFrom(undefined, 'a', 'b'),
    groupId: fc.constantFrom(undefined, 'b', 'c'),
    type: fc.constantFrom('ViewEvent', 'GradeEvent', 'x"y'),
    commonAction: fc.constantFrom(undefined, 'Viewed'),
    sourceId: fc.constantFrom('lms', 'quiz', 'nonius'),
    sampleRate: fc.constantFrom(undefined, undefined, 0.25, 0.48, 0.3),
    actorType: fc.constantFrom(undefined, 'Person', 'SoftwareApplication'),
    kind: fc.constantFrom('event' as const, 'event' as const, 'entity' as const),
  })
  .map(({ day, minutes, late, ...some }): Partial<EventRecord> => {
    const actorId = people[Number(some.eventId.slice(6)) % people.length]!
    const at = Date.parse(`2026-11-${day}T00:00:00Z`) + minutes * 60_000
    const occurredAt = new Date(at - late * 60_000).toISOString()
    const audit = some.sourceId === 'nonius' && minutes % 2 === 0 && { type: 'nonius.audit.x' }
    return {
      ...some,
      ...audit,
      ...{ actorId, occurredAt, eventTime: occurredAt, action: 'did' },
      receivedAt: new Date(at).toISOString(),
      raw: JSON.stringify({ actor: actorId }),
    }
  })

const arbitraryStep = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ land: fc.array(arbitraryRecord, { minLength: 1, maxLength: 8 }) }),
  },
  { weight: 2, arbitrary: fc.record({ settle: fc.constantFrom('2026-11-15', '2026-11-17') }) },
  { weight: 1, arbitrary: fc.record({ erase: fc.constantFrom(...people) }) },
  { weight: 1, arbitrary: fc.record({ again: fc.integer({ min: 0, max: 20 }) }) },
  { weight: 1, arbitrary: fc.record({ expire: fc.constantFrom(1, 2) }) },
  { weight: 1, arbitrary: fc.record({ reopen: fc.boolean() }) },
)
type Step = typeof arbitraryStep extends fc.Arbitrary<infer Of> ? Of : never

async function holds(steps: Step[], zone: string) {
  using root = temporaryFolder()
  const folder = join(root.path, 'lake', 'events')
  await using duck = createDuck()
  const lake = lakeOf({ folder, duck })
  const now = new Date('2026-11-18T12:00:00.000Z')
  const file = join(root.path, 'aggregates.db')
  let zones: Record<string, string> = { default: zone }

  async function open() {
    const aggregates = { file, key: '0a', zones: async () => zones }
    const archive = openArchive({ folder, log: silentLog, aggregates })
    const settlement = await openSettlement({ folder, archive, clock: clockAt(() => now) })
    const follower = archive.workshop.follower!
    await follower.catchUp(new AbortController().signal)
    const counted = createAggregates({ file, follower, turns: createTurns() })
    return { archive, settlement, counted }
  }
  let at = await open()
  const batches: { batch: ReturnType<typeof aBatch>; erased: number }[] = []
  let erasures = 0

  for (const step of steps) {
    if ('land' in step) {
      const batch = aBatch(
        `batch-${batches.length}-`,
        step.land.map((some) => aRecord(some)),
      )
      batches.push({ batch, erased: erasures })
      await at.archive.write(batch)
    } else if ('settle' in step) await at.settlement.settle({ until: step.settle })
    else if ('erase' in step) {
      erasures += 1
      await at.archive.erase('default', { actorIds: [step.erase] })
    } else if ('expire' in step) {
      const kept = { standard: step.expire, sensitive: 9, pii: 2, system: 9 }
      await at.settlement.expire(now, async () => kept)
    } else if ('reopen' in step) {
      // Another zone is chosen, as the case may be.
      if (step.reopen) zones = { default: zones.default === zone ? 'Asia/Kathmandu' : zone }
      await at.archive[Symbol.asyncDispose]()
      at = await open()
    } else {
      const one = batches[step.again]
      if (one?.erased === erasures) await at.archive.write(one.batch)
    }
  }
  try {
    for (const tenantId of ['default', 'other']) {
      const timeZone = zones[tenantId] ?? 'UTC'
      const rows = await lakeRows(lake, tenantId)
      for (const by of [undefined, ...dimensions]) {
        for (const metric of ['events', 'actors'] as const) {
          for (const interval of ['hour', 'day', 'week', 'all'] as const) {
            // Of people by the hour, only the lake tells.
            if (metric === 'actors' && interval === 'hour') continue
            const asked = { tenantId, by, metric, interval, timeZone }
            const { aggregates, sql } = await aggregatesAndLake(at.counted, rows, asked)
            expect({ ...asked, found: aggregates }).toEqual({ ...asked, found: sql })
          }
        }
      }
    }
  } finally {
    await at.archive[Symbol.asyncDispose]()
  }
}

it('says the same as SQL over the lake, whatever came, went, and came again', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(arbitraryStep, { minLength: 1, maxLength: 9 }),
      fc.constantFrom('UTC', 'America/New_York', 'Australia/Lord_Howe'),
      holds,
    ),
    { numRuns: Number(process.env.RUNS ?? 6), endOnFailure: process.env.SHRINK === undefined },
  )
}, 120_000)
