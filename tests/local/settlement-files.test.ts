import { describe, expect, it } from 'bun:test'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { EventRecord } from '../../src/event/record'
import { openArchive } from '../../src/platform/local/archive'
import { createDuck } from '../../src/platform/local/parquet/duck'
import { settleNightly } from '../../src/platform/local/settle/nightly'
import type { Sizes } from '../../src/platform/local/settle/sort-runs'
import { type LocalSettlement, openSettlement } from '../../src/platform/local/settlement'
import { silentLog } from '../../src/telemetry/log'
import { clockAt } from '../support/clock'
import { fill, hasSmallDisks, smallDisk } from '../support/crash/small-disk'
import { temporaryFolder } from '../support/folders'
import { lakeOf } from '../support/lake'
import { aBatch, aRecord } from '../support/records'

const UNTIL = '2026-11-18'
const on = (day: number, more: Partial<EventRecord> = {}) =>
  aRecord({ receivedAt: `2026-11-${day}T09:30:00.000Z`, ...more })

async function aLake(root: string, step?: (name: string) => void, sizes?: Sizes) {
  const folder = join(root, 'lake', 'events')
  const duck = createDuck()
  const archive = openArchive({ folder, log: silentLog })
  const clock = clockAt(() => new Date('2026-11-18T12:00:00.000Z'))
  const settlement = await openSettlement({ folder, archive, clock, step, sizes })
  const lake = lakeOf({ folder, duck })
  return {
    ...{ folder, archive, settlement, lake },
    files: () => [...new Bun.Glob('**/*.parquet').scanSync(folder)].sort(),
    async [Symbol.asyncDispose]() {
      await archive[Symbol.asyncDispose]()
      await duck[Symbol.asyncDispose]()
    },
  }
}

describe('a settled day', () => {
  it('is sorted run by run, and one file of whole runs', async () => {
    using root = temporaryFolder()
    await using at = await aLake(root.path)
    // More than one run takes, in the order of nothing.
    const records = Array.from({ length: 70_000 }, (_, n) =>
      on(15, {
        actorId: `user ${(n * 7919) % 500}`,
        courseId: `course ${(n * 104_729) % 40}`,
        tenantId: n % 3 === 0 ? 'other' : 'default',
        raw: `{"n":${n}}`,
      }),
    )
    for (let n = 0; n < records.length; n += 20_000) {
      await at.archive.write(aBatch(`batch-${n}-`, records.slice(n, n + 20_000)))
    }
    const sums = `SELECT count(*), count(DISTINCT event_id), sum((raw->>'$.n')::BIGINT),
      min(actor_id), count(DISTINCT (tenant_id, course_id, actor_id)) FROM events`
    const before = await at.lake.query(sums)
    const { days } = await at.settlement.settle({ until: UNTIL })
    expect(days).toMatchObject([{ rows: 70_000, copies: 0, filesAfter: 1 }])
    expect(await at.lake.query(sums)).toEqual(before)
    const [file] = at.files()
    const path = join(at.folder, file!)
    const { rows: unsorted } = await at.lake.query(`
      SELECT count(*) FROM (
        SELECT file_row_number AS n, tenant_id || ' ' || course_id || ' ' || actor_id AS key,
          lag(tenant_id || ' ' || course_id || ' ' || actor_id) OVER (ORDER BY file_row_number) AS last
        FROM read_parquet('${path}', file_row_number = true))
      WHERE key < last`)
    // A second run begins once.
    expect(Number(unsorted[0]![0])).toBe(1)
    const course = `'course 7'`
    const { rows: groups } = await at.lake.query(`
      SELECT count(*) FILTER (stats_min_value <= ${course} AND stats_max_value >= ${course}), count(*)
      FROM parquet_metadata('${path}') WHERE path_in_schema = 'course_id'`)
    const [having, all] = groups[0]!.map(Number) as [number, number]
    expect(having).toBeLessThanOrEqual(all - 1)
  }, 120_000)

  it('takes events of several megabytes, and a file that no run has room for', async () => {
    using root = temporaryFolder()
    await using at = await aLake(root.path)
    const large = Array.from({ length: 16 }, (_, n) =>
      on(15, { actorId: `user ${n}`, raw: JSON.stringify({ n, body: `${n}`.repeat(3_000_000) }) }),
    )
    await at.archive.write(aBatch('large', [...large, on(15)]))
    const { days } = await at.settlement.settle({ until: UNTIL })
    expect(days).toMatchObject([{ rows: 17, copies: 0 }])
    const { rows } = await at.lake.query('SELECT count(*), max(length(raw)) FROM events')
    expect(rows.map((row) => row.map(Number))).toEqual([[17, large.at(-1)!.raw.length]])
  }, 120_000)

  it('has what files of former versions had, whose columns were fewer and times without a zone', async () => {
    using root = temporaryFolder()
    await using at = await aLake(root.path)
    await at.archive.write(aBatch('now', [on(15, { eventId: 'now' })]))
    const [name] = at.files()
    const former = join(at.folder, name!.replace(/[^/]*$/, 'former-1-2.parquet'))
    await using duck = createDuck()
    const connection = await duck.connect()
    await connection.run(`COPY (
      SELECT 'standard' AS retention_class, tenant_id, 'former' AS event_id, raw, actor_id,
        event_time::TIMESTAMP AS event_time, received_at::TIMESTAMP AS received_at
      FROM read_parquet('${join(at.folder, name!)}')) TO '${former}' (FORMAT parquet)`)
    connection.closeSync()
    const everything = 'SELECT * FROM events ORDER BY event_id'
    const before = await at.lake.query(everything)
    expect(before.rows).toHaveLength(2)
    await at.settlement.settle({ until: UNTIL })
    expect(await at.lake.query(everything)).toEqual(before)
    expect(at.files()).toHaveLength(1)
  }, 60_000)
})

