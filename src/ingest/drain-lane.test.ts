import { describe, expect, it } from 'bun:test'
import { clockAt } from '../../tests/support/clock'
import { aLane, aStore, busy, click, config, drain, soon } from '../../tests/support/drain'
import { listedQuarantine, receivedAt, sender } from '../../tests/support/ingest'
import { AppError } from '../error/app-error'
import { StorageError } from '../error/storage-error'
import type { EventRecord } from '../event/record'
import type { BlobStore } from '../platform/blob-store'
import { systemClock } from '../platform/clock'
import type { QuarantineStore } from '../platform/quarantine-store'
import { silentLog as log } from '../telemetry/log'
import { drainLane } from './drain-lane'
import { LOOKAHEAD, WINDOW, WINDOW_BYTES } from './draining'

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
      if (actorId === 'ada') await soon()
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
