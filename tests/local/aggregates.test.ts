import { Database } from 'bun:sqlite'
import { describe, expect, it } from 'bun:test'
import {
  copyFileSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { EventRecord } from '../../src/event/record'
import type { AggregateQuestion } from '../../src/platform/aggregates'
import { MOST_LABELS } from '../../src/platform/local/aggregates/child/seen'
import { createAggregates } from '../../src/platform/local/aggregates/read'
import { openArchive } from '../../src/platform/local/archive'
import { openSettlement } from '../../src/platform/local/settlement'
import { createTurns } from '../../src/platform/turns'
import type { Log } from '../../src/telemetry/log'
import { clockAt } from '../support/clock'
import { aLog } from '../support/deliveries'
import { temporaryFolder } from '../support/folders'
import { aBatch, aRecord } from '../support/records'

// Each of these starts a process that loads DuckDB.
const PATIENCE_MS = 60_000
const now = new Date('2026-11-18T12:00:00.000Z')

const at = (time: string, more: Partial<EventRecord> = {}) => {
  const own = `2026-11-${time}:00.000Z`
  return aRecord({ receivedAt: own, occurredAt: own, eventTime: own, ...more })
}

async function open(root: string, { log = aLog().log as Log, zones = {} } = {}) {
  const folder = join(root, 'lake', 'events')
  const file = join(root, 'aggregates.db')
  const aggregates = { file, key: '0a', zones: async () => zones }
  const archive = openArchive({ folder, log, aggregates })
  const settlement = await openSettlement({ folder, archive, clock: clockAt(() => now) })
  const follower = archive.workshop.follower!
  await follower.catchUp(new AbortController().signal)
  const counted = createAggregates({ file, follower, turns: createTurns() })
  async function count(more: Partial<AggregateQuestion> = {}) {
    const edges = ['2026-11-01', '2026-12-01'].map((day) => Date.parse(`${day}T00:00:00Z`))
    const asked = { tenantId: 'default', metric: 'events', edges, timeZone: 'UTC' } as const
    const groups = await counted.count({ ...asked, ...more })
    return groups && Object.fromEntries(groups.map(({ value, counts }) => [`${value}`, counts[0]]))
  }
  function rows(table: string): number {
    using db = new Database(file, { readonly: true })
    return db.query<{ n: number }, []>(`SELECT count(*) AS n FROM ${table}`).get()!.n
  }
  return {
    ...{ archive, settlement, count, rows, file, folder },
    [Symbol.asyncDispose]: () => archive[Symbol.asyncDispose](),
  }
}

describe('aggregates', () => {
  it(
    'count a lake that was there before them, and what is restored beside them',
    async () => {
      using root = temporaryFolder()
      const folder = join(root.path, 'lake', 'events')
      {
        await using archive = openArchive({ folder, log: aLog().log })
        for (const day of ['14', '15', '16']) {
          await archive.write(aBatch(`b${day}`, [at(`${day}T09:00`), at(`${day}T10:00`)]))
        }
      }
      const kept = join(root.path, 'kept')
      {
        await using lake = await open(root.path)
        expect(await lake.count()).toEqual({ null: 6 })
        copyFileSync(lake.file, kept)
      }
      rmSync(join(folder, 'retention_class=standard/day=2026-11-15'), { recursive: true })
      {
        await using lake = await open(root.path)
        expect(await lake.count()).toEqual({ null: 4 })
        await lake.archive.write(aBatch('new', [at('16T11:00')]))
        expect(await lake.count()).toEqual({ null: 5 })
      }
      // Of another moment than the lake; and none at all.
      renameSync(kept, join(root.path, 'aggregates.db'))
      for (const rest of ['-wal', '-shm'])
        rmSync(join(root.path, `aggregates.db${rest}`), { force: true })
      {
        await using lake = await open(root.path)
        expect(await lake.count()).toEqual({ null: 5 })
      }
      rmSync(join(root.path, 'aggregates.db'))
      await using lake = await open(root.path)
      expect(await lake.count()).toEqual({ null: 5 })
    },
    PATIENCE_MS,
  )

  it(
    'leave to the lake what they cannot follow, say so once, and go on when they can',
    async () => {
      using root = temporaryFolder()
      const { log, lines } = aLog()
      await using lake = await open(root.path, { log })
      await lake.archive.write(aBatch('a', [at('15T09:00')]))
      expect(await lake.count()).toEqual({ null: 1 })
      const day = join(lake.folder, 'retention_class=standard/day=2026-11-15/hour=09')
      const bad = join(day, 'bad-0-1z.parquet')
      writeFileSync(bad, 'PAR1 and no more')
      await lake.archive.write(aBatch('b', [at('15T09:30')]))
      expect(await lake.count()).toBeUndefined()
      await lake.archive.write(aBatch('c', [at('16T09:30')]))
      expect(await lake.count()).toBeUndefined()
      expect(lines.filter((line) => line.startsWith('metrics are asked'))).toHaveLength(1)
      rmSync(bad)
      await lake.archive.write(aBatch('d', [at('16T09:31')]))
      expect(await lake.count()).toEqual({ null: 4 })
    },
    PATIENCE_MS,
  )

  it(
    'are made anew when their file is damaged',
    async () => {
      using root = temporaryFolder()
      {
        await using lake = await open(root.path)
        await lake.archive.write(aBatch('a', [at('15T09:00')]))
      }
      truncateSync(join(root.path, 'aggregates.db'), 5000)
      await using lake = await open(root.path)
      expect(await lake.count()).toEqual({ null: 1 })
    },
    PATIENCE_MS,
  )

  it(
    'tell tenants and values apart, whatever they are',
    async () => {
      using root = temporaryFolder()
      await using lake = await open(root.path)
      const odd = ['a', 'a\u0000', "a'; DROP TABLE labels; --", 'ä', 'a\ud800', '\t\n', 'null']
      const records = odd.flatMap((courseId, n) =>
        ['t', 't2'].flatMap((tenantId) =>
          Array.from({ length: n + 1 }, () =>
            at('15T09:00', { courseId, tenantId, actorId: courseId }),
          ),
        ),
      )
      await lake.archive.write(aBatch('a', records))
      for (const tenantId of ['t', 't2']) {
        const courses = await lake.count({ tenantId, by: 'course' })
        expect(Object.values(courses!).sort()).toEqual([1, 2, 3, 4, 5, 6, 7])
        expect(courses!["a'; DROP TABLE labels; --"]).toBe(3)
        expect(await lake.count({ tenantId, by: 'course', only: 'a\u0000' })).toEqual({
          'a\u0000': 2,
        })
        expect(await lake.count({ tenantId, metric: 'actors' })).toEqual({ null: 7 })
      }
      expect(await lake.count({ tenantId: 't3' })).toEqual({})
      expect(await lake.count({ tenantId: "t' OR 'a' = 'a" })).toEqual({})
    },
    PATIENCE_MS,
  )

  it(
    'leave a dimension of too many values to the lake, and it alone',
    async () => {
      using root = temporaryFolder()
      await using lake = await open(root.path)
      const many = Array.from({ length: MOST_LABELS + 1 }, (_, n) =>
        at('15T09:00', { courseId: `course ${n}`, type: 'ViewEvent' }),
      )
      await lake.archive.write(aBatch('a', many))
      expect(await lake.count({ by: 'course' })).toBeUndefined()
      expect(await lake.count({ by: 'type' })).toEqual({ ViewEvent: many.length })
      expect(lake.rows("labels WHERE name LIKE 'course%'")).toBe(0)
      await lake.archive.erase('default', { actorIds: [many[0]!.actorId!] })
      expect(await lake.count({ by: 'course' })).toEqual({})
    },
    PATIENCE_MS,
  )

  it(
    'count people by days of a zone that is chosen later',
    async () => {
      using root = temporaryFolder()
      const zones: Record<string, string> = {}
      await using lake = await open(root.path, { zones })
      const edges = ['15T05:00', '16T05:00', '17T05:00'].map((time) =>
        Date.parse(`2026-11-${time}:00Z`),
      )
      const inNewYork = { metric: 'actors', edges, timeZone: 'America/New_York' } as const
      await lake.archive.write(
        aBatch('a', [at('16T04:59', { actorId: 'p' }), at('16T05:00', { actorId: 'q' })]),
      )
      expect(await lake.count(inNewYork)).toBeUndefined()
      zones.default = 'America/New_York'
      await lake.archive.write(aBatch('b', [at('17T09:00', { actorId: 'p' })]))
      await lake.archive.workshop.follower!.catchUp(new AbortController().signal)
      expect(await lake.count(inNewYork)).toEqual({ null: 1 })
      expect(await lake.count({ ...inNewYork, edges: [edges[0]!, edges[2]!] })).toEqual({ null: 2 })
      const half = edges.map((edge) => edge + 3_600_000)
      expect(await lake.count({ ...inNewYork, edges: half })).toBeUndefined()
    },
    PATIENCE_MS,
  )

  it(
    'forget people with their last event, erased or expired, and what nothing is called any more',
    async () => {
      using root = temporaryFolder()
      await using lake = await open(root.path)
      const erased = { actorId: 'ada', courseId: 'of ada' }
      await lake.archive.write(
        aBatch('a', [
          at('14T09:00', erased),
          at('14T09:00', { actorId: 'bob', retentionClass: 'pii' }),
        ]),
      )
      await lake.archive.write(aBatch('b', [at('16T09:00', { actorId: 'eve' })]))
      expect(lake.rows('actors')).toBe(3)
      await lake.archive.erase('default', { actorIds: ['ada'], isDryRun: true })
      expect(lake.rows('actors')).toBe(3)
      await lake.archive.erase('default', { actorIds: ['ada'] })
      expect(lake.rows('actors')).toBe(2)
      expect(lake.rows("labels WHERE name = 'of ada'")).toBe(0)
      const files = ['', '-wal', '-shm'].map((rest) => `${lake.file}${rest}`).filter(existsSync)
      for (const file of files) {
        expect(readFileSync(file).includes('of ada')).toBe(false)
      }
      const kept = { standard: 9, sensitive: 9, pii: 2, system: 9 }
      await lake.settlement.expire(now, async () => kept)
      expect(lake.rows('actors')).toBe(1)
      expect(await lake.count({ metric: 'actors' })).toEqual({ null: 1 })
    },
    PATIENCE_MS,
  )
})
