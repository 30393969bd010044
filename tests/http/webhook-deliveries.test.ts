import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import type { AttemptRecord, Outgoing } from '../../src/platform/delivery-queue'
import { justReadFrom } from '../../src/webhooks/replays/just-read'
import { anEnvelope } from '../support/envelopes'
import { aViewEvent } from '../support/events'
import { notOnAws } from '../support/not-on-aws'
import { aDelivery, aRecord } from '../support/webhooks'
import { settings, startWebhookTest, type WebhookTest } from '../support/webhooks-api'

let test: WebhookTest
let reader: string
beforeAll(async () => {
  test = await startWebhookTest()
  reader = await test.issue(['webhooks:read', 'webhooks:write', 'events:read'])
})
afterAll(() => test[Symbol.asyncDispose]())

const tenantId = 'default'
const at = (minute: number) => `2026-11-29T08:${String(minute).padStart(2, '0')}:00.000Z`
const failure: AttemptRecord = {
  at: at(30),
  latencyMs: 87,
  status: 503,
  error: 'HTTP 503',
  response: 'out for lunch',
}
const success: AttemptRecord = { at: at(31), latencyMs: 12, status: 204, response: '' }

/** Queues a delivery, and has become of it what is said. */
async function delivery(
  webhookId: string,
  fate: 'pending' | 'retried' | 'delivered' | 'failed' | 'held' = 'pending',
  more: Partial<Outgoing> = {},
) {
  const { deliveries } = test.platform
  const made = { ...aDelivery({ tenantId, webhookId, enqueuedAt: at(10) }), ...more }
  const { deliveryId } = made
  await deliveries.enqueue([{ ...made, isHeld: fate === 'held' }])
  if (fate === 'pending' || fate === 'held') return made
  // Nobody takes from this queue; what is told of one that is not taken counts as well.
  if (fate === 'failed') await deliveries.bury(deliveryId, 'all attempts failed', failure)
  else await deliveries.retry(deliveryId, fate === 'retried' ? 60_000 : 0, 'HTTP 503', failure)
  if (fate === 'delivered') await deliveries.done(deliveryId, success)
  return made
}

async function get(path: string, key = reader) {
  const reply = await test.call('GET', path, undefined, key)
  return { status: reply.status, headers: reply.headers, body: (await reply.json()) as Body }
}

type Body = Record<string, unknown> & { deliveries: Record<string, unknown>[]; nextCursor?: string }

