import { Database } from 'bun:sqlite'
import { describe, expect, it } from 'bun:test'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { EventRecord } from '../../src/event/record'
import type { ChangeBatch } from '../../src/platform/change-feed'
import { openArchive } from '../../src/platform/local/archive'
import { createChangeFeed } from '../../src/platform/local/change-feed'
import { openDatabase } from '../../src/platform/local/database'
import { createCursors, cursorsSchema } from '../../src/platform/local/log/cursors'
import { createDuck } from '../../src/platform/local/parquet/duck'
import { createQuarantineStore, quarantineSchema } from '../../src/platform/local/quarantine-store'
import { createTokenSigner } from '../../src/platform/shared/page-token'
import { silentLog } from '../../src/telemetry/log'
import { clockAt } from '../support/clock'
import { temporaryFolder } from '../support/folders'
import { lakeOf } from '../support/lake'
import { openStore } from '../support/local-store'
import { aBatch, aRecord } from '../support/records'

const ADA = { actorIds: ['ada'] }
const of = (actorId: string, more: Partial<EventRecord> = {}) =>
  aRecord({
    actorId,
    raw: JSON.stringify({ actor: actorId, secret: crypto.randomUUID() }),
    ...more,
  })
const both = (count: number) =>
  Array.from({ length: count }, (_, n) => of(n % 2 === 0 ? 'ada' : 'bob'))
const ids = (records: readonly EventRecord[]) => records.map(({ eventId }) => eventId)
const ofBob = (records: readonly EventRecord[]) =>
  records.filter(({ actorId }) => actorId === 'bob')

/** Every byte of a folder. */
/** Lists what the lake has beside its events. */
function filesBeside(root: string): string[] {
  const names = readdirSync(join(root, 'lake'), { recursive: true, withFileTypes: true })
  return names.flatMap((entry) => {
    const path = join(entry.parentPath, entry.name)
    const isEvent = path.startsWith(join(root, 'lake', 'events'))
    return isEvent || entry.isDirectory() ? [] : [path]
  })
}

function bytesIn(folder: string): Buffer {
  const names = readdirSync(folder, { recursive: true }) as string[]
  const files = names.map((name) => join(folder, name)).filter((path) => statSync(path).isFile())
  return Buffer.concat(files.map((path) => readFileSync(path)))
}

/** The bodies of a log's file as they are stored. */
function bodiesIn(file: string): Uint8Array[] {
  using db = new Database(file, { readonly: true })
  const rows = db.query<{ body: Uint8Array }, []>('SELECT body FROM segments ORDER BY first').all()
  return rows.map(({ body }) => body)
}

/** A feed of the store's log whose cursors are in a file. */
function feedOf(store: ReturnType<typeof openStore>, file: string) {
  const db = openDatabase(file, cursorsSchema)
  const parts = { log: store.log, cursors: createCursors(db), clock: clockAt(() => new Date()) }
  return {
    changes: createChangeFeed({ ...parts, telemetry: silentLog }),
    [Symbol.dispose]: () => db.close(),
  }
}