describe('a day that cannot be settled', () => {
  it('holds up no other, and is settled once it can be read', async () => {
    using root = temporaryFolder()
    await using at = await aLake(root.path)
    await at.archive.write(aBatch('one', [on(15), on(16)]))
    const [first] = at.files()
    const path = join(at.folder, first!)
    const bytes = readFileSync(path)
    writeFileSync(path, bytes.subarray(0, bytes.length / 2))
    const refusal = await at.settlement.settle({ until: UNTIL }).catch((error: unknown) => error)
    expect(refusal).toMatchObject({ name: 'StorageError', isRetriable: false })
    expect(String(refusal)).toContain('settling standard of 2026-11-15')
    expect(at.settlement.problem()).toContain('settling standard of 2026-11-15')
    expect(await at.settlement.state()).toMatchObject({ waiting: 1 })
    expect(at.files().filter((name) => name.includes('hour=24'))).toHaveLength(1)
    writeFileSync(path, bytes)
    expect((await at.settlement.settle({ until: UNTIL })).days).toHaveLength(1)
    expect(at.settlement.problem()).toBeUndefined()
  }, 60_000)

  it('does not lose a column of a later version', async () => {
    using root = temporaryFolder()
    await using at = await aLake(root.path)
    await at.archive.write(aBatch('one', [on(15)]))
    const path = join(at.folder, at.files()[0]!)
    await using duck = createDuck()
    const connection = await duck.connect()
    await connection.run(`COPY (SELECT *, 1 AS later_on FROM read_parquet('${path}', hive_partitioning = false))
      TO '${path}.made' (FORMAT parquet)`)
    connection.closeSync()
    writeFileSync(path, readFileSync(`${path}.made`))
    const refusal = await at.settlement.settle({ until: UNTIL }).catch((error: unknown) => error)
    expect(String(refusal)).toContain('later_on')
  }, 60_000)

  describe.if(hasSmallDisks())('on a disk that is full', () => {
    it('waits, and leaves nothing beside the lake', async () => {
      using root = temporaryFolder()
      using _disk = smallDisk(root.path, 64)
      await using at = await aLake(root.path)
      await at.archive.write(aBatch('one', [on(15), on(15)]))
      const before = at.files()
      {
        using _full = fill(root.path)
        const refusal = await at.settlement
          .settle({ until: UNTIL })
          .catch((error: unknown) => error)
        expect(refusal).toMatchObject({ name: 'StorageError', isRetriable: true })
        expect(at.files()).toEqual(before)
      }
      expect((await at.settlement.settle({ until: UNTIL })).days).toHaveLength(1)
    }, 60_000)
  })
})

