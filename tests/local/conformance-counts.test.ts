import { Database } from 'bun:sqlite'
import { describe, expect, it } from 'bun:test'
import { join } from 'node:path'
import { StorageError } from '../../src/error/storage-error'
import {
  conformanceCountsSchema,
  createConformanceCounts,
} from '../../src/platform/local/conformance-counts'
import { openDatabase } from '../../src/platform/local/database'
import { conformanceCountsContract } from '../contracts/conformance-counts.contract'
import { aClock, aLog } from '../support/deliveries'
import { temporaryFolder } from '../support/folders'

const canvas = { tenantId: 'school', sourceId: 'canvas' }
const tally = { stored: 1, conformant: 0, quarantined: 0, issues: { required: 1 } }
const all = {
  from: '2020-01-01T00:00:00.000Z',
  to: '2030-01-01T00:00:00.000Z',
  interval: 'day',
} as const

function open() {
  const folder = temporaryFolder()
  const clock = aClock(new Date('2026-11-21T09:30:00.000Z'))
  const { log, lines } = aLog()
  const file = join(folder.path, 'counts.db')
  const db = openDatabase(file, conformanceCountsSchema)
  const counts = createConformanceCounts(db, { clock, log })
  return {
    ...{ counts, clock, log, lines, db, file },
    async reopen() {
      counts[Symbol.dispose]()
      return createConformanceCounts(db, { clock, log })
    },
    async [Symbol.asyncDispose]() {
      counts[Symbol.dispose]()
      db.close()
      folder[Symbol.dispose]()
    },
  }
}

conformanceCountsContract('SQLite', async () => open())

describe('conformance counts in a file', () => {
  it('are forgotten after 400 days', async () => {
    await using opened = open()
    opened.counts.add(canvas, '2025-10-01T00:00:00.000Z', tally)
    opened.counts.add(canvas, '2025-11-21T00:00:00.000Z', tally)
    expect(await opened.counts.read(canvas, all)).toHaveLength(2)
    opened.clock.advance(2 * 60 * 60 * 1000)
    const kept = await opened.counts.read(canvas, all)
    expect(kept.map(({ at }) => at)).toEqual(['2025-11-21T00:00:00.000Z'])
    expect(opened.db.query('SELECT * FROM conformanceIssues').all()).toHaveLength(1)
  })

  it('that cannot be written are a storage error to who reads, and to nobody who sends', async () => {
    await using opened = open()
    const readOnly = new Database(opened.file, { readonly: true })
    const counts = createConformanceCounts(readOnly, opened)
    counts.add(canvas, '2026-11-21T09:00:00.000Z', tally)
    const failure = await counts.read(canvas, all).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(StorageError)
    expect(failure).toHaveProperty('isRetriable', true)
    counts[Symbol.dispose]()
    expect(opened.lines.join()).toContain('conformance counts were not saved yet')
    readOnly.close()
  })
})
