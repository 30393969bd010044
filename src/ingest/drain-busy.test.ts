import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { aLane, aStore, busy, click, drain, soon } from '../../tests/support/drain'
import type { EventRecord } from '../event/record'
import type { BlobStore } from '../platform/blob-store'
import type { EventStore } from '../platform/event-store'
import { MAX_PAUSES, MAX_REFUSALS, WINDOW } from './draining'

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
    expect(tries).toBe(2 * MAX_REFUSALS)
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

  it('of which a learner has a busy key holds up nobody else of the lane', async () => {
    const blobs = await aLane([
      ...Array.from({ length: 300 }, (_, at) => [click(`hot${at}`, 'hot')]),
      ...Array.from({ length: 200 }, (_, at) => [click(`e${at}`, `u${at}`)]),
    ])
    let refused = 0
    const store = aStore(async ({ eventId }) => {
      await soon()
      if (!eventId.startsWith('hot')) return
      refused += 1
      throw busy
    })
    expect(await drain(blobs, store.events)).toMatchObject({ stored: 200, left: 300, isBusy: true })
    expect(refused).toBeLessThanOrEqual(MAX_REFUSALS)
    expect(blobs.held.size).toBe(300)
    const later = aStore()
    expect(await drain(blobs, later.events)).toMatchObject({ stored: 300, left: 0 })
    expect(later.stored).toEqual(Array.from({ length: 300 }, (_, at) => `hot${at}`))
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
