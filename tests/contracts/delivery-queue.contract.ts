import { describe, expect, it } from 'bun:test'
import type { Delivery, DeliveryQueue } from '../../src/platform/delivery-queue'
import { aDelivery, anAttempt, start } from '../support/deliveries'
import { itErasesFromDeliveries } from './delivery-erasure.contract'
import { itJoinsDeliveries } from './delivery-joins.contract'
import { itKeepsLanes } from './delivery-lanes.contract'

/** A queue and the time it goes by. */
export interface QueueUnderTest extends AsyncDisposable {
  queue: DeliveryQueue
  advance(ms: number): void
}

const LEASE = 30_000
const HOUR = 60 * 60 * 1000

// What is due comes in no promised order.
const sorted = (deliveries: readonly Delivery[]) =>
  deliveries.toSorted((a, b) => a.deliveryId.localeCompare(b.deliveryId))

export function deliveryQueueContract(name: string, create: () => Promise<QueueUnderTest>) {
  describe(`${name} keeps the delivery queue's promises`, () => {
    itErasesFromDeliveries(create)
    itJoinsDeliveries(create)
    itKeepsLanes(create)

    it('gives out what was put in', async () => {
      await using test = await create()
      const one = aDelivery({ eventIds: ['urn:a', 'urn:b'] })
      const two = aDelivery({ attempts: 3, lastFailure: 'HTTP 500' })
      await test.queue.enqueue([one, two])
      expect(sorted(await test.queue.take(10, LEASE))).toEqual(sorted([one, two]))
    })

    it('does nothing for an empty list', async () => {
      await using test = await create()
      await test.queue.enqueue([])
      expect(await test.queue.take(10, LEASE)).toEqual([])
    })

    it('adds a delivery that is waiting or taken only once', async () => {
      await using test = await create()
      const one = aDelivery()
      await test.queue.enqueue([one, one])
      await test.queue.enqueue([{ ...one, eventIds: ['urn:other'] }])
      expect(await test.queue.take(10, LEASE)).toEqual([one])
      await test.queue.enqueue([one])
      expect(await test.queue.take(10, LEASE)).toEqual([])
    })

    it('takes no more than asked for', async () => {
      await using test = await create()
      await test.queue.enqueue([aDelivery(), aDelivery(), aDelivery()])
      expect(await test.queue.take(2, LEASE)).toHaveLength(2)
      expect(await test.queue.take(2, LEASE)).toHaveLength(1)
    })

    it('holds a delayed delivery back until it is due', async () => {
      await using test = await create()
      const one = aDelivery()
      await test.queue.enqueue([one], 5000)
      test.advance(4999)
      expect(await test.queue.take(1, LEASE)).toEqual([])
      test.advance(1)
      expect(await test.queue.take(1, LEASE)).toEqual([one])
    })

    it('holds each delivery back for as long as it says itself', async () => {
      await using test = await create()
      const [soon, late, asTold] = [aDelivery(), aDelivery(), aDelivery()]
      const outgoing = [{ ...soon, delayMs: 0 }, { ...late, delayMs: 20_000 }, asTold]
      await test.queue.enqueue(outgoing, 5000)
      expect(await test.queue.take(10, HOUR)).toEqual([soon])
      test.advance(5000)
      expect(await test.queue.take(10, HOUR)).toEqual([asTold])
      test.advance(14_999)
      expect(await test.queue.take(10, HOUR)).toEqual([])
      test.advance(1)
      expect(await test.queue.take(10, HOUR)).toEqual([late])
    })

    it('carries a notice and the time of what is in the lake through all that becomes of it', async () => {
      await using test = await create()
      const at = start.toISOString()
      const notice = { type: 'nonius.webhook.failing', at, data: { webhookId: 'whk_7', n: [1] } }
      const archived = { from: '2026-01-01T00:00:00.000Z', to: '2026-01-02T00:00:00.000Z' }
      const told = aDelivery({ eventIds: [], notice })
      const old = aDelivery({ archived, lane: 'a' })
      await test.queue.enqueue([told, old])
      expect(sorted(await test.queue.take(10, LEASE))).toEqual(sorted([told, old]))
      for (const { deliveryId } of [told, old]) await test.queue.retry(deliveryId, 0, 'HTTP 500')
      const tried = [told, old].map((one) => ({ ...one, attempts: 1, lastFailure: 'HTTP 500' }))
      expect(sorted(await test.queue.take(10, LEASE))).toEqual(sorted(tried))
      for (const { deliveryId } of [told, old]) await test.queue.park(deliveryId)
      expect(sorted(await test.queue.listParked('north', 'whk_1', 10))).toEqual(sorted(tried))
      await test.queue.release('north', 'whk_1')
      expect(sorted(await test.queue.take(10, LEASE))).toEqual(sorted(tried))
      await test.queue.bury(told.deliveryId, 'HTTP 410')
      expect(await test.queue.listDead('north', 'whk_1', 10)).toMatchObject([tried[0]!])
    })

    it('parks at once what is enqueued as held', async () => {
      await using test = await create()
      const [held, tried] = [aDelivery(), aDelivery({ attempts: 2, lastFailure: 'HTTP 500' })]
      const outgoing = [held, tried].map((one) => ({ ...one, isHeld: true }))
      await test.queue.enqueue(outgoing)
      await test.queue.enqueue(outgoing)
      await test.queue.enqueue([held])
      test.advance(LEASE)
      expect(await test.queue.take(10, LEASE)).toEqual([])
      expect(await test.queue.stats()).toEqual({ waiting: 0, inFlight: 0, parked: 2, dead: 0 })
      expect(sorted(await test.queue.listParked('north', 'whk_1', 10))).toEqual(
        sorted([held, tried]),
      )
      await test.queue.release('north', 'whk_1')
      expect(sorted(await test.queue.take(10, LEASE))).toEqual(sorted([held, tried]))
      // One that waits, or is under way, does not become a held one.
      await test.queue.enqueue([{ ...held, isHeld: true }])
      expect(await test.queue.stats()).toEqual({ waiting: 0, inFlight: 2, parked: 0, dead: 0 })
    })

    it('hides what is taken, and gives it out again when the lease ends', async () => {
      await using test = await create()
      const one = aDelivery()
      await test.queue.enqueue([one])
      await test.queue.take(1, LEASE)
      test.advance(LEASE - 1)
      expect(await test.queue.take(1, LEASE)).toEqual([])
      test.advance(1)
      expect(await test.queue.take(1, LEASE)).toEqual([one])
    })

    it('forgets what is done, and takes it anew if it is enqueued again', async () => {
      await using test = await create()
      const one = aDelivery()
      await test.queue.enqueue([one])
      await test.queue.take(1, LEASE)
      await test.queue.done(one.deliveryId)
      await test.queue.done(one.deliveryId)
      test.advance(LEASE)
      expect(await test.queue.take(1, LEASE)).toEqual([])
      await test.queue.enqueue([one])
      expect(await test.queue.take(1, LEASE)).toEqual([one])
    })

    it('remembers what was delivered, and does not take it once more', async () => {
      await using test = await create()
      const [one, never] = [aDelivery(), aDelivery()]
      await test.queue.enqueue([one])
      await test.queue.take(1, LEASE)
      await test.queue.done(one.deliveryId, anAttempt())
      await test.queue.enqueue([one, { ...one, isHeld: true }])
      test.advance(LEASE)
      expect(await test.queue.take(1, LEASE)).toEqual([])
      expect(await test.queue.stats()).toEqual({ waiting: 0, inFlight: 0, parked: 0, dead: 0 })
      // Nobody's delivery is remembered for this.
      await test.queue.done(never.deliveryId, anAttempt())
      await test.queue.enqueue([never])
      expect(await test.queue.take(1, LEASE)).toEqual([never])
    })

    it('gives back what is to be retried, with one attempt more and the reason', async () => {
      await using test = await create()
      const one = aDelivery()
      await test.queue.enqueue([one])
      await test.queue.take(1, LEASE)
      await test.queue.retry(one.deliveryId, 5000, 'HTTP 502')
      test.advance(4999)
      expect(await test.queue.take(1, LEASE)).toEqual([])
      test.advance(1)
      const [again] = await test.queue.take(1, LEASE)
      expect(again).toEqual({ ...one, attempts: 1, lastFailure: 'HTTP 502' })
    })

    it('keeps what is buried, latest first, for its tenant and webhook alone', async () => {
      await using test = await create()
      const [one, two, other] = [aDelivery(), aDelivery(), aDelivery({ webhookId: 'whk_2' })]
      await test.queue.enqueue([one, two, other])
      await test.queue.take(3, LEASE)
      for (const { deliveryId } of [one, two, other]) await test.queue.bury(deliveryId, 'HTTP 410')
      test.advance(LEASE)
      expect(await test.queue.take(3, LEASE)).toEqual([])

      const fate = { reason: 'HTTP 410', buriedAt: start.toISOString() }
      const expected = [two, one].map((delivery) => ({ ...delivery, ...fate }))
      expect(await test.queue.listDead('north', 'whk_1', 10)).toEqual(expected)
      expect(await test.queue.listDead('north', 'whk_1', 1)).toEqual(expected.slice(0, 1))
      expect(await test.queue.listDead('south', 'whk_1', 10)).toEqual([])
    })

    it('takes a delivery that is enqueued again from the dead', async () => {
      await using test = await create()
      const one = aDelivery()
      await test.queue.enqueue([one])
      await test.queue.take(1, LEASE)
      await test.queue.bury(one.deliveryId, 'HTTP 410')
      await test.queue.enqueue([one])
      expect(await test.queue.listDead('north', 'whk_1', 10)).toEqual([])
      expect(await test.queue.take(1, LEASE)).toEqual([one])
    })

    it('leaves a buried delivery among the dead, whatever becomes of a late attempt', async () => {
      await using test = await create()
      const one = aDelivery()
      await test.queue.enqueue([one])
      await test.queue.take(1, LEASE)
      await test.queue.bury(one.deliveryId, 'HTTP 410')
      await test.queue.done(one.deliveryId)
      await test.queue.retry(one.deliveryId, 0, 'HTTP 500')
      test.advance(LEASE)
      expect(await test.queue.take(1, LEASE)).toEqual([])
      expect(await test.queue.stats()).toEqual({ waiting: 0, inFlight: 0, parked: 0, dead: 1 })
      await test.queue.enqueue([one])
      expect(await test.queue.listDead('north', 'whk_1', 10)).toEqual([])
    })

    it('does nothing to a delivery that it does not hold', async () => {
      await using test = await create()
      await test.queue.done('msg_none')
      await test.queue.retry('msg_none', 0, 'HTTP 500')
      await test.queue.bury('msg_none', 'HTTP 500')
      await test.queue.park('msg_none', 'HTTP 500')
      await test.queue.release('north', 'whk_none')
      await test.queue.drop('north', 'whk_none')
      expect(await test.queue.stats()).toEqual({ waiting: 0, inFlight: 0, parked: 0, dead: 0 })
    })

    it('takes only what there is a place for, and passes over the rest', async () => {
      await using test = await create()
      const slow = Array.from({ length: 20 }, () => aDelivery({ webhookId: 'whk_slow' }))
      await test.queue.enqueue(slow)
      await test.queue.enqueue([aDelivery({ webhookId: 'whk_quick', tenantId: 'south' })])
      let places = 2
      const asked = new Set<string>()
      const hasPlace = (tenantId: string, webhookId: string) => {
        asked.add(`${tenantId} ${webhookId}`)
        return webhookId !== 'whk_slow' || places-- > 0
      }
      const taken = await test.queue.take(16, LEASE, hasPlace)
      const webhooks = taken.map(({ webhookId }) => webhookId).sort()
      expect(webhooks).toEqual(['whk_quick', 'whk_slow', 'whk_slow'])
      expect([...asked].sort()).toEqual(['north whk_slow', 'south whk_quick'])
      expect(await test.queue.take(16, LEASE, () => false)).toEqual([])
      expect(await test.queue.take(16, LEASE)).toHaveLength(16)
    })

    it('keeps what is parked, and gives it out when it is released, with its attempts', async () => {
      await using test = await create()
      const [one, two, other] = [aDelivery({ attempts: 3 }), aDelivery(), aDelivery()]
      const elsewhere = aDelivery({ webhookId: 'whk_2' })
      await test.queue.enqueue([one, two, other, elsewhere])
      await test.queue.take(4, LEASE)
      await test.queue.park(one.deliveryId)
      await test.queue.park(two.deliveryId, 'HTTP 410')
      await test.queue.park(elsewhere.deliveryId)
      await test.queue.done(other.deliveryId)
      test.advance(20 * 24 * HOUR)
      expect(await test.queue.take(4, LEASE)).toEqual([])
      expect(await test.queue.stats()).toEqual({ waiting: 0, inFlight: 0, parked: 3, dead: 0 })
      const kept = [one, { ...two, attempts: 1, lastFailure: 'HTTP 410' }]
      expect(sorted(await test.queue.listParked('north', 'whk_1', 10))).toEqual(sorted(kept))
      expect(await test.queue.listParked('north', 'whk_1', 1)).toHaveLength(1)
      expect(await test.queue.listParked('south', 'whk_1', 10)).toEqual([])

      await test.queue.release('north', 'whk_1')
      await test.queue.release('north', 'whk_1')
      expect(sorted(await test.queue.take(4, LEASE))).toEqual(sorted(kept))
      expect(await test.queue.listParked('north', 'whk_1', 10)).toEqual([])
      expect(await test.queue.listParked('north', 'whk_2', 10)).toEqual([elsewhere])
      expect(await test.queue.stats()).toEqual({ waiting: 0, inFlight: 2, parked: 1, dead: 0 })
    })

    it('releases a great many, and may park and release them again', async () => {
      await using test = await create()
      const many = Array.from({ length: 60 }, () => aDelivery())
      await test.queue.enqueue(many)
      for (let round = 0; round < 2; round += 1) {
        const taken = await test.queue.take(100, LEASE)
        expect(sorted(taken)).toEqual(sorted(many))
        await Promise.all(taken.map(({ deliveryId }) => test.queue.park(deliveryId)))
        expect(await test.queue.take(1, LEASE)).toEqual([])
        await test.queue.release('north', 'whk_1')
      }
      expect(await test.queue.take(100, LEASE)).toHaveLength(60)
    })

    it('adds a parked delivery no second time, and leaves it parked whatever becomes of a late attempt', async () => {
      await using test = await create()
      const one = aDelivery()
      await test.queue.enqueue([one])
      await test.queue.take(1, LEASE)
      await test.queue.park(one.deliveryId)
      await test.queue.enqueue([one])
      await test.queue.retry(one.deliveryId, 0, 'HTTP 500')
      await test.queue.bury(one.deliveryId, 'HTTP 500')
      await test.queue.park(one.deliveryId, 'HTTP 500')
      test.advance(LEASE)
      expect(await test.queue.take(1, LEASE)).toEqual([])
      expect(await test.queue.stats()).toEqual({ waiting: 0, inFlight: 0, parked: 1, dead: 0 })
      expect(await test.queue.listParked('north', 'whk_1', 10)).toEqual([one])
    })

    it('forgets a parked delivery that a late attempt has delivered', async () => {
      await using test = await create()
      const one = aDelivery()
      await test.queue.enqueue([one])
      await test.queue.take(1, LEASE)
      await test.queue.park(one.deliveryId)
      await test.queue.done(one.deliveryId)
      expect(await test.queue.listParked('north', 'whk_1', 10)).toEqual([])
      await test.queue.release('north', 'whk_1')
      expect(await test.queue.take(1, LEASE)).toEqual([])
    })

    it('drops what is parked for a webhook that is no more', async () => {
      await using test = await create()
      const [one, other] = [aDelivery(), aDelivery({ webhookId: 'whk_2' })]
      await test.queue.enqueue([one, other])
      for (const { deliveryId } of [one, other]) await test.queue.park(deliveryId)
      await test.queue.drop('north', 'whk_1')
      await test.queue.drop('north', 'whk_1')
      await test.queue.release('north', 'whk_1')
      expect(await test.queue.take(2, LEASE)).toEqual([])
      expect(await test.queue.stats()).toEqual({ waiting: 0, inFlight: 0, parked: 1, dead: 0 })
      await test.queue.enqueue([one])
      expect(await test.queue.take(2, LEASE)).toEqual([one])
    })

    it('counts what waits, what is in flight and what is dead', async () => {
      await using test = await create()
      const [one, two, three] = [aDelivery(), aDelivery(), aDelivery()]
      await test.queue.enqueue([one, two, three])
      await test.queue.enqueue([aDelivery()], 60_000)
      await test.queue.take(3, LEASE)
      await test.queue.bury(one.deliveryId, 'HTTP 410')
      await test.queue.retry(two.deliveryId, 1000, 'HTTP 500')
      expect(await test.queue.stats()).toEqual({ waiting: 2, inFlight: 1, parked: 0, dead: 1 })
      test.advance(LEASE)
      expect(await test.queue.stats()).toEqual({ waiting: 3, inFlight: 0, parked: 0, dead: 1 })
    })
  })
}
