import { Database } from 'bun:sqlite'
import { describe, expect, it } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { StorageError } from '../../src/error/storage-error'
import { systemClock } from '../../src/platform/clock'
import { etagOf } from '../../src/platform/document-store'
import { openLocalPlatform, openRegistryFile } from '../../src/platform/local'
import { openDatabase } from '../../src/platform/local/database'
import { createDocumentStore, documentsSchema } from '../../src/platform/local/document-store'
import { createTokenSigner } from '../../src/platform/shared/page-token'
import { createTurns } from '../../src/platform/turns'
import { silentLog } from '../../src/telemetry/log'
import { documentStoreContract } from '../contracts/document-store.contract'
import { fill, hasSmallDisks, smallDisk } from '../support/crash/small-disk'
import { aClock } from '../support/deliveries'
import { temporaryFolder } from '../support/folders'

const tokens = createTokenSigner(new Uint8Array(32).fill(7))
const turns = createTurns()
const DAY = 24 * 60 * 60 * 1000

function open() {
  const folder = temporaryFolder()
  const file = join(folder.path, 'documents.db')
  const clock = aClock()
  const [db, other] = [openDatabase(file, documentsSchema), openDatabase(file, documentsSchema)]
  return {
    file,
    db,
    clock,
    store: createDocumentStore(db, { clock, tokens, turns }),
    another: createDocumentStore(other, { clock, tokens, turns }),
    async [Symbol.asyncDispose]() {
      db.close()
      other.close()
      folder[Symbol.dispose]()
    },
  }
}

documentStoreContract('SQLite', async () => open(), { runs: 100 })

const text = (of: string) => ({ bytes: Buffer.from(of), contentType: 'text/plain' })

describe('documents on one machine', () => {
  it('are there after a restart, in a folder that had none before', async () => {
    using folder = temporaryFolder()
    const dataDir = folder.path
    {
      // As an earlier version left it.
      const { db } = openRegistryFile(dataDir)
      for (const table of ['documentBytes', 'documents']) db.run(`DROP TABLE ${table}`)
      db.close()
    }
    const options = { dataDir, clock: systemClock, log: silentLog }
    {
      await using platform = await openLocalPlatform(options)
      await platform.documents.put('school', ['a'], text('one'))
    }
    await using platform = await openLocalPlatform(options)
    expect(await platform.documents.get('school', ['a'])).toMatchObject({ size: 3 })
  })

  it('are found by pages that look at twenty thousand in vain, and by their cursors', async () => {
    await using opened = open()
    const { store, db, clock } = opened
    await store.put('school', ['a'], text('x'))
    db.run(`INSERT INTO documents (tenantId, key, etag, contentType, metadata, size, updatedAt)
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000)
      SELECT 'school', printf('b %06d ', i), etag, contentType, metadata, size, updatedAt
      FROM n, documents`)
    clock.advance(1000)
    const since = new Date(clock.now().getTime() - 1).toISOString()
    await store.put('school', ['c'], text('late'))
    const first = await store.list('school', [], { limit: 10, since })
    expect(first.items).toEqual([])
    const { nextCursor: cursor } = first
    const second = await store.list('school', [], { limit: 10, since, cursor })
    expect(second.items).toMatchObject([{ key: ['c'] }])
    expect(second.nextCursor).toBeUndefined()
  })

  it('are removed for their age once two looks at the clock agree, and not before', async () => {
    await using opened = open()
    const { store, db, clock } = opened
    const expiresAt = new Date(clock.now().getTime() + DAY).toISOString()
    const count = () => db.query<{ n: number }, []>('SELECT count(*) n FROM documentBytes').get()!.n
    for (let n = 0; n < 3; n += 1) {
      await store.put('school', ['a', String(n)], { ...text('x'), expiresAt })
    }
    // A clock that is a month ahead for a moment costs nothing.
    clock.advance(30 * DAY)
    await store.put('school', ['b'], text('x'))
    expect(await store.get('school', ['a', '1'])).toBeUndefined()
    expect(count()).toBe(4)
    clock.advance(DAY)
    await store.put('school', ['b'], text('y'))
    expect(count()).toBe(1)
  })

  it('leave no bytes without a row, and no row without bytes', async () => {
    await using opened = open()
    const { store, db } = opened
    for (let n = 0; n < 500; n += 1) await store.put('school', ['a', String(n)], text('x'))
    await store.delete('school', ['a', '7'])
    expect(await store.deletePrefix('school', ['a'])).toEqual({ removed: 499 })
    for (const table of ['documents', 'documentBytes']) {
      expect(db.query(`SELECT * FROM ${table}`).all()).toEqual([])
    }
  })

  it('that cannot be written are a storage error, which waiting may mend', async () => {
    await using opened = open()
    const { file, clock, store } = opened
    await store.put('school', ['a'], text('one'))
    const readOnly = new Database(file, { readonly: true, strict: true })
    readOnly.run('PRAGMA busy_timeout = 0')
    const broken = createDocumentStore(readOnly, { clock, tokens })
    const calls = [
      broken.put('school', ['a'], text('two')),
      broken.delete('school', ['a']),
      broken.deletePrefix('school', []),
    ]
    for (const call of await Promise.allSettled(calls)) {
      expect(call).toMatchObject({ status: 'rejected', reason: { isRetriable: true } })
      expect((call as PromiseRejectedResult).reason).toBeInstanceOf(StorageError)
    }
    expect((await broken.get('school', ['a']))!.etag).toBe(etagOf(Buffer.from('one')))
    readOnly.close()
  })

  it.skipIf(!hasSmallDisks())('are whole after the disk was full, as of before', async () => {
    using folder = temporaryFolder()
    using _disk = smallDisk(folder.path, 8)
    const db = openDatabase(join(folder.path, 'documents.db'), documentsSchema)
    const store = createDocumentStore(db, { clock: aClock(), tokens })
    const before = randomBytes(200_000)
    await store.put('school', ['a'], { bytes: before, contentType: '' })
    const filled = fill(folder.path)
    const put = () => store.put('school', ['a'], { bytes: randomBytes(3_000_000), contentType: '' })
    const failure = await put().catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(StorageError)
    expect(failure).toHaveProperty('isRetriable', true)
    expect((await store.get('school', ['a']))!.bytes).toEqual(new Uint8Array(before))
    filled[Symbol.dispose]()
    expect(await put()).toMatchObject({ kind: 'stored' })
    db.close()
  })

  it('of two processes that write the same one are counted once each', async () => {
    await using opened = open()
    const { store, file } = opened
    await store.put('school', ['sum'], text('0'))
    const writer = join(import.meta.dir, '../support/add-to-document.ts')
    const processes = [1, 2].map(() => Bun.spawn([process.execPath, writer, file, '50']))
    expect(await Promise.all(processes.map(({ exited }) => exited))).toEqual([0, 0])
    expect(Buffer.from((await store.get('school', ['sum']))!.bytes).toString()).toBe('100')
  }, 60_000)
})
