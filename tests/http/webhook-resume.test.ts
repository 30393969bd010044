import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import type { DeliveryEntry } from '../../src/platform/delivery-log'
import { aDelivery } from '../support/webhooks'
import { settings, startWebhookTest, type WebhookTest } from '../support/webhooks-api'

let test: WebhookTest
beforeAll(async () => {
  test = await startWebhookTest()
})
afterAll(() => test[Symbol.asyncDispose]())

const tenantId = 'default'

/** A webhook that was disabled with a delivery that is held, and one that had been given up. */
async function stopped(by: 'person' | 'failures' = 'person') {
  const { id } = await test.create()
  const { deliveries, registry } = test.platform
  const now = new Date().toISOString()
  const old = new Date(Date.now() - 6 * 24 * 3_600_000).toISOString()
  if (by === 'failures') {
    const health = { failingSince: old, failures: 99, lastFailure: 'HTTP 500', oldest: old }
    await registry.webhooks.noteHealth(tenantId, id, { ...health, isTold: true })
  }
  const failed = aDelivery({ tenantId, webhookId: id, enqueuedAt: old })
  await deliveries.enqueue([failed])
  await deliveries.bury(failed.deliveryId, '11 attempts failed')
  const reply = await test.call('PATCH', `/webhooks/${id}`, { enabled: false })
  expect(await reply.json()).toMatchObject({ enabled: false, disabled: { by: 'person' } })
  const held = aDelivery({ tenantId, webhookId: id, enqueuedAt: now })
  await deliveries.enqueue([{ ...held, isHeld: true }])
  const find = async ({ deliveryId }: { deliveryId: string }) =>
    (await deliveries.find(tenantId, id, deliveryId)) as DeliveryEntry
  return { id, failed, held, find }
}

async function patched(id: string, body: object) {
  const reply = await test.call('PATCH', `/webhooks/${id}`, body)
  return [reply.status, (await reply.json()) as Record<string, unknown>] as const
}

describe('A webhook that is enabled again', () => {
  it('goes on where it was disabled', async () => {
    const { id, failed, held, find } = await stopped()
    const [status, webhook] = await patched(id, { enabled: true })
    expect([status, webhook.enabled]).toEqual([200, true])
    expect(webhook).not.toHaveProperty('disabled')
    expect(webhook).not.toHaveProperty('resuming')
    expect(await find(held)).toMatchObject({ status: 'pending' })
    // It was given up while the webhook was well.
    expect(await find(failed)).toMatchObject({ status: 'failed' })
  })

  it('goes on where it began to fail, with what was given up since', async () => {
    const { id, failed, held, find } = await stopped('failures')
    const put = { ...settings, enabled: true, resumeFrom: 'position' }
    const reply = await test.call('PUT', `/webhooks/${id}`, put)
    expect(reply.status).toBe(200)
    for (const one of [held, failed]) expect(await find(one)).toMatchObject({ status: 'pending' })
    // The five days begin anew.
    const { health } = (await test.platform.registry.webhooks.get(tenantId, id))!
    expect(health).toMatchObject({ failures: 0, isTold: true })
    expect(Date.parse(health!.failingSince)).toBeGreaterThan(Date.now() - 60_000)
  })

  it('goes on from now, and leaves behind what was held', async () => {
    const { id, failed, held, find } = await stopped('failures')
    const [status] = await patched(id, { enabled: true, resumeFrom: 'now' })
    expect(status).toBe(200)
    const skipped = { status: 'failed', reason: 'skipped: its webhook was resumed from now' }
    expect(await find(held)).toMatchObject(skipped)
    expect(await find(failed)).toMatchObject({ status: 'failed' })
    const retried = await test.call('POST', `/webhooks/${id}/retry`, { status: 'failed' })
    expect(await retried.json()).toEqual({ retried: 2, isAll: true })
  })

  it('goes on from a time, by one replay, however often that is asked', async () => {
    const { id, held, find } = await stopped()
    const from = new Date(Date.now() - 3_600_000).toISOString()
    for (let times = 0; times < 2; times += 1) {
      const [status] = await patched(id, { enabled: true, resumeFrom: from })
      expect(status).toBe(200)
    }
    const skipped = { status: 'failed', reason: expect.stringContaining(from) }
    expect(await find(held)).toMatchObject(skipped)
    const { replays } = (await (await test.call('GET', `/webhooks/${id}/replays`)).json()) as {
      replays: unknown[]
    }
    expect(replays).toMatchObject([{ from }])
  })

  it('does what an interrupted call has left, when the same is sent again', async () => {
    const { id, held, find } = await stopped()
    const { webhooks } = test.platform.registry
    const stored = (await webhooks.get(tenantId, id))!
    const at = new Date().toISOString()
    const { disabled, ...others } = stored
    const resuming = { from: 'now', at, since: disabled!.at }
    await webhooks.replace(stored, { ...others, enabled: true, resuming })
    expect(await find(held)).toMatchObject({ status: 'held' })
    await patched(id, { enabled: true, resumeFrom: 'now' })
    expect(await find(held)).toMatchObject({ status: 'failed' })
    expect(await webhooks.get(tenantId, id)).not.toHaveProperty('resuming')
  })

  const future = new Date(Date.now() + 3_600_000).toISOString()
  const wrong: [object][] = [
    [{ enabled: false, resumeFrom: 'now' }],
    [{ enabled: true, resumeFrom: future }],
    [{ enabled: true, resumeFrom: 'yesterday' }],
    [{ resumeFrom: 'now' }],
  ]
  for (const [body] of wrong) {
    it(`refuses ${JSON.stringify(body).replace(future, 'a time to come')}`, async () => {
      const { id, held, find } = await stopped()
      const [status, problem] = await patched(id, body)
      expect(status).toBe(400)
      expect(problem).toMatchObject({ errors: [{ path: ['resumeFrom'] }] })
      expect(await find(held)).toMatchObject({ status: 'held' })
    })
  }

  it('tells those who ask that somebody disabled it, and why', async () => {
    const { id: monitor } = await test.create({ events: ['nonius.webhook.disabled'] })
    const { id } = await stopped()
    await patched(id, { enabled: false, name: 'Other' })
    const { items } = await test.platform.deliveries.list(tenantId, monitor, { limit: 10 })
    const about = items.filter(({ notice }) => notice!.data.webhookId === id)
    expect(about).toMatchObject([
      { notice: { type: 'nonius.webhook.disabled', data: { by: 'person' } } },
    ])
  })
})
