import { Database } from 'bun:sqlite'
import { afterAll, describe, expect, it } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StorageError } from '../../src/error/storage-error'
import { openDatabase } from '../../src/platform/local/database'
import { createDeliveryQueue, deliveryQueueSchema } from '../../src/platform/local/delivery-queue'
import { aClock, aDelivery, anAttempt, start } from '../support/deliveries'

const folder = mkdtempSync(join(tmpdir(), 'nonius-deliveries-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0
const LEASE = 30_000
const JOIN = { join: { maxEvents: 10, maxBytes: 1000 }, bytes: 10 }

function open(file = join(folder, `${files++}.db`), clock = aClock()) {
  const db = openDatabase(file, deliveryQueueSchema)
  const queue = createDeliveryQueue(db, clock)
  return {
    ...{ file, db, queue, clock },
    /** Ends as a process that is killed. */
    kill: () => db.close(),
    [Symbol.dispose]() {
      queue[Symbol.dispose]()
      db.close()
    },
  }
}

describe('A delivery queue that is opened again', () => {
  it('takes over what earlier versions wrote', async () => {
    const file = join(folder, `${files++}.db`)
    const common = `delivery_id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, webhook_id TEXT NOT NULL,
      event_ids TEXT NOT NULL, enqueued_at TEXT NOT NULL, attempts INTEGER NOT NULL, last_failure TEXT`
    const at = start.toISOString()
    {
      using old = new Database(file, { create: true, strict: true })
      // Version 0.1.0 had no noted_at, and parked nothing.
      old.run(`CREATE TABLE deliveries (${common}, due_at INTEGER NOT NULL,
        taken INTEGER NOT NULL DEFAULT 0) STRICT;
        CREATE INDEX deliveries_of_webhook ON deliveries (webhook_id, due_at);
        CREATE TABLE dead_deliveries (${common}, reason TEXT NOT NULL, buried_at TEXT NOT NULL) STRICT;
        CREATE TABLE parked_deliveries (${common}, parked_at TEXT NOT NULL) STRICT;
        CREATE INDEX parked_of_webhook ON parked_deliveries (tenant_id, webhook_id)`)
      const values = (id: string) =>
        `'${id}', 'north', 'whk_1', '["urn:${id}"]', '${at}', 2, 'HTTP 500'`
      const [now, later] = [start.getTime(), start.getTime() + LEASE]
      old.run(`INSERT INTO deliveries VALUES (${values('waits')}, ${now}, 0)`)
      old.run(`INSERT INTO deliveries VALUES (${values('taken')}, ${later}, 1)`)
      old.run(`INSERT INTO dead_deliveries VALUES (${values('dead')}, 'HTTP 500', '${at}')`)
      old.run(`INSERT INTO parked_deliveries VALUES (${values('held')}, '${at}')`)
    }
    const one = (deliveryId: string) => ({
      ...aDelivery({ deliveryId, eventIds: [`urn:${deliveryId}`], attempts: 2 }),
      lastFailure: 'HTTP 500',
    })
    for (const round of [1, 2]) {
      using test = open(file)
      const { items } = await test.queue.list('north', 'whk_1', { limit: 3 })
      expect([round, items.length]).toEqual([round, 3])
      expect(await test.queue.take(10, LEASE)).toEqual([one('waits'), one('taken')])
      expect(await test.queue.find('north', 'whk_1', 'held')).toEqual({
        ...{ ...one('held'), status: 'held', tries: [] },
      })
    }
    using test = open(file)
    const added = aDelivery()
    await test.queue.enqueue([added])
    await test.queue.release('north', 'whk_1')
    expect(await test.queue.again('north', 'whk_1', 'dead')).toBe(true)
    expect(await test.queue.take(10, LEASE)).toHaveLength(5)
    await test.queue.done('waits', anAttempt())
    await test.queue.retry('taken', 0, 'HTTP 500', anAttempt({ error: 'HTTP 500' }))
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await test.queue.list('north', 'whk_1', { limit: 1, cursor })
      seen.push(...page.items.map(({ deliveryId }) => deliveryId))
      cursor = page.nextCursor
    } while (cursor !== undefined)
    expect(seen.toSorted()).toEqual(['dead', 'held', added.deliveryId, 'taken', 'waits'].toSorted())
  })

  it('sends what was done at the very last once more, and remembers it then', async () => {
    const one = aDelivery()
    const first = open()
    await first.queue.enqueue([one])
    await first.queue.take(1, LEASE)
    await first.queue.done(one.deliveryId, anAttempt())
    first.kill()
    {
      using second = open(first.file)
      expect(await second.queue.take(1, LEASE)).toEqual([one])
      await second.queue.done(one.deliveryId, anAttempt())
    }
    using third = open(first.file)
    expect(await third.queue.take(1, LEASE)).toEqual([])
    const delivered = { status: 'delivered', tries: [anAttempt()] }
    expect(await third.queue.find('north', 'whk_1', one.deliveryId)).toMatchObject(delivered)
    const figures = await third.queue.figures('north', 'whk_1', start.toISOString())
    expect(figures).toMatchObject({ succeeded: 1, failed: 0 })
  })

  it('adds no event to what may have been sent', async () => {
    const [one, two] = [aDelivery(), aDelivery()]
    const first = open()
    await first.queue.enqueue([{ ...one, ...JOIN }])
    await first.queue.take(1, LEASE)
    first.kill()
    using second = open(first.file)
    await second.queue.enqueue([{ ...two, ...JOIN }])
    expect(await second.queue.take(10, LEASE)).toEqual([one, two])
  })

  it('goes on in a lane where it was', async () => {
    const lane = { lane: 'a' }
    const [one, two, three] = [aDelivery(lane), aDelivery(lane), aDelivery(lane)]
    const first = open()
    await first.queue.enqueue([one, two])
    await first.queue.take(10, LEASE)
    first.kill()
    const earlier = aClock(new Date(start.getTime() - 60 * 60 * 1000))
    const second = open(first.file, earlier)
    await second.queue.enqueue([three])
    expect(await second.queue.take(10, LEASE)).toEqual([one])
    await second.queue.retry(one.deliveryId, 5000, 'HTTP 500')
    second.kill()
    // The clock is set back by a day while nobody runs: the lane waits as long as it was told to.
    using third = open(first.file, aClock(new Date(start.getTime() - 25 * 60 * 60 * 1000)))
    third.clock.advance(4999)
    expect(await third.queue.take(10, LEASE)).toEqual([])
    third.clock.advance(1)
    expect(await third.queue.take(10, LEASE)).toMatchObject([{ deliveryId: one.deliveryId }])
    await third.queue.done(one.deliveryId, anAttempt())
    expect(await third.queue.take(10, LEASE)).toEqual([two])
    await third.queue.done(two.deliveryId, anAttempt())
    expect(await third.queue.take(10, LEASE)).toEqual([three])
  })

  it('begins no attempt while what was done cannot be written, and loses nothing', async () => {
    using test = open()
    const [one, two] = [aDelivery(), aDelivery({ lane: 'a' })]
    await test.queue.enqueue([one, two])
    await test.queue.take(10, LEASE)
    test.db.run('PRAGMA query_only = ON')
    await test.queue.done(one.deliveryId, anAttempt())
    const refused = (work: Promise<unknown>) => work.catch((error: unknown) => error)
    expect(await refused(test.queue.done(two.deliveryId, anAttempt()))).toBeInstanceOf(StorageError)
    test.clock.advance(LEASE)
    expect(await refused(test.queue.take(10, LEASE))).toBeInstanceOf(StorageError)
    expect(await test.queue.find('north', 'whk_1', one.deliveryId)).toMatchObject({
      status: 'pending',
    })
    test.db.run('PRAGMA query_only = OFF')
    expect(await test.queue.take(10, LEASE)).toEqual([one, two])
    await test.queue.done(one.deliveryId, anAttempt())
    await test.queue.done(two.deliveryId, anAttempt())
    expect(await test.queue.backlog('north', 'whk_1')).toMatchObject({ pending: 0 })
  })

  it('adds nothing of a call that failed, and joins nothing to it', async () => {
    using test = open()
    test.db.run('PRAGMA query_only = ON')
    const [one, two] = [aDelivery(), aDelivery()]
    const refusal = await test.queue.enqueue([{ ...one, ...JOIN }]).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(StorageError)
    test.db.run('PRAGMA query_only = OFF')
    await test.queue.enqueue([{ ...two, ...JOIN }])
    expect(await test.queue.take(10, LEASE)).toEqual([two])
  })
})
