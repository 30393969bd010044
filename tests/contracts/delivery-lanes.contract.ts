import { expect, it } from 'bun:test'
import type { Delivery } from '../../src/platform/delivery-queue'
import { aDelivery } from '../support/deliveries'
import type { QueueUnderTest } from './delivery-queue.contract'

const LEASE = 30_000

/** What lanes mean. To be called within the queue's contract. */
export function itKeepsLanes(create: () => Promise<QueueUnderTest>) {
  const inLane = (lane: string, more: Partial<Delivery> = {}) => aDelivery({ lane, ...more })
  const ids = (deliveries: readonly Delivery[]) =>
    deliveries.map(({ deliveryId }) => deliveryId).toSorted()

  it('gives out one of a lane at a time, in order, and all that have none', async () => {
    await using test = await create()
    const [a1, a2, a3] = [inLane('a'), inLane('a'), inLane('a')]
    const [b1, free1, free2] = [inLane('b'), aDelivery(), aDelivery()]
    const elsewhere = inLane('a', { webhookId: 'whk_2' })
    await test.queue.enqueue([a1, a2, b1, free1])
    await test.queue.enqueue([a3, free2, elsewhere])
    const first = await test.queue.take(10, LEASE)
    expect(ids(first)).toEqual(ids([a1, b1, free1, free2, elsewhere]))
    expect(await test.queue.take(10, LEASE)).toEqual([])
    await test.queue.done(a1.deliveryId)
    expect(await test.queue.take(10, LEASE)).toEqual([a2])
    await test.queue.done(b1.deliveryId)
    await test.queue.done(free1.deliveryId)
    expect(await test.queue.take(10, LEASE)).toEqual([])
    await test.queue.done(a2.deliveryId)
    expect(await test.queue.take(10, LEASE)).toEqual([a3])
  })

  it('gives out what comes again when its lease ends, and nothing behind it', async () => {
    await using test = await create()
    const [one, two] = [inLane('a'), inLane('a')]
    await test.queue.enqueue([one, two])
    await test.queue.take(10, LEASE)
    test.advance(LEASE)
    expect(await test.queue.take(10, LEASE)).toEqual([one])
    test.advance(LEASE)
    await test.queue.take(10, LEASE)
    await test.queue.done(one.deliveryId)
    expect(await test.queue.take(10, LEASE)).toEqual([two])
  })

  it('lets a failure hold back its lane alone', async () => {
    await using test = await create()
    const [a1, a2, b1, b2] = [inLane('a'), inLane('a'), inLane('b'), inLane('b')]
    await test.queue.enqueue([a1, a2, b1, b2])
    await test.queue.take(10, LEASE)
    await test.queue.retry(a1.deliveryId, 60_000, 'HTTP 500')
    await test.queue.done(b1.deliveryId)
    expect(await test.queue.take(10, LEASE)).toEqual([b2])
    await test.queue.done(b2.deliveryId)
    test.advance(59_999)
    const later = inLane('a')
    await test.queue.enqueue([later])
    expect(await test.queue.take(10, LEASE)).toEqual([])
    test.advance(1)
    expect(await test.queue.take(10, LEASE)).toMatchObject([{ deliveryId: a1.deliveryId }])
    await test.queue.done(a1.deliveryId)
    expect(await test.queue.take(10, LEASE)).toEqual([a2])
    await test.queue.done(a2.deliveryId)
    expect(await test.queue.take(10, LEASE)).toEqual([later])
    await test.queue.done(later.deliveryId)
    const anew = inLane('a')
    await test.queue.enqueue([anew])
    expect(await test.queue.take(10, LEASE)).toEqual([anew])
  })

  it('opens the lane when its first is parked or buried, or what it had was erased', async () => {
    await using test = await create()
    const lane = ['urn:a', 'urn:b', 'urn:c', 'urn:d'].map((id) => inLane('a', { eventIds: [id] }))
    await test.queue.enqueue(lane)
    await test.queue.take(10, LEASE)
    await test.queue.park(lane[0]!.deliveryId)
    expect(await test.queue.take(10, LEASE)).toEqual([lane[1]!])
    await test.queue.bury(lane[1]!.deliveryId, 'HTTP 410')
    expect(await test.queue.take(10, LEASE)).toEqual([lane[2]!])
    await test.queue.erase('north', { eventIds: ['urn:c'] })
    expect(await test.queue.take(10, LEASE)).toEqual([lane[3]!])
  })

  it('counts what waits for its turn as waiting', async () => {
    await using test = await create()
    await test.queue.enqueue([inLane('a'), inLane('a'), inLane('a')])
    await test.queue.take(10, LEASE)
    expect(await test.queue.stats()).toEqual({ waiting: 2, inFlight: 1, parked: 0, dead: 0 })
  })

  it('waits for its time once it is its turn', async () => {
    await using test = await create()
    const [one, two] = [inLane('a'), inLane('a')]
    await test.queue.enqueue([one, { ...two, delayMs: 5000 }])
    await test.queue.take(10, LEASE)
    await test.queue.done(one.deliveryId)
    expect(await test.queue.take(10, LEASE)).toEqual([])
    test.advance(5000)
    expect(await test.queue.take(10, LEASE)).toEqual([two])
  })

  it('releases a lane in order, before what came after it', async () => {
    await using test = await create()
    const held = [inLane('a'), inLane('a'), inLane('b')]
    await test.queue.enqueue(held.map((one) => ({ ...one, isHeld: true })))
    const later = inLane('a')
    await test.queue.enqueue([{ ...later, delayMs: 1000 }])
    await test.queue.release('north', 'whk_1')
    test.advance(1000)
    expect(ids(await test.queue.take(10, LEASE))).toEqual(ids([held[0]!, held[2]!]))
    await test.queue.done(held[0]!.deliveryId)
    expect(await test.queue.take(10, LEASE)).toEqual([held[1]!])
    await test.queue.done(held[1]!.deliveryId)
    expect(await test.queue.take(10, LEASE)).toEqual([later])
  })
}