it('removes what DuckDB did not take, and what is left of it, in its time', async () => {
  using root = temporaryFolder()
  await using at = await aLake(root.path)
  const place = join(root.path, 'lake/refused/retention_class=pii/day=2026-11-15/hour=09')
  mkdirSync(place, { recursive: true })
  const theirs = on(15, { tenantId: 'other', retentionClass: 'pii' })
  const lines = [
    { reason: 'odd', record: on(15, { retentionClass: 'pii' }) },
    { reason: 'odd', record: theirs },
    { reason: 'odd', record: on(15, { retentionClass: 'pii', retentionDays: 1 }) },
    { reason: 'odd', segment: 'AAAA' },
  ]
  const file = join(place, 'b-0-4.json')
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  const days = { standard: 2555, sensitive: 1095, pii: 365, system: 365 }
  const keptDays = async (tenantId: string) => (tenantId === 'other' ? { ...days, pii: 800 } : days)
  const expire = (time: string, isDryRun = false) =>
    at.settlement.expire(new Date(time), keptDays, { isDryRun })
  expect(await expire('2026-11-17T00:00:00.000Z', true)).toEqual({ removed: 1 })
  expect(await expire('2026-11-17T00:00:00.000Z')).toEqual({ removed: 1 })
  expect(await expire('2027-11-17T00:00:00.000Z')).toEqual({ removed: 2 })
  expect(readFileSync(file, 'utf8')).toBe(`${JSON.stringify(lines[1])}\n`)
  expect(await expire('2029-11-17T00:00:00.000Z')).toEqual({ removed: 1 })
  expect(existsSync(file)).toBe(false)
})

it('goes on with an exchange that a full disk cut short, before anything else', async () => {
  using root = temporaryFolder()
  let isFull = true
  const full = (name: string) => {
    if (isFull && name === 'placed') throw new Error('ENOSPC')
  }
  await using at = await aLake(root.path, full)
  await at.archive.write(
    aBatch('one', [on(15, { actorId: 'ada', raw: '{"actor":"ada"}' }), on(15)]),
  )
  const refusal = await at.settlement.settle({ until: UNTIL }).catch((error: unknown) => error)
  expect(String(refusal)).toContain('ENOSPC')
  isFull = false
  const count = async () => Number((await at.lake.query('SELECT count(*) FROM events')).rows[0]![0])
  expect(await count()).toBe(2)
  expect((await at.archive.erase('default', { actorIds: ['ada'] })).removed).toBe(1)
  expect(at.files()).toHaveLength(1)
  expect(await count()).toBe(1)
  expect((await at.settlement.settle({ until: UNTIL })).days).toEqual([])
  expect(await count()).toBe(1)
}, 60_000)

