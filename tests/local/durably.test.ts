import { Database } from 'bun:sqlite'
import { describe, expect, it } from 'bun:test'
import { cpSync, fdatasyncSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../src/platform/clock'
import { createChangeFeed } from '../../src/platform/local/change-feed'
import { openDatabase } from '../../src/platform/local/database'
import { createDeliveryQueue, deliveryQueueSchema } from '../../src/platform/local/delivery-queue'
import { createDurably, relaxed, type SyncFile } from '../../src/platform/local/durably'
import { createCheckpointer } from '../../src/platform/local/log/checkpointer'
import { createCursors, cursorsSchema } from '../../src/platform/local/log/cursors'
import { createQuarantineStore, quarantineSchema } from '../../src/platform/local/quarantine-store'
import { openTrees } from '../../src/platform/local/trees'
import { createTokenSigner } from '../../src/platform/shared/page-token'
import { silentLog } from '../../src/telemetry/log'
import { anItem } from '../contracts/quarantine-store.contract'
import { batchOf } from '../contracts/trees.contract'
import { aDelivery } from '../support/deliveries'
import { temporaryFolder } from '../support/folders'
import { openStore } from '../support/local-store'
import { aRecord } from '../support/records'

/** A disk whose syncs end when the test says so, in their order. */
function heldDisk() {
  const held: { resolve(): void; reject(error: Error): void }[] = []
  const sync: SyncFile = () =>
    new Promise((resolve, reject) => void held.push({ resolve: () => resolve(undefined), reject }))
  return {
    sync,
    waiting: () => held.length,
    /** Waits until a sync is asked for. */
    async asked() {
      while (held.length === 0) await Bun.sleep(1)
    },
    end: () => held.shift()!.resolve(),
    fail: () => held.shift()!.reject(Object.assign(new Error('EIO'), { code: 'EIO' })),
  }
}

const records = (...ids: string[]) =>
  ids.map((id) => aRecord({ eventId: id, tenantId: 'school', raw: JSON.stringify({ id }) }))
const openWith = (folder: string, sync: SyncFile) =>
  openStore(folder, undefined, undefined, undefined, sync)
/** Draws numbers from 0 to 1, the same for the same seed (a linear congruence). */
function numbersFrom(seed: number) {
  let at = seed
  return () => {
    at = (at * 1_103_515_245 + 12_345) % 2 ** 31
    return at / 2 ** 31
  }
}

const STORED = { kind: 'stored' as const }

async function idsOf(store: Pick<ReturnType<typeof openStore>, 'query'>) {
  const { items } = await store.query('school', {}, { limit: 1000 })
  return items.map(({ eventId }) => eventId).sort()
}

/** Tells whether a promise is still open after what can run has run. */
async function isOpen(promise: Promise<unknown>) {
  let isOver = false
  void promise.then(
    () => (isOver = true),
    () => (isOver = true),
  )
  for (let turn = 0; turn < 5; turn += 1) await Bun.sleep(1)
  return !isOver
}

describe('what is appended', () => {
  it('is answered and found only once it is on the disk', async () => {
    using folder = temporaryFolder()
    const disk = heldDisk()
    await using store = openWith(folder.path, disk.sync)
    const begin = store.log.end()
    const announced: number[] = []
    store.log.onAppend((bytes) => void announced.push(bytes))
    const appended = store.append(records('a', 'b'))
    await disk.asked()
    expect(await isOpen(appended)).toBe(true)
    expect(await store.get('school', 'a')).toBeUndefined()
    expect(await idsOf(store)).toEqual([])
    expect(store.log.end()).toBe(begin)
    expect(store.log.countFrom(0)).toBe(0)
    expect(store.log.segmentsFrom(0, { records: 10, bytes: 1e6 })).toEqual([])
    expect(announced).toEqual([])

    disk.end()
    expect(await appended).toEqual([STORED, STORED])
    expect(await idsOf(store)).toEqual(['a', 'b'])
    expect((await store.get('school', 'a'))?.eventId).toBe('a')
    expect(store.log.end()).toBe(begin + 2)
    expect(announced).toHaveLength(1)
  })

  it('is no duplicate before it is on the disk: the same again waits with it', async () => {
    using folder = temporaryFolder()
    const disk = heldDisk()
    await using store = openWith(folder.path, disk.sync)
    const first = store.append(records('a'))
    await disk.asked()
    const again = store.append(records('a'))
    const other = store.append(records('b'))
    expect(await isOpen(again)).toBe(true)
    disk.end()
    expect(await first).toEqual([STORED])
    await disk.asked()
    // It shares a commit with what is new.
    expect(disk.waiting()).toBe(1)
    disk.end()
    expect(await again).toEqual([{ kind: 'duplicate' }])
    expect(await other).toEqual([STORED])
  })

  it('hides behind what is there already, of which segments are listed meanwhile', async () => {
    using folder = temporaryFolder()
    const disk = heldDisk()
    await using store = openWith(folder.path, disk.sync)
    const first = store.append(records('a'))
    await disk.asked()
    disk.end()
    await first
    const second = store.append(records('b'))
    await disk.asked()
    const listed = store.log.segmentsFrom(0, { records: 10, bytes: 1e6 })
    expect(listed.map(({ count }) => count)).toEqual([1])
    disk.end()
    await second
  })

  it('is not there when the disk fails, is taken with the next try, and keeps its place', async () => {
    using folder = temporaryFolder()
    const disk = heldDisk()
    const begin = 3
    {
      await using store = openWith(folder.path, disk.sync)
      const place = store.log.end()
      const first = store.append(records('a', 'b', 'c'))
      await disk.asked()
      disk.end()
      await first
      const failing = store.append(records('d', 'e'))
      failing.catch(() => {})
      await disk.asked()
      disk.fail()
      expect(await failing.catch((error) => error)).toMatchObject({ isRetriable: true })
      expect(await idsOf(store)).toEqual(['a', 'b', 'c'])
      expect(store.log.end()).toBe(place + begin)

      const again = store.append(records('e', 'f'))
      await disk.asked()
      disk.end()
      expect(await again).toEqual([STORED, STORED])
      expect(await idsOf(store)).toEqual(['a', 'b', 'c', 'e', 'f'])
    }
    await using reopened = openStore(folder.path)
    expect(await idsOf(reopened)).toEqual(['a', 'b', 'c', 'e', 'f'])
    expect(await reopened.append(records('d', 'e'))).toEqual([STORED, { kind: 'duplicate' }])
  })

  it('is refused after a failure for as long as what was there before cannot be made safe', async () => {
    using folder = temporaryFolder()
    const disk = heldDisk()
    await using store = openWith(folder.path, disk.sync)
    const failing = store.append(records('a')).catch((error) => error)
    await disk.asked()
    disk.fail()
    await failing
    // Whoever reads keeps SQLite from moving the WAL into its file.
    using reader = new Database(join(folder.path, '00000001.db'))
    reader.run('BEGIN')
    reader.query('SELECT count(*) FROM segments').get()
    const refused = await store.append(records('a')).catch((error) => error)
    expect(refused).toMatchObject({ isRetriable: true })
    expect(disk.waiting()).toBe(0)
    expect(store.failure()).toContain('others read the WAL')
    reader.run('COMMIT')
    expect(store.failure()).toBeUndefined()
    const again = store.append(records('a'))
    await disk.asked()
    disk.end()
    expect(await again).toEqual([STORED])
  })

  it('is in what the last sync has left on the disk, whenever the power goes', async () => {
    using folder = temporaryFolder()
    using copies = temporaryFolder()
    const random = numbersFrom(124)
    const hot = join(folder.path, 'hot')
    let syncs = 0
    let onDisk = -1
    // A sync takes with it what was written before it began; what comes later, the power cut takes.
    const sync: SyncFile = async () => {
      const own = syncs++
      cpSync(hot, join(copies.path, String(own)), { recursive: true })
      await Bun.sleep(Math.floor(random() * 3))
      if (random() < 0.2) throw Object.assign(new Error('EIO'), { code: 'EIO' })
      onDisk = own
    }
    const acknowledged = new Map<string, number>()
    let next = 0
    {
      await using store = openWith(hot, sync)
      await Promise.all(
        Array.from({ length: 6 }, async () => {
          for (let turn = 0; turn < 8; turn += 1) {
            const ids = Array.from({ length: 1 + Math.floor(random() * 4) }, () => `e-${next++}`)
            const outcomes = await store.append(records(...ids)).catch(() => undefined)
            if (outcomes === undefined) continue
            for (const id of ids) acknowledged.set(id, onDisk)
          }
        }),
      )
    }
    expect(acknowledged.size).toBeGreaterThan(50)
    for (const copy of new Set(acknowledged.values())) {
      await using store = openStore(join(copies.path, String(copy)))
      const there = new Set(await idsOf(store))
      const lost = [...acknowledged].filter(([id, at]) => at <= copy && !there.has(id))
      expect(lost).toEqual([])
      // Everything once, and in one order: an id that was tried in vain and again has one place.
      expect(store.log.countFrom(0)).toBe(there.size)
    }
  })
})

const open = (file: string, sync: SyncFile) => {
  const db = openDatabase(file, 'CREATE TABLE IF NOT EXISTS things (name TEXT)')
  const durably = createDurably(db, { sync })
  const add = (name: string) =>
    relaxed(db, () => void db.run('INSERT INTO things VALUES (?)', [name]))
  function close() {
    durably[Symbol.dispose]()
    db.close()
  }
  return { db, durably, add, [Symbol.dispose]: close }
}

describe('a file that is synced on another thread', () => {
  it('shares a sync among those who wait, and never one that began before their commit', async () => {
    using folder = temporaryFolder()
    const disk = heldDisk()
    using opened = open(join(folder.path, 'one.db'), disk.sync)
    opened.add('first')
    const first = opened.durably.synced()
    opened.add('second')
    const others = [opened.durably.synced(), opened.durably.synced()]
    await disk.asked()
    expect(disk.waiting()).toBe(1)
    disk.end()
    await first
    expect(await isOpen(Promise.race(others))).toBe(true)
    expect(disk.waiting()).toBe(1)
    disk.end()
    await Promise.all(others)
  })

  it('does not believe the sync after one that failed, and puts all into the file itself', async () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'one.db')
    let tries = 0
    using opened = open(file, async (fd) => {
      tries += 1
      if (tries === 1) throw Object.assign(new Error('EIO'), { code: 'EIO' })
      fdatasyncSync(fd)
    })
    opened.add('first')
    expect(await opened.durably.synced().catch((error) => error)).toMatchObject({
      isRetriable: true,
    })
    opened.add('second')
    await opened.durably.synced()
    cpSync(file, join(folder.path, 'alone.db'))
    using copy = open(join(folder.path, 'alone.db'), async () => {})
    expect(copy.db.query('SELECT name FROM things').values()).toEqual([['first'], ['second']])
  })
})