describe('The list of deliveries', () => {
  it('tells what became of each, the latest first', async () => {
    const { id } = await test.create()
    const delivered = await delivery(id, 'delivered', { enqueuedAt: at(1) })
    const failed = await delivery(id, 'failed', { enqueuedAt: at(2) })
    const held = await delivery(id, 'held', { enqueuedAt: at(3) })
    const retried = await delivery(id, 'retried', { enqueuedAt: at(4) })
    const { status, headers, body } = await get(`/webhooks/${id}/deliveries`)
    expect([status, headers.get('Cache-Control')]).toEqual([200, 'no-store'])
    const answer = { responseStatus: 503, latencyMs: 87, response: 'out for lunch' }
    const time = expect.stringMatching(/^20.*Z$/)
    expect(body).toEqual({
      deliveries: [
        {
          ...{ id: retried.deliveryId, status: 'pending', attempts: 1, ...answer },
          ...{ error: 'HTTP 503', nextAttemptAt: time },
          ...{ eventIds: retried.eventIds, enqueuedAt: at(4) },
        },
        {
          ...{ id: held.deliveryId, status: 'held', attempts: 0 },
          ...{ eventIds: held.eventIds, enqueuedAt: at(3) },
        },
        {
          ...{ id: failed.deliveryId, status: 'failed', attempts: 1, ...answer },
          ...{ error: 'HTTP 503', reason: 'all attempts failed', endedAt: time },
          ...{ eventIds: failed.eventIds, enqueuedAt: at(2) },
        },
        {
          ...{ id: delivered.deliveryId, status: 'delivered', attempts: 2, endedAt: time },
          ...{ responseStatus: 204, latencyMs: 12, response: '' },
          ...{ eventIds: delivered.eventIds, enqueuedAt: at(1) },
        },
      ],
    })
  })

  it('is narrowed by status and time, and read page by page', async () => {
    const { id } = await test.create()
    const path = `/webhooks/${id}/deliveries`
    for (let minute = 0; minute < 7; minute += 1) {
      await delivery(id, minute % 2 ? 'failed' : 'pending', { enqueuedAt: at(minute) })
    }
    const times = ({ deliveries }: Body) => deliveries.map(({ enqueuedAt }) => enqueuedAt)
    const failed = await get(`${path}?status=failed`)
    expect(times(failed.body)).toEqual([at(5), at(3), at(1)])
    const some = await get(`${path}?from=${at(2)}&to=${at(5)}`)
    expect(times(some.body)).toEqual([at(4), at(3), at(2)])
    const all: unknown[] = []
    let cursor: string | undefined = ''
    while (cursor !== undefined) {
      const { body } = await get(`${path}?limit=3${cursor && `&cursor=${cursor}`}`)
      expect(body.deliveries.length).toBeLessThanOrEqual(3)
      all.push(...times(body))
      cursor = body.nextCursor && encodeURIComponent(body.nextCursor)
    }
    expect(all).toEqual([6, 5, 4, 3, 2, 1, 0].map(at))
  })

  it('ends a page early that grows large', async () => {
    const { id } = await test.create()
    const eventIds = Array.from({ length: 100 }, (_, n) => `urn:${n}:${'x'.repeat(900)}`)
    for (let n = 0; n < 30; n += 1) await delivery(id, 'pending', { eventIds })
    const sizes: number[] = []
    let cursor: string | undefined = ''
    while (cursor !== undefined) {
      const { body } = await get(`/webhooks/${id}/deliveries?${cursor && `cursor=${cursor}`}`)
      sizes.push(body.deliveries.length)
      cursor = body.nextCursor && encodeURIComponent(body.nextCursor)
    }
    expect(sizes.reduce((sum, size) => sum + size)).toBe(30)
    // Each has some 90 KB.
    for (const size of sizes) expect(size).toBeLessThanOrEqual(12)
    expect(sizes.length).toBeLessThanOrEqual(4)
  })

  const wrong = ['status=done', 'from=yesterday', 'limit=0', 'limit=1001', 'state=held', 'cursor=x']
  for (const query of wrong) {
    it(`refuses ${query}, and names it`, async () => {
      const { id } = await test.create()
      const { status, body } = await get(`/webhooks/${id}/deliveries?${query}`)
      expect(status).toBe(400)
      if (query === 'cursor=x') expect(body).toMatchObject({ code: 'invalid_cursor' })
      else expect(body).toMatchObject({ errors: [{ path: [query.split('=')[0]!] }] })
    })
  }
})

async function anEventStored(): Promise<string> {
  const event = aViewEvent()
  const reply = await test.call('POST', '/caliper/v1p2/events', anEnvelope([event]))
  expect(reply.status).toBe(200)
  return event.id as string
}

