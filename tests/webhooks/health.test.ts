import { describe, expect, it } from 'bun:test'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { createGuard } from '../../src/outbound/guard'
import type { Webhook } from '../../src/platform/registry/webhooks'
import { createDeliverer } from '../../src/webhooks/sending/deliverer'
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
} from '../support/deliveries'

const HOUR = 3_600_000

/** A webhook whose receiver answers as told, and another webhook that is told what becomes of it. */
async function aPair(answer: () => Response) {
  await using opened = new AsyncDisposableStack()
  const receiver = opened.use(aReceiver(answer))
  const told = opened.use(aReceiver())
  const clock = aClock(new Date())
  const webhook = aWebhook({ targetUrl: receiver.url })
  const monitor = aWebhook({ targetUrl: told.url, events: ['nonius.*'] })
  const [deliveries, registry, record] = [aQueue(clock), aRegistry(webhook, monitor), aRecord()]
  const { events } = aStore(record)
  const { log } = aLog()
  const send = createSend({ guard: createGuard({ allowPrivate: true }) })
  const needs = { events, deliveries, registry, send, clock, log, mark: () => '1' }
  const deliverer = opened.use(createDeliverer(needs))
  const held = opened.move()
  const { tenantId, webhookId } = webhook

  return {
    clock,
    webhook,
    monitor,
    told: () => told.received.map(({ headers, body }) => verified(monitor, headers, body)),
    now: async () => (await registry.webhooks.get(tenantId, webhookId))!,
    parked: () => deliveries.listParked(tenantId, webhookId, 10),
    async queue() {
      const eventIds = [record.eventId]
      await deliveries.enqueue([aDelivery({ tenantId, webhookId, eventIds })])
      await deliverer.drain()
    },
    async pass(hours: number) {
      for (let hour = 0; hour < hours; hour += 1) {
        clock.advance(HOUR)
        await deliverer.drain()
      }
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  }
}

/** Verified as of any time: the clock of a test is ahead of the library's. */
function verified({ secret }: Webhook, headers: Record<string, string>, body: string) {
  const id = headers['webhook-id']!
  const at = new Date(Number(headers['webhook-timestamp']) * 1000)
  expect(new StandardWebhook(secret).sign(id, at, body)).toBe(headers['webhook-signature']!)
  return JSON.parse(body) as { type: string; data: Record<string, unknown> }
}

describe('A webhook whose receiver is broken', () => {
  it('is told of when it fails, and when it has recovered', async () => {
    let status = 503
    await using test = await aPair(() => new Response('', { status }))
    await test.queue()
    await test.pass(1)
    const { webhookId } = test.webhook
    const failing = { webhookId, reason: 'HTTP 503', failures: expect.any(Number) }
    expect(test.told()).toMatchObject([{ type: 'nonius.webhook.failing', data: failing }])
    expect(await test.now()).toMatchObject({ enabled: true, health: { isTold: true } })
    status = 204
    await test.pass(12)
    expect(test.told().map(({ type }) => type)).toEqual([
      ...['nonius.webhook.failing', 'nonius.webhook.recovered'],
    ])
    expect((await test.now()).health).toBeUndefined()
  })

  it('is disabled after five days, keeps what it is owed, and is told of', async () => {
    await using test = await aPair(() => new Response('', { status: 500 }))
    for (let day = 0; day < 6; day += 1) {
      await test.queue()
      await test.pass(24)
    }
    const disabled = { by: 'failures', reason: expect.stringContaining('nothing but failure') }
    expect(await test.now()).toMatchObject({ enabled: false, disabled })
    const types = test.told().map(({ type }) => type)
    expect(types).toEqual(['nonius.webhook.failing', 'nonius.webhook.disabled'])
    expect(test.told()[1]!.data).toMatchObject(disabled)
    await test.queue()
    await test.pass(30)
    expect((await test.parked()).length).toBeGreaterThan(1)
  })

  it('is disabled at once by 410, and is told of', async () => {
    await using test = await aPair(() => new Response('', { status: 410 }))
    await test.queue()
    await test.pass(1)
    const disabled = { by: 'gone', reason: 'HTTP 410' }
    expect(await test.now()).toMatchObject({ enabled: false, disabled, health: { failures: 1 } })
    expect(test.told()).toMatchObject([
      { type: 'nonius.webhook.disabled', data: { webhookId: test.webhook.webhookId, ...disabled } },
    ])
    expect(await test.parked()).toHaveLength(1)
  })
})