describe('what is answered besides', () => {
  it('waits for the disk: refused items, and deliveries, which can be taken meanwhile', async () => {
    using folder = temporaryFolder()
    const disk = heldDisk()
    const schema = [quarantineSchema, deliveryQueueSchema].join(';')
    const db = openDatabase(join(folder.path, 'nonius.db'), schema)
    using durably = createDurably(db, { sync: disk.sync })
    const tokens = createTokenSigner(new Uint8Array(32))
    const quarantine = createQuarantineStore(db, tokens, undefined, durably)
    const deliveries = createDeliveryQueue(db, systemClock, { tokens, durably })
    const put = quarantine.put([anItem(1)])
    expect(await isOpen(put)).toBe(true)
    disk.end()
    await put
    const enqueued = deliveries.enqueue([aDelivery()])
    expect(await isOpen(enqueued)).toBe(true)
    expect(await deliveries.take(10, 1000)).toHaveLength(1)
    disk.end()
    await enqueued
    deliveries[Symbol.dispose]()
    db.close()
  })

  it('of a tree is on the disk before anybody is told of it', async () => {
    using folder = temporaryFolder()
    const disk = heldDisk()
    const file = join(folder.path, 'trees.db')
    await using trees = openTrees(file, { add() {} }, { sync: disk.sync })
    const added = trees.add(batchOf(records('a')))
    await disk.asked()
    const found = trees.find('school', ['a'], '', '9')
    expect(await isOpen(Promise.race([added, found]))).toBe(true)
    disk.end()
    await added
    if (disk.waiting() > 0) disk.end()
    expect((await found).size).toBe(1)
  })
})

