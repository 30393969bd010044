import { describe, expect, it } from 'bun:test'
import { createFanOut } from '../../src/changes/fan-out'
import type { EventRecord } from '../../src/event/record'
import type { Span } from '../../src/platform/change-feed'
import type { Delivery } from '../../src/platform/delivery-queue'
import type { Webhook } from '../../src/platform/registry/webhooks'
import { silentLog } from '../../src/telemetry/log'
import { aClock, aQueue, aRecord, aRegistry, aWebhook, start } from '../support/deliveries'
import { aBatch } from '../support/records'

function aFanOut(...webhooks: Webhook[]) {
  const clock = aClock()
  const deliveries = aQueue(clock)
  const registry = aRegistry(...webhooks)
  let pokes = 0
  const onEnqueued = () => void pokes++
  const consumer = createFanOut({ registry, deliveries, clock, log: silentLog, onEnqueued })
  return {
    registry,
    clock,
    handle: (records: EventRecord[], id = 'batch') => consumer.handle(aBatch(id, records)),
    consumer,
    deliveries,
    async taken() {
      const taken = await deliveries.take(100, 1000)
      return taken.sort((a, b) => a.webhookId.localeCompare(b.webhookId))
    },
    pokes: () => pokes,
  }
}

const idsOf = (records: EventRecord[]) => records.map(({ eventId }) => eventId)
const sizes = (deliveries: Delivery[]) => deliveries.map(({ eventIds }) => eventIds.length).sort()

describe('Fanning out', () => {
  it('queues one delivery for each webhook that wants some of a batch, in the order stored', async () => {
    const views = aWebhook()
    const everything = aWebhook({ events: ['*'] })
    const grades = aWebhook({ events: ['GradeEvent'] })
    const elsewhere = aWebhook({ tenantId: 'south', events: ['*'] })
    const test = aFanOut(views, everything, grades, elsewhere)
    const [view, other, again] = [aRecord(), aRecord({ type: 'MediaEvent' }), aRecord()]
    await test.handle([view, other, again])

    const common = { tenantId: 'north', enqueuedAt: start.toISOString(), attempts: 0 }
    expect(await test.taken()).toMatchObject([
      { ...common, webhookId: views.webhookId, eventIds: idsOf([view, again]) },
      { ...common, webhookId: everything.webhookId, eventIds: idsOf([view, other, again]) },
    ])
    expect(test.pokes()).toBe(1)
  })

  it('keeps tenants apart', async () => {
    const [north, south] = [aWebhook(), aWebhook({ tenantId: 'south' })]
    const test = aFanOut(north, south)
    const [one, two] = [aRecord(), aRecord({ tenantId: 'south' })]
    await test.handle([one, two])
    expect(await test.taken()).toMatchObject([
      { tenantId: 'north', webhookId: north.webhookId, eventIds: [one.eventId] },
      { tenantId: 'south', webhookId: south.webhookId, eventIds: [two.eventId] },
    ])
  })

  it('lets others have their turn after each record whose item it looks into', async () => {
    const test = aFanOut(aWebhook({ filters: [{ path: 'payload.x', exists: false }] }))
    let turns = 0
    const turnsOfRecords: number[] = []
    const records = Array.from({ length: 5 }, () =>
      Object.defineProperty(aRecord(), 'raw', {
        get() {
          turnsOfRecords.push(turns)
          // Longer than a turn may be.
          Bun.sleepSync(8)
          return '{}'
        },
      }),
    )
    let isOver = false
    const counting = (async () => {
      for (; !isOver; turns += 1) await new Promise(setImmediate)
    })()
    await test.handle(records)
    isOver = true
    await counting
    // Those that made the messages have read them again. Whoever has the next turn may count after the
    // second of two records, so that not every record has a count of its own.
    expect(new Set(turnsOfRecords.slice(0, 5)).size).toBeGreaterThanOrEqual(3)
    expect((await test.taken())[0]!.eventIds).toHaveLength(5)
  })

  it('does not decode a batch when no webhook is enabled', async () => {
    const test = aFanOut(aWebhook({ enabled: false }))
    const records = () => {
      throw new Error('decoded')
    }
    await test.consumer.handle({ ...aBatch('batch', []), records })
    expect(test.pokes()).toBe(0)
  })

  it('queues nothing, and wakes no one, when nothing matches', async () => {
    const test = aFanOut(aWebhook({ events: ['GradeEvent'] }))
    await test.handle([aRecord()])
    expect(await test.taken()).toEqual([])
    expect(test.pokes()).toBe(0)
  })

  it('tells a webhook of the very next event after it was made, and of none before', async () => {
    const test = aFanOut(aWebhook({ owed: [{ from: '1' }] }))
    // An item that was replayed from quarantine was received long before, and clocks step back.
    const records = [aRecord(), aRecord({ receivedAt: '2001-01-01T00:00:00.000Z' })]
    const isWithin = (place: number, { from }: Span) => place >= Number(from)
    await test.consumer.handle({ ...aBatch('batch', records), isWithin })
    expect(await test.taken()).toMatchObject([{ eventIds: [records[1]!.eventId] }])
  })

  it('cuts deliveries at a hundred events', async () => {
    const test = aFanOut(aWebhook())
    await test.handle(Array.from({ length: 250 }, () => aRecord()))
    expect(sizes(await test.taken())).toEqual([100, 100, 50])
  })

  it('cuts deliveries at 256 KB of events, and sends a larger event alone', async () => {
    const test = aFanOut(aWebhook())
    const ofSize = (length: number) => aRecord({ raw: JSON.stringify('x'.repeat(length)) })
    await test.handle([
      ofSize(100_000),
      ofSize(100_000),
      ofSize(100_000),
      ofSize(300_000),
      ofSize(1),
    ])
    expect(sizes(await test.taken())).toEqual([1, 1, 1, 2])
  })

  it('names deliveries the same when a batch comes again, so that none is added', async () => {
    const test = aFanOut(aWebhook(), aWebhook({ events: ['*'] }))
    const records = Array.from({ length: 150 }, () => aRecord())
    await test.handle(records)
    await test.handle(records)
    const taken = await test.taken()
    expect(taken).toHaveLength(4)
    expect(new Set(taken.map(({ deliveryId }) => deliveryId)).size).toBe(4)
    for (const { deliveryId } of taken) expect(deliveryId).toMatch(/^msg_[0-9a-f]{40}$/)
  })

  it('fails the batch when it cannot be queued, so that it comes again', async () => {
    const test = aFanOut(aWebhook())
    const broken = createFanOut({
      registry: test.registry,
      deliveries: { ...test.deliveries, enqueue: () => Promise.reject(new Error('disk full')) },
      clock: test.clock,
      log: silentLog,
      onEnqueued: () => {},
    })
    const records = [aRecord()]
    const batch = aBatch('batch', records)
    expect(await broken.handle(batch).catch((error) => error.message)).toBe('disk full')
  })
})
