import { Database } from 'bun:sqlite'
import { describe, expect, it } from 'bun:test'
import { join } from 'node:path'
import { openDatabase } from '../../src/platform/local/database'
import { createTypeCounts, typeCountsSchema } from '../../src/platform/local/type-counts'
import { MAX_NOTED_TYPES } from '../../src/platform/shared/noted-types'
import { MAX_TYPES } from '../../src/platform/shared/type-slots'
import { typeCountsContract } from '../contracts/type-counts.contract'
import { aClock, aLog } from '../support/deliveries'
import { temporaryFolder } from '../support/folders'

const now = new Date('2026-11-21T10:02:00.000Z')
const at = '2026-11-21T10:00:00.000Z'

function open() {
  const folder = temporaryFolder()
  const { log, lines } = aLog()
  const file = join(folder.path, 'types.db')
  const db = openDatabase(file, typeCountsSchema)
  const clock = aClock(now)
  const counts = createTypeCounts(db, { clock, log })
  return {
    ...{ counts, db, file, lines },
    add: counts.add,
    async full() {
      const names = Array.from({ length: MAX_TYPES - 1 }, (_, n) => `t${n}`)
      counts.add('school', at, new Map(['known', ...names].map((name) => [name, 1])))
      await counts.read('school', now)
    },
    async reopen() {
      counts[Symbol.dispose]()
      return createTypeCounts(db, { clock, log })
    },
    async [Symbol.asyncDispose]() {
      counts[Symbol.dispose]()
      db.close()
      folder[Symbol.dispose]()
    },
  }
}

typeCountsContract('SQLite', async () => open())

describe('counts by type in a file', () => {
  it('have hours for 400 days', async () => {
    await using opened = open()
    const hours = () => opened.db.query('SELECT * FROM typeHours').all().length
    opened.counts.add('school', '2025-10-16T10:00:00.000Z', new Map([['a', 1]]))
    opened.counts.add('school', '2025-10-18T10:00:00.000Z', new Map([['a', 1]]))
    const [type] = await opened.counts.read('school', now)
    expect(type).toMatchObject({ total: 2, lastHour: 0 })
    expect(hours()).toBe(1)
  })

  it('wait in memory while the file cannot be written, and are not lost', async () => {
    await using opened = open()
    opened.counts.add('school', at, new Map([['a', 1]]))
    opened.db.run('PRAGMA busy_timeout = 0')
    const other = new Database(opened.file)
    other.run('BEGIN IMMEDIATE')
    await expect(opened.counts.read('school', now)).rejects.toThrow('reading counts by type')
    other.run('ROLLBACK')
    other.close()
    expect(await opened.counts.read('school', now)).toMatchObject([{ type: 'a', total: 1 }])
  })

  it('hold so many types in memory, and count the others as one', async () => {
    await using opened = open()
    const names = Array.from({ length: MAX_NOTED_TYPES + 500 }, (_, n) => `t${n}`)
    for (const [n, name] of names.entries()) {
      opened.counts.add(`school ${n % 3}`, at, new Map([[name, 1]]))
    }
    let total = 0
    let others = 0
    for (const tenant of ['school 0', 'school 1', 'school 2']) {
      for (const { type, total: count } of await opened.counts.read(tenant, now)) {
        total += count
        if (type === 'other') others += count
      }
    }
    expect({ total, others }).toEqual({ total: names.length, others: 500 })
  }, 30_000)
})