describe('what is erased from the log', () => {
  it('is in no file any more, nor is the segment that held it', async () => {
    using folder = temporaryFolder()
    await using store = openStore(folder.path)
    for (let n = 0; n < 6; n += 1) await store.append(both(100))
    const file = join(folder.path, '00000001.db')
    const before = bodiesIn(file)
    expect(statSync(`${file}-wal`).size).toBeGreaterThan(0)
    expect(await store.erase('default', ADA)).toMatchObject({ removed: 300 })
    expect(statSync(`${file}-wal`).size).toBe(0)
    const bytes = bytesIn(folder.path)
    for (const body of before) {
      for (const part of [0.3, 0.6, 0.9]) {
        const at = Math.floor(body.length * part)
        expect(bytes.includes(body.subarray(at, at + 24))).toBe(false)
      }
    }
    for (const body of bodiesIn(file)) {
      expect(Bun.zstdDecompressSync(body).includes('"ada"')).toBe(false)
    }
  })

  it('stays away after a restart, with the index that was saved and with one built anew', async () => {
    for (const isIndexLost of [false, true]) {
      using folder = temporaryFolder()
      const records = both(300)
      {
        await using store = openStore(folder.path)
        await store.append(records)
        await store.erase('default', ADA)
      }
      if (isIndexLost) writeFileSync(join(folder.path, '00000001.idx'), '')
      await using store = openStore(folder.path)
      expect((await store.query('default', { actorId: 'ada' }, { limit: 9 })).items).toEqual([])
      const outcomes = await store.append(records)
      expect(outcomes.filter(({ kind }) => kind === 'stored')).toHaveLength(150)
      expect(store.log.end() % 2 ** 18).toBe(450)
      expect(await store.get('default', records[0]!.eventId)).toEqual(records[0]!)
      expect(await store.get('default', records[1]!.eventId)).toEqual(records[1]!)
    }
  })

  it('goes from generations that grow no more, whose indexes are saved again', async () => {
    using folder = temporaryFolder()
    let now = Date.parse('2026-11-15T00:00:00.000Z')
    const expiresAt = '2027-01-01T00:00:00.000Z'
    const days: EventRecord[][] = []
    {
      await using store = openStore(folder.path, () => new Date(now))
      for (let day = 0; day < 3; day += 1) {
        days.push(both(200).map((record) => ({ ...record, expiresAt })))
        await store.append(days.at(-1)!)
        now += 25 * 60 * 60 * 1000
      }
      expect(store.log.newestFirst()).toHaveLength(3)
    }
    await using store = openStore(folder.path, () => new Date(now))
    expect(await store.erase('default', ADA)).toMatchObject({ removed: 300 })
    expect(existsSync(join(folder.path, '00000001.idx'))).toBe(true)
    expect(existsSync(join(folder.path, '00000002.idx'))).toBe(true)
    const { items } = await store.query('default', {}, { limit: 1000 })
    expect(ids(items).toSorted()).toEqual(ids(ofBob(days.flat())).toSorted())
    await using again = await reopened(store, folder.path, () => new Date(now))
    const outcomes = await again.append(days.flat())
    expect(outcomes.filter(({ kind }) => kind === 'stored')).toHaveLength(300)
  })

  it('is not taken for held when a crash has left an index that has it', async () => {
    using folder = temporaryFolder()
    const records = both(10)
    const index = join(folder.path, '00000001.idx')
    {
      await using store = openStore(folder.path)
      await store.append(records)
    }
    copyFileSync(index, `${index}.then`)
    {
      await using store = openStore(folder.path)
      await store.erase('default', ADA)
      // A crash from now on finds none, and builds it anew.
      expect(existsSync(index)).toBe(false)
    }
    copyFileSync(`${index}.then`, index)
    await using store = openStore(folder.path)
    expect(await store.get('default', records[0]!.eventId)).toBeUndefined()
    expect(await store.erase('default', ADA)).toMatchObject({ removed: 0 })
    const outcomes = await store.append(records)
    expect(outcomes.filter(({ kind }) => kind === 'stored')).toHaveLength(5)
  })

  it('goes on where it was when it was cut short', async () => {
    using folder = temporaryFolder()
    const records = both(1000)
    {
      await using store = openStore(folder.path)
      await store.append(records)
      let calls = 0
      const cut = store.erase('default', {
        ...ADA,
        leaving: async () => {
          calls += 1
          if (calls === 3) throw new Error('the process dies here')
        },
      })
      // Not by `rejects`, which waits in a loop of its own: what threads answer may not come there.
      expect(String(await cut.catch((error: unknown) => error))).toContain('dies here')
    }
    await using store = openStore(folder.path)
    const { removed } = await store.erase('default', ADA)
    expect(removed).toBeGreaterThan(0)
    expect(removed).toBeLessThan(500)
    const { items } = await store.query('default', {}, { limit: 1000 })
    expect(ids(items).toSorted()).toEqual(ids(ofBob(records)).toSorted())
  })

  it('goes on where it was when the process was killed, and nobody else has lost anything', async () => {
    for (const segment of [1, 3, 6]) {
      using folder = temporaryFolder()
      const records = both(1000)
      {
        await using store = openStore(folder.path)
        await store.append(records)
      }
      const program = join(import.meta.dir, '../support/erasing-program.ts')
      const killed = Bun.spawn([process.execPath, program, folder.path, 'ada'], { stdout: 'pipe' })
      let said = ''
      for await (const bytes of killed.stdout) {
        said += Buffer.from(bytes).toString()
        if (said.split('leaving').length > segment) killed.kill('SIGKILL')
      }
      await killed.exited
      await using store = openStore(folder.path)
      // What was erased by then is away for good, whatever index there is.
      const { items: before } = await store.query('default', {}, { limit: 1000 })
      expect(ids(ofBob(before)).toSorted()).toEqual(ids(ofBob(records)).toSorted())
      const { removed } = await store.erase('default', ADA)
      expect(removed).toBe(before.length - 500)
      const outcomes = await store.append(records)
      expect(outcomes.filter(({ kind }) => kind === 'stored')).toHaveLength(500)
      expect(outcomes.filter(({ kind }) => kind === 'duplicate')).toHaveLength(500)
    }
  }, 60_000)

  it('is over when the store is closed in the middle, and can be done afterwards', async () => {
    using folder = temporaryFolder()
    const store = openStore(folder.path)
    await store.append(both(2000))
    const erasing = store.erase('default', ADA).catch((error: unknown) => error)
    await store[Symbol.asyncDispose]()
    expect(await erasing).toMatchObject({ name: 'StorageError', isRetriable: true })
    await using again = openStore(folder.path)
    expect((await again.erase('default', ADA)).removed).toBeGreaterThan(0)
    expect(await again.erase('default', ADA)).toMatchObject({ removed: 0 })
  })

  it('is not in the change feed, which gives all others in order, at their places', async () => {
    using folder = temporaryFolder()
    await using store = openStore(folder.path)
    const records = both(500)
    for (let n = 0; n < 500; n += 50) await store.append(records.slice(n, n + 50))
    const mark = String(store.log.end())
    // These are still in memory as they were stored.
    const later = both(50)
    await store.append(later)
    await store.erase('default', ADA)
    using feed = feedOf(store, join(folder.path, 'cursors.db'))
    const seen: EventRecord[] = []
    const late: boolean[] = []
    const follower = feed.changes.follow({
      name: 'all',
      maxRecords: 1000,
      maxBytes: Number.POSITIVE_INFINITY,
      maxWaitMs: 0,
      async handle(batch: ChangeBatch) {
        for (const [place, record] of batch.records().entries()) {
          seen.push(record)
          late.push(batch.isWithin(place, { from: mark }))
        }
      },
    })
    await follower.drain()
    expect(seen).toEqual(ofBob([...records, ...later]))
    expect(late.filter(Boolean)).toHaveLength(25)
    await follower[Symbol.asyncDispose]()
  })

  it('leaves a batch that was begun as it was cut, without what is gone', async () => {
    using folder = temporaryFolder()
    const cursors = join(folder.path, 'cursors.db')
    const begun: { id: string; count: number }[] = []
    const consumer = {
      name: 'exact',
      maxRecords: 1000,
      maxBytes: Number.POSITIVE_INFINITY,
      maxWaitMs: 0,
      isExact: true,
    }
    const records = both(40)
    {
      await using store = openStore(folder.path)
      using feed = feedOf(store, cursors)
      await store.append(records)
      const follower = feed.changes.follow({
        ...consumer,
        async handle({ id, count }) {
          begun.push({ id, count })
          throw new Error('the process dies here')
        },
      })
      await follower.drain().catch(() => {})
      await follower[Symbol.asyncDispose]()
    }
    await using store = openStore(folder.path)
    await store.erase('default', ADA)
    using feed = feedOf(store, cursors)
    const follower = feed.changes.follow({
      ...consumer,
      async handle(batch) {
        expect({ id: batch.id, count: batch.count }).toEqual(begun[0]!)
        expect(batch.records()).toEqual(ofBob(records))
      },
    })
    await follower.drain()
    await follower[Symbol.asyncDispose]()
  })
})

