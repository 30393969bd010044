import { Database } from 'bun:sqlite'
import { describe, expect, it } from 'bun:test'
import { join } from 'node:path'
import { StorageError } from '../../src/error/storage-error'
import { openDatabase } from '../../src/platform/local/database'
import { createQuarantineStore, quarantineSchema } from '../../src/platform/local/quarantine-store'
import { createTokenSigner } from '../../src/platform/shared/page-token'
import { quarantineStoreContract } from '../contracts/quarantine-store.contract'
import { temporaryFolder } from '../support/folders'

const tokens = createTokenSigner(new Uint8Array(32).fill(7))

function open() {
  const folder = temporaryFolder()
  const file = join(folder.path, 'quarantine.db')
  const db = openDatabase(file, quarantineSchema)
  return {
    file,
    store: createQuarantineStore(db, tokens),
    async [Symbol.asyncDispose]() {
      db.close()
      folder[Symbol.dispose]()
    },
  }
}

quarantineStoreContract('SQLite', async () => open())

describe('a quarantine whose file cannot be written', () => {
  it('says so with a storage error that waiting may mend, and keeps what it has', async () => {
    await using opened = open()
    const readOnly = new Database(opened.file, { readonly: true })
    const store = createQuarantineStore(readOnly, tokens)
    const item = {
      quarantineId: 'q_1',
      tenantId: 'school',
      sourceId: 'moodle',
      standard: 'caliper' as const,
      scope: 'body' as const,
      index: 0,
      errors: [],
      receivedAt: '2026-11-21T09:30:00.000Z',
      server: { requestId: 'r1' },
      context: {},
      raw: '{',
    }
    const failure = await store.put([item]).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(StorageError)
    expect(failure).toHaveProperty('isRetriable', true)
    expect(await opened.store.list('school', { limit: 1 })).toEqual({ items: [] })
    readOnly.close()
  })
})

describe('a data directory of the first versions', () => {
  it('keeps what its quarantine held, in order, counted and found by filters', async () => {
    using folder = temporaryFolder()
    const db = new Database(join(folder.path, 'nonius.db'), { strict: true })
    db.run(`CREATE TABLE quarantine (arrival INTEGER PRIMARY KEY AUTOINCREMENT,
      tenantId TEXT NOT NULL, quarantineId TEXT NOT NULL, item TEXT NOT NULL,
      UNIQUE (tenantId, quarantineId)) STRICT`)
    const former = ['q_1', 'q_2'].map((quarantineId) => ({
      ...{ quarantineId, tenantId: 'school', sourceId: 'moodle', standard: 'native' },
      ...{ scope: 'item', index: 0, receivedAt: '2026-11-21T09:30:00.000Z', raw: '7' },
      ...{ errors: [{ path: [0], message: 'Expected an object', code: 'not_an_object' }] },
      ...{ server: { requestId: 'r1' }, context: {} },
    }))
    for (const item of former) {
      db.run('INSERT INTO quarantine (tenantId, quarantineId, item) VALUES (?, ?, ?)', [
        ...[item.tenantId, item.quarantineId, JSON.stringify(item)],
      ])
    }
    db.run(quarantineSchema)
    createQuarantineStore(db, tokens)
    const store = createQuarantineStore(db, tokens) // a second start finds nothing left to do
    const { items } = await store.list('school', { limit: 10 }, { code: 'not_an_object' })
    expect(items as unknown[]).toEqual(former.toReversed())
    expect(await store.usage('school')).toMatchObject([{ sourceId: 'moodle', items: 2 }])
    db.close()
  })

  it('keeps what its second quarantine held, each text apart now, and counts nothing twice', async () => {
    using folder = temporaryFolder()
    const db = new Database(join(folder.path, 'nonius.db'), { strict: true })
    db.run(`CREATE TABLE quarantined (arrival INTEGER PRIMARY KEY AUTOINCREMENT,
      tenantId TEXT NOT NULL, quarantineId TEXT NOT NULL, sourceId TEXT NOT NULL,
      standard TEXT NOT NULL, scope TEXT NOT NULL, receivedAt TEXT NOT NULL, codes TEXT NOT NULL,
      bytes INTEGER NOT NULL, item TEXT NOT NULL, UNIQUE (tenantId, quarantineId)) STRICT;
      CREATE INDEX quarantinedByTenant
      ON quarantined (tenantId, arrival, sourceId, standard, scope, receivedAt, codes)`)
    db.run(quarantineSchema)
    const former = ['7', '\u0000 \ud800 "\\'].map((raw, n) => ({
      ...{ quarantineId: `q_${n}`, tenantId: 'school', sourceId: 'moodle', standard: 'native' },
      ...{ scope: 'item', index: 0, receivedAt: '2026-11-21T09:30:00.000Z', raw },
      ...{ errors: [{ path: [0], message: 'Expected an object', code: 'not_an_object' }] },
      ...{ server: { requestId: 'r1' }, context: {} },
    }))
    let bytes = 0
    for (const [n, item] of former.entries()) {
      const text = JSON.stringify(item)
      bytes += Buffer.byteLength(text)
      db.run('INSERT INTO quarantined VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)', [
        ...[n + 5, item.tenantId, item.quarantineId, item.sourceId, item.standard, item.scope],
        ...[item.receivedAt, '["not_an_object"]', Buffer.byteLength(text), text],
      ])
    }
    db.run('INSERT INTO quarantineUsage VALUES (?, ?, ?, ?)', ['school', 'moodle', 2, bytes])
    createQuarantineStore(db, tokens)
    const store = createQuarantineStore(db, tokens) // a second start finds nothing left to do
    const { items } = await store.list('school', { limit: 10 }, { code: 'not_an_object' })
    expect(items as unknown[]).toEqual(former.toReversed())
    expect((await store.summaries('school', { limit: 1 })).items[0]).toHaveProperty('length', 6)
    expect(await store.usage('school')).toEqual([{ sourceId: 'moodle', items: 2, bytes }])
    for (const { quarantineId } of former) await store.release('school', quarantineId)
    expect(await store.usage('school')).toEqual([])
    db.close()
  })
})