describe('One delivery', () => {
  it('has its body, its headers without secrets, and every attempt', async () => {
    const { id, secret } = await test.create({ headers: { 'X-Api-Key': 'hunter2' } })
    const eventId = await anEventStored()
    const made = await delivery(id, 'delivered', { eventIds: [eventId] })
    const { status, headers, body } = await get(`/webhooks/${id}/deliveries/${made.deliveryId}`)
    expect([status, headers.get('Cache-Control')]).toEqual([200, 'no-store'])
    expect(body).toMatchObject({ id: made.deliveryId, status: 'delivered', eventIds: [eventId] })
    const { at: began, status: answered, ...failed } = failure
    expect(body.tries).toEqual([
      { at: began, responseStatus: answered, ...failed },
      { at: success.at, responseStatus: 204, latencyMs: 12, response: '' },
    ])
    const sent = body.headers as Record<string, string>
    expect(sent).toMatchObject({ 'webhook-id': made.deliveryId, 'x-api-key': '•••' })
    expect(JSON.stringify(body)).not.toMatch(/hunter2|whsec_/)
    expect(JSON.parse(body.body as string)).toMatchObject({ data: [{ id: eventId }] })
    // Signed as then: what is shown is too old to be taken for a message.
    const verifier = new StandardWebhook(secret)
    const then = new Date(success.at)
    expect(sent['webhook-timestamp']).toBe(String(Math.floor(then.getTime() / 1000)))
    expect(sent['webhook-signature']).toBe(
      verifier.sign(made.deliveryId, then, body.body as string),
    )
  })

  it('that nobody tried has no signature yet', async () => {
    const { id } = await test.create()
    const { deliveryId } = await delivery(id, 'pending', { eventIds: [await anEventStored()] })
    const { body } = await get(`/webhooks/${id}/deliveries/${deliveryId}`)
    expect(body).toMatchObject({ status: 'pending', attempts: 0, tries: [] })
    expect(Object.keys(body.headers as object).sort()).toEqual([
      ...['content-type', 'user-agent', 'webhook-id'],
    ])
  })

  it('shows no event to whoever may not read events', async () => {
    const { id } = await test.create()
    const { deliveryId } = await delivery(id, 'failed', { eventIds: [await anEventStored()] })
    const weak = await test.issue(['webhooks:read'])
    const { status, body } = await get(`/webhooks/${id}/deliveries/${deliveryId}`, weak)
    expect(status).toBe(200)
    expect(body).not.toHaveProperty('body')
    expect(body).toMatchObject({ tries: [{ responseStatus: 503 }] })
  })

  it('is gone with its events, while the list still has it', async () => {
    const { id } = await test.create()
    const { deliveryId } = await delivery(id, 'delivered', { eventIds: ['urn:expired'] })
    const { status, body } = await get(`/webhooks/${id}/deliveries/${deliveryId}`)
    expect(status).toBe(410)
    expect(body).toMatchObject({ code: 'gone', detail: expect.stringContaining('delivered') })
    const list = await get(`/webhooks/${id}/deliveries`)
    expect(list.body.deliveries).toMatchObject([{ id: deliveryId, status: 'delivered' }])
  })

  // An answer does not read the lake there.
  notOnAws('in process')('shows of the lake nothing that was hidden', async () => {
    const { hidden } = test.services!
    const mine = 'hiding'
    const key = await test.issue(['webhooks:read', 'webhooks:write', 'events:read'], mine)
    const reply = await test.call('POST', '/webhooks', settings, key)
    const { id } = (await reply.json()) as { id: string }
    const [old, recent] = [at(1), at(20)].map((receivedAt) =>
      aRecord({ tenantId: mine, receivedAt }),
    )
    justReadFrom(test.platform.lake).add([old!, recent!])
    const eventIds = [old!.eventId, recent!.eventId]
    const archived = { from: at(0), to: at(30) }
    const { deliveryId } = await delivery(id, 'failed', { tenantId: mine, eventIds, archived })
    const path = `/webhooks/${id}/deliveries/${deliveryId}`
    const idsIn = ({ body }: Body) => JSON.parse(body as string).data.map((one: Body) => one.id)
    expect(idsIn((await get(path, key)).body)).toEqual(eventIds)
    await hidden.hide(mine, at(10))
    expect(idsIn((await get(path, key)).body)).toEqual([recent!.eventId])
    await hidden.hide(mine, at(25))
    expect((await get(path, key)).status).toBe(410)
  })

  it('may be a notice, which has no events', async () => {
    const { id } = await test.create({ events: ['nonius.*'] })
    const notice = { type: 'nonius.webhook.failing', at: at(1), data: { webhookId: 'whk_1' } }
    const { deliveryId } = await delivery(id, 'failed', { eventIds: [], notice })
    const { body } = await get(`/webhooks/${id}/deliveries/${deliveryId}`)
    expect(body).toMatchObject({ eventIds: [], notice: notice.type })
    expect(JSON.parse(body.body as string)).toMatchObject({ type: notice.type, data: notice.data })
  })
})