describe('the thread that moves WALs into their files', () => {
  it('empties the WAL of a part of the log that grows no more', async () => {
    using folder = temporaryFolder()
    let now = Date.parse('2026-11-15T00:00:00.000Z')
    await using store = openStore(folder.path, () => new Date(now))
    const wal = (name: string) => statSync(join(folder.path, `${name}.db-wal`)).size
    const expiresAt = '2027-01-01T00:00:00.000Z'
    await store.append(records('a', 'b').map((record) => ({ ...record, expiresAt })))
    expect(wal('00000001')).toBeGreaterThan(0)
    // After a day another one is begun.
    now += 25 * 60 * 60 * 1000
    await store.append(records('c').map((record) => ({ ...record, expiresAt })))
    while (wal('00000001') > 0) await Bun.sleep(5)
    expect(wal('00000002')).toBeGreaterThan(0)
    expect((await store.get('school', 'a'))?.eventId).toBe('a')
  })

  it('comes to all files that it is asked for, one after the other', async () => {
    using folder = temporaryFolder()
    const names = ['one', 'two', 'three'].map((name) => join(folder.path, `${name}.db`))
    const opened = names.map((file) => open(file, async () => {}))
    const checkpointer = createCheckpointer()
    // One that cannot be opened takes nothing from the others, and nothing waits for it at the end.
    checkpointer.request(join(folder.path, 'no folder', 'none.db'))
    for (const [at, one] of opened.entries()) {
      one.add(`in ${at}`)
      checkpointer.request(names[at]!, at === 1 ? 'patient' : 'usual')
    }
    for (const [at, file] of names.entries()) {
      for (let isMoved = false; !isMoved; await Bun.sleep(5)) {
        const alone = join(folder.path, 'alone.db')
        cpSync(file, alone)
        using copy = open(alone, async () => {})
        isMoved = copy.db.query('SELECT name FROM things').values().flat().includes(`in ${at}`)
      }
    }
    checkpointer.request(join(folder.path, 'no folder', 'none.db'))
    await checkpointer[Symbol.asyncDispose]()
    // Nobody starts the thread again when the server is about to end.
    checkpointer.request(names[0]!)
    for (const one of opened) one[Symbol.dispose]()
  }, 20_000)
})

