import { describe, expect, it } from 'bun:test'
import { join } from 'node:path'
import { StorageError } from '../../src/error/storage-error'
import { openDatabase } from '../../src/platform/local/database'
import { createCheckpointer } from '../../src/platform/local/log/checkpointer'
import { createCommits } from '../../src/platform/local/statements/commits'
import { temporaryFolder } from '../support/folders'

const SCHEMA = 'CREATE TABLE things (name TEXT PRIMARY KEY, filling TEXT NOT NULL) STRICT'

function open(folder: string) {
  const db = openDatabase(join(folder, 'things.db'), SCHEMA)
  const insert = db.query<null, [string, string]>('INSERT OR IGNORE INTO things VALUES (?, ?)')
  const names = db.query<{ name: string }, []>('SELECT name FROM things ORDER BY name')
  const failures: unknown[] = []
  let losses = 0
  const checkpointer = createCheckpointer()
  const commits = createCommits<[string, string]>(db, {
    apply: ([name, filling]) => void insert.run(name, filling),
    onCommitted: () => {},
    onLost: () => (losses += 1),
    onFailure: (error) => failures.push(error),
    checkpointer,
  })
  return {
    db,
    commits,
    failures,
    losses: () => losses,
    held: () => names.all().map(({ name }) => name),
    /** As on a full disk: no page more, or any number. */
    fill(isFull: boolean) {
      const { page_count: pages } = db.query<{ page_count: number }, []>('PRAGMA page_count').get()!
      db.run(`PRAGMA max_page_count = ${isFull ? pages : 1_000_000}`)
    },
    async [Symbol.asyncDispose]() {
      commits.close()
      await checkpointer[Symbol.asyncDispose]()
    },
  }
}

const large = 'x'.repeat(50_000)

describe('changes that share a transaction', () => {
  it('are seen at once, and in the file some milliseconds later', async () => {
    using folder = temporaryFolder()
    await using one = open(folder.path)
    one.commits.make(['a', ''], 1)
    expect(one.held()).toEqual(['a'])
    expect(one.db.inTransaction).toBe(true)
    for (let tries = 0; tries < 100 && one.db.inTransaction; tries += 1) await Bun.sleep(10)
    expect(one.db.inTransaction).toBe(false)
    expect(one.held()).toEqual(['a'])
  })

  it('are made again when another one fails, which its maker is told', async () => {
    using folder = temporaryFolder()
    await using one = open(folder.path)
    one.commits.make(['a', ''], 1)
    one.commits.make(['b', ''], 1)
    one.fill(true)
    const failure = (() => {
      try {
        one.commits.make(['c', large], large.length)
      } catch (error) {
        return error
      }
    })()
    expect(failure).toBeInstanceOf(StorageError)
    expect(failure).toHaveProperty('isRetriable', true)
    expect([one.failures.length, one.losses()]).toEqual([1, 1])
    one.commits.mend()
    expect(one.held()).toEqual(['a', 'b'])
    one.fill(false)
    one.commits.make(['c', large], large.length)
    expect(one.held()).toEqual(['a', 'b', 'c'])
    one.commits.commit()
    expect(one.db.inTransaction).toBe(false)
  })

  it('hide nothing: what cannot be made again yet is told to who asks', async () => {
    using folder = temporaryFolder()
    await using one = open(folder.path)
    one.commits.make(['a', large], large.length)
    // Somebody else has undone it.
    one.db.run('ROLLBACK')
    one.fill(true)
    expect(() => one.commits.make(['b', large], large.length)).toThrow(StorageError)
    expect(() => one.commits.mend()).toThrow(StorageError)
    one.fill(false)
    one.commits.mend()
    expect(one.held()).toEqual(['a'])
  })

  it('are durable with those before them once that is asked for', async () => {
    using folder = temporaryFolder()
    await using one = open(folder.path)
    one.commits.make(['a', ''], 1)
    await one.commits.commitDurably(() => one.db.run("INSERT INTO things VALUES ('mark', '')"))
    expect(one.db.inTransaction).toBe(false)
    using other = openDatabase(join(folder.path, 'things.db'), 'SELECT 1')
    const rows = other.query<{ name: string }, []>('SELECT name FROM things ORDER BY name').all()
    expect(rows.map(({ name }) => name)).toEqual(['a', 'mark'])
  })
})
