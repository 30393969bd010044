import { describe, expect, it, setDefaultTimeout } from 'bun:test'
import { archiveStored } from '../../src/changes/consumers'
import { AppError } from '../../src/error/app-error'
import { StorageError } from '../../src/error/storage-error'
import type { Platform } from '../../src/platform/platform'
import { startTestApp, type TestApp } from '../support/app'
import { aRecord } from '../support/records'
import { until } from '../support/until'

// DuckDB starts anew for each question: half a second, and several beside other tests.
setDefaultTimeout(60_000)

/** Lets an export fail, and tells how. The lake has some events, and an export waits for what is on its way. */
async function failed(app: TestApp) {
  await app.platform.events.append([aRecord(), aRecord()])
  await archiveStored(app.platform)
  const headers = { ...app.as(app.keys.admin), 'Content-Type': 'application/json' }
  const body = JSON.stringify({ format: 'parquet' })
  const begun = await app.request('/analytics/export', { method: 'POST', headers, body })
  const { id } = (await begun.json()) as { id: string }
  app.clock.advance(21 * 60_000)
  const see = async () => {
    const reply = await app.request(`/analytics/exports/${id}`, { headers })
    return (await reply.json()) as { status: string; problem: string; bytes: number }
  }
  await until(async () => (await see()).status !== 'running', 50_000)
  return see()
}

/** A disk that takes so many parts, and then no more. */
function fullAfter(puts: number) {
  let count = 0
  return (platform: Platform): Platform => ({
    ...platform,
    blobs: {
      ...platform.blobs,
      async put(key, bytes) {
        count += key.startsWith('exports/') ? 1 : 0
        if (count <= puts) return platform.blobs.put(key, bytes)
        const cause = Object.assign(new Error('no space left'), { code: 'ENOSPC' })
        throw new StorageError('saving a blob: no space left', { isRetriable: true, cause })
      },
    },
  })
}

describe('an export fails with a sentence, and leaves nothing behind,', () => {
  it('when the disk is full in the middle of a part', async () => {
    // The beginning of the file, a row group, and what the footer says of it.
    await using app = await startTestApp({ wrap: fullAfter(2) })
    const seen = await failed(app)
    expect(seen).toMatchObject({ status: 'failed', bytes: 0 })
    expect(seen.problem).toContain('The disk is full')
    expect(await app.platform.blobs.list('exports/', 10)).toEqual([])
  })

  it('when it would take the room of events that come in', async () => {
    const disk = { freeBytes: 200 * 1024 * 1024, sizeBytes: 1e12 }
    await using app = await startTestApp({
      wrap: (platform) => ({
        ...platform,
        gauges: async () => ({ ...(await platform.gauges!()), disk }),
      }),
    })
    const seen = await failed(app)
    expect(seen.status).toBe('failed')
    expect(seen.problem).toContain('too little room')
    expect(await app.platform.blobs.list('exports/', 10)).toEqual([])
  })

  it('when the lake gives no answer', async () => {
    let asked = 0
    await using app = await startTestApp({
      wrap: (platform) => ({
        ...platform,
        lake: {
          ...platform.lake,
          start(query) {
            if (!query.sql.includes('event_id AS id')) return platform.lake.start(query)
            asked += 1
            throw new AppError('invalid_request', 'IO Error: the file is damaged')
          },
        },
      }),
    })
    const seen = await failed(app)
    expect(seen).toMatchObject({ status: 'failed', problem: 'IO Error: the file is damaged' })
    // It was asked for fewer and fewer, down to one.
    expect(asked).toBe(5)
    expect(await app.platform.blobs.list('exports/', 10)).toEqual([])
  })
})
