import { Database } from 'bun:sqlite'
import { describe, expect, it } from 'bun:test'
import type { Delivery } from '../../src/platform/delivery-queue'
import { createDeliveryQueue, deliveryQueueSchema } from '../../src/platform/local/delivery-queue'
import { aClock, aDelivery, anAttempt, start } from '../support/deliveries'

const LEASE = 30_000
const HOUR = 60 * 60 * 1000
const DAY = 24 * HOUR

function open(options: Parameters<typeof createDeliveryQueue>[2] = {}) {
  const db = new Database(':memory:', { strict: true })
  db.run(deliveryQueueSchema)
  const clock = aClock()
  const queue = createDeliveryQueue(db, clock, options)
  const count = (table: string) =>
    db.query<{ count: number }, []>(`SELECT count(*) AS count FROM ${table}`).get()!.count
  return {
    ...{ db, queue, clock, count },
    [Symbol.dispose]() {
      queue[Symbol.dispose]()
      db.close()
    },
  }
}

const many = (count: number, more: Partial<Delivery> = {}) =>
  Array.from({ length: count }, (_, n) =>
    aDelivery({ enqueuedAt: new Date(start.getTime() + n).toISOString(), ...more }),
  )

async function deliver({ queue }: ReturnType<typeof open>, deliveries: Delivery[]) {
  await queue.enqueue(deliveries)
  for (;;) {
    const taken = await queue.take(50, LEASE)
    if (taken.length === 0) return
    await Promise.all(taken.map(({ deliveryId }) => queue.done(deliveryId, anAttempt())))
  }
}

const idsOf = (deliveries: readonly Delivery[]) => deliveries.map(({ deliveryId }) => deliveryId)

