import { beforeEach, describe, expect, it } from 'bun:test'
import { aClock, aDelivery, aWebhook, start } from '../../../tests/support/webhooks'
import type { Delivery, Outgoing } from '../../platform/delivery-queue'
import type { Webhook, WebhookHealth } from '../../platform/registry/webhooks'
import { silentLog as log } from '../../telemetry/log'
import { createHealth } from './health'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

/** A webhook that attempts are made for, and another that asks for all notices. */
function aWatch() {
  const clock = aClock()
  const monitor = aWebhook({ events: ['nonius.*'] })
  const held = new Map([[monitor.webhookId, monitor]])
  const told: Outgoing[] = []
  let writes = 0
  let delayMs = 0
  const webhooks = {
    async get(_: string, webhookId: string) {
      return held.get(webhookId)
    },
    async listAll() {
      return [...held.values()]
    },
    async replace(was: Pick<Webhook, 'updatedAt'>, next: Webhook) {
      if (held.get(next.webhookId)?.updatedAt !== was.updatedAt) return false
      held.set(next.webhookId, next)
      return true
    },
    async noteHealth(_: string, webhookId: string, health: WebhookHealth | undefined) {
      if (delayMs > 0) await Bun.sleep(delayMs)
      writes += 1
      held.set(webhookId, { ...held.get(webhookId)!, health })
    },
  }
  const deliveries = {
    async enqueue(some: readonly Outgoing[]) {
      told.push(...some)
    },
  }
  const registry = { webhooks } as unknown as Parameters<typeof createHealth>[0]['registry']
  const webhook = aWebhook()
  held.set(webhook.webhookId, webhook)
  const needs = { registry, deliveries, clock, log, mark: () => '7' }

  return {
    clock,
    health: createHealth(needs),
    /** As another process has it. */
    another: () => createHealth(needs),
    now: () => held.get(webhook.webhookId)!,
    set: (more: Partial<Webhook>) =>
      held.set(webhook.webhookId, { ...held.get(webhook.webhookId)!, ...more }),
    remove: () => held.delete(webhook.webhookId),
    slow: (ms: number) => {
      delayMs = ms
    },
    writes: () => writes,
    told: () => told.map(({ webhookId, notice }) => [webhookId === monitor.webhookId, notice!]),
    types: () => told.map(({ notice }) => notice!.type.replace('nonius.webhook.', '')),
    failure(error = 'HTTP 503', delivery: Partial<Delivery> = {}) {
      const at = clock.now().toISOString()
      return {
        delivery: aDelivery({ enqueuedAt: at, ...delivery }),
        record: { at, latencyMs: 1, error },
      }
    },
  }
}

let watch: ReturnType<typeof aWatch>
beforeEach(() => {
  watch = aWatch()
})

async function fails(times = 1, everyMs = 0, error?: string) {
  for (let n = 0; n < times; n += 1) {
    await watch.health.failed(watch.now(), watch.failure(error))
    watch.clock.advance(everyMs)
  }
}

describe('The health of a webhook', () => {
  it('is written once it fails, and no more once it is well', async () => {
    await watch.health.succeeded(watch.now())
    expect(watch.writes()).toBe(0)
    const before = new Date(start.getTime() - 1000).toISOString()
    await watch.health.failed(watch.now(), watch.failure('HTTP 500', { enqueuedAt: before }))
    watch.clock.advance(10)
    await watch.health.failed(watch.now(), watch.failure('HTTP 502'))
    expect(watch.now().health).toEqual({
      failingSince: start.toISOString(),
      failures: 2,
      lastFailure: 'HTTP 502',
      oldest: before,
    })
    await watch.health.succeeded(watch.now())
    expect(watch.now().health).toBeUndefined()
    await watch.health.succeeded(watch.now())
    expect(watch.writes()).toBe(3)
    expect(watch.types()).toEqual([])
  })

  it('costs a write a minute while it goes on failing, and counts every attempt', async () => {
    await fails(605, 1000)
    // Five at first, and one a minute for ten minutes.
    expect(watch.writes()).toBeLessThan(18)
    await fails(60, 1000)
    expect(watch.now().health!.failures).toBeGreaterThan(600)
  })

  it('knows the oldest delivery that failed, at once', async () => {
    await fails(10, 1000)
    const enqueuedAt = new Date(start.getTime() - DAY).toISOString()
    await watch.health.failed(watch.now(), watch.failure('HTTP 500', { enqueuedAt }))
    expect(watch.now().health!.oldest).toBe(enqueuedAt)
  })

  it('stays away with a webhook that was deleted', async () => {
    const webhook = watch.now()
    watch.remove()
    await watch.health.failed(webhook, watch.failure())
    expect(watch.writes()).toBe(0)
  })
})

