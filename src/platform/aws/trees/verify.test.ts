import { describe, expect, it } from 'bun:test'
import { createHash } from 'node:crypto'
import { memoryBlobs } from '../../../../tests/support/blobs'
import { aRecord } from '../../../../tests/support/records'
import { usualDays } from '../../../event/kept-days'
import type { EventRecord } from '../../../event/record'
import { createClosing } from '../../../merkle/roots/closing'
import { createRoots } from '../../../merkle/roots/roots'
import { walkAthena, walkByLeaf } from '../../../merkle/verify/athena'
import { memoryIndex } from '../../../merkle/verify/leaf-index'
import { verifyLog } from '../../../merkle/verify/verify'
import { silentLog } from '../../../telemetry/log'
import { type DocumentStore, etagOf } from '../../document-store'
import type { Lake } from '../../lake'
import { createSecretBox } from '../../shared/secret-box'
import { createTrees } from '../trees'
import { hashing } from './hashing'

const secretBox = createSecretBox(new Uint8Array(32).fill(5))
const HOUR_MS = 60 * 60 * 1000
const begun = Date.parse('2026-11-29T02:10:00.000Z')

function memoryDocuments(): Pick<DocumentStore, 'get' | 'put'> {
  const held = new Map<string, Uint8Array>()
  return {
    async get(_, key) {
      const bytes = held.get(key.join('/'))
      return bytes && ({ bytes, etag: etagOf(bytes) } as never)
    },
    async put(_, key, { bytes }) {
      held.set(key.join('/'), bytes)
      return { kind: 'stored', etag: etagOf(bytes) }
    },
  }
}

/** A deployment whose lake answers what it is asked for by day, and whose table is a map. */
async function start() {
  const blobs = memoryBlobs()
  const clock = { time: begun, now: () => new Date(clock.time), monotonic: () => 0 }
  const trees = createTrees({ blobs, clock, log: silentLog })
  const documents = memoryDocuments()
  const box = async () => secretBox
  const records = [
    ...Array.from({ length: 5 }, (_, n) => aRecord({ eventId: `e-${n}`, raw: `{"n":${n}}` })),
    aRecord({ eventId: 'large', raw: `{"text":"${'x'.repeat(1000)}"}` }),
    aRecord({ eventId: `aud_${'0'.repeat(32)}`, raw: '{"action":"key.created"}' }),
  ].map((one): EventRecord => {
    return { ...one, tenantId: 'school', receivedAt: new Date(begun).toISOString() }
  })
  const batch = { id: 'b', count: records.length, records: () => records, isWithin: () => true }
  await trees.add({ ...batch, storedAt: () => begun })
  clock.time = begun + 3 * HOUR_MS
  await trees.merge(1)
  await createClosing({ trees, documents, box, sinks: [], log: silentLog })(['school'], clock.now())
  clock.time = begun + 30 * HOUR_MS

  await blobs.put('large/1', Buffer.from(JSON.stringify(records[5])))
  const inTable = new Map(records.map((record) => [record.eventId, { ...record }]))
  // The view leaves entries of the trail out.
  const inLake = new Map(records.slice(0, 6).map((record) => [record.eventId, { ...record }]))
  const asked: string[] = []
  const lake = {
    async start({ sql }: { sql: string }) {
      asked.push(sql)
      return sql
    },
    async poll(_: unknown, sql: string) {
      const isDay = sql.includes("day = '2026-11-29'")
      const rows = [...(isDay ? inLake.values() : [])].map(({ eventId, raw, receivedAt }) => {
        const isLarge = eventId === 'large'
        const pointer = isLarge ? '{"tooLargeForTheLake":{"blob":"large/1","bytes":1000}}' : null
        const sha256 = createHash('sha256').update(raw).digest('hex')
        return [eventId, isLarge ? 'of the pointer' : sha256, receivedAt, pointer]
      })
      const pages = (async function* () {
        yield rows
      })()
      return { status: 'done', columns: [], pages }
    },
  } as unknown as Lake
  const events = { get: async (_: string, id: string) => inTable.get(id) }
  async function verify() {
    const now = clock.now()
    const { faults, moreFaults, ...found } = await verifyLog(
      {
        ...{ trees, index: memoryIndex(), hashing, now, keptDays: usualDays },
        roots: createRoots({ documents, box }),
        places: [
          walkAthena({ lake, blobs, trees, now }),
          walkByLeaf({ events, trees, now, hotDays: 7 }),
        ],
        settled: async () => {},
        pendingFrom: new Date(now.getTime() - 3 * HOUR_MS),
      },
      'school',
    )
    return {
      ...found,
      faults: faults.map((one) => `${one.kind} ${one.place} ${one.eventId}`).sort(),
    }
  }
  return { inTable, inLake, verify, asked, blobs, clock }
}

describe('verify over a table, Athena and trees in a bucket', () => {
  it('finds nothing where nobody did anything, and asks for the days since the first tree', async () => {
    const test = await start()
    expect(await test.verify()).toMatchObject({
      ...{ faults: [], trees: 1, closed: 1, leaves: 7, unproven: 0 },
      events: { lake: 6, 'hot store': 7 },
      root: { sequence: 1, hour: '2026-11-29T02' },
    })
    expect(test.asked.map((sql) => /day = '([^']+)'/.exec(sql)?.[1])).toEqual([
      ...['2026-11-29', '2026-11-30'],
    ])
  })

  it('names what was altered, removed and added, each at its place', async () => {
    const test = await start()
    test.inLake.get('e-1')!.raw = '{"n":99}'
    test.inLake.delete('e-2')
    test.inTable.get('e-3')!.raw = '{"n":98}'
    test.inTable.delete('e-4')
    test.inLake.set('forged', { ...test.inLake.get('e-0')!, eventId: 'forged' })
    // What has just arrived has no tree yet.
    const receivedAt = new Date(test.clock.time - HOUR_MS).toISOString()
    test.inLake.set('new', { ...test.inLake.get('e-0')!, eventId: 'new', receivedAt })
    await test.blobs.put('large/1', Buffer.from('{"raw":"{}"}'))
    expect((await test.verify()).faults).toEqual([
      'added lake forged',
      'altered hot store e-3',
      'altered lake e-1',
      'altered lake large',
      'removed hot store e-4',
      'removed lake e-2',
    ])
  })

  it('names an hour whose objects somebody changed or removed', async () => {
    const test = await start()
    const key = 'trees/hours/school/2026-11-29T02/hashes-000000'
    const hashes = Buffer.from((await test.blobs.get(key))!)
    hashes[0]! ^= 1
    await test.blobs.put(key, hashes)
    // The leaf was altered, and not the event.
    const { faults } = await test.verify()
    expect(faults.every((one) => one.startsWith('altered tree'))).toBe(true)
    expect(faults.length).toBe(3)
    for (const one of test.blobs.held.keys())
      if (one.startsWith('trees/')) await test.blobs.delete(one)
    // The chain remembers the tree.
    expect((await test.verify()).faults).toEqual(['removed tree undefined'])
  })
})
