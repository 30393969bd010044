import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { join } from 'node:path'
import fc from 'fast-check'
import { boundaryFrom } from '../../src/analytics/events/boundary'
import {
  type EventsPage,
  type EventsQuestion,
  findEvents,
} from '../../src/analytics/events/read-events'
import { AppError } from '../../src/error/app-error'
import type { Condition } from '../../src/event/condition'
import { type EventFilter, matchesFilter } from '../../src/event/filter'
import type { EventRecord } from '../../src/event/record'
import type { Viewer } from '../../src/identity/viewer'
import { openArchive } from '../../src/platform/local/archive'
import { createLake } from '../../src/platform/local/lake'
import { executeWith } from '../../src/platform/local/lake/execute'
import { createDuck, type Duck } from '../../src/platform/local/parquet/duck'
import { openSettlement } from '../../src/platform/local/settlement'
import { createTokenSigner } from '../../src/platform/shared/page-token'
import { filterBy } from '../../src/query/where'
import { silentLog } from '../../src/telemetry/log'
import { clockAt } from '../support/clock'
import { temporaryFolder } from '../support/folders'
import { openStore } from '../support/local-store'
import { aBatch, aRecord } from '../support/records'

// Each page asks DuckDB twice, beside other tests.
setDefaultTimeout(60_000)

const DAY_MS = 24 * 60 * 60 * 1000
const HOT_DAYS = 30
const NOW = Date.parse('2026-11-20T12:00:00.000Z')

let duck: Duck
beforeAll(() => {
  duck = createDuck()
})
afterAll(() => duck[Symbol.asyncDispose]())

const ago = (days: number, more = 0) => new Date(NOW - days * DAY_MS + more).toISOString()
const ids = (records: readonly EventRecord[]) => records.map(({ eventId }) => eventId)
const admin = { tenantId: 'default', role: 'admin', seesPeople: true } as Viewer
const viewer: Viewer = { ...admin, visibility: { kind: 'tenant' } }

/** A hot store and a lake under a clock, which nothing connects but the test. */
async function aWorld() {
  const root = temporaryFolder()
  let now = NOW
  const clock = clockAt(() => new Date(now))
  const events = openStore(join(root.path, 'hot'), () => new Date(now))
  const folder = join(root.path, 'lake', 'events')
  const archive = openArchive({ folder, log: silentLog })
  const settlement = await openSettlement({ folder, archive, clock })
  const lake = createLake({ execute: executeWith({ folder, duck }) })
  let archivedTo: string | undefined
  const lags = () =>
    archivedTo === undefined
      ? []
      : [{ consumer: 'archive', records: 1, ageMs: now - Date.parse(archivedTo) }]
  const asked = { times: 0 }
  const counted = {
    ...lake,
    start: (query: Parameters<typeof lake.start>[0]) => {
      asked.times += 1
      return lake.start(query)
    },
  }
  const signer = createTokenSigner(new Uint8Array(32))
  const needs = {
    platform: { lake: counted, changes: { lag: () => ({ records: 0, ageMs: 0 }), lags } },
    ...{ events, clock, hotTtlDays: HOT_DAYS, tokens: async () => signer },
    blobs: { get: async () => undefined },
    hidden: { before: async () => undefined, ofAll: async () => [] },
  }
  let batches = 0

  return {
    ...{ events, archive, settlement, lake, asked, needs },
    advance: (ms: number) => {
      now += ms
    },
    archiveUpTo: (time: string) => {
      archivedTo = time
    },
    async store(records: readonly EventRecord[]) {
      await events.append(records)
    },
    async land(records: readonly EventRecord[]) {
      batches += 1
      if (records.length > 0) await archive.write(aBatch(`batch-${batches}-`, [...records]))
    },

    async read({
      maxBytes = 4_000_000,
      ...asking
    }: Partial<EventsQuestion> & { maxBytes?: number } = {}): Promise<EventsPage> {
      const page = await findEvents(needs, {
        ...{ viewer, filter: {}, condition: undefined, order: 'desc', isWhole: true, limit: 100 },
        ...{ cursor: undefined, sizeOf: ({ raw }) => raw.length },
        ...asking,
      })
      return page.read(maxBytes)
    },

    async readAll(asking: Parameters<typeof this.read>[0] = {}, between = async () => {}) {
      const found: EventRecord[] = []
      const sizes: number[] = []
      let cursor: string | undefined
      do {
        const page = await this.read({ ...asking, cursor })
        found.push(...page.items.map(({ record }) => record))
        sizes.push(page.items.length)
        cursor = page.nextCursor
        if (cursor !== undefined) await between()
      } while (cursor !== undefined)
      return { found, sizes }
    },

    async [Symbol.asyncDispose]() {
      await lake[Symbol.asyncDispose]()
      await archive[Symbol.asyncDispose]()
      await events[Symbol.asyncDispose]()
      root[Symbol.dispose]()
    },
  }
}