describe('Trying again', () => {
  const retry = (id: string, deliveryId: string) =>
    test.call('POST', `/webhooks/${id}/deliveries/${deliveryId}/retry`, undefined, reader)

  it('makes a failed delivery wait at once, with what is known of its attempts', async () => {
    const { id } = await test.create()
    const { deliveryId } = await delivery(id, 'failed')
    const reply = await retry(id, deliveryId)
    expect([reply.status, reply.headers.get('Cache-Control')]).toEqual([202, 'no-store'])
    const now = (await reply.json()) as { nextAttemptAt: string }
    expect(now).toMatchObject({ id: deliveryId, status: 'pending', responseStatus: 503 })
    expect(Date.parse(now.nextAttemptAt)).toBeLessThanOrEqual(Date.now() + 1000)
    const { body } = await get(`/webhooks/${id}/deliveries?status=failed`)
    expect(body.deliveries).toEqual([])
  })

  const others = [
    ['delivered', /replay/],
    ['retried', /by itself/],
    ['held', /Enable/],
  ] as const
  for (const [fate, advice] of others) {
    it(`says of one that is ${fate} what to do instead`, async () => {
      const { id } = await test.create()
      const { deliveryId } = await delivery(id, fate)
      const reply = await retry(id, deliveryId)
      expect(reply.status).toBe(409)
      const status = fate === 'retried' ? 'pending' : fate
      expect(await reply.json()).toMatchObject({
        code: 'wrong_state',
        detail: expect.stringMatching(advice),
        errors: [{ path: ['status'], message: expect.stringContaining(status) }],
      })
    })
  }

  it('takes all that failed, or all since a time', async () => {
    const { id } = await test.create()
    for (let minute = 0; minute < 4; minute += 1) {
      await delivery(id, 'failed', { enqueuedAt: at(minute) })
    }
    const retryAll = async (body: object) => {
      const reply = await test.call('POST', `/webhooks/${id}/retry`, body)
      return [reply.status, await reply.json()]
    }
    const since = at(2)
    expect(await retryAll({ since, status: 'failed' })).toEqual([200, { retried: 2, isAll: true }])
    expect(await retryAll({})).toEqual([200, { retried: 2, isAll: true }])
    expect(await retryAll({})).toEqual([200, { retried: 0, isAll: true }])
    for (const wrong of [{ status: 'held' }, { since: 'yesterday' }, { before: at(1) }]) {
      const [status, body] = await retryAll(wrong)
      expect([status, body]).toEqual([400, expect.objectContaining({ code: 'invalid_request' })])
    }
  })
})

describe('The figures of a webhook', () => {
  it('are none while nothing was tried', async () => {
    const { id } = await test.create()
    const { body } = await get(`/webhooks/${id}/stats`)
    expect(body as object).toEqual({
      since: expect.stringMatching(/:00:00\.000Z$/),
      attempts: { succeeded: 0, failed: 0 },
      latencyMs: {},
      backlog: { pending: 0, held: 0, failed: 0, isExact: true },
    })
  })

  it('count attempts, and what waits', async () => {
    const { id } = await test.create()
    await delivery(id, 'delivered')
    await delivery(id, 'failed')
    await delivery(id, 'held', { enqueuedAt: at(5) })
    await delivery(id, 'pending', { enqueuedAt: at(7) })
    const health = { failingSince: at(8), failures: 2, lastFailure: 'HTTP 503' }
    await test.platform.registry.webhooks.noteHealth(tenantId, id, { ...health, oldest: at(1) })
    const { headers, body } = await get(`/webhooks/${id}/stats?since=2026-11-01`)
    expect(headers.get('Cache-Control')).toBe('no-store')
    expect(body).toMatchObject({
      since: '2026-11-01T00:00:00.000Z',
      attempts: { succeeded: 1, failed: 2 },
      successRate: 0.3333,
      backlog: { pending: 1, held: 1, failed: 1, isExact: true },
      oldestUndeliveredAt: at(5),
      health,
    })
    const { p50, p95 } = body.latencyMs as Record<string, number>
    for (const value of [p50, p95]) {
      expect(Number.isInteger(value)).toBe(true)
      expect(value).toBeGreaterThanOrEqual(87)
      expect(value).toBeLessThan(87 * 1.2)
    }
  })
})
