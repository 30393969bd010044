import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { join } from 'node:path'
import type { EventRecord } from '../../src/event/record'
import { openArchive } from '../../src/platform/local/archive'
import { lakeFolder } from '../../src/platform/local/lake'
import { silentLog } from '../../src/telemetry/log'
import { temporaryFolder } from '../support/folders'
import { nonius } from '../support/program'
import { aBatch, aRecord } from '../support/records'
import { startServerProcess } from '../support/server-process'

// Each command starts a process or two.
const PATIENCE_MS = 60_000

const folder = temporaryFolder()
const dataDir = join(folder.path, 'data')

const lake = (...args: string[]) => nonius(['lake', ...args, '--data-dir', dataDir])

let batches = 0
async function land(day: string, more: Partial<EventRecord> = {}) {
  await using archive = openArchive({ folder: lakeFolder(dataDir), log: silentLog })
  batches += 1
  const record = aRecord({ receivedAt: `${day}T09:00:00.000Z`, ...more })
  await archive.write(aBatch(`batch-${batches}-`, [record]))
}

beforeAll(async () => {
  await using server = await startServerProcess(dataDir)
  expect(await server.stop()).toBe(0)
  await land('2026-10-01')
  await land('2026-10-01')
  await land('2026-10-02', { retentionDays: 3, retentionClass: 'pii' })
})

afterAll(() => folder[Symbol.dispose]())

describe('nonius lake', () => {
  it(
    'lists the days that wait, and changes nothing by that',
    async () => {
      const { stdout } = await lake('settle', '--dry-run')
      expect(stdout).toMatch(/2026-10-01 +standard +2 +0\.0/)
      expect(stdout).toMatch(/2026-10-02 +pii +1/)
      expect((await lake('settle', '--dry-run', '--until', '2026-10-01')).stdout).toBe(
        'Every closed day is settled.\n',
      )
      expect((await lake('state')).stdout).toBe(
        'No closed day is settled. 2 days wait, each class by itself.\n',
      )
    },
    PATIENCE_MS,
  )

  it(
    'settles where no server runs, and says each day',
    async () => {
      const { stdout, exitCode } = await lake('settle', '--until', '2026-10-02')
      expect(stdout).toBe('2026-10-01 standard: 2 events; 2 files → 1\n')
      expect(exitCode).toBe(0)
      expect((await lake('state')).stdout).toBe(
        'Settled through 2026-10-01 (UTC). 1 day waits, each class by itself.\n',
      )
    },
    PATIENCE_MS,
  )

  it(
    'refuses a day that is not over, and what is no day',
    async () => {
      const ahead = await lake('settle', '--until', '2199-01-01')
      expect(ahead.exitCode).toBe(1)
      expect(ahead.stderr).toContain('2199-01-01 is ahead')
      expect((await lake('settle', '--until', 'soon')).stderr).toContain('It must be a day')
    },
    PATIENCE_MS,
  )

  it(
    'asks the server that runs, which tells of each day; and expires in the same way',
    async () => {
      await land('2026-10-01')
      await using server = await startServerProcess(dataDir)
      const { stdout } = await lake('settle')
      expect(stdout).toBe(
        '2026-10-01 standard: 3 events; 2 files → 1\n2026-10-02 pii: 1 events; 1 files → 1\n',
      )
      expect((await lake('settle')).stdout).toBe('Every closed day is settled.\n')
      expect((await lake('expire', '--dry-run')).stdout).toBe('2026-10-02 pii: 1 events are due\n')
      expect((await lake('expire')).stdout).toBe('2026-10-02 pii: 1 events removed\n')
      expect((await lake('expire')).stdout).toBe('No event is due.\n')
      expect((await lake('state', '--json')).stdout).toBe(
        `${JSON.stringify({ settledThrough: '2026-10-01', waiting: 0 }, null, 2)}\n`,
      )
      const { stdout: rows } = await nonius([
        ...['query', 'SELECT count(*) AS n FROM events', '-f', 'csv', '--data-dir', dataDir],
      ])
      expect(rows).toBe('n\n3\n')
      expect(await server.stop()).toBe(0)
    },
    PATIENCE_MS,
  )
})