/** An event that arrived so many days ago; it happened a minute before, or when it is said. */
function arrived(days: number, more: Partial<EventRecord> = {}): EventRecord {
  const receivedAt = ago(days)
  const eventTime = more.eventTime ?? ago(days, -60_000)
  const expiresAt = new Date(Date.parse(receivedAt) + HOT_DAYS * DAY_MS).toISOString()
  return aRecord({ receivedAt, eventTime, expiresAt, ...more })
}

describe('hot store and lake as one', () => {
  it('gives what lies on both sides of the boundary, each once, in either order', async () => {
    await using world = await aWorld()
    const days = [60, 45, 31, 29.9, 28, 26.3, 26.2, 20, 3, 0.5, 0.01]
    const records = days.map((one) => arrived(one))
    const old = records.filter((_, at) => days[at]! > HOT_DAYS)
    const recent = records.filter((_, at) => days[at]! <= HOT_DAYS)
    await world.store(recent)
    // All but the last have been archived as well.
    await world.land([...old, ...recent.slice(0, -1)])
    for (const limit of [1, 3, 100]) {
      const oldest = await world.readAll({ order: 'asc', limit })
      expect(ids(oldest.found)).toEqual(ids(records))
      const newest = await world.readAll({ order: 'desc', limit })
      expect(ids(newest.found)).toEqual(ids(records).toReversed())
    }
  })

  it('gives the records of the lake as they were stored', async () => {
    await using world = await aWorld()
    const whole = arrived(40, {
      ...{ membershipRoles: ['Learner'], score: 0.5, success: false, skewMs: -12 },
      ...{ issueCodes: ['required'], governedBy: ['rule'], sampleRate: 0.25 },
      ...{ raw: '{"n":12345678901234567890,"odd":"\\ud800"}', eventId: "it's\0NUL" },
      repair: { by: 'key_2', at: ago(39), paths: ['/a~1b'] },
    })
    await world.land([whole])
    const { items } = await world.read({ filter: { actorId: whole.actorId } })
    const { expiresAt: _, ...rest } = whole
    expect(items).toEqual([
      { isArchived: true, record: expect.objectContaining(JSON.parse(JSON.stringify(rest))) },
    ])
    // Its id is part of a cursor, too.
    await world.land([arrived(41), arrived(39)])
    for (const order of ['asc', 'desc'] as const) {
      expect((await world.readAll({ order, limit: 1 })).found).toHaveLength(3)
    }
  })

  it('gives an id once that was sent again after the first copy had expired', async () => {
    await using world = await aWorld()
    const eventTime = ago(50)
    const first = arrived(45, { eventTime })
    const again = arrived(5, { eventTime, eventId: first.eventId })
    const other = arrived(44, { eventTime })
    // As well when the second copy is archived, and when neither is hot.
    const older = [arrived(59, { eventTime }), arrived(58, { eventTime })]
    await world.store([again])
    await world.land([first, other, again])
    await world.land([older[0]!, { ...older[1]!, eventId: older[0]!.eventId }])
    for (const order of ['asc', 'desc'] as const) {
      for (const limit of [1, 100]) {
        const { found } = await world.readAll({ order, limit })
        expect(ids(found).toSorted()).toEqual(
          [again, other, older[0]!].map(({ eventId }) => eventId).toSorted(),
        )
        // The later copy stands for both.
        expect(found.find(({ eventId }) => eventId === first.eventId)).toMatchObject({
          receivedAt: again.receivedAt,
        })
      }
    }
  })

  it('asks the lake nothing for pages of what is recent', async () => {
    await using world = await aWorld()
    await world.land([arrived(50), arrived(49)])
    await world.store(Array.from({ length: 20 }, (_, n) => arrived(n / 10)))
    const first = await world.read({ limit: 5 })
    const { times } = world.asked
    const second = await world.read({ limit: 5, cursor: first.nextCursor })
    expect(second.items).toHaveLength(5)
    expect(world.asked.times).toBe(times)
    const { found } = await world.readAll({ limit: 5 })
    expect(found).toHaveLength(22)
  })

  it('is asked only for a range that begins before what the hot store has', async () => {
    await using world = await aWorld()
    await world.land([arrived(40), arrived(27.5)])
    await world.store([arrived(27.5), arrived(2)])
    const read = (filter: EventFilter, order: 'asc' | 'desc' = 'desc') =>
      world.read({ filter, order, isWhole: false })
    expect((await read({})).items).toHaveLength(2)
    expect((await read({ from: ago(10) })).items).toHaveLength(1)
    expect((await read({ to: ago(10) })).items).toHaveLength(1)
    expect(world.asked.times).toBe(0)
    expect(await read({ from: ago(10) })).toMatchObject({ isBoth: false, completeTo: ago(0) })
    const both = await read({ from: ago(50) })
    expect(both.items).toHaveLength(3)
    expect(both).toMatchObject({ isBoth: true, completeTo: ago(0) })
  })

  it('refuses a range of raw events that is too long, and says what writes it', async () => {
    await using world = await aWorld()
    const refused = world.read({ isWhole: false, filter: { from: ago(365) } })
    const error = (await refused.catch((one) => one)) as AppError
    expect(error).toMatchObject({ code: 'invalid_request', errors: [{ path: ['from'] }] })
    expect(error.message).toContain('POST /analytics/export')
    await world.read({ isWhole: false, filter: { from: ago(365), to: ago(300) } })
    await world.read({ isWhole: true, filter: { from: ago(365) } })
  })

  it('goes on within a quarter of the time that is held, and says so of a cursor that is older', async () => {
    await using world = await aWorld()
    await world.land([arrived(50), arrived(29)])
    await world.store([arrived(29), arrived(20), arrived(1)])
    const { nextCursor: cursor } = await world.read({ limit: 1 })
    world.advance(3.7 * DAY_MS)
    expect((await world.read({ cursor })).items).toHaveLength(3)
    // A clock that is set back changes nothing of what lies where.
    world.advance(-20 * DAY_MS)
    expect((await world.read({ cursor })).items).toHaveLength(3)
    world.advance(21 * DAY_MS)
    const late = (await world.read({ cursor }).catch((one) => one)) as AppError
    expect(late).toMatchObject({ code: 'invalid_cursor', errors: [{ path: ['cursor'] }] })
    expect(late.message).toContain('begin anew')
  })

  it('says what it covers where the archive is behind, and leaves out no event that is held', async () => {
    await using world = await aWorld()
    const records = [arrived(50), arrived(29), arrived(28), arrived(1)]
    await world.land(records.slice(0, 1))
    await world.store(records.slice(1))
    // Nothing that arrived since is in the lake.
    world.archiveUpTo(ago(29.5))
    const page = await world.read()
    expect(ids(page.items.map(({ record }) => record))).toEqual(ids(records).toReversed())
    expect(page.completeTo).toBe(ago(0))
    world.archiveUpTo(ago(33))
    expect((await world.read()).completeTo).toBe(ago(33))
  })

  it('keeps to the bytes of a page, though it never has no event', async () => {
    await using world = await aWorld()
    const raw = JSON.stringify('x'.repeat(400))
    await world.land(Array.from({ length: 7 }, (_, n) => arrived(40 + n, { raw })))
    await world.store(Array.from({ length: 3 }, (_, n) => arrived(1 + n, { raw })))
    const { found, sizes } = await world.readAll({ maxBytes: 900 })
    expect(found).toHaveLength(10)
    expect(Math.max(...sizes)).toBe(2)
    expect((await world.readAll({ maxBytes: 10 })).found).toHaveLength(10)
  })

  it('shows nobody more than they may see, and nothing of another tenant', async () => {
    await using world = await aWorld()
    const mine = { actorId: 'ada' }
    const records = [
      ...[arrived(40, mine), arrived(2, mine), arrived(41, { actorId: 'tool', memberId: 'ada' })],
      ...[arrived(40, { actorId: 'ada2' }), arrived(2, { actorId: 'bob' })],
      arrived(40, { courseId: 'c1', actorId: 'bob' }),
      arrived(40, { ...mine, tenantId: 'other' }),
    ]
    await world.store(records.filter(({ receivedAt }) => receivedAt > ago(30)))
    await world.land(records)
    async function seen(visibility: Viewer['visibility'], tenantId = 'default') {
      const whose = visibility.kind === 'some' ? [visibility] : []
      const asking = { viewer: { ...viewer, tenantId, visibility }, filter: { whose } }
      return ids((await world.readAll(asking)).found).toSorted()
    }
    const some = (groups: string[], actorIds: string[]) => seen({ kind: 'some', groups, actorIds })
    const [a, b, c, , , d, other] = ids(records)
    expect(await some([], ['ada'])).toEqual([a!, b!, c!].toSorted())
    expect(await some(['c1'], [])).toEqual([d!])
    expect(await some([], [])).toEqual([])
    expect(await some(["c1' OR true --", '\0'], ["ada' OR '1'='1"])).toEqual([])
    expect(await seen({ kind: 'tenant' }, 'other')).toEqual([other!])
  })

  it('takes a cursor of no other question, order, tenant or store', async () => {
    await using world = await aWorld()
    await world.land([arrived(40), arrived(41)])
    await world.store([arrived(1), arrived(2)])
    const { nextCursor: cursor = '' } = await world.read({ limit: 1 })
    const wrong: Partial<EventsQuestion>[] = [
      { cursor: `${cursor.slice(0, -2)}xx` },
      { cursor: 'garbage' },
      { cursor, order: 'asc' },
      { cursor, filter: { type: 'ViewEvent' } },
      { cursor, viewer: { ...viewer, tenantId: 'other' } },
      { cursor, isWhole: false, filter: { from: ago(1) } },
    ]
    for (const asking of wrong) {
      const error = (await world.read(asking).catch((one) => one)) as AppError
      expect(error).toBeInstanceOf(AppError)
      expect(error.code).toBe('invalid_cursor')
    }
  })

  it('says in words of its own that the lake fails', async () => {
    await using world = await aWorld()
    await world.land([arrived(40)])
    const { lake } = world.needs.platform
    world.needs.platform.lake = {
      ...lake,
      start: async () => 'q',
      poll: async () => ({ status: 'failed', reason: 'no file /data/lake/x' }),
    }
    const error = (await world.read().catch((one) => one)) as AppError
    expect(error).toMatchObject({ code: 'busy', message: expect.not.stringContaining('/data') })
  })
})

