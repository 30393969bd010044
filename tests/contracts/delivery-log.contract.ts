import { describe, expect, it } from 'bun:test'
import {
  type DeliveryEntry,
  type DeliveryLog,
  type DeliveryPage,
  MAX_TRIES,
} from '../../src/platform/delivery-log'
import type { Delivery, DeliveryQueue } from '../../src/platform/delivery-queue'
import { bucketOf } from '../../src/syntax/latency'
import { aDelivery, anAttempt, start } from '../support/deliveries'

/** A queue with its log, and the time both go by. */
export interface LogUnderTest extends AsyncDisposable {
  queue: DeliveryQueue & DeliveryLog
  advance(ms: number): void
}

const LEASE = 30_000
const HOUR = 60 * 60 * 1000
const failure = (more = {}) => anAttempt({ status: 500, error: 'HTTP 500', ...more })
const later = (ms: number) => new Date(start.getTime() + ms).toISOString()

export function deliveryLogContract(name: string, create: () => Promise<LogUnderTest>) {
  const everything = (queue: DeliveryLog) => allOf(queue, 'north', 'whk_1', {})

  describe(`${name} keeps the delivery log's promises`, () => {
    it('tells of each delivery what became of it', async () => {
      await using test = await create()
      const [waits, retried, done, dead, held] = aRow(5)
      await test.queue.enqueue([retried!, done!, dead!])
      await test.queue.enqueue([{ ...held!, isHeld: true }])
      await test.queue.take(3, LEASE)
      await test.queue.retry(retried!.deliveryId, 5000, 'HTTP 500', failure())
      test.advance(1000)
      await test.queue.done(done!.deliveryId, anAttempt({ at: later(1000) }))
      const last = failure({ response: undefined, status: undefined, error: 'no reply' })
      await test.queue.bury(dead!.deliveryId, 'no reply', last)
      await test.queue.enqueue([waits!], 2000)
      const entries = await everything(test.queue)
      expect(entries).toEqual([
        entryOf(held!, 'held'),
        entryOf(dead!, 'failed', {
          ...{ tries: [last], endedAt: later(1000), reason: 'no reply' },
        }),
        entryOf(done!, 'delivered', {
          tries: [anAttempt({ at: later(1000) })],
          endedAt: later(1000),
        }),
        entryOf(retried!, 'pending', {
          ...{ attempts: 1, lastFailure: 'HTTP 500', tries: [failure()] },
          nextAttemptAt: later(5000),
        }),
        entryOf(waits!, 'pending', { nextAttemptAt: later(3000) }),
      ])
      for (const entry of entries) {
        expect(await test.queue.find('north', 'whk_1', entry.deliveryId)).toEqual(entry)
      }
    })

    it('tells nothing of another webhook, or of another tenant', async () => {
      await using test = await create()
      const [waits, done, dead, held] = aRow(4)
      await test.queue.enqueue([waits!, done!, dead!, { ...held!, isHeld: true }])
      await test.queue.take(3, LEASE)
      await test.queue.done(done!.deliveryId, anAttempt())
      await test.queue.bury(dead!.deliveryId, 'HTTP 410', failure())
      const before = await everything(test.queue)
      for (const [tenantId, webhookId] of [
        ['south', 'whk_1'],
        ['north', 'whk_2'],
      ] as const) {
        const { queue } = test
        expect(await queue.list(tenantId, webhookId, { limit: 10 })).toEqual({ items: [] })
        for (const { deliveryId } of [waits!, done!, dead!, held!]) {
          expect(await queue.find(tenantId, webhookId, deliveryId)).toBeUndefined()
          expect(await queue.again(tenantId, webhookId, deliveryId)).toBe(false)
        }
        expect(await queue.againAll(tenantId, webhookId, 10)).toBe(0)
        await queue.skip(tenantId, webhookId, 'skipped')
        await queue.drop(tenantId, webhookId)
        expect(await queue.backlog(tenantId, webhookId)).toMatchObject(nothing)
        expect(await queue.figures(tenantId, webhookId, later(-HOUR))).toEqual({
          ...{ succeeded: 0, failed: 0, latency: {} },
        })
      }
      expect(await everything(test.queue)).toEqual(before)
    })

    it('lists in pages, the latest first, and gives nothing twice', async () => {
      await using test = await create()
      const row = aRow(25)
      await test.queue.enqueue(row)
      const seen: string[] = []
      let cursor: string | undefined
      do {
        const page = await test.queue.list('north', 'whk_1', { limit: 4, cursor })
        expect(page.items.length).toBeLessThanOrEqual(4)
        seen.push(...page.items.map(({ deliveryId }) => deliveryId))
        cursor = page.nextCursor
        // What ends meanwhile has another status, and its place.
        const [taken] = await test.queue.take(1, LEASE)
        if (taken !== undefined) await test.queue.done(taken.deliveryId, anAttempt())
      } while (cursor !== undefined)
      expect(seen).toEqual(idsOf(row).toReversed())
    })

    it('lists by status and by when they were enqueued', async () => {
      await using test = await create()
      const row = aRow(8)
      await test.queue.enqueue(row.slice(0, 6))
      await test.queue.enqueue(row.slice(6).map((one) => ({ ...one, isHeld: true })))
      await test.queue.take(10, LEASE)
      for (const { deliveryId } of row.slice(0, 2)) await test.queue.done(deliveryId, anAttempt())
      for (const { deliveryId } of row.slice(2, 4)) await test.queue.bury(deliveryId, 'HTTP 410')
      const found = async (page: Partial<DeliveryPage>) =>
        idsOf(await allOf(test.queue, 'north', 'whk_1', page))
      const places = (...at: number[]) => at.map((n) => row[n]!.deliveryId)
      expect(await found({ status: 'delivered' })).toEqual(places(1, 0))
      expect(await found({ status: 'failed' })).toEqual(places(3, 2))
      expect(await found({ status: 'pending' })).toEqual(places(5, 4))
      expect(await found({ status: 'held' })).toEqual(places(7, 6))
      const [from, to] = [row[1]!.enqueuedAt, row[6]!.enqueuedAt]
      expect(await found({ from, to })).toEqual(places(5, 4, 3, 2, 1))
      expect(await found({ from, to, status: 'failed', limit: 1 })).toEqual(places(3, 2))
      expect(await found({ from: to })).toEqual(places(7, 6))
      expect(await found({ to: row[0]!.enqueuedAt })).toEqual([])
    })

    it('takes a cursor for nothing but the list that gave it', async () => {
      await using test = await create()
      await test.queue.enqueue(aRow(5))
      const { nextCursor } = await test.queue.list('north', 'whk_1', { limit: 2 })
      const refused = (webhookId: string, page: DeliveryPage) =>
        test.queue.list('north', webhookId, page).catch((error: unknown) => error)
      const wrong = { code: 'invalid_cursor' }
      const cursor = nextCursor!
      expect(await refused('whk_2', { limit: 2, cursor })).toMatchObject(wrong)
      expect(await refused('whk_1', { limit: 2, cursor, status: 'held' })).toMatchObject(wrong)
      expect(await refused('whk_1', { limit: 2, cursor: `${cursor}x` })).toMatchObject(wrong)
      expect(await refused('whk_1', { limit: 2, cursor: 'x' })).toMatchObject(wrong)
    })

    it('remembers the latest attempts of a delivery, whatever becomes of it', async () => {
      await using test = await create()
      const one = aDelivery()
      await test.queue.enqueue([one])
      const tries = Array.from({ length: MAX_TRIES + 3 }, (_, n) =>
        failure({ at: later(n * 1000), latencyMs: n, response: n < 5 ? 'busy' : `no ${n} ☕` }),
      )
      for (const attempt of tries) {
        await test.queue.take(1, LEASE)
        await test.queue.retry(one.deliveryId, 0, 'HTTP 500', attempt)
      }
      const held = tries.slice(-MAX_TRIES)
      const found = () => test.queue.find('north', 'whk_1', one.deliveryId)
      expect(await found()).toMatchObject({ attempts: tries.length, tries: held })
      const gone = failure({ status: 410 })
      await test.queue.park(one.deliveryId, 'HTTP 410', gone)
      expect(await found()).toMatchObject({ status: 'held', tries: [...held.slice(1), gone] })
      await test.queue.release('north', 'whk_1')
      await test.queue.take(1, LEASE)
      await test.queue.done(one.deliveryId, anAttempt())
      expect(await found()).toMatchObject({
        ...{ status: 'delivered', attempts: tries.length + 1 },
        tries: [...held.slice(2), gone, anAttempt()],
      })
    })

    it('makes a failed delivery pending again, once, as if it were new', async () => {
      await using test = await create()
      const one = aDelivery({ attempts: 10, lastFailure: 'HTTP 500' })
      await test.queue.enqueue([one])
      expect(await test.queue.again('north', 'whk_1', one.deliveryId)).toBe(false)
      await test.queue.take(1, LEASE)
      await test.queue.bury(one.deliveryId, 'HTTP 502', failure())
      expect(await test.queue.again('north', 'whk_1', one.deliveryId)).toBe(true)
      expect(await test.queue.again('north', 'whk_1', one.deliveryId)).toBe(false)
      expect(await test.queue.listDead('north', 'whk_1', 10)).toEqual([])
      const anew = { ...one, attempts: 0, lastFailure: undefined }
      expect(await test.queue.find('north', 'whk_1', one.deliveryId)).toMatchObject({
        ...{ status: 'pending', attempts: 0, tries: [failure()] },
      })
      expect(await test.queue.take(1, LEASE)).toEqual([anew])
      await test.queue.done(one.deliveryId, anAttempt())
      expect(await test.queue.again('north', 'whk_1', one.deliveryId)).toBe(false)
      expect(await test.queue.again('north', 'whk_1', 'msg_none')).toBe(false)
    })

    it('makes many pending again, those that were enqueued first first', async () => {
      await using test = await create()
      const row = aRow(30)
      await test.queue.enqueue(row)
      await test.queue.take(100, LEASE)
      for (const { deliveryId } of row) await test.queue.bury(deliveryId, 'HTTP 500', failure())
      const since = row[10]!.enqueuedAt
      expect(await test.queue.againAll('north', 'whk_1', 5, since)).toBe(5)
      expect(idsOf(await test.queue.take(100, LEASE)).toSorted()).toEqual(
        idsOf(row.slice(10, 15)).toSorted(),
      )
      expect(await test.queue.againAll('north', 'whk_1', 100, since)).toBe(15)
      expect(await test.queue.againAll('north', 'whk_1', 100, since)).toBe(0)
      expect(await test.queue.againAll('north', 'whk_1', 100)).toBe(10)
      expect(await test.queue.listDead('north', 'whk_1', 10)).toEqual([])
      expect(await test.queue.take(100, LEASE)).toHaveLength(25)
    })

    it('makes those wait again that were given up before a time, and no other', async () => {
      await using test = await create()
      const [first, second] = aRow(2)
      await test.queue.enqueue([first!, second!])
      await test.queue.take(100, LEASE)
      await test.queue.bury(first!.deliveryId, 'its events have expired')
      test.advance(1000)
      const then = later(1000)
      await test.queue.bury(second!.deliveryId, 'its events have expired')
      expect(await test.queue.againAll('north', 'whk_1', 10, undefined, then)).toBe(1)
      expect(idsOf(await test.queue.take(100, LEASE))).toEqual([first!.deliveryId])
      // It is given up once more, and is not what was asked for.
      await test.queue.bury(first!.deliveryId, 'its events have expired')
      expect(await test.queue.againAll('north', 'whk_1', 10, undefined, then)).toBe(0)
    })

    it('gives up what is held, so that nothing vanishes', async () => {
      await using test = await create()
      const [waits, ...held] = aRow(30)
      await test.queue.enqueue([waits!, ...held.map((one) => ({ ...one, isHeld: true }))])
      const elsewhere = aDelivery({ webhookId: 'whk_2' })
      await test.queue.enqueue([{ ...elsewhere, isHeld: true }])
      await test.queue.skip('north', 'whk_1', 'skipped: from now on')
      await test.queue.skip('north', 'whk_1', 'skipped: once more')
      expect(await test.queue.listParked('north', 'whk_1', 10)).toEqual([])
      expect(await test.queue.listParked('north', 'whk_2', 10)).toEqual([elsewhere])
      const skipped = await allOf(test.queue, 'north', 'whk_1', { status: 'failed' })
      expect(skipped).toEqual(
        held.toReversed().map((one) =>
          entryOf(one, 'failed', {
            ...{ endedAt: start.toISOString(), reason: 'skipped: from now on' },
          }),
        ),
      )
      expect(await test.queue.take(100, LEASE)).toEqual([waits!])
      expect(await test.queue.again('north', 'whk_1', held[3]!.deliveryId)).toBe(true)
      expect(await test.queue.take(100, LEASE)).toEqual([held[3]!])
    })

    it('counts the backlog', async () => {
      await using test = await create()
      expect(await test.queue.backlog('north', 'whk_1')).toEqual({ ...nothing, isExact: true })
      const row = aRow(9)
      await test.queue.enqueue(row.slice(0, 6))
      await test.queue.enqueue(row.slice(6).map((one) => ({ ...one, isHeld: true })))
      await test.queue.take(4, LEASE)
      await test.queue.done(row[0]!.deliveryId, anAttempt())
      await test.queue.bury(row[1]!.deliveryId, 'HTTP 410')
      expect(await test.queue.backlog('north', 'whk_1')).toEqual({
        ...{ pending: 4, held: 3, failed: 1, oldestAt: row[2]!.enqueuedAt, isExact: true },
      })
    })

    it('adds up the attempts by the hour', async () => {
      await using test = await create()
      const row = aRow(5)
      await test.queue.enqueue([...row, aDelivery({ webhookId: 'whk_2' })])
      await test.queue.take(10, LEASE)
      const [a, b, c, d, e] = idsOf(row) as [string, string, string, string, string]
      const slow = { latencyMs: 900 }
      await test.queue.done(a, anAttempt({ latencyMs: 3 }))
      await test.queue.done(b, anAttempt({ latencyMs: 900, at: later(HOUR) }))
      await test.queue.retry(c, 0, 'HTTP 500', failure({ ...slow, at: later(HOUR) }))
      await test.queue.bury(d, 'HTTP 500', failure({ ...slow, at: later(2 * HOUR) }))
      await test.queue.park(e, 'HTTP 410', failure({ latencyMs: 3, at: later(2 * HOUR + 1) }))
      const of = (since: string) => test.queue.figures('north', 'whk_1', since)
      const [quick, long] = [bucketOf(3), bucketOf(900)]
      const all = { succeeded: 2, failed: 3, latency: { [quick]: 2, [long]: 3 } }
      expect(await of(later(0))).toEqual(all)
      // All of the hour in which it lies.
      expect(await of(later(HOUR - 1))).toEqual(all)
      expect(await of(later(HOUR + 1))).toEqual({
        ...{ succeeded: 1, failed: 3, latency: { [quick]: 1, [long]: 3 } },
      })
      expect(await of(later(3 * HOUR))).toEqual({ succeeded: 0, failed: 0, latency: {} })
    })

    it('forgets a webhook that is no more', async () => {
      await using test = await create()
      const [done, dead, held] = aRow(3)
      const elsewhere = aDelivery({ webhookId: 'whk_2' })
      await test.queue.enqueue([done!, dead!, elsewhere])
      await test.queue.enqueue([{ ...held!, isHeld: true }])
      await test.queue.take(10, LEASE)
      for (const { deliveryId } of [done!, elsewhere]) {
        await test.queue.done(deliveryId, anAttempt())
      }
      await test.queue.bury(dead!.deliveryId, 'HTTP 410', failure())
      await test.queue.drop('north', 'whk_1')
      await test.queue.drop('north', 'whk_1')
      expect(await everything(test.queue)).toEqual([])
      expect(await test.queue.backlog('north', 'whk_1')).toEqual({ ...nothing, isExact: true })
      const none = { succeeded: 0, failed: 0, latency: {} }
      expect(await test.queue.figures('north', 'whk_1', later(-HOUR))).toEqual(none)
      expect(await test.queue.figures('north', 'whk_2', later(-HOUR))).toMatchObject({
        succeeded: 1,
      })
      expect(await allOf(test.queue, 'north', 'whk_2', {})).toHaveLength(1)
    })

    it('forgets erased events, and what was answered to those who named them', async () => {
      await using test = await create()
      const named = { eventIds: ['urn:a', 'urn:c'] }
      const [done, dead, retried, held] = [...'1234'].map(() => aDelivery(named))
      const [alone, other] = [aDelivery({ eventIds: ['urn:a'] }), aDelivery()]
      const theirs = aDelivery({ ...named, tenantId: 'south', webhookId: 'whk_2' })
      await test.queue.enqueue([done!, dead!, retried!, held!, alone, other, theirs])
      await test.queue.take(10, LEASE)
      for (const { deliveryId } of [done!, alone, other, theirs]) {
        await test.queue.done(deliveryId, anAttempt())
      }
      await test.queue.bury(dead!.deliveryId, 'HTTP 500', failure())
      await test.queue.retry(retried!.deliveryId, 0, 'HTTP 500', failure())
      await test.queue.park(held!.deliveryId, 'HTTP 410', failure({ status: 410 }))
      expect(await test.queue.erase('north', { eventIds: ['urn:a'] })).toEqual({ removed: 5 })
      expect(await test.queue.erase('north', { eventIds: ['urn:a'] })).toEqual({ removed: 0 })
      const at = async (tenantId: string, { deliveryId, webhookId }: Delivery) =>
        test.queue.find(tenantId, webhookId, deliveryId)
      const blank = { response: undefined }
      const left = [
        [done!, [anAttempt(blank)]],
        [dead!, [failure(blank)]],
        [retried!, [failure(blank)]],
        [held!, [failure({ status: 410, ...blank })]],
      ] as const
      for (const [delivery, tries] of left) {
        const found = await at('north', delivery)
        expect(found!.eventIds).toEqual(['urn:c'])
        expect(found!.tries).toEqual([...tries])
      }
      expect(await at('north', alone)).toBeUndefined()
      expect(await at('north', other)).toMatchObject({ tries: [anAttempt()] })
      expect(await at('south', theirs)).toMatchObject({ ...named, tries: [anAttempt()] })
    })
  })
}

const nothing = { pending: 0, held: 0, failed: 0 }

const idsOf = (deliveries: readonly Delivery[]) => deliveries.map(({ deliveryId }) => deliveryId)

/** Deliveries that were enqueued a minute apart, the earliest first. */
function aRow(count: number): Delivery[] {
  return Array.from({ length: count }, (_, n) =>
    aDelivery({ enqueuedAt: later((n - 60) * 60_000) }),
  )
}

function entryOf(
  delivery: Delivery,
  status: DeliveryEntry['status'],
  more: Partial<DeliveryEntry> = {},
): DeliveryEntry {
  return { ...delivery, status, tries: [], ...more }
}

async function allOf(
  queue: DeliveryLog,
  tenantId: string,
  webhookId: string,
  page: Partial<DeliveryPage>,
): Promise<DeliveryEntry[]> {
  const all: DeliveryEntry[] = []
  let cursor: string | undefined
  do {
    const next = await queue.list(tenantId, webhookId, { limit: 100, ...page, cursor })
    all.push(...next.items)
    cursor = next.nextCursor
  } while (cursor !== undefined)
  return all
}