async function reopened(
  store: ReturnType<typeof openStore>,
  folder: string,
  now: () => Date,
): Promise<ReturnType<typeof openStore>> {
  await store[Symbol.asyncDispose]()
  return openStore(folder, now)
}

describe('what is erased from the lake', () => {
  function openLake(root: string) {
    const folder = join(root, 'lake', 'events')
    const duck = createDuck()
    const archive = openArchive({ folder, log: silentLog })
    return {
      ...{ folder, archive, lake: lakeOf({ folder, duck }) },
      files: () =>
        [...new Bun.Glob('**/*.parquet').scanSync(folder)].sort().map((name) => join(folder, name)),
      async [Symbol.asyncDispose]() {
        await archive[Symbol.asyncDispose]()
        await duck[Symbol.asyncDispose]()
      },
    }
  }

  it('is not brought back by what the log hands on afterwards', async () => {
    using root = temporaryFolder()
    await using store = openStore(join(root.path, 'hot'))
    await using at = openLake(root.path)
    using feed = feedOf(store, join(root.path, 'cursors.db'))
    const records = both(400)
    await store.append(records)
    await store.erase('default', ADA)
    // A segment of which nothing is left, too.
    await store.append(Array.from({ length: 200 }, () => of('cy')))
    await store.erase('default', { actorIds: ['cy'] })
    async function archive() {
      await using follower = feed.changes.follow({
        name: 'archive',
        maxRecords: 1000,
        maxBytes: Number.POSITIVE_INFINITY,
        maxWaitMs: 0,
        isExact: true,
        handle: (batch) => at.archive.write(batch),
      })
      await follower.drain()
    }
    await archive()
    // A batch of nothing else.
    await store.append(Array.from({ length: 200 }, () => of('cy')))
    await store.erase('default', { actorIds: ['cy'] })
    await archive()
    const { rows } = await at.lake.query('SELECT event_id FROM events')
    expect(rows.map(([id]) => id)).toEqual(ids(ofBob(records)))
    expect(at.archive.state()).toEqual({ waitingFor: undefined, setAside: 0 })
  })

  it('changes no other file, and no byte of whoever reads one', async () => {
    using root = temporaryFolder()
    await using at = openLake(root.path)
    await at.archive.write(aBatch('a', [of('ada'), of('bob')]))
    await at.archive.write(aBatch('b', [of('bob')]))
    const [a, b] = at.files()
    const before = [a!, b!].map((file) => statSync(file))
    const text = readFileSync(a!)
    const reader = Bun.file(a!).stream().getReader()
    const { value: first } = await reader.read()
    expect(await at.archive.erase('default', ADA)).toMatchObject({ removed: 1 })
    expect(Buffer.from(first!).equals(text.subarray(0, first!.length))).toBe(true)
    const after = [a!, b!].map((file) => statSync(file))
    expect(after[0]!.ino).not.toBe(before[0]!.ino)
    expect([after[1]!.ino, after[1]!.mtimeMs]).toEqual([before[1]!.ino, before[1]!.mtimeMs])
    expect(after[0]!.mode).toBe(before[0]!.mode)
    expect(bytesIn(join(root.path, 'lake')).includes('"ada"')).toBe(false)
    expect(filesBeside(root.path)).toEqual([])
  })

  it('is all that can be reached, when a file cannot be read; that one is named', async () => {
    using root = temporaryFolder()
    await using at = openLake(root.path)
    await at.archive.write(aBatch('a', [of('ada'), of('bob')]))
    await at.archive.write(aBatch('c', [of('ada'), of('bob')]))
    const [a] = at.files()
    const broken = a!.replace(/[^/]+$/, 'b.parquet')
    writeFileSync(broken, 'PAR1 nothing of the sort PAR1')
    const refusal = await at.archive.erase('default', ADA).catch((error: unknown) => error)
    expect(refusal).toMatchObject({ name: 'StorageError' })
    expect((refusal as Error).message).toContain('b.parquet')
    expect(readFileSync(broken, 'utf8')).toBe('PAR1 nothing of the sort PAR1')
    expect(filesBeside(root.path)).toEqual([])
    await Bun.file(broken).delete()
    const { rows } = await at.lake.query('SELECT actor_id FROM events')
    expect(rows).toEqual([['bob'], ['bob']])
  })

  it('is gone from what DuckDB refused, which stays beside the lake', async () => {
    using root = temporaryFolder()
    await using at = openLake(root.path)
    const folder = join(root.path, 'lake', 'refused', 'standard', '2026-11-15', '10')
    mkdirSync(folder, { recursive: true })
    const theirs = [{ record: of('ada') }, { line: 'default\t{"actor":"ada"' }]
    const others = [
      { record: of('bob') },
      { record: of('ada', { tenantId: 'other' }) },
      { line: 'default\t{"actor":"ada2"' },
      { segment: 'AAAA' },
      { events: 3 },
    ]
    const text = (entries: object[]) =>
      entries.map((entry) => `${JSON.stringify({ reason: 'x', ...entry })}\n`).join('')
    const file = join(folder, 'one-0-7.json')
    writeFileSync(file, text([...theirs, ...others]))
    expect(await at.archive.erase('default', ADA)).toMatchObject({ removed: 2 })
    expect(readFileSync(file, 'utf8')).toBe(text(others))
  })
})

describe('what is erased from quarantine', () => {
  it('is in no file any more, and neither is what was released before', async () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'nonius.db')
    const db = openDatabase(file, quarantineSchema)
    const store = createQuarantineStore(db, createTokenSigner(new Uint8Array(32).fill(7)))
    const items = Array.from({ length: 200 }, (_, n) => ({
      ...{ quarantineId: `q_${n}`, tenantId: 'school', sourceId: 'moodle', index: n, errors: [] },
      ...{ standard: 'caliper' as const, scope: 'item' as const, context: {} },
      ...{ receivedAt: '2026-11-21T09:30:00.000Z', server: { requestId: 'r1' } },
      raw: JSON.stringify({ actor: n % 2 === 0 ? 'ada' : 'bob', text: 'x'.repeat(n * 100) }),
    }))
    await store.put(items)
    await store.release('school', 'q_0')
    await store.release('school', 'q_198')
    expect(bytesIn(folder.path).includes('\\"ada\\"')).toBe(true)
    expect(await store.erase('school', ADA)).toMatchObject({ removed: 98 })
    expect(bytesIn(folder.path).includes('\\"ada\\"')).toBe(false)
    expect(bytesIn(folder.path).includes('\\"bob\\"')).toBe(true)
    db.close()
  })
})
