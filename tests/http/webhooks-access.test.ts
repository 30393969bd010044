import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import openapi from '../../openapi/openapi.json'
import type { Scope } from '../../src/identity/scope'
import { aDelivery } from '../support/webhooks'
import { startWebhookTest, type WebhookTest } from '../support/webhooks-api'

let test: WebhookTest
beforeAll(async () => {
  test = await startWebhookTest()
})
afterAll(() => test[Symbol.asyncDispose]())

interface Described {
  description: string
  requestBody?: { content: { 'application/json': { example: unknown } } }
}

interface Call {
  method: string
  path: string
  scope: Scope
  body: unknown
}

/** Every route of webhooks, as the document has it: a new one is among them. */
const calls = Object.entries(openapi.paths as Record<string, object>)
  .filter(([path]) => path === '/webhooks' || path.startsWith('/webhooks/'))
  .flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, Described>).map(([method, described]): Call => {
      const scope = /^Scope `([a-z:]+)`/.exec(described.description)?.[1] as Scope
      const body = described.requestBody?.content['application/json'].example
      return { method: method.toUpperCase(), path, scope, body }
    }),
  )

const filled = (path: string) => path.replaceAll(/\{\w+\}/g, 'none')

describe('Webhooks are closed to whoever may not see them', () => {
  it('every route says its scope, which writes where the method does', () => {
    expect(calls.length).toBeGreaterThanOrEqual(12)
    // To match is a question, and asks of events.
    const others = calls.filter(({ path }) => !path.endsWith('/match'))
    for (const { method, path, scope } of others) {
      const expected = method === 'GET' ? 'webhooks:read' : 'webhooks:write'
      expect([method, path, scope]).toEqual([method, path, expected])
    }
  })

  for (const { method, path, scope, body } of calls) {
    it(`${method} ${path} asks for a key, and for its scope`, async () => {
      expect((await test.request(filled(path), { method })).status).toBe(401)
      expect((await test.call(method, filled(path), body, 'nk_wrong')).status).toBe(401)
      const other = scope === 'webhooks:write' ? 'webhooks:read' : 'webhooks:write'
      const weak = await test.issue(['events:write', other])
      const reply = await test.call(method, filled(path), body, weak)
      expect(reply.status).toBe(403)
      expect(await reply.json()).toMatchObject({ code: 'forbidden' })
    })
  }

  it('another tenant neither sees nor changes them, whatever it names', async () => {
    const { id } = await test.create()
    const { deliveries, registry } = test.platform
    const failed = aDelivery({ tenantId: 'default', webhookId: id })
    const { deliveryId } = failed
    await deliveries.enqueue([{ ...failed, isHeld: true }])
    await deliveries.skip('default', id, 'skipped')
    const before = await registry.webhooks.get('default', id)
    const stranger = await test.issue(
      ['webhooks:read', 'webhooks:write', 'events:read'],
      'elsewhere',
    )
    const ofOne = calls.filter(({ path }) => path.includes('{id}'))
    expect(ofOne.length).toBeGreaterThanOrEqual(10)
    for (const { method, path, body } of ofOne) {
      const named = path.replace('{id}', id).replace('{deliveryId}', deliveryId)
      const reply = await test.call(method, filled(named), body, stranger)
      expect([method, path, reply.status]).toEqual([method, path, 404])
      expect(await reply.json()).toMatchObject({ code: 'not_found' })
    }
    const list = await test.call('GET', '/webhooks', undefined, stranger)
    expect(await list.json()).toEqual({ webhooks: [] })
    expect(await registry.webhooks.get('default', id)).toEqual(before)
    expect(await deliveries.find('default', id, deliveryId)).toMatchObject({ status: 'failed' })
  })

  it('a delivery of one webhook is none of another', async () => {
    const [{ id }, { id: other }] = [await test.create(), await test.create()]
    const failed = aDelivery({ tenantId: 'default', webhookId: id })
    await test.platform.deliveries.enqueue([{ ...failed, isHeld: true }])
    await test.platform.deliveries.skip('default', id, 'skipped')
    const path = `/webhooks/${other}/deliveries/${failed.deliveryId}`
    expect((await test.call('GET', path)).status).toBe(404)
    expect((await test.call('POST', `${path}/retry`)).status).toBe(404)
    const all = await test.call('POST', `/webhooks/${other}/retry`, {})
    expect(await all.json()).toEqual({ retried: 0, isAll: true })
  })

  it('no secret is ever logged', async () => {
    const { secret } = await test.create()
    expect(test.logged.join('\n')).not.toContain(secret)
  })
})
