import { describe, expect, it } from 'bun:test'
import { StorageError } from '../../src/error/storage-error'
import type { ChangeBatch, ChangeFeed, Consumer } from '../../src/platform/change-feed'
import type { EventStore } from '../../src/platform/event-store'
import { aRecord } from '../support/records'

/** A store and the feed of its changes, which can be closed and opened again. */
export interface Feeding extends AsyncDisposable {
  open(): Promise<{ events: EventStore; changes: ChangeFeed; close(): Promise<void> }>
}

/** What a change feed can, where platforms differ. */
export interface FeedTraits {
  /** Whether records come in the order in which they were stored; otherwise each comes, at some time. */
  isOrdered: boolean
  /** Whether it says how far a consumer is behind; otherwise the platform's metrics do. */
  tellsLag: boolean
  /** Whether `isExact` holds when the process dies; otherwise a batch may be cut differently then. */
  isExact: boolean
}

/** What every change feed promises. */
export function changeFeedContract(
  name: string,
  { isOrdered, tellsLag, isExact }: FeedTraits,
  create: () => Promise<Feeding>,
) {
  const some = (count: number) => Array.from({ length: count }, () => aRecord())

  function collecting(changes: Partial<Consumer> = {}) {
    const batches: { id: string; ids: string[] }[] = []
    const consumer: Consumer = {
      name: 'collector',
      maxRecords: 1000,
      maxBytes: Number.POSITIVE_INFINITY,
      maxWaitMs: 0,
      async handle(batch: ChangeBatch) {
        batches.push({ id: batch.id, ids: batch.records().map(({ eventId }) => eventId) })
        expect(batch.count).toBe(batch.records().length)
      },
      ...changes,
    }
    return { consumer, batches, seen: () => batches.flatMap(({ ids }) => ids) }
  }

  const ids = (records: { eventId: string }[]) => records.map(({ eventId }) => eventId)

  /** The same ids, and in this order where the feed promises one. */
  function expectIds(seen: string[], wanted: string[]) {
    if (isOrdered) expect(seen).toEqual(wanted)
    else expect(seen.toSorted()).toEqual(wanted.toSorted())
  }

  describe(`${name} keeps the change feed's promises`, () => {
    it(`delivers what was stored before and after following began${isOrdered ? ', in order' : ''}`, async () => {
      await using feeding = await create()
      const { events, changes, close } = await feeding.open()
      const before = some(300)
      await events.append(before)
      const { consumer, seen } = collecting()
      await using follower = changes.follow(consumer)
      const after = some(300)
      await events.append(after)
      await follower.drain()
      expectIds(seen(), ids([...before, ...after]))
      await follower[Symbol.asyncDispose]()
      await close()
    })

    it('delivers records whole, without duplicates and conflicts', async () => {
      await using feeding = await create()
      const { events, changes, close } = await feeding.open()
      const records: unknown[] = []
      const follower = changes.follow({
        ...collecting().consumer,
        handle: async (batch) => void records.push(...batch.records()),
      })
      const record = aRecord()
      await events.append([record, record, { ...record, raw: '{"other":1}' }])
      await follower.drain()
      expect(records).toEqual([record])
      await follower[Symbol.asyncDispose]()
      await close()
    })

    it('goes on where it was after a restart', async () => {
      await using feeding = await create()
      const first = await feeding.open()
      const { consumer, seen } = collecting()
      const follower = first.changes.follow(consumer)
      await first.events.append(some(5))
      await follower.drain()
      await follower[Symbol.asyncDispose]()
      const missed = some(5)
      await first.events.append(missed)
      await first.close()

      const second = await feeding.open()
      const again = second.changes.follow(consumer)
      await again.drain()
      expect(seen()).toHaveLength(10)
      expectIds(seen().slice(5), ids(missed))
      await again[Symbol.asyncDispose]()
      await second.close()
    })

    it('gives each consumer everything, at its own pace', async () => {
      await using feeding = await create()
      const { events, changes, close } = await feeding.open()
      const fast = collecting({ name: 'fast' })
      const slow = collecting({ name: 'slow', maxWaitMs: 60_000 })
      const followers = [changes.follow(fast.consumer), changes.follow(slow.consumer)]
      const records = some(3)
      await events.append(records)
      await followers[0]!.drain()
      expectIds(fast.seen(), ids(records))
      expect(slow.seen()).toEqual([])
      if (tellsLag) expect(followers[1]!.lag().records).toBe(3)
      if (tellsLag) expect(changes.lag()).toMatchObject({ consumer: 'slow', records: 3 })
      await followers[1]!.drain()
      expectIds(slow.seen(), ids(records))
      if (tellsLag) expect(changes.lag()).toMatchObject({ records: 0, ageMs: 0 })
      for (const follower of followers) await follower[Symbol.asyncDispose]()
      await close()
    })

    it('cuts a batch once it is full', async () => {
      await using feeding = await create()
      const { events, changes, close } = await feeding.open()
      const { consumer, batches, seen } = collecting({ maxRecords: 100, maxWaitMs: 60_000 })
      for (let i = 0; i < 30; i++) await events.append(some(10))
      const follower = changes.follow(consumer)
      await follower.drain()
      expect(seen()).toHaveLength(300)
      expect(batches).toHaveLength(3)
      await follower[Symbol.asyncDispose]()
      await close()
    })

    it('gives a failing handler the same batch again, and drops nothing', async () => {
      await using feeding = await create()
      const { events, changes, close } = await feeding.open()
      const tried: string[] = []
      const { consumer, seen } = collecting()
      const follower = changes.follow({
        ...consumer,
        async handle(batch) {
          tried.push(batch.id)
          if (tried.length === 1) throw new StorageError('not now', { isRetriable: true })
          await consumer.handle(batch)
        },
      })
      const records = some(4)
      await events.append(records)
      expect(await follower.drain().catch((error: Error) => error.message)).toBe('not now')
      await follower.drain()
      expectIds(seen(), ids(records))
      expect(tried[1]).toBe(tried[0]!)
      await follower[Symbol.asyncDispose]()
      await close()
    })

    it.if(isExact)('gives an exact consumer the same batch after a crash', async () => {
      await using feeding = await create()
      const first = await feeding.open()
      const begun: string[] = []
      const follower = first.changes.follow({
        ...collecting({ isExact: true }).consumer,
        async handle(batch) {
          begun.push(batch.id)
          throw new Error('the process dies here')
        },
      })
      await first.events.append(some(4))
      await follower.drain().catch(() => {})
      await first.events.append(some(4))
      await follower[Symbol.asyncDispose]()
      await first.close()

      const second = await feeding.open()
      const { consumer, batches } = collecting({ isExact: true })
      const again = second.changes.follow(consumer)
      await again.drain()
      expect(batches.map(({ id }) => id)[0]).toBe(begun[0]!)
      expect(batches.map(({ ids }) => ids.length)).toEqual([4, 4])
      await again[Symbol.asyncDispose]()
      await second.close()
    })
  })
}
