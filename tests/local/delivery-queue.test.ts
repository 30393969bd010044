import { afterAll, describe, expect, it } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StorageError } from '../../src/error/storage-error'
import { openDatabase } from '../../src/platform/local/database'
import { createDeliveryQueue, deliveryQueueSchema } from '../../src/platform/local/delivery-queue'
import { deliveryLogContract } from '../contracts/delivery-log.contract'
import { deliveryQueueContract } from '../contracts/delivery-queue.contract'
import { aClock, aDelivery, start } from '../support/deliveries'

const folder = mkdtempSync(join(tmpdir(), 'nonius-deliveries-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0
const DAY = 24 * 60 * 60 * 1000

const HOUR = 3_600_000

function open(file = join(folder, `${files++}.db`), clock = aClock()) {
  const db = openDatabase(file, deliveryQueueSchema)
  const queue = createDeliveryQueue(db, clock)
  return {
    file,
    db,
    queue,
    clock,
    advance: clock.advance,
    close() {
      queue[Symbol.dispose]()
      db.close()
    },
    async [Symbol.asyncDispose]() {
      this.close()
    },
  }
}

deliveryQueueContract('SQLite', async () => open())
deliveryLogContract('SQLite', async () => open())

describe('The SQLite delivery queue', () => {
  it('still has everything after the file is opened again', async () => {
    const [waiting, dead] = [aDelivery(), aDelivery()]
    const first = open()
    await first.queue.enqueue([waiting, dead])
    await first.queue.bury(dead.deliveryId, 'HTTP 410')
    first.close()

    await using second = open(first.file)
    expect(await second.queue.take(10, 1000)).toEqual([waiting])
    expect(await second.queue.listDead('north', 'whk_1', 10)).toMatchObject([dead])
  })

  it('gives out at once what a process had taken when it died', async () => {
    const one = aDelivery()
    const first = open()
    await first.queue.enqueue([one])
    await first.queue.enqueue([aDelivery()], 5000)
    await first.queue.take(1, 30_000)
    first.close()

    await using second = open(first.file)
    expect(await second.queue.take(10, 30_000)).toEqual([one])
  })

  it('lets nothing wait longer because the clock was set back', async () => {
    const one = aDelivery()
    let [wall, steady] = [start.getTime(), 0]
    const clock = { ...aClock(), now: () => new Date(wall), monotonic: () => steady }
    const first = open(undefined, clock)
    await first.queue.enqueue([one], 5000)
    wall -= HOUR
    steady += 4999
    expect(await first.queue.take(1, 1000)).toEqual([])
    steady += 1
    expect(await first.queue.take(1, 1000)).toEqual([one])
    await first.queue.retry(one.deliveryId, 30_000, 'HTTP 500')
    first.close()

    // It runs on as the clock says now, an hour before what was noted.
    await using second = open(first.file, aClock(new Date(wall)))
    second.advance(29_999)
    expect(await second.queue.take(1, 1000)).toEqual([])
    second.advance(1)
    expect(await second.queue.take(1, 1000)).toMatchObject([{ ...one, attempts: 1 }])
  })

  it('syncs what must not be lost: after a step that need not be, FULL is back', async () => {
    await using test = open()
    await test.queue.enqueue([aDelivery()])
    const [taken] = await test.queue.take(1, 1000)
    await test.queue.retry(taken!.deliveryId, 0, 'HTTP 500')
    await test.queue.done(taken!.deliveryId)
    expect(test.db.query('PRAGMA synchronous').get()).toEqual({ synchronous: 2 })
  })

  it('lets tenants take turns, and the webhooks of each, whatever each has waiting', async () => {
    await using test = open()
    const many = (tenantId: string, webhookId: string, count: number) =>
      Array.from({ length: count }, () => aDelivery({ tenantId, webhookId }))
    await test.queue.enqueue([...many('north', 'whk_1', 50), ...many('north', 'whk_2', 50)])
    await test.queue.enqueue([...many('south', 'whk_3', 3), ...many('east', 'whk_4', 1)])
    const taken = [...(await test.queue.take(5, 1000)), ...(await test.queue.take(5, 1000))]
    const turns = taken.map(({ tenantId, webhookId }) => `${tenantId} ${webhookId}`)
    expect(turns.slice(0, 3).sort()).toEqual(['east whk_4', 'north whk_1', 'south whk_3'])
    const counts = Object.groupBy(turns, (turn) => turn)
    expect(counts['south whk_3']).toHaveLength(3)
    expect(counts['north whk_1']).toHaveLength(3)
    expect(counts['north whk_2']).toHaveLength(3)
  })

  it('keeps what is parked when it is opened again', async () => {
    const [one, two] = [aDelivery(), aDelivery()]
    const first = open()
    await first.queue.enqueue([one, two])
    await first.queue.park(one.deliveryId)
    first.close()

    await using second = open(first.file)
    expect(await second.queue.take(10, 1000)).toEqual([two])
    await second.queue.release('north', 'whk_1')
    expect(await second.queue.take(10, 1000)).toEqual([one])
  })

  it('forgets what has been parked, or dead, for more than a month', async () => {
    await using test = open()
    const [parked, dead, waiting] = [aDelivery(), aDelivery(), aDelivery()]
    await test.queue.enqueue([parked, dead, waiting])
    await test.queue.park(parked.deliveryId)
    await test.queue.bury(dead.deliveryId, 'HTTP 500')
    test.advance(29 * DAY)
    await test.queue.take(0, 1000)
    expect(await test.queue.stats()).toEqual({ waiting: 1, inFlight: 0, parked: 1, dead: 1 })
    test.advance(2 * DAY)
    await test.queue.take(0, 1000)
    // It takes two looks at the clock, an hour apart: the first may have been at one that was wrong.
    expect(await test.queue.stats()).toEqual({ waiting: 1, inFlight: 0, parked: 1, dead: 1 })
    test.advance(DAY)
    await test.queue.take(0, 1000)
    expect(await test.queue.stats()).toEqual({ waiting: 1, inFlight: 0, parked: 0, dead: 0 })
  })

  it('takes what it failed to take before', async () => {
    await using test = open()
    const one = aDelivery()
    await test.queue.enqueue([one])
    test.db.run('PRAGMA query_only = ON')
    expect(await test.queue.take(1, 1000).catch((error) => error)).toBeInstanceOf(StorageError)
    test.db.run('PRAGMA query_only = OFF')
    expect(await test.queue.take(1, 1000)).toEqual([one])
  })

  it('says so when the file cannot be written', async () => {
    const test = open()
    test.db.run('PRAGMA query_only = ON')
    const refusal = await test.queue.enqueue([aDelivery()]).catch((error) => error)
    expect(refusal).toBeInstanceOf(StorageError)
    expect(refusal).toMatchObject({ isRetriable: true })
    expect(refusal.message).toContain('enqueueing deliveries')
    test.close()
  })
})
