import { expect, it } from 'bun:test'
import { aDelivery } from '../support/deliveries'
import type { QueueUnderTest } from './delivery-queue.contract'

const LEASE = 30_000
const SOME = { eventIds: ['urn:a', 'urn:b'] }

/** What erasing from a delivery queue means. To be called within its contract. */
export function itErasesFromDeliveries(create: () => Promise<QueueUnderTest>) {
  const of = (...eventIds: string[]) => aDelivery({ eventIds })

  it('forgets events of what waits, and what has no others', async () => {
    await using test = await create()
    const [all, some, none] = [of('urn:a', 'urn:b'), of('urn:a', 'urn:c'), of('urn:c')]
    const elsewhere = aDelivery({ ...SOME, tenantId: 'south', webhookId: 'whk_2' })
    await test.queue.enqueue([all, some, none, elsewhere])
    const counted = await test.queue.erase('north', { ...SOME, isDryRun: true })
    expect(counted).toMatchObject({ removed: 2 })
    expect(await test.queue.erase('north', SOME)).toMatchObject({ removed: 2 })
    expect(await test.queue.erase('north', SOME)).toMatchObject({ removed: 0 })
    const taken = await test.queue.take(10, LEASE)
    const ids = Object.fromEntries(taken.map((one) => [one.deliveryId, one.eventIds]))
    expect(ids).toEqual({
      [some.deliveryId]: ['urn:c'],
      [none.deliveryId]: ['urn:c'],
      [elsewhere.deliveryId]: SOME.eventIds,
    })
    expect(await test.queue.stats()).toEqual({ waiting: 0, inFlight: 3, parked: 0, dead: 0 })
  })

  it('forgets events of what is parked and what is dead', async () => {
    await using test = await create()
    const parked = [of('urn:a'), of('urn:a', 'urn:c')]
    const dead = [of('urn:b'), of('urn:b', 'urn:c')]
    await test.queue.enqueue([...parked, ...dead])
    await test.queue.take(10, LEASE)
    for (const { deliveryId } of parked) await test.queue.park(deliveryId)
    for (const { deliveryId } of dead) await test.queue.bury(deliveryId, 'HTTP 410')
    expect(await test.queue.erase('north', SOME)).toMatchObject({ removed: 4 })
    const left = { eventIds: ['urn:c'] }
    expect(await test.queue.listParked('north', 'whk_1', 10)).toEqual([{ ...parked[1]!, ...left }])
    expect(await test.queue.listDead('north', 'whk_1', 10)).toMatchObject([
      { deliveryId: dead[1]!.deliveryId, ...left },
    ])
    expect(await test.queue.stats()).toEqual({ waiting: 0, inFlight: 0, parked: 1, dead: 1 })
    await test.queue.release('north', 'whk_1')
    expect(await test.queue.take(10, LEASE)).toEqual([{ ...parked[1]!, ...left }])
    // What was forgotten is added as if it were new.
    await test.queue.enqueue([parked[0]!, dead[0]!])
    expect(await test.queue.take(10, LEASE)).toHaveLength(2)
  })

  it('forgets events of what is taken, whatever becomes of the attempt', async () => {
    await using test = await create()
    const [done, retried, gone] = [of('urn:a', 'urn:c'), of('urn:a', 'urn:c'), of('urn:a')]
    await test.queue.enqueue([done, retried, gone])
    await test.queue.take(10, LEASE)
    expect(await test.queue.erase('north', SOME)).toMatchObject({ removed: 3 })
    await test.queue.done(done.deliveryId)
    await test.queue.retry(retried.deliveryId, 0, 'HTTP 500')
    await test.queue.retry(gone.deliveryId, 0, 'HTTP 500')
    test.advance(LEASE)
    const again = { attempts: 1, lastFailure: 'HTTP 500', eventIds: ['urn:c'] }
    expect(await test.queue.take(10, LEASE)).toEqual([{ ...retried, ...again }])
    expect(await test.queue.stats()).toEqual({ waiting: 0, inFlight: 1, parked: 0, dead: 0 })
  })

  it('looks through a great many, for a thousand ids', async () => {
    await using test = await create()
    const eventIds = Array.from({ length: 1000 }, (_, n) => `urn:${n}`)
    const many = Array.from({ length: 150 }, (_, n) => of(`urn:${n}`, `urn:${n}x`))
    await test.queue.enqueue(many)
    expect(await test.queue.erase('north', { eventIds: [] })).toMatchObject({ removed: 0 })
    expect(await test.queue.erase('south', { eventIds })).toMatchObject({ removed: 0 })
    expect(await test.queue.erase('north', { eventIds })).toMatchObject({ removed: 150 })
    const taken = await test.queue.take(200, LEASE)
    expect(taken.map((one) => one.eventIds[0]).toSorted()).toEqual(
      eventIds
        .slice(0, 150)
        .map((id) => `${id}x`)
        .toSorted(),
    )
  })
}
