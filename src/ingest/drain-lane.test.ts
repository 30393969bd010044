import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { memoryBlobs } from '../../tests/support/blobs'
import { clockAt } from '../../tests/support/clock'
import { listedQuarantine, origin, receivedAt, sender } from '../../tests/support/ingest'
import { AppError } from '../error/app-error'
import { StorageError } from '../error/storage-error'
import type { EventRecord } from '../event/record'
import type { BlobStore } from '../platform/blob-store'
import { systemClock } from '../platform/clock'
import type { EventStore } from '../platform/event-store'
import type { QuarantineStore } from '../platform/quarantine-store'
import { readNative } from '../standards/native/parse'
import { silentLog as log } from '../telemetry/log'
import { drainLane } from './drain-lane'
import { LOOKAHEAD, lanePrefix, MAX_PAUSES, WINDOW, WINDOW_BYTES } from './draining'
import { writeSpilled } from './spill'

const LANE = '7f'
const config = { hotTtlDays: 30, xapiRetentionDays: 2555 }
const busy = new StorageError('the table is busy', { isRetriable: true })

type Sent = { event_type?: string; event_id?: string; user_id?: string; no?: string }

/** A lane with these requests, in the order of their arrival. */
async function aLane(requests: Sent[][], lane = LANE) {
  const blobs = memoryBlobs()
  for (const [at, items] of requests.entries()) {
    const time = new Date(Date.parse(receivedAt) + at).toISOString()
    const reading = readNative(JSON.stringify(items), { receivedAt: time, context: {} })
    const arrival = { ...origin, receivedAt: time }
    const key = `${lanePrefix(lane)}${time}-${at}`
    await blobs.put(key, await writeSpilled({ reading, arrival }))
  }
  return blobs
}

const click = (event_id: string, user_id = event_id): Sent => ({
  ...{ event_type: 'click', event_id, user_id },
})

/** A store that takes what it is given when `take` resolves; it remembers in which order, and how many at once. */
function aStore(take: (record: EventRecord) => Promise<unknown> = async () => {}) {
  const stored: string[] = []
  let [underWay, most] = [0, 0]
  const append = async (records: readonly EventRecord[]) => {
    underWay += 1
    most = Math.max(most, underWay)
    try {
      await take(records[0]!)
    } finally {
      underWay -= 1
    }
    return records.map((record) => {
      if (stored.includes(record.eventId)) return { kind: 'duplicate' as const }
      stored.push(record.eventId)
      return { kind: 'stored' as const }
    })
  }
  return { events: { append } as unknown as EventStore, stored, most: () => most }
}

function drain(blobs: BlobStore, events: EventStore, more: object = {}, maxMs = 10_000) {
  const { quarantine } = listedQuarantine()
  const waits: number[] = []
  const wait = (ms: number) => {
    waits.push(ms)
    return new Promise((resolve) => setTimeout(resolve, ms / 100))
  }
  const needs = { blobs, events, quarantine, config, clock: systemClock, log, wait, ...more }
  const drained = drainLane(needs, LANE, maxMs)
  return Object.assign(drained, { waits })
}

const soon = () => new Promise((resolve) => setTimeout(resolve, 2))

describe('a lane', () => {
  it('is stored with the time and the sender of the arrival, and forgotten', async () => {
    const blobs = await aLane([[click('a'), { no: 'event' }]])
    const calls: EventRecord[] = []
    const { events } = aStore(async (record) => calls.push(record))
    const { quarantine, kept } = listedQuarantine()
    const tomorrow = clockAt(() => new Date('2026-11-22T09:30:00.000Z'))
    const drained = await drain(blobs, events, { quarantine, clock: tomorrow })
    expect(drained).toEqual({ stored: 1, left: 0, isCut: false, isBusy: false })
    const expiresAt = '2026-12-22T09:30:00.000Z'
    expect(calls).toMatchObject([{ ...sender, eventId: 'a', receivedAt, expiresAt }])
    expect(kept).toMatchObject([{ ...sender, receivedAt, index: 1 }])
    expect(blobs.held.size).toBe(0)
    expect((await drain(blobs, events)).stored).toBe(0)
  })

  it('of a version before lanes is drained by its day', async () => {
    const blobs = await aLane([[click('a')]], '2026-11-21')
    const needs = { blobs, ...aStore(), ...listedQuarantine(), config, clock: systemClock, log }
    expect((await drainLane(needs, '2026-11-21', 1000)).stored).toBe(1)
  })

  it('has many requests under way, of unlike learners, and never more than its window', async () => {
    const blobs = await aLane(Array.from({ length: 60 }, (_, at) => [click(`e${at}`)]))
    const store = aStore(soon)
    expect((await drain(blobs, store.events)).stored).toBe(60)
    expect(store.most()).toBe(WINDOW)
  })

  it('stores those of a learner, or with one id, one after another as they came', async () => {
    const ids = Array.from({ length: 20 }, (_, at) => `e${at}`)
    const blobs = await aLane(ids.flatMap((id) => [[click(id, 'ada')], [click(`of-${id}`)]]))
    const store = aStore(() => new Promise((done) => setTimeout(done, Math.random() * 4)))
    expect((await drain(blobs, store.events)).stored).toBe(40)
    expect(store.stored.filter((id) => ids.includes(id))).toEqual(ids)
    expect(store.stored).not.toEqual([...store.stored].sort())

    const contents: string[] = []
    const twice = await aLane([[click('x', 'ada')], [click('x', 'bob')]])
    const slowFirst = aStore(async ({ actorId = '' }) => {
      if (contents.length === 0) await soon()
      contents.push(actorId)
    })
    await drain(twice, slowFirst.events)
    expect(contents).toEqual(['ada', 'bob'])
  })

  it('reads ahead no more than its bounds: one large request is alone', async () => {
    let [held, most] = [0, 0]
    for (const [bytes, expected] of [
      [1, LOOKAHEAD],
      [WINDOW_BYTES / 4, 4],
      [WINDOW_BYTES * 3, 1],
    ] as const) {
      most = 0
      const blobs = await aLane(Array.from({ length: 200 }, (_, at) => [click(`e${at}`)]))
      const counted = {
        ...blobs,
        list: async (...asked: Parameters<BlobStore['list']>) =>
          (await blobs.list(...asked)).map((entry) => ({ ...entry, bytes })),
        get: async (key: string) => {
          held += 1
          most = Math.max(most, held)
          return blobs.get(key)
        },
        delete: async (key: string) => {
          held -= 1
          await blobs.delete(key)
        },
      }
      expect((await drain(counted, aStore(soon).events)).stored).toBe(200)
      expect(most).toBe(expected)
    }
  })
})

