import { Database } from 'bun:sqlite'
import { describe, expect, it } from 'bun:test'
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { CAPACITY } from '../../src/platform/local/log/generation'
import { lineNames } from '../../src/platform/local/log/line'
import { FORMER_COLUMNS } from '../../src/platform/local/log/segment-file'
import { type Log, silentLog } from '../../src/telemetry/log'
import { eventStoreContract } from '../contracts/event-store.contract'
import { temporaryFolder } from '../support/folders'
import { openStore } from '../support/local-store'
import { aRecord } from '../support/records'

/** A log that keeps errors as text. */
function recording(errors: string[]): Log {
  const error: Log['error'] = (message, fields) =>
    void errors.push(JSON.stringify([message, fields]))
  return { ...silentLog, error }
}

eventStoreContract('SQLite', async ({ now } = {}) => {
  const folder = temporaryFolder()
  const store = openStore(folder.path, now)
  return {
    ...store,
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
})

type Segment = { first: number; body: Uint8Array }

/** Writes over bytes in the middle of a file. */
function damage(file: string, { at, bytes = 40 }: { at: number; bytes?: number }) {
  const fd = openSync(file, 'r+')
  writeSync(fd, Buffer.alloc(bytes, 0xa5), 0, bytes, at)
  closeSync(fd)
}

describe('the log on one machine', () => {
  it('is not held for what it withheld', async () => {
    using folder = temporaryFolder()
    let now = new Date('2026-11-15T12:00:00.000Z')
    await using store = openStore(folder.path, () => now)
    const first = aRecord({ expiresAt: '2026-11-16T12:00:00.000Z' })
    await store.append([first])
    const lasting = aRecord({ expiresAt: '2036-11-15T12:00:00.000Z' })
    const call = [lasting, { ...first, raw: '{"other":true}' }]
    expect(await store.append(call, { whole: true })).toContainEqual({ kind: 'conflict' })
    now = new Date('2026-11-18T12:00:00.000Z')
    await store.append([aRecord()])
    expect(await store.expire(now)).toEqual({ dropped: 1 })
  })

  it('still knows everything after it was closed and opened', async () => {
    using folder = temporaryFolder()
    const records = Array.from({ length: 700 }, () => aRecord())
    {
      await using store = openStore(folder.path)
      await store.append(records)
    }
    await using store = openStore(folder.path)
    const outcomes = await store.append([...records, aRecord()])
    expect(outcomes.filter(({ kind }) => kind === 'duplicate')).toHaveLength(700)
    expect(await store.get('default', records[333]!.eventId)).toEqual(records[333]!)
  })

  it('rebuilds an index that is missing or was cut short', async () => {
    for (const harm of ['missing', 'cut'] as const) {
      using folder = temporaryFolder()
      const records = Array.from({ length: 20 }, () => aRecord({ actorId: 'me' }))
      {
        await using store = openStore(folder.path)
        await store.append(records)
      }
      const index = join(folder.path, '00000001.idx')
      if (harm === 'cut') truncateSync(index, 1000)
      else truncateSync(index, 0)
      await using store = openStore(folder.path)
      const { items } = await store.query('default', { actorId: 'me' }, { limit: 100 })
      expect(items).toHaveLength(20)
    }
  })

  it('rebuilds an index in which a single byte has changed', async () => {
    for (const at of [4, 20, 100, 5000, 2_000_000]) {
      using folder = temporaryFolder()
      const records = Array.from({ length: 200 }, () => aRecord({ actorId: 'me' }))
      {
        await using store = openStore(folder.path)
        await store.append(records)
      }
      damage(join(folder.path, '00000001.idx'), { at, bytes: 1 })
      await using store = openStore(folder.path)
      const { items } = await store.query('default', { actorId: 'me' }, { limit: 1000 })
      expect(items).toHaveLength(200)
      expect((await store.append(records)).every(({ kind }) => kind === 'duplicate')).toBe(true)
    }
  })

  it('names a segment that is damaged, and serves all others', async () => {
    using folder = temporaryFolder()
    const random = () =>
      aRecord({ raw: JSON.stringify({ type: 'A', x: randomBytes(3000).toString('hex') }) })
    const segments = Array.from({ length: 20 }, () => Array.from({ length: 10 }, random))
    {
      await using store = openStore(folder.path)
      for (const records of segments) await store.append(records)
    }
    const file = join(folder.path, '00000001.db')
    const harmed = readFileSync(file)
    const db = new Database(file)
    const { body } = db.query('SELECT body FROM segments WHERE first = 70').get() as {
      body: Uint8Array
    }
    db.close()
    damage(file, { at: harmed.indexOf(body.subarray(200, 260)) })
    for (const isIndexLost of [false, true]) {
      if (isIndexLost) rmSync(join(folder.path, '00000001.idx'))
      const logged: string[] = []
      await using store = openStore(folder.path, undefined, recording(logged))
      const { items } = await store.query('default', {}, { limit: 1000 })
      expect(items).toHaveLength(isIndexLost ? 191 : 190)
      expect(await store.get('default', segments[7]![3]!.eventId)).toBeUndefined()
      expect(await store.get('default', segments[8]![3]!.eventId)).toEqual(segments[8]![3]!)
      expect(logged).toEqual([expect.stringContaining('00000001.db')])
      expect(await store.append([random()])).toEqual([{ kind: 'stored' }])
    }
  })

  it('puts aside a generation that cannot be opened, and goes on in the next', async () => {
    using folder = temporaryFolder()
    {
      await using store = openStore(folder.path)
      await store.append([aRecord()])
    }
    damage(join(folder.path, '00000001.db'), { at: 0, bytes: 2048 })
    const logged: string[] = []
    await using store = openStore(folder.path, undefined, recording(logged))
    expect(logged).toEqual([expect.stringContaining('put aside')])
    expect(await store.append([aRecord()])).toEqual([{ kind: 'stored' }])
    expect(store.log.newestFirst().map(({ number }) => number)).toEqual([2])
    expect(readdirSync(join(folder.path, 'damaged'))).toContain('00000001.db')
  })

  it('reads what version 0.1.0 wrote, and goes on in a generation of its own', async () => {
    using folder = temporaryFolder()
    const records = Array.from({ length: 30 }, () => aRecord())
    {
      await using store = openStore(folder.path)
      await store.append(records)
    }
    const db = new Database(join(folder.path, '00000001.db'))
    const former = FORMER_COLUMNS.split(' ').map((name) => lineNames.indexOf(name))
    const asThen = (line: string) => {
      const cells = line.split('\t')
      return line === '' ? '' : former.map((at) => cells[at]).join('\t')
    }
    for (const { first, body } of db.query('SELECT first, body FROM segments').all() as Segment[]) {
      const lines = Bun.zstdDecompressSync(body).toString().split('\n').map(asThen)
      const packed = Bun.zstdCompressSync(lines.join('\n'))
      db.query('UPDATE segments SET body = ? WHERE first = ?').run(packed, first)
    }
    db.run('ALTER TABLE meta DROP COLUMN columns')
    for (const column of ['unpacked', 'contents', 'checksum']) {
      db.run(`ALTER TABLE segments DROP COLUMN ${column}`)
    }
    db.close()
    rmSync(join(folder.path, '00000001.idx'))
    await using store = openStore(folder.path)
    expect(await store.get('default', records[7]!.eventId)).toEqual(records[7]!)
    const again = records.map((record) => ({ ...record, raw: ` ${record.raw}` }))
    expect((await store.append(again)).every(({ kind }) => kind === 'duplicate')).toBe(true)
    expect(await store.append([{ ...records[0]!, raw: '{"other":1}' }])).toEqual([
      { kind: 'conflict' },
    ])
  })

  it('gives no position twice, also when the folder is of an earlier day', async () => {
    using folder = temporaryFolder()
    const logged: string[] = []
    const furthest = CAPACITY * 3 + 12
    await using store = openStore(folder.path, undefined, recording(logged), furthest)
    await store.append([aRecord()])
    expect(store.log.end()).toBeGreaterThan(furthest)
    expect(logged).toEqual([expect.stringContaining('it was restored, or has lost its end')])
  })

  it('judges sameness without reading the first event, which may be large', async () => {
    using folder = temporaryFolder()
    const first = aRecord({ raw: JSON.stringify({ type: 'A', text: 'x'.repeat(5_900_000) }) })
    await using store = openStore(folder.path)
    await store.append([first])
    const others = Array.from({ length: 50_000 }, (_, at) => ({
      ...first,
      raw: `{"type":"A","at":${at}}`,
    }))
    const begun = performance.now()
    const outcomes = await store.append(others)
    expect(outcomes.every(({ kind }) => kind === 'conflict')).toBe(true)
    // Half a second here; it was 12 s for twenty of them.
    expect(performance.now() - begun).toBeLessThan(10_000)
    expect(await store.append([first])).toEqual([{ kind: 'duplicate' }])
  })

  it('goes on in a new generation each day and drops old ones whole', async () => {
    using folder = temporaryFolder()
    let now = new Date('2026-11-01T00:00:00.000Z')
    await using store = openStore(folder.path, () => now)
    const expiresAt = '2026-11-03T00:00:00.000Z'
    const old = Array.from({ length: 300 }, () => aRecord({ expiresAt }))
    await store.append(old)
    now = new Date('2026-11-02T12:00:00.000Z')
    const young = aRecord({ expiresAt: '2026-11-09T00:00:00.000Z' })
    await store.append([young])
    expect(store.log.newestFirst()).toHaveLength(2)
    expect((await store.append([old[0]!]))[0]).toEqual({ kind: 'duplicate' })
    expect((await store.query('default', {}, { limit: 1000 })).items).toHaveLength(301)

    expect(await store.expire(now)).toEqual({ dropped: 0 })
    now = new Date('2026-11-04T00:00:00.000Z')
    expect(await store.expire(now)).toEqual({ dropped: 300 })
    expect(await store.get('default', young.eventId)).toEqual(young)
    expect(await store.get('default', old[0]!.eventId)).toBeUndefined()
  })

  it('begins a new generation when one is full, and finds across both', async () => {
    using folder = temporaryFolder()
    await using store = openStore(folder.path)
    const first = aRecord({ actorId: 'first' })
    const many = Array.from({ length: CAPACITY - 10 }, () => first)
    await store.append([first])
    // Fills the index without 260,000 distinct events: the room is what counts.
    store.log.newestFirst()[0]!.index.count += many.length
    const next = Array.from({ length: 20 }, () => aRecord({ actorId: 'next' }))
    store.log.roomFor(next.length, Date.now())
    await store.append(next)
    expect(store.log.newestFirst()).toHaveLength(2)
    expect((await store.append([first]))[0]).toEqual({ kind: 'duplicate' })
    const page = await store.query('default', { actorId: 'next' }, { limit: 100 })
    expect(page.items).toHaveLength(20)
  })
})
