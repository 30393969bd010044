import { describe, expect, it } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { EventRecord } from '../../src/event/record'
import { openArchive } from '../../src/platform/local/archive'
import { encodeSegments, type Segment } from '../../src/platform/local/log/segment'
import { createDuck } from '../../src/platform/local/parquet/duck'
import type { Log } from '../../src/telemetry/log'
import { temporaryFolder } from '../support/folders'
import { lakeOf } from '../support/lake'
import { childrenOf } from '../support/processes'
import { aBatch, aRecord } from '../support/records'

function anArchive() {
  const root = temporaryFolder()
  const folder = join(root.path, 'lake/events')
  const duck = createDuck()
  const logged: string[] = []
  const note = (message: string, fields = {}) =>
    void logged.push(`${message} ${JSON.stringify(fields)}`)
  const log: Log = { debug: note, info: note, warn: note, error: note }
  const archive = openArchive({ folder, log })
  const lake = lakeOf({ folder, duck })
  return {
    archive,
    logged,
    lakeFolder: join(root.path, 'lake'),
    files: () => [...new Bun.Glob('**/*').scanSync(folder)].map((path) => path.split('/').at(-1)!),
    refused: () => [...new Bun.Glob('refused/**/*').scanSync(join(root.path, 'lake'))],
    async ids() {
      const { rows } = await lake.query('SELECT event_id FROM events ORDER BY event_id')
      return rows.map(([id]) => String(id))
    },
    async [Symbol.asyncDispose]() {
      await archive[Symbol.asyncDispose]()
      await duck[Symbol.asyncDispose]()
      root[Symbol.dispose]()
    },
  }
}

const hour = { receivedAt: '2026-11-15T10:00:00.000Z' }
const named = (...ids: string[]) => ids.map((eventId) => aRecord({ eventId, ...hour }))

function large(eventId: string, bytes: number): EventRecord {
  const x = randomBytes(Math.floor(bytes * 0.75)).toString('base64')
  return aRecord({ eventId, ...hour, raw: JSON.stringify({ x }) })
}

/** A batch as the log has it, with segments that may hold anything. */
function batchOf(id: string, segments: Segment[]) {
  const count = segments.reduce((sum, segment) => sum + segment.count, 0)
  return { id, count, segments, records: () => [], isWithin: () => true, storedAt: () => 0 }
}

function linesOf(records: EventRecord[]): { segment: Segment; lines: string[] } {
  const [segment] = encodeSegments(records)
  const lines = Bun.zstdDecompressSync(segment!.body).toString().split('\n').slice(0, -1)
  return { segment: segment!, lines }
}

function packed(segment: Segment, lines: string[]): Segment {
  const body = Bun.zstdCompressSync(lines.map((line) => `${line}\n`).join(''))
  return { ...segment, count: lines.length, body }
}

