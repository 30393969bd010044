import { describe, expect, it } from 'bun:test'
import { gunzipSync } from 'node:zlib'
import { AppError } from '../error/app-error'
import type { BlobStore } from '../platform/blob-store'
import type { Lake } from '../platform/lake'
import { advance } from './advance'
import type { ExportJob } from './export'
import { createParts } from './parts'

interface Event {
  at: string
  id: string
}

/** A lake of some events, which answers the questions of an export, and no more rows than it has room for. */
function aLake(events: readonly Event[], most: number): Lake {
  let answer: unknown[][] = []
  return {
    isImmediate: true,
    async start({ sql }) {
      answer = rowsFor(sql)
      return 'one'
    },
    async poll() {
      const columns = [{ name: 'any', type: 'VARCHAR' }]
      async function* pages() {
        for (let at = 0; at < answer.length; at += 7) {
          if (at >= most) throw new AppError('invalid_request', 'The answer is too large.')
          yield answer.slice(at, at + 7)
        }
      }
      return { status: 'done', columns, pages: pages() }
    },
    async cancel() {},
    async [Symbol.asyncDispose]() {},
  }

  function rowsFor(sql: string): unknown[][] {
    const day = ({ at }: Event) => at.slice(0, 10)
    if (sql.includes('GROUP BY day')) return counts(events.map(day))
    if (sql.includes('date_trunc')) {
      const [, of] = /day = '(.+?)'/.exec(sql)!
      const seconds = events.filter((one) => day(one) === of).map(({ at }) => at.slice(0, 19))
      return counts(seconds).map(([second, rows]) => [`${second}.000Z`, rows])
    }
    const time = (found: RegExpExecArray | null) => found && `${found[1]!.replace(' ', 'T')}Z`
    const from = time(/AND received_at >= CAST\('(.+?) UTC'/.exec(sql)) ?? ''
    const to = time(/received_at < CAST\('(.+?) UTC'/.exec(sql)) ?? '9'
    const after = time(/\(received_at > CAST\('(.+?) UTC'/.exec(sql)) ?? ''
    const id = /event_id > '(.+?)'/.exec(sql)?.[1] ?? ''
    const [, first = '', last = ''] = /day BETWEEN '(.+?)' AND '(.+?)'/.exec(sql)!
    const limit = Number(/LIMIT (\d+)/.exec(sql)?.[1] ?? Number.POSITIVE_INFINITY)
    return events
      .filter((one) => day(one) >= first && day(one) <= last && one.at >= from && one.at < to)
      .filter((one) => one.at > after || (one.at === after && one.id > id))
      .slice(0, limit)
      .map(({ at, id: eventId }) => [at, eventId, eventId])
  }
}

function counts(values: string[]): [string, number][] {
  const found = new Map<string, number>()
  for (const value of values) found.set(value, (found.get(value) ?? 0) + 1)
  return [...found].toSorted()
}

function someBlobs() {
  const held = new Map<string, Uint8Array>()
  const blobs: BlobStore = {
    put: async (key, bytes) => void held.set(key, bytes),
    get: async (key) => held.get(key),
    delete: async (key) => void held.delete(key),
    list: async (prefix, limit) =>
      [...held]
        .filter(([key]) => key.startsWith(prefix))
        .slice(0, limit)
        .map(([key, { length }]) => ({ key, bytes: length, storedAt: '' })),
  }
  return { held, blobs }
}

const aJob = (): ExportJob => ({
  ...{ tenantId: 't', exportId: 'e', status: 'running', by: 'key' },
  createdAt: '2026-12-01T00:00:00.000Z',
  ...{ format: 'jsonl', name: 'n', question: '' },
  selection: { where: 'true', fields: ['eventId'] },
  ...{ step: 'days', place: {}, read: 0, rows: 0, parts: [], revision: 0 },
})

/** Makes an export piece by piece; of every third, what it changed of the job is lost, as by a kill. */
async function exported(events: readonly Event[], most: number) {
  const { blobs } = someBlobs()
  const parts = createParts({ blobs })
  const needs = {
    platform: { lake: aLake(events, most), blobs },
    hidden: { before: async () => undefined },
    makeRedact: () => Promise.reject(new Error('nobody is redacted')),
    flush: async () => {},
    ...{ parts, now: () => new Date('2026-12-01T00:00:00.000Z') },
  }
  let stored = JSON.stringify(aJob())
  for (let piece = 1; piece < 1000; piece += 1) {
    const job = JSON.parse(stored) as ExportJob
    const done = await advance(needs, job)
    if (piece % 3 === 0) continue
    stored = JSON.stringify(job)
    if (done === 'over') break
  }
  const job = JSON.parse(stored) as ExportJob
  const pieces: Uint8Array[] = []
  for await (const part of parts.read(job)) pieces.push(part)
  const lines = gunzipSync(Buffer.concat(pieces)).toString().split('\n').filter(Boolean)
  return { job, ids: lines.map((line) => (JSON.parse(line) as { eventId: string }).eventId) }
}

const events = Array.from({ length: 60 }, (_, n) => ({
  at: new Date(Date.UTC(2026, 10, 20) + Math.floor(n / 4) * 4 * 3_600_000).toISOString(),
  id: `event-${String(n).padStart(3, '0')}`,
}))

describe('an export', () => {
  for (const most of [1000, 14, 7]) {
    it(`has each event once, whatever is lost, where a lake gives ${most} rows`, async () => {
      const { job, ids } = await exported(events, most)
      expect(job).toMatchObject({ status: 'ready', rows: 60, read: 60, total: 60 })
      expect(ids).toEqual(events.map(({ id }) => id))
    })
  }

  it('has a copy that stands beside its event once', async () => {
    const { job, ids } = await exported([...events, events[59]!], 1000)
    expect(job).toMatchObject({ status: 'ready', rows: 60, read: 61 })
    expect(ids).toHaveLength(60)
  })
})
