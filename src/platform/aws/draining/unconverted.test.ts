import { describe, expect, it } from 'bun:test'
import { memoryBlobs } from '../../../../tests/support/blobs'
import { aRecord } from '../../../../tests/support/records'
import { StorageError } from '../../../error/storage-error'
import type { EventRecord } from '../../../event/record'
import { silentLog as log } from '../../../telemetry/log'
import { documentOf } from '../archive/document'
import { storeOversize } from '../archive/oversize'
import { eraseUnconverted } from './erase-unconverted'
import { type LineStore, putBackUnconverted } from './unconverted'

const now = new Date('2026-11-21T12:00:00.000Z')
const KEY = 'errors/standard/format-conversion-failed/2026-11-21/one'

/** What Firehose writes of a record that holds these documents. */
const lineOf = (...documents: Uint8Array[]) => {
  const rawData = Buffer.concat(documents).toString('base64')
  return JSON.stringify({ attemptsMade: 1, lastErrorCode: 'DataFormatConversion', rawData })
}
const documentsIn = (line: string) =>
  Buffer.from(JSON.parse(line).rawData, 'base64').toString().split('\n').filter(Boolean)

/** Objects of lines in memory, all of them written at a time. */
async function aLake(objects: Record<string, string[]>, storedAt = now.toISOString()) {
  const blobs = memoryBlobs()
  for (const [key, lines] of Object.entries(objects)) {
    await blobs.put(key, Buffer.from(lines.map((line) => `${line}\n`).join('')))
  }
  const linesOf = (key: string) =>
    Buffer.from(blobs.held.get(key) ?? '')
      .toString()
      .split('\n')
      .filter(Boolean)
  const lake: LineStore & Pick<typeof blobs, 'put'> = {
    ...blobs,
    list: async (...asked) => (await blobs.list(...asked)).map((one) => ({ ...one, storedAt })),
    async *lines(key) {
      yield* linesOf(key)
    },
  }
  return { lake, held: blobs.held, linesOf }
}

const received = (receivedAt: string, more: Partial<EventRecord> = {}) =>
  documentOf(aRecord({ receivedAt, ...more })).bytes

/** Puts back what lies there. @returns what it came to, and what Firehose was given */
async function puttingBack(lake: LineStore, { at = now, until = at, put }: Options = {}) {
  const given: [string, string[]][] = []
  const blobs = memoryBlobs()
  const result = await putBackUnconverted(
    {
      lake,
      blobs,
      put:
        put ??
        (async (name, records) => {
          given.push([name, records.map((record) => Buffer.from(record).toString())])
        }),
      until: new Date(until.getTime() + 1),
      now: () => at,
      log,
    },
    'standard',
  )
  return { result, given, aside: blobs.held }
}
interface Options {
  at?: Date
  until?: Date
  put?: Parameters<typeof putBackUnconverted>[0]['put']
}

