import { describe, expect, it } from 'bun:test'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'
import type { EventRecord } from '../../src/event/record'
import { createGuard } from '../../src/outbound/guard'
import type { DeliveryQueue } from '../../src/platform/delivery-queue'
import type { Webhook } from '../../src/platform/registry/webhooks'
import { createDeliverer } from '../../src/webhooks/sending/deliverer'
import { maxAttempts } from '../../src/webhooks/sending/schedule'
import { createSend } from '../../src/webhooks/sending/send'
import {
  aClock,
  aDelivery,
  aLog,
  aQueue,
  aReceiver,
  aRecord,
  aRegistry,
  aStore,
  aWebhook,
  start,
  until,
} from '../support/deliveries'

const HOUR = 3_600_000
const DAY = 24 * HOUR

interface Options {
  allowPrivate?: boolean
  at?: Date
  timeoutMs?: number
  /** A queue that has something when the deliverer starts; the record is held. */
  filled?: { clock: ReturnType<typeof aClock>; deliveries: DeliveryQueue; record: EventRecord }
}

/** A deliverer with everything around it; `queue` queues a delivery of these records. */
function aDeliverer(
  webhooks: Webhook[],
  { allowPrivate = true, at, timeoutMs = 500, filled }: Options = {},
) {
  const clock = filled?.clock ?? aClock(at)
  const deliveries = filled?.deliveries ?? aQueue(clock)
  const registry = aRegistry(...webhooks)
  const { events, held } = aStore(filled?.record ?? aRecord())
  const { lines, log } = aLog()
  const send = createSend({ guard: createGuard({ allowPrivate }), timeoutMs })
  const mark = () => '1'
  const needs = { events, deliveries, registry, send, clock, log, mark, graceMs: 300 }
  const deliverer = createDeliverer(needs)
  return {
    ...{ clock, deliveries, registry, deliverer, held, lines },
    async queue(webhook: Webhook, ...records: EventRecord[]) {
      for (const record of records) held.set(record.eventId, record)
      const { webhookId, tenantId } = webhook
      const eventIds = records.map(({ eventId }) => eventId)
      const delivery = aDelivery({ webhookId, tenantId, eventIds })
      await deliveries.enqueue([delivery])
      deliverer.poke()
      return delivery
    },
    /** Lets time pass and everything that is then due be tried. */
    async after(ms: number) {
      clock.advance(ms)
      await deliverer.drain()
    },
    /** Lets all attempts of a schedule pass, within the five days after which a webhook is disabled. */
    async wholeSchedule() {
      for (let hour = 0; hour < 110; hour++) await this.after(HOUR)
    },
    [Symbol.asyncDispose]: () => deliverer[Symbol.asyncDispose](),
  }
}