describe('a boundary', () => {
  it('never lies before what the lake has, nor where hot copies expire soon', () => {
    const now = new Date(NOW)
    const usual = boundaryFrom({ now, hotTtlDays: 30, archivedTo: undefined })
    expect(usual).toEqual({ at: ago(26.25), goodUntil: NOW + 3.75 * DAY_MS })
    expect(boundaryFrom({ now, hotTtlDays: 30, archivedTo: ago(1) })).toEqual(usual)
    const behind = boundaryFrom({ now, hotTtlDays: 30, archivedTo: ago(28) })
    expect(behind.at).toBe(ago(28))
    expect(boundaryFrom({ now, hotTtlDays: 1, archivedTo: undefined }).at).toBe(ago(0.875))
  })
})

// Few of each, so that times tie, copies meet and conditions hold of some.
const people = ['ada', "o'k", '\0', '🎓']
const anEvent = fc.record({
  days: fc.integer({ min: 0, max: 55 }),
  minute: fc.integer({ min: 0, max: 2 }),
  person: fc.constantFrom(...people),
  type: fc.constantFrom('ViewEvent', 'GradeEvent'),
  score: fc.constantFrom(undefined, 0.5, 1),
  isSentAgain: fc.boolean(),
})
const aStep = fc.oneof(
  fc.constant('land' as const),
  fc.constant('settle' as const),
  fc.constant('add' as const),
  fc.constant('pass' as const),
  fc.constantFrom(...people).map((erase) => ({ erase })),
)
const conditions: (Condition | undefined)[] = [
  undefined,
  { path: 'score', gte: 0.75 },
  {
    any: [
      { path: 'actorId', prefix: 'o' },
      { path: '/mark', equals: 1 },
    ],
  },
  { not: { path: 'type', equals: 'ViewEvent' } },
]

