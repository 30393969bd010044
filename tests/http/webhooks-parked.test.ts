import { afterAll, beforeAll, expect, it } from 'bun:test'
import { aDelivery } from '../support/deliveries'
import { describeNotOnAws } from '../support/not-on-aws'
import { settings, startWebhookTest, type WebhookTest } from '../support/webhooks-api'

describeNotOnAws('queue')('What waits for a webhook that was disabled', () => {
  let test: WebhookTest
  beforeAll(async () => {
    test = await startWebhookTest()
  })
  afterAll(() => test[Symbol.asyncDispose]())

  const tenantId = 'default'

  /** Two deliveries that were parked, one of them after three attempts. */
  async function parkedFor(webhookId: string) {
    const { deliveries } = test.platform
    const parked = [
      aDelivery({ tenantId, webhookId, attempts: 3 }),
      aDelivery({ tenantId, webhookId }),
    ]
    await deliveries.enqueue(parked)
    for (const { deliveryId } of await deliveries.take(10, 1000)) await deliveries.park(deliveryId)
    return parked
  }

  it('is due at once, with its attempts, when it is enabled again, and again when that is repeated', async () => {
    const { id } = await test.create({ enabled: false })
    for (let round = 0; round < 2; round += 1) {
      const parked = await parkedFor(id)
      const unchanged = { ...settings, enabled: false, name: 'other' }
      expect((await test.call('PUT', `/webhooks/${id}`, unchanged)).status).toBe(200)
      expect(await test.platform.deliveries.take(10, 1000)).toEqual([])
      for (let times = 0; times < 2; times += 1) {
        expect((await test.call('PUT', `/webhooks/${id}`, settings)).status).toBe(200)
      }
      const taken = await test.platform.deliveries.take(10, 1000)
      expect(taken).toHaveLength(2)
      expect(taken).toEqual(expect.arrayContaining(parked))
      for (const { deliveryId } of taken) await test.platform.deliveries.done(deliveryId)
    }
  })

  it('is gone with the webhook', async () => {
    const { id } = await test.create({ enabled: false })
    await parkedFor(id)
    expect((await test.call('DELETE', `/webhooks/${id}`)).status).toBe(204)
    expect(await test.platform.deliveries.listParked(tenantId, id, 10)).toEqual([])
  })

  it('stays where it is when somebody else names it', async () => {
    const { id } = await test.create({ enabled: false })
    await parkedFor(id)
    const other = await test.issue(['webhooks:write'], 'other')
    expect((await test.call('DELETE', `/webhooks/${id}`, undefined, other)).status).toBe(404)
    expect((await test.call('PUT', `/webhooks/${id}`, settings, other)).status).toBe(404)
    expect(await test.platform.deliveries.listParked(tenantId, id, 10)).toHaveLength(2)
  })
})
