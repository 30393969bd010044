import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { settings, startWebhookTest, type WebhookTest } from '../support/webhooks-api'

let test: WebhookTest
beforeAll(async () => {
  test = await startWebhookTest()
})
afterAll(() => test[Symbol.asyncDispose]())

describe('Webhooks are closed to whoever may not see them', () => {
  const calls = [
    ['POST', '/webhooks', settings],
    ['GET', '/webhooks', undefined],
    ['GET', '/webhooks/whk_1', undefined],
    ['PUT', '/webhooks/whk_1', settings],
    ['DELETE', '/webhooks/whk_1', undefined],
    ['POST', '/webhooks/whk_1/match', { last: 1 }],
    ['POST', '/webhooks/match', { settings, last: 1 }],
  ] as const

  for (const [method, path, body] of calls) {
    it(`${method} ${path} asks for a key, and for its scope`, async () => {
      expect((await test.request(path, { method })).status).toBe(401)
      expect((await test.call(method, path, body, 'nk_wrong')).status).toBe(401)
      const other = method === 'GET' ? 'webhooks:write' : 'webhooks:read'
      const weak = await test.issue(['events:write', 'events:read', other])
      const reply = await test.call(method, path, body, weak)
      expect(reply.status).toBe(403)
      expect(await reply.json()).toMatchObject({ code: 'forbidden' })
    })
  }

  it('another tenant neither sees nor changes them', async () => {
    const { id } = await test.create()
    const stranger = await test.issue(['webhooks:read', 'webhooks:write'], 'elsewhere')
    for (const [method, body] of [['GET'], ['PUT', settings], ['DELETE']] as const) {
      const reply = await test.call(method, `/webhooks/${id}`, body, stranger)
      expect(reply.status).toBe(404)
      expect(await reply.json()).toMatchObject({ code: 'not_found' })
    }
    const tried = await test.call('POST', `/webhooks/${id}/match`, { last: 1 }, stranger)
    expect(tried.status).toBe(404)
    const list = await test.call('GET', '/webhooks', undefined, stranger)
    expect(await list.json()).toEqual({ webhooks: [] })
    expect((await test.call('GET', `/webhooks/${id}`)).status).toBe(200)
  })

  it('no secret is ever logged', async () => {
    const { secret } = await test.create()
    expect(test.logged.join('\n')).not.toContain(secret)
  })
})
