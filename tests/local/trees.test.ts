import { Database } from 'bun:sqlite'
import { describe, expect, it } from 'bun:test'
import { createHash, hash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SegmentBatch } from '../../src/platform/local/log/follower'
import { openTrees } from '../../src/platform/local/trees'
import { batchOf, treesContract } from '../contracts/trees.contract'
import { temporaryFolder } from '../support/folders'
import { openStore } from '../support/local-store'
import { aRecord } from '../support/records'

function open() {
  const folder = temporaryFolder()
  const file = join(folder.path, 'trees.db')
  const noticed: string[] = []
  const notices = { add: (text: string) => void noticed.push(text) }
  let trees = openTrees(file, notices)
  return {
    ...{ file, noticed },
    get trees() {
      return trees
    },
    async reopen() {
      await trees[Symbol.asyncDispose]()
      trees = openTrees(file, notices)
      return trees
    },
    async [Symbol.asyncDispose]() {
      await trees[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
}

treesContract('SQLite', async () => open())

const records = (count: number) =>
  Array.from({ length: count }, (_, n) => aRecord({ eventId: `e-${n}`, tenantId: 'school' }))

describe('trees in a file', () => {
  it('add all of a batch or nothing when the file refuses, and all of it with the next try', async () => {
    await using opened = open()
    const { trees, file } = opened
    await trees.add(batchOf(records(10)))
    const before = await trees.head('school', '2026-11-30T02')
    const batch = batchOf(records(1000).slice(10))
    const other = new Database(file)
    other.run(
      `CREATE TRIGGER full BEFORE INSERT ON leaves WHEN NEW.at = 2 BEGIN SELECT RAISE(ABORT, 'full'); END`,
    )
    await expect(trees.add(batch)).rejects.toThrow('full')
    expect(await trees.head('school', '2026-11-30T02')).toEqual(before!)
    other.run('DROP TRIGGER full')
    other.close()
    await trees.add(batch)
    expect((await trees.head('school', '2026-11-30T02'))?.treeSize).toBe(1000)
    expect((await trees.find('school', ['e-999'], '')).get('e-999')?.[0]?.index).toBe(999)
  })

  it('leave no id and no salt of an erased event in any byte of the file', async () => {
    await using opened = open()
    const secret = 'urn:uuid:4c1f6ad0-6b2e-4b9c-9a58-3c1f6ad06b2e'
    await opened.trees.add(batchOf([aRecord({ eventId: secret, tenantId: 'school' })]))
    const salt = (await opened.trees.find('school', [secret], '')).get(secret)![0]!.salt!
    const holds = (bytes: string | Uint8Array) =>
      ['', '-wal'].some((ending) => readFileSync(opened.file + ending).includes(bytes))
    expect([holds(secret), holds(salt)]).toEqual([true, true])
    await opened.trees.erase('school', [secret])
    expect([holds(secret), holds(salt)]).toEqual([false, false])
  })

  it('put a damaged file aside and say so', async () => {
    await using opened = open()
    await opened.trees.add(batchOf(records(3)))
    await opened.trees[Symbol.asyncDispose]()
    writeFileSync(opened.file, 'no database at all, and long enough to be looked at'.repeat(100))
    const trees = await opened.reopen()
    expect(opened.noticed).toEqual([expect.stringContaining('damaged')])
    expect([trees.isNew(), await trees.head('school', '2026-11-30T02')]).toEqual([true, undefined])
  })

  it('put a file aside with the next start when they meet damage within it', async () => {
    await using opened = open()
    await opened.trees.add(batchOf(records(300)))
    // The first page of a table is overwritten beneath those who have the file open.
    const other = new Database(opened.file)
    const find = `SELECT rootpage AS page FROM sqlite_schema WHERE name = 'edges'`
    const { page } = other.query<{ page: number }, []>(find).get()!
    other.run('PRAGMA wal_checkpoint(TRUNCATE)')
    const bytes = readFileSync(opened.file)
    writeFileSync(opened.file, bytes.fill(0xa5, (page - 1) * 8192, page * 8192))
    other.run(`UPDATE latestLeaves SET batch = 'another'`)
    other.close()
    await expect(opened.trees.add(batchOf(records(400).slice(300)))).rejects.toThrow('malformed')
    const again = await opened.reopen()
    await again.add(batchOf(records(10)))
    expect(opened.noticed).toEqual([
      expect.stringContaining('the next start begins them anew'),
      expect.stringContaining('were put aside'),
    ])
    expect((await again.head('school', '2026-11-30T02'))?.treeSize).toBe(10)
  })

  it('add a thousand tenants with one record each, and go on with each of them', async () => {
    await using opened = open()
    const own = Array.from({ length: 1000 }, (_, n) =>
      aRecord({ eventId: 'e', tenantId: `t-${n}` }),
    )
    await opened.trees.add(batchOf(own))
    await opened.trees.add(batchOf(own.map((record) => ({ ...record, eventId: 'f' }))))
    for (const n of [0, 500, 999]) {
      const { treeSize } = (await opened.trees.head(`t-${n}`, '2026-11-30T02'))!
      expect(treeSize).toBe(2)
    }
  })

  it('have the same leaves of records in memory and of those that are read from the log', async () => {
    await using opened = open()
    using folder = temporaryFolder()
    await using store = openStore(folder.path)
    const sent = (n: number) => hash('sha256', `sent ${n}`)
    const texts = [
      '{}',
      '{"name":"Zoë"}',
      '{"name":"\u5b66\ud83c\udf93"}',
      `{"long":"${'ü'.repeat(70_000)}"}`,
    ]
    const stored = texts.flatMap((raw, n) => [
      aRecord({ eventId: `a\tb-${n}`, tenantId: 'school', raw }),
      aRecord({
        eventId: `two-${n}`,
        tenantId: 'school',
        raw,
        sentSha256: sent(n),
        retentionDays: 3,
      }),
    ])
    await store.append(stored)
    const segments = store.log.segmentsFrom(0, { records: 1e9, bytes: 1e9 })
    expect(store.log.recent.get(segments[0]!.position, segments[0]!.count)).toBeDefined()
    const batch = (id: string, recentOf: SegmentBatch['recentOf']) =>
      ({ ...batchOf(stored), id, segments, recentOf }) as SegmentBatch
    await opened.trees.add(
      batch('memory', ({ position, count }) => store.log.recent.get(position, count)),
    )
    await opened.trees.add(batch('log', () => undefined))
    const hour = new Date(segments[0]!.storedAt).toISOString().slice(0, 13)
    const leaves = []
    for await (const some of opened.trees.leaves('school', hour)) leaves.push(...some)
    // What is kept as another text than was sent has a leaf for each.
    const expected = stored.flatMap(({ eventId, raw, sentSha256 }) =>
      [sentSha256, hash('sha256', raw)].flatMap((digest) => (digest ? [{ eventId, digest }] : [])),
    )
    const twice = [...expected, ...expected]
    expect(leaves.map(({ eventId }) => eventId)).toEqual(twice.map(({ eventId }) => eventId))
    for (const [place, leaf] of leaves.entries()) {
      const made = createHash('sha256').update(Uint8Array.of(0)).update(leaf.salt!)
      const digest = made.update(Buffer.from(twice[place]!.digest, 'hex')).digest('hex')
      expect(Buffer.from(leaf.hash).toString('hex')).toBe(digest)
    }
  })
})