describe('a request of a lane that fails', () => {
  it('for itself is kept, and holds up nobody', async () => {
    const blobs = await aLane([[click('a', 'ada')], [click('b', 'ada')], [click('c', 'ada')]])
    const [first] = blobs.held.keys()
    await blobs.put(first!, Buffer.from('no gzip'))
    const denied = new StorageError('it is too odd', { isRetriable: false })
    const store = aStore(async ({ eventId }) => {
      if (eventId === 'b') throw denied
    })
    const drained = await drain(blobs, store.events)
    expect(drained).toEqual({ stored: 1, left: 2, isCut: false, isBusy: false })
    expect(store.stored).toEqual(['c'])
    expect(blobs.held.size).toBe(2)
  })

  it('for want of room in quarantine waits for that, and holds up nobody', async () => {
    const blobs = await aLane([[click('a', 'ada'), { no: 'event' }], [click('b', 'ada')]])
    const full = new AppError('quarantine_full', 'There is no room.')
    const quarantine = { put: () => Promise.reject(full) } as unknown as QuarantineStore
    const store = aStore()
    const drained = await drain(blobs, store.events, { quarantine })
    expect(drained).toMatchObject({ stored: 1, left: 1, isBusy: false })
    expect(store.stored).toEqual(['a', 'b'])
  })

  it('cannot be deleted once it is stored, and is recognised the next time', async () => {
    const blobs = await aLane([[click('a')], [click('b')]])
    const stuck = { ...blobs, delete: () => Promise.reject(busy) }
    const store = aStore()
    expect(await drain(stuck, store.events)).toMatchObject({ stored: 0, left: 2, isBusy: false })
    expect(await drain(blobs, store.events)).toMatchObject({ stored: 2, left: 0 })
    expect(store.stored).toEqual(['a', 'b'])
  })
})

