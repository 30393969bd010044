import { expect, it } from 'bun:test'
import type { Outgoing } from '../../src/platform/delivery-queue'
import { aDelivery } from '../support/deliveries'
import type { QueueUnderTest } from './delivery-queue.contract'

const LEASE = 30_000
const UP_TO_FOUR = { maxEvents: 4, maxBytes: 1000 }

/** What joining deliveries means. To be called within the queue's contract. */
export function itJoinsDeliveries(create: () => Promise<QueueUnderTest>) {
  const of = (eventIds: string[], more: Partial<Outgoing> = {}): Outgoing => ({
    ...aDelivery({ eventIds }),
    ...{ bytes: 10 * eventIds.length, join: UP_TO_FOUR, ...more },
  })
  const eventsOf = (deliveries: readonly { eventIds: readonly string[] }[]) =>
    deliveries.map(({ eventIds }) => eventIds.join(' ')).toSorted()

  it('adds events to a delivery that waits, which is due when it was', async () => {
    await using test = await create()
    const one = of(['urn:a'], { delayMs: 5000 })
    await test.queue.enqueue([one])
    test.advance(4000)
    await test.queue.enqueue([of(['urn:b', 'urn:a'], { delayMs: 5000 }), of(['urn:c'])], 5000)
    expect(await test.queue.take(10, LEASE)).toEqual([])
    test.advance(1000)
    const taken = await test.queue.take(10, LEASE)
    expect(taken).toMatchObject([
      { deliveryId: one.deliveryId, eventIds: ['urn:a', 'urn:b', 'urn:c'], attempts: 0 },
    ])
    expect(await test.queue.stats()).toEqual({ waiting: 0, inFlight: 1, parked: 0, dead: 0 })
  })

  it('is due at once when it is full, by events or by bytes, and takes no more', async () => {
    await using test = await create()
    const slow = { delayMs: 60_000 }
    const heavy = { ...slow, webhookId: 'whk_2', bytes: 500 }
    await test.queue.enqueue([of(['urn:a', 'urn:b', 'urn:c'], slow)])
    await test.queue.enqueue([of(['urn:d', 'urn:e'], slow)]) // would be one too many
    await test.queue.enqueue([of(['urn:f'], heavy)])
    expect(await test.queue.take(10, LEASE)).toEqual([])
    await test.queue.enqueue([of(['urn:g', 'urn:h'], slow), of(['urn:i'], heavy)])
    expect(eventsOf(await test.queue.take(10, LEASE))).toEqual([
      'urn:d urn:e urn:g urn:h',
      'urn:f urn:i',
    ])
    // One that is full by itself need not wait for more.
    await test.queue.enqueue([of(['urn:k', 'urn:l', 'urn:m', 'urn:n'], slow)])
    expect(eventsOf(await test.queue.take(10, LEASE))).toEqual(['urn:k urn:l urn:m urn:n'])
  })

  it('adds nothing to what was taken or tried, or stays for itself, or is of another', async () => {
    await using test = await create()
    const [taken, tried] = [of(['urn:a']), of(['urn:b'])]
    await test.queue.enqueue([taken])
    await test.queue.take(1, LEASE)
    await test.queue.enqueue([tried])
    await test.queue.take(1, LEASE)
    await test.queue.retry(tried.deliveryId, 0, 'HTTP 500')
    await test.queue.enqueue([of(['urn:c'], { join: undefined })])
    await test.queue.enqueue([of(['urn:d'], { webhookId: 'whk_2' })])
    await test.queue.enqueue([of(['urn:e'], { lane: 'a' }), of(['urn:f'], { lane: 'b' })])
    await test.queue.enqueue([of(['urn:g'], { isHeld: true }), of(['urn:h'])])
    test.advance(LEASE)
    expect(eventsOf(await test.queue.take(10, LEASE))).toEqual(
      ['urn:a', 'urn:b', 'urn:c', 'urn:d', 'urn:e', 'urn:f', 'urn:h'].toSorted(),
    )
    expect(eventsOf(await test.queue.listParked('north', 'whk_1', 10))).toEqual(['urn:g'])
  })

  it('adds events to the last of a lane, which waits for its turn all the same', async () => {
    await using test = await create()
    const inLane = (...eventIds: string[]) => of(eventIds, { lane: 'a' })
    await test.queue.enqueue([inLane('urn:a')])
    const [first] = await test.queue.take(10, LEASE)
    await test.queue.enqueue([inLane('urn:b', 'urn:c')])
    await test.queue.enqueue([inLane('urn:d', 'urn:e')])
    await test.queue.enqueue([inLane('urn:f')])
    expect(await test.queue.take(10, LEASE)).toEqual([])
    await test.queue.done(first!.deliveryId)
    const [second, ...none] = await test.queue.take(10, LEASE)
    expect([second!.eventIds, none]).toEqual([['urn:b', 'urn:c', 'urn:d', 'urn:e'], []])
    await test.queue.done(second!.deliveryId)
    expect(await test.queue.take(10, LEASE)).toMatchObject([{ eventIds: ['urn:f'] }])
  })

  it('adds events to the latest that is held', async () => {
    await using test = await create()
    const held = (eventIds: string[]) => of(eventIds, { isHeld: true })
    await test.queue.enqueue([held(['urn:a']), held(['urn:b', 'urn:a'])])
    await test.queue.enqueue([held(['urn:c']), held(['urn:d']), held(['urn:e'])])
    const parked = await test.queue.listParked('north', 'whk_1', 10)
    expect(eventsOf(parked)).toEqual(['urn:a urn:b urn:c urn:d', 'urn:e'])
    await test.queue.release('north', 'whk_1')
    expect(eventsOf(await test.queue.take(10, LEASE))).toEqual(['urn:a urn:b urn:c urn:d', 'urn:e'])
    await test.queue.enqueue([held(['urn:f'])])
    expect(eventsOf(await test.queue.listParked('north', 'whk_1', 10))).toEqual(['urn:f'])
  })

  it('adds no held one to what a late attempt left parked', async () => {
    await using test = await create()
    const tried = of(['urn:a'])
    await test.queue.enqueue([tried])
    await test.queue.take(1, LEASE)
    await test.queue.park(tried.deliveryId, 'HTTP 410')
    await test.queue.enqueue([of(['urn:b'], { isHeld: true })])
    const parked = await test.queue.listParked('north', 'whk_1', 10)
    expect(eventsOf(parked)).toEqual(['urn:a', 'urn:b'])
  })

  it('joins what is buried once it is enqueued again, and not what it has already', async () => {
    await using test = await create()
    const one = of(['urn:a'])
    await test.queue.enqueue([one])
    await test.queue.take(1, LEASE)
    await test.queue.bury(one.deliveryId, 'HTTP 410')
    const other = of(['urn:b'])
    await test.queue.enqueue([other])
    await test.queue.enqueue([one])
    await test.queue.enqueue([one, other])
    expect(await test.queue.listDead('north', 'whk_1', 10)).toEqual([])
    expect(await test.queue.take(10, LEASE)).toMatchObject([{ eventIds: ['urn:b', 'urn:a'] }])
    expect(await test.queue.stats()).toEqual({ waiting: 0, inFlight: 1, parked: 0, dead: 0 })
  })

  it('joins into what is left of an erased one, and stands for itself where nothing is', async () => {
    await using test = await create()
    await test.queue.enqueue([of(['urn:a', 'urn:b'])])
    await test.queue.enqueue([of(['urn:a'], { webhookId: 'whk_2' })])
    await test.queue.erase('north', { eventIds: ['urn:a'] })
    await test.queue.enqueue([of(['urn:c']), of(['urn:d'], { webhookId: 'whk_2' })])
    expect(eventsOf(await test.queue.take(10, LEASE))).toEqual(['urn:b urn:c', 'urn:d'])
  })
}
