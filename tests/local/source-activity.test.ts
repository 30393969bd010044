import { Database } from 'bun:sqlite'
import { describe, expect, it } from 'bun:test'
import { join } from 'node:path'
import { StorageError } from '../../src/error/storage-error'
import { openDatabase } from '../../src/platform/local/database'
import {
  createSourceActivity,
  sourceActivitySchema,
} from '../../src/platform/local/source-activity'
import { sourceActivityContract } from '../contracts/source-activity.contract'
import { aLog } from '../support/deliveries'
import { temporaryFolder } from '../support/folders'

const canvas = { tenantId: 'school', sourceId: 'canvas', keyId: 'key_1' }
const now = new Date('2026-11-21T10:02:00.000Z')

function open() {
  const folder = temporaryFolder()
  const { log, lines } = aLog()
  const file = join(folder.path, 'activity.db')
  const db = openDatabase(file, sourceActivitySchema)
  const activity = createSourceActivity(db, { log })
  return {
    ...{ activity, log, lines, db, file },
    async reopen() {
      activity[Symbol.dispose]()
      return createSourceActivity(db, { log })
    },
    async [Symbol.asyncDispose]() {
      activity[Symbol.dispose]()
      db.close()
      folder[Symbol.dispose]()
    },
  }
}

sourceActivityContract('SQLite', async () => open())

describe('source activity in a file', () => {
  it('has slots for two days', async () => {
    await using opened = open()
    const slots = () => opened.db.query('SELECT * FROM arrivalSlots').all().length
    opened.activity.add(canvas, '2026-11-19T10:00:00.000Z', { accepted: 1 })
    opened.activity.add(canvas, '2026-11-21T09:00:00.000Z', { accepted: 1 })
    await opened.activity.read('school', now)
    expect(slots()).toBe(2)
    opened.activity.add(canvas, '2026-11-21T10:06:00.000Z', { accepted: 1 })
    const [sender] = await opened.activity.read('school', now)
    expect(slots()).toBe(2)
    expect(sender!.total.accepted).toBe(3)
  })

  it('that cannot be written is a storage error to who reads, and to nobody who sends', async () => {
    await using opened = open()
    const readOnly = new Database(opened.file, { readonly: true })
    const activity = createSourceActivity(readOnly, opened)
    activity.add(canvas, '2026-11-21T09:00:00.000Z', { accepted: 1 })
    const failure = await activity.read('school', now).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(StorageError)
    expect(failure).toHaveProperty('isRetriable', true)
    activity[Symbol.dispose]()
    expect(opened.lines.join()).toContain('counts of arrivals were not saved yet')
    readOnly.close()
  })

  it('waits for its disk with ten thousand senders, and goes on without the others', async () => {
    await using opened = open()
    for (let n = 0; n < 10_100; n += 1) {
      opened.activity.add({ ...canvas, keyId: `key_${n}` }, '2026-11-21T10:00:00.000Z', {})
    }
    expect(await opened.activity.read('school', now)).toHaveLength(10_000)
  })
})
