import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import document from '../../openapi/openapi.json'
import { webhookRoutes } from '../support/webhook-routes'
import { settings, startWebhookTest, type WebhookTest } from '../support/webhooks-api'

let test: WebhookTest
beforeAll(async () => {
  test = await startWebhookTest()
})
afterAll(() => test[Symbol.asyncDispose]())

const at = (path: string, id: string) => path.replaceAll(/\{\w+\}/g, id)

describe('Webhooks are closed to whoever may not see them', () => {
  it('by a table that has every route', () => {
    const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
      path.startsWith('/webhooks')
        ? Object.keys(methods).map((one) => `${one.toUpperCase()} ${path}`)
        : [],
    )
    expect(webhookRoutes.map(([method, path]) => `${method} ${path}`).sort()).toEqual(
      documented.sort(),
    )
  })

  for (const [method, path, scope, body] of webhookRoutes) {
    it(`${method} ${path} asks for a key, and for its scope`, async () => {
      const url = at(path, 'whk_1')
      expect((await test.request(url, { method })).status).toBe(401)
      expect((await test.call(method, url, body, 'nk_wrong')).status).toBe(401)
      const other = scope === 'webhooks:read' ? 'webhooks:write' : 'webhooks:read'
      const weak = await test.issue(['events:write', 'events:read', other])
      const reply = await test.call(method, url, body, weak)
      expect(reply.status).toBe(403)
      expect(await reply.json()).toMatchObject({ code: 'forbidden' })
    })
  }

  it('another tenant neither sees nor changes them, and is told nothing', async () => {
    const { id } = await test.create({ signatures: ['v1', 'v1a'], headers: { 'x-key': 'hunter2' } })
    const { webhooks } = test.platform.registry
    const before = await webhooks.get('default', id)
    const stranger = await test.issue(['webhooks:read', 'webhooks:write'], 'elsewhere')
    const own = webhookRoutes.filter(([, path]) => path.includes('{id}'))
    for (const [method, path, , body] of own) {
      const reply = await test.call(method, at(path, id), body, stranger)
      const text = await reply.text()
      expect([method, path, reply.status]).toEqual([method, path, 404])
      expect(JSON.parse(text)).toMatchObject({ code: 'not_found' })
      for (const secret of [settings.targetUrl, before!.publicKey!, 'x-key']) {
        expect(text).not.toContain(secret)
      }
    }
    const tried = await test.call('POST', `/webhooks/${id}/match`, { last: 1 }, stranger)
    expect(tried.status).toBe(404)
    const list = await test.call('GET', '/webhooks', undefined, stranger)
    expect(await list.json()).toEqual({ webhooks: [] })
    expect(await webhooks.get('default', id)).toEqual(before)
  })

  it('no secret is ever logged, nor a header’s value', async () => {
    const headers = { authorization: 'Bearer hunter2' }
    const { id, secret } = await test.create({ headers, signatures: ['v1a'] })
    const { privateKey } = (await test.platform.registry.webhooks.get('default', id))!
    const bad = { secret: `${secret}!`, headers: { 'x-a': 'hunter2\n' }, targetUrl: 'hunter2' }
    expect((await test.call('POST', '/webhooks', bad)).status).toBe(400)
    const rotated = await test.call('POST', `/webhooks/${id}/secret/rotate`, {})
    const next = ((await rotated.json()) as { secret: string }).secret
    const logged = test.logged.join('\n')
    for (const hidden of [secret, next, privateKey!, 'hunter2'])
      expect(logged).not.toContain(hidden)
  })
})