describe('an hour that is over', () => {
  const inHour = (hour: string, n: number) =>
    aRecord({ receivedAt: `2026-11-${hour}:${10 + n}:00.000Z`, courseId: `course ${n % 3}` })
  async function land(at: Awaited<ReturnType<typeof aLake>>, hour: string, files: number) {
    const batches = Array.from({ length: files }, (_, n) =>
      aBatch(`${hour} ${n} `, [inHour(hour, n), inHour(hour, n)]),
    )
    for (const batch of batches) await at.archive.write(batch)
    return batches
  }
  const withoutId = (files: string[]) =>
    files.map((file) => file.replace(/-[0-9a-f]{12}-/, '-ID-').replace(/.*day=/, ''))

  it('is joined into sorted files in its folder, where it has many', async () => {
    using root = temporaryFolder()
    await using at = await aLake(root.path)
    const [again] = await land(at, '18T09', 8)
    await land(at, '17T23', 8)
    // Few, of the hour that is not over, and of a day for the night.
    await land(at, '18T10', 7)
    await land(at, '18T12', 8)
    await land(at, '16T09', 8)
    const all = async () => {
      const { rows } = await at.lake.query('SELECT event_id FROM events ORDER BY ALL')
      return rows
    }
    const before = await all()
    const joined = await at.settlement.joinHours()
    expect(joined).toEqual([
      { rows: 16, filesBefore: 8, filesAfter: 1 },
      { rows: 16, filesBefore: 8, filesAfter: 1 },
    ])
    const files = withoutId(at.files())
    expect(files.filter((file) => file.includes('joined'))).toEqual([
      '2026-11-17/hour=23/joined-59-ID-0z.parquet',
      '2026-11-18/hour=09/joined-59-ID-0z.parquet',
    ])
    expect(files).toHaveLength(2 + 7 + 8 + 8)
    expect(await all()).toEqual(before)
    const course = 'SELECT course_id FROM events WHERE day = ' + "'2026-11-17'"
    const { rows: inOrder } = await at.lake.query(course)
    expect(inOrder).toEqual(inOrder.toSorted())
    // A batch that comes again adds nothing, and nothing is joined twice.
    await at.archive.write(again!)
    expect(await at.settlement.joinHours()).toEqual([])
    expect(await all()).toEqual(before)
  }, 60_000)

  it('is taken by the night as it is, if it is large enough, without its copies', async () => {
    using root = temporaryFolder()
    const sorted: string[] = []
    const step = (name: string) => void sorted.push(name)
    await using at = await aLake(root.path, step, { leastFiles: 2, smallBytes: 0 })
    const [first] = await land(at, '17T09', 2)
    const [record] = [...first!.records()]
    await at.archive.write(aBatch('copies', [record!, inHour('17T09', 5)]))
    await at.settlement.joinHours()
    expect(sorted.splice(0)).toContain('sort')
    const { days } = await at.settlement.settle({ until: UNTIL })
    expect(days).toMatchObject([{ rows: 5, copies: 1, filesBefore: 1, filesAfter: 1 }])
    expect(sorted).not.toContain('sort')
    expect(withoutId(at.files())).toEqual(['2026-11-17/hour=24/settled-59-ID-0z.parquet'])
    const { rows } = await at.lake.query('SELECT count(*), count(DISTINCT event_id) FROM events')
    expect(rows[0]!.map(Number)).toEqual([5, 5])
  }, 60_000)
})

describe('settling each night', () => {
  it('begins at its hour, settles the days before, and removes what is due', async () => {
    const asked: string[] = []
    const settlement = {
      settle: async ({ until }) => {
        asked.push(`settle ${until}`)
        return { days: [], isDone: true }
      },
      expire: async (now) => {
        asked.push(`expire ${now.toISOString()}`)
        return { removed: 0 }
      },
      joinHours: async () => {
        asked.push('join')
        return []
      },
    } satisfies Pick<LocalSettlement, 'settle' | 'expire' | 'joinHours'>
    const keptDays = async () => ({ standard: 1, sensitive: 1, pii: 1, system: 1 })
    const parts = { settlement, keptDays, hour: 2, log: silentLog }
    for (const now of [undefined, new Date('2026-11-18T01:59:00.000Z')]) {
      await using _ = settleNightly({ ...parts, now: () => now })
    }
    expect(asked.splice(0)).toEqual(['join'])
    {
      const now = new Date('2026-11-18T02:00:00.000Z')
      await using _ = settleNightly({ ...parts, now: () => now })
    }
    expect(asked).toEqual(['settle 2026-11-18', 'expire 2026-11-18T02:00:00.000Z'])
  })
})
