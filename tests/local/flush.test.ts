import { describe, expect, it } from 'bun:test'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { consumersOf } from '../../src/changes/consumers'
import { archiveNow } from '../../src/cli/archive-now'
import type { Archive } from '../../src/platform/archive'
import { systemClock } from '../../src/platform/clock'
import { answerFlushRequests, askToFlush } from '../../src/platform/local/flush-requests'
import { lockFolder } from '../../src/platform/local/lock'
import { silentLog } from '../../src/telemetry/log'
import { anEnvelope, anEvent } from '../support/envelopes'
import { temporaryFolder } from '../support/folders'
import { nonius } from '../support/program'
import { startServerProcess } from '../support/server-process'

describe('a request to flush', () => {
  it('is answered once everything is in the lake', async () => {
    using folder = temporaryFolder()
    using _ = lockFolder(folder.path)
    const order: string[] = []
    const flush = async () => void order.push('flushed')
    await using __ = answerFlushRequests({ dataDir: folder.path, flush })
    const asked = await Promise.all([1, 2].map(() => askToFlush(folder.path)))
    expect(asked).toEqual([true, true])
    expect(order.length).toBeGreaterThan(0)
    expect(readdirSync(join(folder.path, 'flush'))).toEqual([])
  })

  it('says why the server could not', async () => {
    using folder = temporaryFolder()
    using _ = lockFolder(folder.path)
    const flush = async () => {
      throw new Error('the disk is full')
    }
    await using __ = answerFlushRequests({ dataDir: folder.path, flush })
    await expect(askToFlush(folder.path)).rejects.toThrow(/the disk is full/)
    expect(readdirSync(join(folder.path, 'flush'))).toEqual([])
  })

  it('ends where a server does not answer, and where it stops or none runs', async () => {
    using folder = temporaryFolder()
    expect(await askToFlush(folder.path)).toBe(false)
    const lock = lockFolder(folder.path)
    const late = askToFlush(folder.path, { waitMs: 100 })
    await expect(late).rejects.toThrow(/did not archive within 0.1 s/)
    const stopping = askToFlush(folder.path)
    lock[Symbol.dispose]()
    expect(await stopping).toBe(false)
    expect(existsSync(join(folder.path, 'flush', 'x.asked'))).toBe(false)
  })

  it('ends when the person gives up', async () => {
    using folder = temporaryFolder()
    using _ = lockFolder(folder.path)
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(askToFlush(folder.path, { signal })).rejects.toThrow('enough')
  })
})

describe('the archive', () => {
  const needs = { clock: systemClock, log: silentLog } as unknown as Parameters<
    typeof consumersOf
  >[0]
  const waits = (archiveFlushSeconds: number, counts: (number | undefined)[]) =>
    counts.map((count) => {
      const archive = (count === undefined ? {} : { files: () => count }) as Archive
      const [first] = consumersOf({ ...needs, archive, archiveFlushSeconds })
      return [first!.name, first!.maxWaitMs]
    })

  it('gives a lake its first files sooner than the flush time', () => {
    const seconds = [2, 4, 8, 16, 32, 60, 60]
    expect(waits(60, [0, 1, 2, 3, 4, 5, 10])).toEqual(seconds.map((s) => ['archive', s * 1000]))
    expect(waits(1, [0, 10])).toEqual([1, 1].map((s) => ['archive', s * 1000]))
    // A service that makes files by itself has its own time.
    expect(waits(60, [undefined])).toEqual([['archive', 60_000]])
  })
})

it('puts what is stored into the lake beside a server, and after one was killed', async () => {
  using folder = temporaryFolder()
  const flushSeconds = { NONIUS_ARCHIVE_FLUSH_SECONDS: '3600' }
  const server = await startServerProcess(folder.path, flushSeconds)
  const send = async () => {
    const headers = { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' }
    const body = JSON.stringify(anEnvelope([anEvent()]))
    await fetch(`${server.url}/caliper/v1p2/events`, { method: 'POST', headers, body })
  }
  const count = async () => {
    const sql = 'SELECT count(*)::INTEGER AS n FROM events'
    return (await nonius(['query', sql, '-f', 'csv', '-d', folder.path])).stdout.split('\n')[1]
  }
  // The first rows of a fresh folder wait for nobody: an hour is the flush time here.
  await send()
  const files = () => [...new Bun.Glob('lake/events/**/*.parquet').scanSync(folder.path)]
  while (files().length === 0) await Bun.sleep(100)
  expect(await count()).toBe('1')
  await send()
  await archiveNow(folder.path)
  expect(await count()).toBe('2')
  await send()
  await server.kill()
  await archiveNow(folder.path)
  expect(await count()).toBe('3')
}, 30_000)