describe('A delivery', () => {
  it('is verified by standardwebhooks and svix, and holds the events exactly as sent', async () => {
    await using receiver = aReceiver()
    const webhook = aWebhook({ targetUrl: receiver.url })
    await using test = aDeliverer([webhook], { at: new Date() })
    const odd = aRecord({
      raw: '{ "id":"urn:a" , "n":1.0, "big":12345678901234567890, "s":"\\u00e9☕" }',
    })
    const delivery = await test.queue(webhook, odd, aRecord())
    await test.after(0)

    const [{ headers, body } = { headers: {}, body: '' }] = receiver.received
    for (const Verifier of [StandardWebhook, SvixWebhook]) {
      expect(new Verifier(webhook.secret).verify(body, headers)).toEqual(JSON.parse(body))
    }
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': delivery.deliveryId,
    })
    expect(JSON.parse(body)).toMatchObject({ type: 'events', timestamp: delivery.enqueuedAt })
    expect(JSON.parse(body).data).toHaveLength(2)
    expect(body).toContain(odd.raw)
    expect(await test.deliveries.stats()).toEqual({ waiting: 0, inFlight: 0, parked: 0, dead: 0 })
  })

  it('says which of its events were repaired, by whom and where, and says nothing of the others', async () => {
    await using receiver = aReceiver()
    const webhook = aWebhook({ targetUrl: receiver.url })
    await using test = aDeliverer([webhook])
    const repair = { by: 'key_2', at: '2026-03-02T08:00:00.000Z', paths: ['/type'] }
    await test.queue(webhook, aRecord(), aRecord({ repair }), aRecord())
    await test.queue(webhook, aRecord())
    await test.after(0)
    const bodies = receiver.received.map(({ body }) => JSON.parse(body))
    const [marked, plain] = bodies.sort((a, b) => b.data.length - a.data.length)
    expect(marked.repaired).toEqual([{ index: 1, ...repair }])
    expect(plain).not.toHaveProperty('repaired')
  })

  it('is sent as soon as the deliverer is poked', async () => {
    await using receiver = aReceiver()
    const webhook = aWebhook({ targetUrl: receiver.url })
    await using test = aDeliverer([webhook])
    await test.after(0)
    const begun = performance.now()
    await test.queue(webhook, aRecord())
    await until(() => receiver.received.length === 1)
    expect(performance.now() - begun).toBeLessThan(500) // the next poll is a second away
  })

  it('is tried again after five seconds, under the same id, signed anew', async () => {
    let status = 500
    await using receiver = aReceiver(() => new Response('', { status }))
    const webhook = aWebhook({ targetUrl: receiver.url })
    await using test = aDeliverer([webhook])
    const delivery = await test.queue(webhook, aRecord())
    await test.after(0)
    await test.after(4999)
    expect(receiver.received).toHaveLength(1)
    status = 200
    await test.after(1001)
    await test.after(DAY)

    const [first, second, ...more] = receiver.received
    expect(more).toEqual([])
    expect(second!.body).toBe(first!.body)
    expect(second!.headers['webhook-id']).toBe(delivery.deliveryId)
    expect(second!.headers['webhook-signature']).not.toBe(first!.headers['webhook-signature']!)
    expect(await test.deliveries.stats()).toEqual({ waiting: 0, inFlight: 0, parked: 0, dead: 0 })
  })

  it('is set aside with its reason once all attempts have failed', async () => {
    await using receiver = aReceiver(() => new Response('', { status: 500 }))
    const webhook = aWebhook({ targetUrl: receiver.url })
    await using test = aDeliverer([webhook])
    const delivery = await test.queue(webhook, aRecord())
    await test.wholeSchedule()

    expect(receiver.received).toHaveLength(maxAttempts)
    expect(await test.deliveries.listDead('north', webhook.webhookId, 10)).toMatchObject([
      { deliveryId: delivery.deliveryId, reason: '11 attempts failed; the last: HTTP 500' },
    ])
  })

  it('waits as long as a busy target asks', async () => {
    const busy = { status: 429, headers: { 'retry-after': '600' } }
    await using receiver = aReceiver(() => new Response('', busy))
    const webhook = aWebhook({ targetUrl: receiver.url })
    await using test = aDeliverer([webhook])
    await test.queue(webhook, aRecord())
    await test.after(0)
    await test.after(599_000)
    expect(receiver.received).toHaveLength(1)
    await test.after(1000)
    expect(receiver.received).toHaveLength(2)
  })

  it('disables the webhook when the target is gone, and keeps what waits until it is enabled', async () => {
    let status = 410
    await using receiver = aReceiver(() => new Response('', { status }))
    const webhook = aWebhook({ targetUrl: receiver.url })
    await using test = aDeliverer([webhook])
    const gone = await test.queue(webhook, aRecord())
    await test.after(0)
    const waiting = await test.queue(webhook, aRecord())
    await test.after(0)

    expect(receiver.received).toHaveLength(1)
    const { tenantId, webhookId } = webhook
    const disabled = await test.registry.webhooks.get(tenantId, webhookId)
    expect(disabled).toMatchObject({ ...webhook, enabled: false, updatedAt: expect.anything() })
    expect(await test.deliveries.listDead(tenantId, webhookId, 10)).toEqual([])
    const parked = await test.deliveries.listParked(tenantId, webhookId, 10)
    expect(parked).toHaveLength(2)
    expect(parked).toContainEqual({ ...gone, attempts: 1, lastFailure: 'HTTP 410' })
    expect(parked).toContainEqual(waiting)
    await test.after(DAY)
    expect(receiver.received).toHaveLength(1)

    status = 200
    await test.registry.webhooks.put({ ...disabled!, enabled: true })
    await test.deliveries.release(tenantId, webhookId)
    await test.after(0)
    expect(receiver.received).toHaveLength(3)
    expect(await test.deliveries.stats()).toEqual({ waiting: 0, inFlight: 0, parked: 0, dead: 0 })
  })

  it('is tried again when its webhook is enabled in the very moment that its target says 410', async () => {
    let isChanged = false
    await using receiver = aReceiver(async () => {
      if (isChanged) return new Response()
      isChanged = true
      const updatedAt = new Date(start.getTime() + 1).toISOString()
      await test.registry.webhooks.put({ ...webhook, updatedAt })
      return new Response('', { status: 410 })
    })
    const webhook = aWebhook({ targetUrl: receiver.url })
    await using test = aDeliverer([webhook])
    await test.queue(webhook, aRecord())
    await test.after(0)
    await test.after(0)
    expect(receiver.received).toHaveLength(2)
    expect(await test.deliveries.stats()).toEqual({ waiting: 0, inFlight: 0, parked: 0, dead: 0 })
  })

  it('goes out though its webhook was enabled between our look at it and the parking', async () => {
    await using receiver = aReceiver()
    const webhook = aWebhook({ targetUrl: receiver.url, enabled: false })
    await using test = aDeliverer([webhook])
    const { park } = test.deliveries
    test.deliveries.park = async (...args) => {
      await test.registry.webhooks.put({ ...webhook, enabled: true })
      await test.deliveries.release(webhook.tenantId, webhook.webhookId)
      await park(...args)
    }
    await test.queue(webhook, aRecord())
    await test.after(0)
    await test.after(0)
    expect(receiver.received).toHaveLength(1)
  })

  it('is forgotten when its webhook was deleted between our look at it and the parking', async () => {
    const webhook = aWebhook({ enabled: false })
    await using test = aDeliverer([webhook])
    const { park } = test.deliveries
    test.deliveries.park = async (...args) => {
      await test.registry.webhooks.delete(webhook.tenantId, webhook.webhookId)
      await park(...args)
    }
    await test.queue(webhook, aRecord())
    await test.after(0)
    expect(await test.deliveries.stats()).toEqual({ waiting: 0, inFlight: 0, parked: 0, dead: 0 })
  })

  it('leaves a webhook that was given a new target meanwhile enabled', async () => {
    const webhook = aWebhook()
    const updatedAt = new Date(start.getTime() + 1).toISOString()
    const moved = { ...webhook, targetUrl: 'http://127.0.0.1:9/new', updatedAt }
    await using receiver = aReceiver(async () => {
      await test.registry.webhooks.put(moved)
      return new Response('', { status: 410 })
    })
    webhook.targetUrl = receiver.url
    await using test = aDeliverer([webhook])
    await test.queue(webhook, aRecord())
    await test.after(0)
    expect(await test.registry.webhooks.get('north', webhook.webhookId)).toMatchObject(moved)
  })

  it('is dropped when its webhook was deleted', async () => {
    await using receiver = aReceiver()
    const webhook = aWebhook({ targetUrl: receiver.url })
    await using test = aDeliverer([])
    await test.queue(webhook, aRecord())
    await test.after(0)
    expect(receiver.received).toEqual([])
    expect(await test.deliveries.stats()).toEqual({ waiting: 0, inFlight: 0, parked: 0, dead: 0 })
  })

  it('leaves out events that have expired, and is set aside when all have', async () => {
    await using receiver = aReceiver()
    const webhook = aWebhook({ targetUrl: receiver.url })
    await using test = aDeliverer([webhook])
    const [kept, expired] = [aRecord(), aRecord()]
    test.held.set(kept.eventId, kept)
    const eventIds = [expired.eventId, kept.eventId]
    const { webhookId } = webhook
    await test.deliveries.enqueue([aDelivery({ webhookId, eventIds })])
    await test.deliveries.enqueue([aDelivery({ webhookId, eventIds: [expired.eventId] })])
    await test.after(0)
    expect(receiver.received.map(({ body }) => JSON.parse(body).data)).toEqual([
      [JSON.parse(kept.raw)],
    ])
    expect(await test.deliveries.listDead('north', webhookId, 10)).toMatchObject([
      { reason: 'its events have expired' },
    ])
  })

  it('is not sent to a private address, unless that is allowed', async () => {
    await using receiver = aReceiver()
    const webhook = aWebhook({ targetUrl: receiver.url })
    await using test = aDeliverer([webhook], { allowPrivate: false })
    await test.queue(webhook, aRecord())
    await test.after(0)
    expect(receiver.received).toEqual([])
    test.clock.advance(DAY)
    const [waiting] = await test.deliveries.take(1, 1000)
    expect(waiting).toMatchObject({ attempts: 1, lastFailure: expect.stringContaining('loopback') })
  })

  it('leaves neither secrets nor targets nor events in the log', async () => {
    await using receiver = aReceiver(() => new Response('', { status: 500 }))
    const webhook = aWebhook({ targetUrl: `${receiver.url}?token=hunter2` })
    await using test = aDeliverer([webhook])
    await test.queue(webhook, aRecord())
    await test.wholeSchedule()
    expect(test.lines.length).toBeGreaterThanOrEqual(maxAttempts)
    for (const line of test.lines) {
      expect(line).toContain(webhook.webhookId)
      expect(line).not.toContain(webhook.secret.slice(6))
      expect(line).not.toMatch(/whsec_|hunter2|grüße/)
    }
  })
})