describe('Who asks is told', () => {
  it('that a webhook is failing, once, and that it has recovered', async () => {
    await fails(5, 10)
    expect(watch.types()).toEqual([]) // a restart takes as long
    watch.clock.advance(MINUTE)
    await fails(3, MINUTE, 'HTTP 500')
    const { webhookId, name, targetUrl } = watch.now()
    const about = { webhookId, name, targetUrl, failingSince: start.toISOString() }
    const at = expect.any(String)
    const failing = { failures: 6, reason: 'HTTP 500', ...about }
    expect(watch.told()).toEqual([[true, { type: 'nonius.webhook.failing', at, data: failing }]])
    await watch.health.succeeded(watch.now())
    await watch.health.succeeded(watch.now())
    const recovered = { ...about, failures: expect.any(Number) }
    expect(watch.told().slice(1)).toEqual([
      [true, { type: 'nonius.webhook.recovered', at, data: recovered }],
    ])
  })

  it('of one that has little to send, after a quarter of an hour', async () => {
    await fails(2, 14 * MINUTE)
    expect(watch.types()).toEqual([])
    await fails(1)
    expect(watch.types()).toEqual(['failing'])
  })

  it('once, though attempts fail at the same time', async () => {
    await fails(4, MINUTE)
    watch.slow(5)
    const webhook = watch.now()
    await Promise.all(
      Array.from({ length: 4 }, () => watch.health.failed(webhook, watch.failure())),
    )
    expect(watch.types()).toEqual(['failing'])
    expect(watch.now().health!.failures).toBe(8)
  })
})

describe('A webhook is disabled', () => {
  it('after five days of nothing but failure, by what is known of it elsewhere', async () => {
    await fails(5, DAY - 1000)
    expect(watch.now().enabled).toBe(true)
    watch.clock.advance(5000)
    await watch.another().failed(watch.now(), watch.failure('connection refused'))
    const { enabled, disabled, owed } = watch.now()
    expect({ enabled, disabled }).toEqual({
      enabled: false,
      disabled: {
        at: watch.clock.now().toISOString(),
        by: 'failures',
        reason: `nothing but failure since ${start.toISOString()}; the last: connection refused`,
      },
    })
    expect(owed!.every(({ until }) => until === undefined)).toBe(true)
    expect(watch.types()).toEqual(['failing', 'disabled'])
    expect(watch.told().at(-1)![1]).toMatchObject({ data: { by: 'failures', ...disabled } })
  })

  it('not by an attempt that was begun before another succeeded', async () => {
    await fails(10, DAY / 2)
    const webhook = watch.now()
    const failure = watch.failure()
    watch.clock.advance(1000)
    await watch.health.succeeded(watch.now())
    await watch.health.failed(webhook, failure)
    expect(watch.now()).toMatchObject({ enabled: true, health: { failures: 1 } })
  })

  it('not for what a person changes at that moment', async () => {
    await fails(5, DAY)
    watch.slow(5)
    const failing = watch.health.failed(watch.now(), watch.failure())
    await Bun.sleep(1)
    watch.set({ targetUrl: 'https://other.example.edu/', updatedAt: '2026-03-09T00:00:00.000Z' })
    await failing
    expect(watch.now()).toMatchObject({ enabled: true, targetUrl: 'https://other.example.edu/' })
  })
})
