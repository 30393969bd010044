import { Database } from 'bun:sqlite'
import { describe, expect, it } from 'bun:test'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { EventFilter } from '../../src/event/filter'
import { matchesFilter } from '../../src/event/filter'
import type { EventRecord } from '../../src/event/record'
import { checksumOf } from '../../src/platform/local/log/segment-rows'
import { temporaryFolder } from '../support/folders'
import { openStore } from '../support/local-store'
import { aRecord } from '../support/records'

const EVENTS = 6000
const ACTORS = 60

/** Each actor's events stand in every second segment. */
const records = Array.from({ length: EVENTS }, (_, n) => {
  return aRecord({
    tenantId: n % 7 === 0 ? 'other' : 'default',
    actorId: `a${(n * 31) % ACTORS}`,
    type: `T${n % 3}`,
    eventTime: new Date(Date.UTC(2026, 10, 1) + n * 1000).toISOString(),
    raw: JSON.stringify({ n, text: ['\u2028', '\ud83d\ude00', 'é\u007f', ''][n % 4] }),
  })
})

type Store = ReturnType<typeof openStore>

const expected = (tenantId: string, filter: EventFilter) =>
  records
    .filter((record) => record.tenantId === tenantId && matchesFilter(record, filter))
    .sort((a, b) => (a.eventTime < b.eventTime ? 1 : -1))
const facts = (list: readonly EventRecord[]) => list.map(({ eventId, raw }) => [eventId, raw])

async function pagesOf(store: Store, tenantId: string, filter: EventFilter) {
  const found: EventRecord[] = []
  for (let cursor: string | undefined; ; ) {
    const page = await store.query(tenantId, filter, { limit: 40, cursor })
    found.push(...page.items)
    cursor = page.nextCursor
    if (cursor === undefined) return found
  }
}

// Bodies stood before what was added later.
const FORMER = `CREATE TABLE segments (
  first INTEGER PRIMARY KEY, count INTEGER NOT NULL, partition TEXT NOT NULL, longest INTEGER NOT NULL,
  is_escaped INTEGER NOT NULL, stored_at INTEGER NOT NULL, body BLOB NOT NULL, unpacked INTEGER, contents BLOB,
  checksum INTEGER)`
const NAMES =
  'first, count, partition, longest, is_escaped, stored_at, body, unpacked, contents, checksum'

/** Packs all bodies as a version before did: in one frame each, which is not last in its row. */
function packAsBefore(folder: string): number {
  let changed = 0
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.db'))) {
    using db = new Database(join(folder, name))
    db.run('ALTER TABLE segments RENAME TO present')
    db.run(FORMER)
    db.run(`INSERT INTO segments (${NAMES}) SELECT ${NAMES} FROM present`)
    db.run('DROP TABLE present')
    const rows = db
      .query<{ first: number; body: Uint8Array; contents: Uint8Array }, []>(
        'SELECT first, body, contents FROM segments',
      )
      .all()
    const update = db.query('UPDATE segments SET body = ?, checksum = ? WHERE first = ?')
    for (const { first, body, contents } of rows) {
      const packed = Bun.zstdCompressSync(Bun.zstdDecompressSync(body), { level: 1 })
      update.run(packed, checksumOf(packed, contents), first)
      changed += 1
    }
  }
  return changed
}

describe('frames of a segment', () => {
  it('are read one by one as all of them are, of a former version as well, and go on', async () => {
    using folder = temporaryFolder()
    {
      await using store = openStore(folder.path)
      await store.append(records)
    }
    for (const isFormer of [false, true]) {
      if (isFormer) expect(packAsBefore(folder.path)).toBeGreaterThan(40)
      await using store = openStore(folder.path)
      for (const tenantId of ['default', 'other']) {
        const filters: EventFilter[] = [{ actorId: 'a7' }, { actorId: 'a8', type: 'T1' }]
        const asked = filters.map((filter) => pagesOf(store, tenantId, filter))
        for (const [at, found] of (await Promise.all(asked)).entries()) {
          expect(facts(found)).toEqual(facts(expected(tenantId, filters[at]!)))
        }
      }
      const { items } = await store.latest('default', { actorId: 'a7' }, { limit: 500 })
      expect(facts(items)).toEqual(facts(expected('default', { actorId: 'a7' })))
      const added = aRecord({ actorId: 'later' })
      await store.append([added])
      expect(facts(await pagesOf(store, 'default', { actorId: 'later' }))[0]).toEqual([
        added.eventId,
        added.raw,
      ])
    }
  })

  it('of somebody who is erased while many read are given to none who asks later', async () => {
    using folder = temporaryFolder()
    await using store = openStore(folder.path)
    await store.append(records)
    const readers = Array.from({ length: 8 }, (_, n) =>
      pagesOf(store, 'default', { actorId: `a${n}` }),
    )
    await store.erase('default', { actorIds: ['a3'] })
    expect(await pagesOf(store, 'default', { actorId: 'a3' })).toEqual([])
    for (const [n, reading] of readers.entries()) {
      const all = facts(expected('default', { actorId: `a${n}` }))
      // What was read before it was erased may be on its way.
      if (n === 3) expect(all).toEqual(expect.arrayContaining(facts(await reading)))
      else expect(facts(await reading)).toEqual(all)
    }
    const beside = await pagesOf(store, 'default', { actorId: 'a4' })
    expect(facts(beside)).toEqual(facts(expected('default', { actorId: 'a4' })))
    for (const record of expected('default', { actorId: 'a3' }))
      expect(await store.get('default', record.eventId)).toBeUndefined()
  })
})
