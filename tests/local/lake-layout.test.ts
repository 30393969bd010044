import { describe, expect, it } from 'bun:test'
import { mkdirSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { columns } from '../../src/event/columns'
import { systemClock as clock } from '../../src/platform/clock'
import { openLocalPlatform } from '../../src/platform/local'
import { openArchive } from '../../src/platform/local/archive'
import { migrateLake } from '../../src/platform/local/archive/migrate'
import { openLake } from '../../src/platform/local/lake'
import { executeWith } from '../../src/platform/local/lake/execute'
import { createDuck, type Duck, literal } from '../../src/platform/local/parquet/duck'
import { openSettlement } from '../../src/platform/local/settlement'
import { askLake } from '../../src/query/ask-lake'
import { silentLog } from '../../src/telemetry/log'
import { temporaryFolder } from '../support/folders'
import { aBatch, aRecord } from '../support/records'

// A lake as the version before wrote it: folders named by their values alone, times without a zone,
// and no columns that have come since.
const since = new Set([
  ...['member_id', 'course_id', 'course_name', 'attempt_id', 'occurred_at'],
  ...['organization_id', 'event_time_end', 'retention_days'],
])
const formerTypes = { string: 'VARCHAR', strings: 'VARCHAR[]', timestamp: 'TIMESTAMP' } as const

interface Former {
  path: string
  id: string
  eventTime: string
  receivedAt: string
}

const former: Former[] = [
  {
    path: 'standard/2026-07-01/23/archive-a-0-1-0-1.parquet',
    id: 'summer',
    eventTime: '2026-07-01 22:30:00',
    receivedAt: '2026-07-01 23:00:00',
  },
  {
    path: 'standard/2026-11-15/10/archive-a-1-2.parquet',
    id: 'ahead',
    eventTime: '2027-11-15 10:00:00',
    receivedAt: '2026-11-15 10:00:01.5',
  },
  {
    path: 'pii/2026-11-15/10/archive-a-2-3-0-1.parquet',
    id: 'pii',
    eventTime: '2026-11-15 00:00:00',
    receivedAt: '2026-11-15 10:00:02',
  },
]

async function writeFormer(duck: Duck, root: string, { path, id, eventTime, receivedAt }: Former) {
  const values: Record<string, string> = {
    tenant_id: `'default'`,
    event_id: literal(id),
    raw: `'{}'`,
    retention_class: literal(path.split('/')[0]!),
    event_time: `TIMESTAMP ${literal(eventTime)}`,
    received_at: `TIMESTAMP ${literal(receivedAt)}`,
  }
  const selected = columns
    .filter(({ name }) => !since.has(name))
    .map(({ name, type }) => {
      const typed = type in formerTypes ? formerTypes[type as 'string'] : type
      return `${values[name] ?? `NULL::${typed}`} AS ${name}`
    })
  const file = join(root, path)
  mkdirSync(dirname(file), { recursive: true })
  using connection = await duckConnection(duck)
  await connection.run(`COPY (SELECT ${selected.join(', ')}) TO ${literal(file)} (FORMAT parquet)`)
}

async function duckConnection(duck: Duck) {
  const connection = await duck.connect()
  return {
    run: (sql: string) => connection.run(sql),
    [Symbol.dispose]: () => connection.closeSync(),
  }
}

const ours = aRecord({
  eventId: 'ours',
  eventTime: '2026-11-20T23:30:00.000Z',
  receivedAt: '2026-11-20T23:59:59.999Z',
  occurredAt: '2026-11-20T23:30:00.000Z',
})

/** A data folder with a lake of the version before, to which that of now has added a record. */
async function aFormerLake() {
  const folder = temporaryFolder()
  const events = join(folder.path, 'lake/events')
  const refused = join(folder.path, 'lake/refused')
  const duck = createDuck()
  for (const one of former) await writeFormer(duck, events, one)
  mkdirSync(join(refused, 'standard/2026-11-15/10'), { recursive: true })
  writeFileSync(join(refused, 'standard/2026-11-15/10/archive-a-9-10-0-1.json'), '{}\n')
  {
    await using archive = openArchive({ folder: events, log: silentLog })
    await archive.write(aBatch('now', [ours]))
  }
  return {
    dataDir: folder.path,
    events,
    refused,
    paths: () =>
      [...new Bun.Glob('**/*.{parquet,json}').scanSync(join(folder.path, 'lake'))].sort(),
    migrate: () => migrateLake([events, refused], silentLog),
    async ask(sql: string, timezone?: string) {
      await using lake = openLake(folder.path)
      return (await askLake(lake, { reader: 'operator', sql, timezone })).rows
    },
    async [Symbol.asyncDispose]() {
      await duck[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
}

const migrated = [
  'events/retention_class=pii/day=2026-11-15/hour=10/archive-a-2-3-0-1.parquet',
  'events/retention_class=standard/day=2026-07-01/hour=23/archive-a-0-1-0-1.parquet',
  'events/retention_class=standard/day=2026-11-15/hour=10/archive-a-1-2.parquet',
  'events/retention_class=standard/day=2026-11-20/hour=23/now-0-1z.parquet',
  'refused/retention_class=standard/day=2026-11-15/hour=10/archive-a-9-10-0-1.json',
]

const all = `SELECT event_id, retention_class, day, event_time, received_at, occurred_at
  FROM events ORDER BY received_at`
const rows = [
  ['summer', 'standard', '2026-07-01', '2026-07-01T22:30:00.000Z', '2026-07-01T23:00:00.000Z'],
  ['ahead', 'standard', '2026-11-15', '2027-11-15T10:00:00.000Z', '2026-11-15T10:00:01.500Z'],
  ['pii', 'pii', '2026-11-15', '2026-11-15T00:00:00.000Z', '2026-11-15T10:00:02.000Z'],
  ['ours', 'standard', '2026-11-20', '2026-11-20T23:30:00.000Z', '2026-11-20T23:59:59.999Z'],
].map((row) => [...row, row.slice(3).toSorted()[0]!])

describe('a lake of the version before', () => {
  it('is read before it is migrated and after, the same in every time zone', async () => {
    await using at = await aFormerLake()
    for (const isMigrated of [false, true]) {
      if (isMigrated) await at.migrate()
      for (const zone of [undefined, 'UTC', 'Europe/Berlin', 'America/St_Johns']) {
        expect(await at.ask(all, zone)).toEqual(rows)
      }
      const days = 'SELECT CAST(event_time AS date) FROM events ORDER BY received_at'
      expect((await at.ask(days, 'Europe/Berlin')).flat()).toEqual([
        ...['2026-07-02', '2027-11-15', '2026-11-15', '2026-11-21'],
      ])
    }
    expect(at.paths()).toEqual(migrated)
  })

  it('is settled, and read the same in every time zone', async () => {
    await using at = await aFormerLake()
    await at.migrate()
    await using archive = openArchive({ folder: at.events, log: silentLog })
    const settlement = await openSettlement({ folder: at.events, archive, clock })
    await settlement.settle({ until: '2026-11-21' })
    expect(at.paths().filter((path) => path.includes('/hour=24/settled-'))).toHaveLength(4)
    for (const zone of [undefined, 'UTC', 'Europe/Berlin', 'America/St_Johns']) {
      expect(await at.ask(all, zone)).toEqual(rows)
    }
  }, 60_000)

  it('answers what it does not have by nothing, typed as it is now', async () => {
    await using at = await aFormerLake()
    const sql = `SELECT event_id, organization_id, event_time_end, retention_days FROM events
      WHERE coalesce(retention_days, 0) < 1 AND event_time_end IS NULL ORDER BY received_at`
    for (const zone of [undefined, 'Europe/Berlin']) {
      const found = await at.ask(sql, zone)
      expect(found).toEqual(rows.map(([id]) => [id, null, null, null]))
    }
  })

  it('is migrated when a server starts', async () => {
    await using at = await aFormerLake()
    {
      const { dataDir } = at
      await using platform = await openLocalPlatform({ dataDir, clock, log: silentLog })
      const { rows: found } = await askLake(platform.lake, { reader: 'operator', sql: all })
      expect(found).toEqual(rows)
    }
    expect(at.paths()).toEqual(migrated)
  })

  it('is migrated once, and left alone after that', async () => {
    await using at = await aFormerLake()
    await at.migrate()
    const before = at.paths().map((path) => statSync(join(at.dataDir, 'lake', path)).mtimeMs)
    await at.migrate()
    expect(at.paths()).toEqual(migrated)
    expect(at.paths().map((path) => statSync(join(at.dataDir, 'lake', path)).mtimeMs)).toEqual(
      before,
    )
  })

  // A migration that was cut short, or a version before that has run on a lake of now.
  const halfway: [says: string, change: (events: string) => void][] = [
    ['after a class', (events) => renameSync(join(events, 'pii'), `${events}/retention_class=pii`)],
    [
      'after a day',
      (events) => {
        renameSync(join(events, 'pii'), `${events}/retention_class=pii`)
        const within = `${events}/retention_class=pii`
        renameSync(join(within, '2026-11-15'), join(within, 'day=2026-11-15'))
      },
    ],
    [
      'with an empty folder of the name of now in the way',
      (events) =>
        mkdirSync(join(events, 'retention_class=pii/day=2026-11-15/hour=10'), { recursive: true }),
    ],
  ]
  for (const [says, change] of halfway) {
    it(`is migrated and read when a migration was cut short ${says}`, async () => {
      await using at = await aFormerLake()
      change(at.events)
      expect(await at.ask(all)).toEqual(rows)
      await at.migrate()
      expect(at.paths()).toEqual(migrated)
      expect(readdirSync(at.events).sort()).toEqual([
        'retention_class=pii',
        'retention_class=standard',
      ])
      expect(await at.ask(all)).toEqual(rows)
    })
  }

  it('has its people erased from files of both versions', async () => {
    await using at = await aFormerLake()
    await at.migrate()
    await using archive = openArchive({ folder: at.events, log: silentLog })
    await archive.erase('default', { actorIds: [ours.actorId!] })
    expect(await at.ask(all, 'Europe/Berlin')).toEqual(rows.slice(0, 3))
  })
})

it('asks again when a folder was renamed between being listed and being read', async () => {
  await using at = await aFormerLake()
  await using duck = createDuck()
  let tries = 0
  const moving: Duck = {
    ...duck,
    async connect() {
      const connection = await duck.connect()
      tries += 1
      if (tries > 1) return connection
      const gone = new Error(
        `IO Error: Cannot open file "${at.events}/pii/x.parquet": No such file`,
      )
      return Object.assign(connection, { stream: () => Promise.reject(gone) })
    },
  }
  const execute = executeWith({ folder: at.events, duck: moving })
  await using execution = await execute({ sql: all }, new AbortController().signal)
  expect((await Array.fromAsync(execution.chunks)).flat()).toEqual(rows)
  // What is gone elsewhere is the reader's own affair.
  const sql = `SELECT * FROM read_parquet('/nowhere/x.parquet')`
  await expect(execute({ sql }, new AbortController().signal)).rejects.toThrow('No files found')
  expect(tries).toBe(3)
})

describe('a lake of now', () => {
  it('is found by its folders, and holds in no file what they say', async () => {
    await using at = await aFormerLake()
    const [file] = at.paths().filter((path) => path.endsWith('z.parquet'))
    const path = literal(join(at.dataDir, 'lake', file!))
    const names = await at.ask(`SELECT name, logical_type FROM parquet_schema(${path})`)
    const types = Object.fromEntries(names as [string, string | null][])
    expect(types).not.toHaveProperty('retention_class')
    for (const { name } of columns.filter(({ type }) => type === 'timestamp')) {
      expect(types[name]).toContain('isAdjustedToUTC=1')
    }
  })
})