describe('The deliverer', () => {
  it('does not let a slow target hold up another', async () => {
    const { promise: never, resolve: release } = Promise.withResolvers<Response>()
    await using slow = aReceiver(() => never)
    await using quick = aReceiver()
    const tired = aWebhook({ targetUrl: slow.url })
    const brisk = aWebhook({ targetUrl: quick.url })
    await using test = aDeliverer([tired, brisk])
    for (let n = 0; n < 100; n++) await test.queue(tired, aRecord())
    await until(() => slow.received.length > 0)
    for (let n = 0; n < 20; n++) await test.queue(brisk, aRecord())
    await until(() => quick.received.length === 20)
    expect(slow.received.length).toBeLessThanOrEqual(4)
    release(new Response())
  })

  it('tries a failing target one delivery at a time until it answers well again', async () => {
    let open = 0
    let most = 0
    let status = 500
    await using receiver = aReceiver(async () => {
      most = Math.max(most, ++open)
      await Bun.sleep(20)
      open -= 1
      return new Response('', { status })
    })
    const webhook = aWebhook({ targetUrl: receiver.url })
    await using test = aDeliverer([webhook])
    await test.queue(webhook, aRecord())
    await test.after(0)
    most = 0
    for (let n = 0; n < 8; n++) await test.queue(webhook, aRecord())
    await test.after(0)
    expect(most).toBe(1)
    status = 200
    await test.after(DAY)
    expect(most).toBe(4)
    expect(receiver.received).toHaveLength(18)
  })

  it('lets what is under way end when it is stopped, and takes nothing more', async () => {
    await using receiver = aReceiver(() => Bun.sleep(50).then(() => new Response()))
    const webhook = aWebhook({ targetUrl: receiver.url })
    const test = aDeliverer([webhook])
    // It has its four places once something went well.
    await test.queue(webhook, aRecord())
    await test.after(0)
    for (let n = 0; n < 6; n++) await test.queue(webhook, aRecord())
    await until(() => receiver.received.length === 5)
    await test[Symbol.asyncDispose]()
    expect(receiver.received).toHaveLength(5)
    expect(await test.deliveries.stats()).toEqual({ waiting: 2, inFlight: 0, parked: 0, dead: 0 })
    await test.deliverer.drain()
  })

  it('cuts off what does not end soon when it is stopped, and counts no attempt', async () => {
    const { promise: never, resolve: release } = Promise.withResolvers<Response>()
    await using receiver = aReceiver(() => never)
    const webhook = aWebhook({ targetUrl: receiver.url })
    const test = aDeliverer([webhook], { timeoutMs: 60_000 })
    const delivery = await test.queue(webhook, aRecord())
    await until(() => receiver.received.length === 1)
    const begun = performance.now()
    await test[Symbol.asyncDispose]()
    expect(performance.now() - begun).toBeLessThan(1000)
    test.clock.advance(60_000)
    expect(await test.deliveries.take(1, 1000)).toEqual([delivery])
    release(new Response())
  })

  it('releases, when it starts, what is parked for a webhook that is enabled', async () => {
    await using receiver = aReceiver()
    const webhook = aWebhook({ targetUrl: receiver.url })
    const { webhookId } = webhook
    const clock = aClock()
    const [record, deliveries] = [aRecord(), aQueue(clock)]
    const parked = aDelivery({ webhookId, eventIds: [record.eventId] })
    await deliveries.enqueue([parked])
    await deliveries.park(parked.deliveryId)
    await using _ = aDeliverer([webhook], { filled: { clock, deliveries, record } })
    await until(() => receiver.received.length === 1)
  })

  it('does not count a failure of our own store as an attempt, and tries again', async () => {
    await using receiver = aReceiver()
    const webhook = aWebhook({ targetUrl: receiver.url })
    await using test = aDeliverer([webhook])
    const { get } = test.registry.webhooks
    test.registry.webhooks.get = () => Promise.reject(new Error('disk full'))
    await test.queue(webhook, aRecord())
    await test.after(0)
    expect(test.lines.join()).toContain('disk full')
    test.registry.webhooks.get = get
    await test.after(60_000)
    expect(receiver.received).toHaveLength(1)
  })

  it('goes on when the queue could not be read for a while', async () => {
    await using receiver = aReceiver()
    const webhook = aWebhook({ targetUrl: receiver.url })
    await using test = aDeliverer([webhook])
    const { take } = test.deliveries
    test.deliveries.take = () => Promise.reject(new Error('database is locked'))
    await test.queue(webhook, aRecord())
    await until(() => test.lines.some((line) => line.includes('database is locked')))
    test.deliveries.take = take
    await test.after(0)
    expect(receiver.received).toHaveLength(1)
  })
})