describe('the archive', () => {
  it('makes several files of what is large', async () => {
    await using at = anArchive()
    const ids = Array.from({ length: 12 }, (_, i) => `large-${String(i).padStart(2, '0')}`)
    await at.archive.write(
      aBatch(
        'b',
        ids.map((id) => large(id, 5_000_000)),
      ),
    )
    expect(await at.ids()).toEqual(ids)
    expect(at.files().length).toBeGreaterThan(1)
  })

  it('goes on where it was with a batch that comes again, however it was cut', async () => {
    await using at = anArchive()
    const records = named('a', 'b', 'c', 'd', 'e')
    await at.archive.write(aBatch('b', records.slice(0, 2)))
    await at.archive.write(aBatch('b', records))
    await at.archive.write(aBatch('b', records))
    expect(await at.ids()).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(at.files().toSorted()).toEqual(['b-0-2z.parquet', 'b-2-5z.parquet'])
  })

  it('fills the gap where one file is missing', async () => {
    await using at = anArchive()
    const records = named('a', 'b', 'c', 'd')
    for (const end of [1, 3, 4]) await at.archive.write(aBatch('b', records.slice(0, end)))
    rmSync(
      join(at.lakeFolder, 'events/retention_class=standard/day=2026-11-15/hour=10/b-1-3z.parquet'),
    )
    await at.archive.write(aBatch('b', records))
    expect(await at.ids()).toEqual(['a', 'b', 'c', 'd'])
  })

  it('knows a file of before batches were cut', async () => {
    await using at = anArchive()
    const records = named('a', 'b')
    await at.archive.write(aBatch('b', records))
    const place = join(at.lakeFolder, 'events/retention_class=standard/day=2026-11-15/hour=10')
    await Bun.$`mv ${place}/b-0-2z.parquet ${place}/b.parquet`
    await at.archive.write(aBatch('b', records))
    expect(await at.ids()).toEqual(['a', 'b'])
  })

  it('sets aside a line that DuckDB refuses, whole, and goes on', async () => {
    await using at = anArchive()
    const { segment, lines } = linesOf(named('a', 'bad', 'c', 'd'))
    lines[1] = 'no line of ours'
    const good = [...encodeSegments(named('e', 'f'))]
    await at.archive.write(batchOf('b', [packed(segment, lines), ...good]))
    expect(await at.ids()).toEqual(['a', 'c', 'd', 'e', 'f'])
    const [file, ...others] = at.refused()
    expect(others).toEqual([])
    const path = join(at.lakeFolder, file!)
    const kept = JSON.parse(readFileSync(path, 'utf8'))
    expect(kept).toMatchObject({ line: 'no line of ours', reason: expect.stringMatching(/\w/) })
    expect(statSync(path).mode & 0o777).toBe(0o640)
    expect(at.archive.state()).toEqual({ setAside: 1 })
    expect(at.logged.join()).toContain(file!)
    // Again, and by the next run: nothing is added.
    await at.archive.write(batchOf('b', [packed(segment, lines), ...good]))
    expect(await at.ids()).toEqual(['a', 'c', 'd', 'e', 'f'])
    expect(at.archive.state()).toEqual({ setAside: 1 })
  })

  // DuckDB refuses a line that is longer than it was told, and leaves out one that spans its buffers.
  for (const megabytes of [2, 9]) {
    it(`names the event that is set aside, and keeps what was sent, ${megabytes} MB`, async () => {
      await using at = anArchive()
      const { segment, lines } = linesOf(named('a', 'longer than it says'))
      // DuckDB is told something wrong of the longest line.
      lines[1] += ' '.repeat(megabytes * 1_000_000)
      await at.archive.write(batchOf('b', [packed(segment, lines)]))
      expect(await at.ids()).toEqual(['a'])
      const kept = JSON.parse(readFileSync(join(at.lakeFolder, at.refused()[0]!), 'utf8'))
      expect(kept.record).toMatchObject({ eventId: 'longer than it says', tenantId: 'default' })
      expect(kept.record.raw.length).toBeGreaterThan(megabytes * 1_000_000)
      expect(at.logged.join()).toContain('"eventId":"longer than it says"')
    })
  }

  it('sets aside a segment that cannot be unpacked, and goes on', async () => {
    await using at = anArchive()
    const [one, two, three] = ['a', 'b', 'c'].map((id) => [...encodeSegments(named(id))][0]!)
    const broken = Buffer.from(two!.body)
    broken.fill(0x55, 8)
    await at.archive.write(batchOf('b', [one!, { ...two!, body: broken }, three!]))
    expect(await at.ids()).toEqual(['a', 'c'])
    const kept = JSON.parse(readFileSync(join(at.lakeFolder, at.refused()[0]!), 'utf8'))
    expect(Buffer.from(kept.segment, 'base64').equals(broken)).toBe(true)
  })

  it('lets others read the lake no further than its group, and leaves nothing behind', async () => {
    await using at = anArchive()
    await at.archive.write(aBatch('b', named('a')))
    const modeOf = (path: string) => statSync(join(at.lakeFolder, path)).mode & 0o777
    expect(modeOf('events/retention_class=standard/day=2026-11-15/hour=10/b-0-1z.parquet')).toBe(
      0o640,
    )
    for (const path of [
      '',
      'events',
      'events/retention_class=standard',
      'events/retention_class=standard/day=2026-11-15/hour=10',
    ]) {
      expect([path, modeOf(path)]).toEqual([path, 0o750])
    }
    expect([...new Bun.Glob('staging/**/*').scanSync(at.lakeFolder)]).toEqual([])
  })

  it('waits while its files cannot be made, and says so once', async () => {
    await using at = anArchive()
    mkdirSync(at.lakeFolder)
    writeFileSync(join(at.lakeFolder, 'events'), 'a file where a folder belongs')
    const batch = aBatch('b', named('a'))
    for (let i = 0; i < 3; i++) {
      const error = await at.archive.write(batch).catch((thrown) => thrown)
      expect(error).toMatchObject({ name: 'StorageError', isRetriable: true })
    }
    expect(at.archive.state().waitingFor).toMatch(/ENOTDIR|EEXIST/)
    expect(at.logged.length).toBe(1)
    rmSync(join(at.lakeFolder, 'events'))
    await at.archive.write(batch)
    expect(await at.ids()).toEqual(['a'])
    expect(at.archive.state()).toEqual({ setAside: 0 })
  })

  it('waits while its process cannot be started', async () => {
    await using at = anArchive()
    const { execPath } = process
    process.execPath = join(at.lakeFolder, 'no such program')
    try {
      const error = await at.archive.write(aBatch('b', named('a'))).catch((thrown) => thrown)
      expect(error).toMatchObject({ name: 'StorageError', isRetriable: true })
      expect(at.archive.state().waitingFor).toContain('process')
    } finally {
      process.execPath = execPath
    }
    await at.archive.write(aBatch('b', named('a')))
    expect(await at.ids()).toEqual(['a'])
  })

  it('loses and repeats nothing when its process is killed again and again', async () => {
    await using at = anArchive()
    const ids = Array.from({ length: 24 }, (_, i) => `killed-${String(i).padStart(2, '0')}`)
    const batch = aBatch(
      'b',
      ids.map((id) => large(id, 3_000_000)),
    )
    let isDone = false
    let kills = 0
    const killing = (async () => {
      while (!isDone && kills < 12) {
        await Bun.sleep(50 + Math.random() * 400)
        for (const { pid, command } of childrenOf(process.pid)) {
          if (!command.includes('archive-process')) continue
          process.kill(pid, 'SIGKILL')
          kills += 1
        }
      }
    })()
    for (let tries = 0; !isDone && tries < 40; tries++) {
      await at.archive.write(batch).then(
        () => (isDone = true),
        () => {},
      )
    }
    await killing
    expect(kills).toBeGreaterThan(0)
    expect(await at.ids()).toEqual(ids)
    expect(at.refused()).toEqual([])
    expect([...new Bun.Glob('staging/**/*').scanSync(at.lakeFolder)]).toEqual([])
  }, 60_000)
})