describe('The delivery queue of one machine', () => {
  it('remembers no more that was delivered than the latest of a webhook, and of a tenant', async () => {
    using test = open({ mostRemembered: { ofWebhook: 100, ofTenant: 250 } })
    const first = many(333)
    for (let at = 0; at < first.length; at += 7) {
      await deliver(test, first.slice(at, at + 7))
      expect((await test.queue.stats()).waiting).toBe(0)
      expect(test.count('delivered_deliveries')).toBeLessThanOrEqual(100)
    }
    const { items } = await test.queue.list('north', 'whk_1', { limit: 1000 })
    expect(items.length).toBeGreaterThanOrEqual(90)
    expect(idsOf(items)).toEqual(idsOf(first.slice(-items.length).reverse()))
    for (const webhookId of ['whk_2', 'whk_3', 'whk_4'])
      await deliver(test, many(90, { webhookId }))
    expect(test.count('delivered_deliveries')).toBeLessThanOrEqual(250)
    expect(test.count('delivered_deliveries')).toBeGreaterThan(220)
    await deliver(test, many(50, { tenantId: 'south', webhookId: 'whk_5' }))
    const { items: theirs } = await test.queue.list('south', 'whk_5', { limit: 100 })
    expect(theirs).toHaveLength(50)
  })

  it('gives up the oldest of what is held beyond its bound, and forgets none', async () => {
    using test = open({ maxParked: 20 })
    const held = many(50)
    const elsewhere = many(15, { webhookId: 'whk_2' })
    for (let at = 0; at < 40; at += 4) {
      const some = held.slice(at, at + 4).map((one) => ({ ...one, isHeld: true }))
      await test.queue.enqueue(some)
    }
    await test.queue.enqueue(elsewhere.map((one) => ({ ...one, isHeld: true })))
    await test.queue.enqueue(held.slice(40))
    await test.queue.take(100, LEASE)
    for (const { deliveryId } of held.slice(40)) await test.queue.park(deliveryId)
    const parked = idsOf(await test.queue.listParked('north', 'whk_1', 100))
    expect(parked.length).toBeLessThanOrEqual(20)
    expect(parked).toEqual(idsOf(held.slice(-parked.length)))
    expect(await test.queue.listParked('north', 'whk_2', 100)).toHaveLength(15)
    const { items } = await test.queue.list('north', 'whk_1', { limit: 100, status: 'failed' })
    expect(idsOf(items)).toEqual(idsOf(held.slice(0, 50 - parked.length).reverse()))
    expect(items[0]!.reason).toBe('held behind 20 others')
    expect(await test.queue.againAll('north', 'whk_1', 1000)).toBe(50 - parked.length)
  })

  it('forgets what was delivered after a week, and figures after forty days', async () => {
    using test = open()
    await deliver(test, many(3))
    const left = async () => {
      // Twice, an hour apart: the clock may have been wrong.
      for (const _ of [1, 2]) {
        await test.queue.take(1, LEASE)
        test.clock.advance(HOUR)
      }
      await test.queue.take(1, LEASE)
      const { succeeded } = await test.queue.figures('north', 'whk_1', start.toISOString())
      return [test.count('delivered_deliveries'), succeeded]
    }
    test.queue[Symbol.dispose]()
    test.clock.advance(6 * DAY)
    expect(await left()).toEqual([3, 3])
    test.clock.advance(2 * DAY)
    expect(await left()).toEqual([0, 3])
    test.clock.advance(30 * DAY)
    expect(await left()).toEqual([0, 3])
    test.clock.advance(4 * DAY)
    expect(await left()).toEqual([0, 0])
  })

  it('works on many in pages, while others have their turn', async () => {
    using test = open()
    const held = many(1600)
    await test.queue.enqueue(held.map((one) => ({ ...one, isHeld: true })))
    const turnsDuring = async (work: Promise<unknown>) => {
      let [turns, isOver] = [0, false]
      const over = work.then(() => {
        isOver = true
      })
      for (; !isOver; turns += 1) {
        await test.queue.enqueue([aDelivery({ webhookId: 'whk_2' })])
        await new Promise((resolve) => setImmediate(resolve))
      }
      await over
      return turns
    }
    const { queue } = test
    expect(await turnsDuring(queue.skip('north', 'whk_1', 'skipped'))).toBeGreaterThan(2)
    expect(await turnsDuring(queue.againAll('north', 'whk_1', 1600))).toBeGreaterThan(2)
    expect(await turnsDuring(queue.drop('north', 'whk_1'))).toBeGreaterThan(2)
    expect(await queue.backlog('north', 'whk_1')).toMatchObject({ pending: 0, failed: 0, held: 0 })
  })

  it('lists what is large in short pages, none of it twice', async () => {
    using test = open()
    const eventIds = Array.from({ length: 500 }, (_, n) => `urn:example:${'x'.repeat(100)}:${n}`)
    const large = many(120, { eventIds })
    await test.queue.enqueue(large)
    const pages: string[][] = []
    let cursor: string | undefined
    do {
      const page = await test.queue.list('north', 'whk_1', { limit: 1000, cursor })
      pages.push(idsOf(page.items))
      cursor = page.nextCursor
    } while (cursor !== undefined)
    expect(pages.length).toBeGreaterThan(1)
    expect(pages.flat()).toEqual(idsOf(large).reverse())
  })

  it('fills what waits with events that come one by one', async () => {
    using test = open()
    const join = { maxEvents: 100, maxBytes: 100_000 }
    for (let n = 0; n < 1000; n += 1) {
      const one = { ...aDelivery({ eventIds: [`urn:example:${n}`] }), bytes: 100, join }
      await test.queue.enqueue([n < 500 ? one : { ...one, isHeld: true }])
    }
    expect(await test.queue.stats()).toMatchObject({ waiting: 5, parked: 5 })
    const parked = await test.queue.listParked('north', 'whk_1', 100)
    const all = [...(await test.queue.take(100, LEASE)), ...parked]
    expect(all.map(({ eventIds }) => eventIds.length)).toEqual(Array(10).fill(100))
  })
})