describe('reading page by page', () => {
  it('gives each event once, whatever is archived, settled, expired, erased or sent meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anEvent, { minLength: 1, maxLength: 14 }),
        fc.array(aStep, { maxLength: 8 }),
        fc.constantFrom(...conditions),
        fc.constantFrom('asc' as const, 'desc' as const),
        fc.integer({ min: 1, max: 5 }),
        async (plan, steps, condition, order, limit) => {
          await using world = await aWorld()
          const first = plan.map(({ days, minute, person, type, score }, at) =>
            arrived(days + 0.5, {
              ...{ type, score, actorId: person, eventId: `e${at}` },
              // Times are of few days, so that both sides have the same.
              eventTime: ago(Math.floor(days / 20) * 20, minute * 60_000),
              raw: JSON.stringify({ mark: at % 3, actor: person }),
            }),
          )
          const old = first.filter(({ receivedAt }) => receivedAt < ago(HOT_DAYS))
          const again = old
            .filter((_, at) => plan[at]!.isSentAgain)
            .map((one) => arrived(3, { ...one, receivedAt: ago(3), expiresAt: ago(-27) }))
          const recent = [...first.filter((one) => !old.includes(one)), ...again]
          await world.store(recent)
          await world.land(old)
          const archived = recent.filter(({ receivedAt }) => receivedAt < ago(1))
          await world.land(archived)
          let pending = recent.filter((one) => !archived.includes(one))
          const filter: EventFilter = filterBy({}, condition)
          const erased = new Set<string>()
          let passed = 0

          const rest = [...steps]
          const { found } = await world.readAll({ filter, condition, order, limit }, async () => {
            const step = rest.shift()
            if (step === 'land') {
              await world.land(pending)
              pending = []
            } else if (step === 'settle') await world.settlement.settle({ until: '2026-11-20' })
            else if (step === 'add') {
              const added = arrived(-passed, { eventId: `added ${rest.length}`, eventTime: ago(0) })
              await world.store([added])
            } else if (step === 'pass' && passed < 3) {
              passed += 1
              world.advance(DAY_MS)
              await world.events.expire(new Date(NOW + passed * DAY_MS))
            } else if (typeof step === 'object') {
              erased.add(step.erase)
              await world.events.erase('default', { actorIds: [step.erase] })
              await world.archive.erase('default', { actorIds: [step.erase] })
            }
          })

          const seen = ids(found).filter((id) => !id.startsWith('added'))
          expect(new Set(seen).size).toBe(seen.length)
          const wanted = first.filter((record) => matchesFilter(record, filter))
          const left = wanted.filter(({ actorId }) => !erased.has(actorId!))
          expect(seen).toEqual(expect.arrayContaining(ids(left)))
          expect(ids(wanted)).toEqual(expect.arrayContaining(seen))
          const times = found
            .filter(({ eventId }) => !eventId.startsWith('added'))
            .map(({ eventTime }) => eventTime)
          const sorted = times.toSorted()
          expect(times).toEqual(order === 'asc' ? sorted : sorted.toReversed())
        },
      ),
      { numRuns: 8 },
    )
  })
})