describe('a busy store', () => {
  it('is left alone by and by, and then altogether', async () => {
    const blobs = await aLane(Array.from({ length: 50 }, (_, at) => [click(`e${at}`)]))
    let tries = 0
    const store = aStore(async () => {
      tries += 1
      throw busy
    })
    const running = drain(blobs, store.events, { random: () => 1 })
    expect(await running).toMatchObject({ stored: 0, isBusy: true, isCut: false })
    // At most 16 at once, 8 after a pause, 4, 2, 1, 1: each time half as many, after twice as long.
    expect(tries).toBeLessThanOrEqual(32)
    expect(running.waits).toEqual([250, 500, 1000, 2000, 4000, 0])
    expect(running.waits).toHaveLength(MAX_PAUSES + 1)
    expect(blobs.held.size).toBe(50)
  })

  it('of which a record is throttled is not waited for as long as a sender would', async () => {
    const blobs = await aLane([[click('a')], [click('b')]])
    let tries = 0
    const append = async (records: readonly EventRecord[]) => {
      tries += 1
      return records.map(() => ({ kind: 'throttled' as const }))
    }
    const begun = performance.now()
    const events = { append } as unknown as EventStore
    expect(await drain(blobs, events)).toMatchObject({ stored: 0, isBusy: true })
    // A sender would be waited for twelve times 3 s.
    expect(performance.now() - begun).toBeLessThan(9000)
    expect(tries).toBeGreaterThan(MAX_PAUSES)
  })

  it('that is busy now and then gets all of them, in order', async () => {
    const blobs = await aLane(
      Array.from({ length: 100 }, (_, at) => [click(`e${at}`, `u${at % 3}`)]),
    )
    let calls = 0
    const store = aStore(async () => {
      calls += 1
      if (calls % 7 === 0) throw busy
    })
    expect(await drain(blobs, store.events)).toMatchObject({ stored: 100, left: 0, isBusy: false })
    for (const user of [0, 1, 2]) {
      const own = store.stored.map((id) => Number(id.slice(1))).filter((at) => at % 3 === user)
      expect(own).toEqual([...own].sort((a, b) => a - b))
    }
  })

  it('is asked by as many again once it takes them', async () => {
    const blobs = await aLane(Array.from({ length: 400 }, (_, at) => [click(`e${at}`)]))
    let [calls, underWay] = [0, 0]
    const peaks: number[] = []
    const store = aStore(async () => {
      calls += 1
      const nth = calls
      underWay += 1
      peaks.push(underWay)
      await soon()
      underWay -= 1
      if (nth <= 20) throw busy
    })
    expect((await drain(blobs, store.events)).stored).toBe(400)
    expect(Math.max(...peaks.slice(25, 40))).toBeLessThanOrEqual(WINDOW / 2)
    expect(Math.max(...peaks.slice(-100))).toBe(WINDOW)
  })

  it('does not let a later request of a learner overtake one that waits', async () => {
    const blobs = await aLane([[click('a', 'ada')], [click('b', 'ada')], [click('c', 'bob')]])
    const store = aStore(async ({ eventId }) => {
      if (eventId === 'a') throw busy
      await soon()
    })
    await drain(blobs, store.events)
    expect(store.stored).not.toContain('b')
    expect(await drain(blobs, aStore().events)).toMatchObject({ left: 0 })
  })

  it('of blobs that cannot be read now stops the lane behind it', async () => {
    const blobs = await aLane([[click('a', 'ada')], [click('b', 'ada')]])
    const [first] = blobs.held.keys()
    const get = async (key: string) => (key === first ? Promise.reject(busy) : blobs.get(key))
    const store = aStore()
    const drained = await drain({ ...blobs, get }, store.events)
    expect(drained).toMatchObject({ stored: 0, isBusy: true })
    expect(store.stored).toEqual([])
    expect(blobs.held.size).toBe(2)
  })

  it('that cannot even be listed is told of, when what was begun has ended', async () => {
    const blobs = await aLane(Array.from({ length: 1000 }, (_, at) => [click(`e${at}`)]))
    const list: BlobStore['list'] = async (prefix, limit, after) => {
      if (after !== undefined) throw busy
      return blobs.list(prefix, limit)
    }
    const store = aStore(soon)
    const failed = await drain({ ...blobs, list }, store.events).catch((thrown) => thrown)
    expect(failed).toBe(busy)
    expect(store.stored).toHaveLength(1000)
  })
})

it('a run begins nothing once its time is up, and says so', async () => {
  const blobs = await aLane(Array.from({ length: 100 }, (_, at) => [click(`e${at}`)]))
  let now = 0
  const clock = { now: () => new Date(), monotonic: () => now }
  const store = aStore(async () => {
    now += 100
  })
  const drained = await drain(blobs, store.events, { clock }, 1000)
  expect(drained.isCut).toBe(true)
  expect(store.stored.length).toBeGreaterThanOrEqual(10)
  expect(store.stored.length).toBeLessThan(10 + WINDOW)
  expect(blobs.held.size).toBe(100 - drained.stored)
  expect((await drain(blobs, aStore().events)).isCut).toBe(false)
  expect(blobs.held.size).toBe(0)
})

it('learners keep their order whatever fails, and nothing is lost', async () => {
  const outcome = fc.constantFrom('well', 'well', 'well', 'busy', 'lost')
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(3), fc.nat(3)), { maxLength: 40 }),
      fc.array(outcome, { maxLength: 60 }),
      async (senders, luck) => {
        const requests = senders.map(([one, two], at) => [
          click(`${at}-a`, `u${one}`),
          click(`${at}-b`, `u${two}`),
        ])
        const blobs = await aLane(requests)
        const script = [...luck]
        const appended: EventRecord[] = []
        const events = {
          async append(records: readonly EventRecord[]) {
            const how = script.shift() ?? 'well'
            await Promise.resolve()
            if (how === 'busy') throw busy
            const outcomes = records.map((record) => {
              const isHeld = appended.some(({ eventId }) => eventId === record.eventId)
              if (!isHeld) appended.push(record)
              return { kind: isHeld ? ('duplicate' as const) : ('stored' as const) }
            })
            if (how === 'lost') throw busy
            return outcomes
          },
        } as unknown as EventStore
        const atOnce = { wait: async () => {} }
        for (let runs = 0; blobs.held.size > 0; runs += 1) {
          expect(runs).toBeLessThan(60)
          await drain(blobs, events, atOnce)
        }
        expect(appended).toHaveLength(2 * senders.length)
        for (const user of ['u0', 'u1', 'u2', 'u3']) {
          const own = appended.filter(({ actorId }) => actorId === user)
          const times = own.map((one) => one.receivedAt)
          expect(times).toEqual([...times].sort())
        }
      },
    ),
    { numRuns: 200 },
  )
})
