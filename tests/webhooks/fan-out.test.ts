import { describe, expect, it } from 'bun:test'
import { createFanOut } from '../../src/changes/fan-out'
import { subjectOf } from '../../src/event/conditions'
import type { EventRecord } from '../../src/event/record'
import type { Span } from '../../src/platform/change-feed'
import type { DeliveryQueue, Outgoing } from '../../src/platform/delivery-queue'
import type { Webhook, Webhooks } from '../../src/platform/registry/webhooks'
import { silentLog } from '../../src/telemetry/log'
import { wants } from '../../src/webhooks/choosing/subscription'
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

const later = '2026-03-02T08:00:01.000Z'
const idsOf = (records: EventRecord[]) => records.map(({ eventId }) => eventId)

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

  it('does not decode a batch when there is no webhook', async () => {
    const test = aFanOut()
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

  it('queues the deliveries to many webhooks some at a time, each once', async () => {
    const webhooks = Array.from({ length: 1100 }, () => aWebhook({ ordered: true }))
    const portions: Outgoing[][] = []
    const enqueue = async (all: readonly Outgoing[]) => void portions.push([...all])
    const { handle } = createFanOut({
      registry: aRegistry(...webhooks),
      deliveries: { enqueue } as DeliveryQueue,
      clock: aClock(),
      log: silentLog,
    })
    await handle(aBatch('batch', [aRecord(), aRecord({ actorId: 'urn:other' })]))
    expect(portions.map(({ length }) => length)).toEqual([1000, 1000, 200])
    const ids = portions.flat().map(({ deliveryId }) => deliveryId)
    expect(new Set(ids).size).toBe(2200)
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

  it('takes a webhook that came, changed or went between batches', async () => {
    const [one, two] = [aWebhook(), aWebhook({ events: ['GradeEvent'] })]
    const test = aFanOut(one)
    const { webhooks } = test.registry
    await test.handle([aRecord()])
    expect((await test.taken()).map(({ webhookId }) => webhookId)).toEqual([one.webhookId])
    await webhooks.put(two)
    await webhooks.put({ ...one, events: ['GradeEvent'], updatedAt: later })
    const [view, grade] = [aRecord(), aRecord({ type: 'GradeEvent' })]
    await test.handle([view, grade])
    const both = [{ eventIds: [grade.eventId] }, { eventIds: [grade.eventId] }]
    expect(await test.taken()).toMatchObject(both)
    await webhooks.delete('north', two.webhookId)
    await test.handle([aRecord({ type: 'GradeEvent' })])
    expect((await test.taken()).map(({ webhookId }) => webhookId)).toEqual([one.webhookId])
  })

  it('wants what each webhook wants, asked one by one', async () => {
    const webhooks = [
      aWebhook({ events: ['*'] }),
      aWebhook({ events: ['*'] }),
      aWebhook({ events: ['*', 'Person'] }),
      aWebhook({ events: ['Person', 'ViewEvent'] }),
      aWebhook({ events: ['nonius.*'] }),
      aWebhook({ events: ['*'], filters: [{ path: 'kind', equals: 'entity' }] }),
      aWebhook({ events: ['*'], filters: [{ field: 'score', in: [0.5] }] }),
      aWebhook({ events: ['*'], rule: { not: { path: 'payload.x', exists: true } } }),
      aWebhook({ events: ['*'], tenantId: 'south' }),
    ]
    const test = aFanOut(...webhooks)
    const records = [
      aRecord(),
      aRecord({ type: 'GradeEvent', score: 0.5 }),
      aRecord({ type: 'nonius.webhook.failing' }),
      aRecord({ kind: 'entity', type: 'Person' }),
      aRecord({ kind: 'entity', type: 'Course' }),
      aRecord({ tenantId: 'south', raw: '{"payload":{"x":1}}' }),
      aRecord({ raw: '{"payload":{"x":1}}' }),
    ]
    await test.handle(records)
    const got = Object.fromEntries(
      (await test.taken()).map(({ webhookId, eventIds }) => [webhookId, eventIds]),
    )
    const expected = webhooks.flatMap((webhook) => {
      const wanted = idsOf(records.filter((record) => wants(webhook, subjectOf(record))))
      return wanted.length === 0 ? [] : [[webhook.webhookId, wanted] as const]
    })
    expect(got).toEqual(Object.fromEntries(expected))
    expect(expected.map(([, { length }]) => length)).toEqual([4, 4, 5, 3, 1, 3, 1])
  })

  it('waits for more no longer than the least patient webhook that is enabled', async () => {
    const test = aFanOut()
    const { webhooks } = test.registry
    expect(test.consumer.maxWaitMs).toBe(100)
    const patient = aWebhook({ batch: { maxEvents: 500, maxSeconds: 60 } })
    const hasty = aWebhook({ batch: { maxEvents: 1, maxSeconds: 0 } })
    for (const [webhook, waits] of [
      [patient, 100],
      [hasty, 0],
      [{ ...hasty, enabled: false, updatedAt: later }, 100],
    ] as const) {
      await webhooks.put(webhook)
      await test.handle([aRecord({ type: 'x' })])
      expect(test.consumer.maxWaitMs).toBe(waits)
    }
  })
})

describe('Who sends', () => {
  it('is told again when what waits for more has become due', async () => {
    const patient = aWebhook({ batch: { maxEvents: 100, maxSeconds: 0.2 } })
    const test = aFanOut(patient)
    const begun = performance.now()
    await test.handle([aRecord()])
    await test.handle([aRecord()])
    expect(test.pokes()).toBe(2)
    while (test.pokes() < 3) await Bun.sleep(5)
    // It waited 0.1 s with the feed, as it were, and 0.1 s more.
    expect(performance.now() - begun).toBeGreaterThanOrEqual(100)
    await Bun.sleep(50)
    expect(test.pokes()).toBeLessThanOrEqual(4)
  })
})

describe('What a webhook that is disabled is owed', () => {
  /** A queue that tells what it was asked, and does something once deliveries are in it. */
  function aWatchedFanOut(webhook: Webhook, meanwhile: (registry: Webhooks) => Promise<unknown>) {
    const { webhooks } = aRegistry(webhook)
    const calls: unknown[] = []
    const deliveries = {
      async enqueue(all: Outgoing[]) {
        calls.push(...all.map(({ isHeld, webhookId }) => ({ isHeld, webhookId })))
        await meanwhile(webhooks)
      },
      release: async (...asked: string[]) => void calls.push(['release', ...asked]),
      drop: async (...asked: string[]) => void calls.push(['drop', ...asked]),
    } as unknown as DeliveryQueue
    const needs = { registry: { webhooks }, deliveries, clock: aClock(), log: silentLog }
    return { calls, handle: createFanOut(needs).handle }
  }

  const disabled = aWebhook({ enabled: false, owed: [{ from: '0' }] })
  const { webhookId } = disabled
  const held = { isHeld: true, webhookId }

  it('is held', async () => {
    const { calls, handle } = aWatchedFanOut(disabled, async () => {})
    await handle(aBatch('batch', [aRecord()]))
    expect(calls).toEqual([held])
  })

  it('is released when somebody enabled it meanwhile', async () => {
    const enabled = { ...disabled, enabled: true, updatedAt: later }
    const { calls, handle } = aWatchedFanOut(disabled, (webhooks) => webhooks.put(enabled))
    await handle(aBatch('batch', [aRecord()]))
    expect(calls).toEqual([held, ['release', 'north', webhookId]])
  })

  it('stays held when somebody enabled it meanwhile to go on from elsewhere', async () => {
    const resuming = { from: 'now', at: later }
    const enabled = { ...disabled, enabled: true, resuming, updatedAt: later }
    const { calls, handle } = aWatchedFanOut(disabled, (webhooks) => webhooks.put(enabled))
    await handle(aBatch('batch', [aRecord()]))
    expect(calls).toEqual([held])
  })

  it('is dropped when somebody deleted it meanwhile', async () => {
    const { calls, handle } = aWatchedFanOut(disabled, (webhooks) => {
      return webhooks.delete('north', webhookId)
    })
    await handle(aBatch('batch', [aRecord()]))
    expect(calls).toEqual([held, ['drop', 'north', webhookId]])
  })

  it('is nothing that came while an earlier version had it disabled', async () => {
    const { calls, handle } = aWatchedFanOut({ ...disabled, owed: [] }, async () => {})
    await handle(aBatch('batch', [aRecord()]))
    expect(calls).toEqual([])
  })
})