describe('records that were not converted', () => {
  it('are put into the stream of their class again, as they are, and forgotten', async () => {
    const [first, second] = [received('2026-11-21T11:59:00.000Z'), received(now.toISOString())]
    const other = KEY.replace('standard', 'pii')
    const { lake, held } = await aLake({
      [KEY]: [lineOf(first, second), lineOf(second)],
      [other]: [],
    })
    const later = new Date(now.getTime() + 60_000)
    const { result, given } = await puttingBack(lake, { at: later })
    expect(result).toEqual({ done: 1, left: 0, isCut: false })
    const text = (...parts: Uint8Array[]) => Buffer.concat(parts).toString()
    expect(given).toEqual([['standard', [text(first, second), text(second)]]])
    expect([...held.keys()]).toEqual([other])
  })

  it('wait the longer the more often they failed, and a day at most', async () => {
    const hours = (count: number) => count * 60 * 60 * 1000
    for (const [age, wait] of [
      [0, 0],
      [hours(1), hours(0.5)],
      [hours(10), hours(5)],
      [hours(1000), hours(24)],
    ] as const) {
      const { lake } = await aLake({
        [KEY]: [lineOf(received(new Date(now.getTime() - age).toISOString()))],
      })
      const at = (ms: number) => ({ at: new Date(now.getTime() + ms) })
      if (wait > 0) expect((await puttingBack(lake, at(wait - 1))).result.done).toBe(0)
      expect((await puttingBack(lake, at(wait))).result.done).toBe(1)
    }
  })

  it('stay when Firehose does not take them, and hold up no other', async () => {
    const two = {
      [KEY]: [lineOf(received(now.toISOString()))],
      [`${KEY}-2`]: [lineOf(received(now.toISOString()))],
    }
    const { lake, held } = await aLake(two)
    let calls = 0
    const put = async () => {
      calls += 1
      if (calls === 1) throw new StorageError('throttled', { isRetriable: true })
    }
    expect((await puttingBack(lake, { put })).result).toEqual({ done: 1, left: 1, isCut: false })
    expect([...held.keys()]).toEqual([KEY])
  })

  it('are never all in memory, however many there are', async () => {
    const large = received(now.toISOString(), { raw: JSON.stringify('x'.repeat(900_000)) })
    const { lake } = await aLake({ [KEY]: Array.from({ length: 30 }, () => lineOf(large)) })
    const sizes: number[] = []
    const put = async (_: string, records: readonly Uint8Array[]) =>
      void sizes.push(records.reduce((sum, { length }) => sum + length, 0))
    expect((await puttingBack(lake, { put })).result.done).toBe(1)
    expect(sizes.length).toBeGreaterThan(3)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(8 * 1024 * 1024)
  })

  it('are moved aside where a line holds none', async () => {
    const odd = ['7', '{', '{"rawData":""}', '{"rawData":7}']
    const { lake, held } = await aLake({ [KEY]: [...odd, lineOf(received(now.toISOString()))] })
    const { result, aside, given } = await puttingBack(lake)
    expect(result.done).toBe(1)
    expect(given).toHaveLength(1)
    expect([...aside].map(([key, bytes]) => [key, Buffer.from(bytes).toString()])).toEqual(
      odd.map((line, place) => [`failed/lines/${KEY}/${place}`, line]),
    )
    expect(held.size).toBe(0)
  })

  it('wait for the next run when there is no more time', async () => {
    const { lake } = await aLake({ [KEY]: [lineOf(received(now.toISOString()))] })
    const before = new Date(now.getTime() - 1000)
    expect((await puttingBack(lake, { until: before })).result).toEqual({
      done: 0,
      left: 0,
      isCut: true,
    })
  })
})

describe('people in records that were not converted', () => {
  const ada = aRecord({ tenantId: 't', actorId: 'urn:ada', eventId: 'of-ada' })
  const named = aRecord({ tenantId: 't', raw: JSON.stringify({ seen: ['urn:ada'] }) })
  const bob = aRecord({ tenantId: 't', actorId: 'urn:bob' })
  const foreign = aRecord({ tenantId: 'other', actorId: 'urn:ada' })
  const of = (record: EventRecord) => documentOf(record).bytes
  const erasure = { actorIds: ['urn:ada'] }

  it('are erased, and nobody else', async () => {
    const lines = [
      lineOf(of(ada), of(bob)),
      lineOf(of(named)),
      lineOf(of(foreign)),
      'no json',
      '"urn:ada"',
    ]
    const clean = `${KEY}-clean`
    const { lake, held, linesOf } = await aLake({ [KEY]: lines, [clean]: [lineOf(of(bob))] })
    const dry = await eraseUnconverted({ lake, blobs: memoryBlobs() }, 't', {
      ...erasure,
      isDryRun: true,
    })
    expect(dry).toEqual({ removed: 3, looked: 7, unread: 1 })
    expect([...held.keys()]).toEqual([KEY, clean])

    expect(await eraseUnconverted({ lake, blobs: memoryBlobs() }, 't', erasure)).toEqual(dry)
    expect([...held.keys()].sort()).toEqual([clean, `${KEY}.rest-0`])
    const rest = linesOf(`${KEY}.rest-0`)
    expect(rest.slice(0, 2).map(documentsIn)).toEqual(
      [bob, foreign].map((one) => [Buffer.from(of(one)).toString().trim()]),
    )
    expect(JSON.parse(rest[0]!).lastErrorCode).toBe('DataFormatConversion')
    expect(rest.slice(2)).toEqual(['no json'])
    const again = await eraseUnconverted({ lake, blobs: memoryBlobs() }, 't', erasure)
    expect(again).toMatchObject({ removed: 0, unread: 1 })
  })

  it('are erased with the record that was too large for the lake, by what that says', async () => {
    const blobs = memoryBlobs()
    const large = await storeOversize({ ...named, raw: named.raw.padEnd(2_000_000) }, blobs)
    expect(blobs.held.size).toBe(1)
    const { lake, held } = await aLake({ [KEY]: [lineOf(large.bytes)] })
    expect((await eraseUnconverted({ lake, blobs }, 't', erasure)).removed).toBe(1)
    expect(blobs.held.size).toBe(0)
    expect(held.size).toBe(0)
  })
})