describe('a cursor', () => {
  it('is written at once, and a batch that is begun is on the disk before it is handled', async () => {
    using folder = temporaryFolder()
    const disk = heldDisk()
    await using store = openStore(join(folder.path, 'hot'))
    await store.append(records('a'))
    const db = openDatabase(join(folder.path, 'nonius.db'), cursorsSchema)
    using durably = createDurably(db, { sync: disk.sync })
    const cursors = createCursors(db, durably)
    const feed = createChangeFeed({
      ...{ log: store.log, cursors, clock: systemClock, telemetry: silentLog },
    })
    const handled: string[] = []
    const follower = feed.follow({
      ...{ name: 'exact', isExact: true, maxRecords: 10, maxBytes: 1e6, maxWaitMs: 0 },
      async handle(batch) {
        handled.push(...batch.records().map(({ eventId }) => eventId))
      },
    })
    await disk.asked()
    await Bun.sleep(5)
    expect(handled).toEqual([])
    disk.end()
    // Nobody waits for the disk to be told that it is done: a power cut repeats it under its name.
    await follower.drain()
    expect(handled).toEqual(['a'])
    expect(cursors.peek('exact')).toBe(store.log.end())
    await disk.asked()
    disk.end()
    await follower[Symbol.asyncDispose]()
    db.close()
  })
})
