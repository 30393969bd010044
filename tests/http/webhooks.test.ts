import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { settings, startWebhookTest, type WebhookTest } from '../support/webhooks-api'

let test: WebhookTest
beforeAll(async () => {
  test = await startWebhookTest()
})
afterAll(() => test[Symbol.asyncDispose]())

describe('A webhook', () => {
  it('is made with a secret that is shown once', async () => {
    const reply = await test.call('POST', '/webhooks', settings)
    expect(reply.status).toBe(201)
    expect(reply.headers.get('Cache-Control')).toBe('no-store')
    const { id, secret, ...made } = (await reply.json()) as Record<string, unknown>
    expect(id).toMatch(/^whk_/)
    expect(secret).toMatch(/^whsec_/)
    const now = expect.stringMatching(/^\d{4}-.*Z$/)
    expect(made).toEqual({
      ...settings,
      filters: [],
      enabled: true,
      signatures: ['v1'],
      format: 'raw',
      batch: { maxEvents: 100, maxSeconds: 0.1 },
      maxBytes: 262_144,
      ordered: false,
      maxConcurrent: 4,
      createdAt: now,
      updatedAt: now,
    })
    expect(reply.headers.get('Location')).toBe(`/webhooks/${id}`)

    const read = await test.call('GET', `/webhooks/${id}`)
    expect(read.status).toBe(200)
    expect(await read.json()).toEqual({ id, ...made })
    const list = await test.call('GET', '/webhooks')
    expect(list.status).toBe(200)
    const text = await list.text()
    expect(JSON.parse(text).webhooks).toContainEqual({ id, ...made })
    expect(text).not.toContain('whsec_')
  })

  it('is replaced whole, but keeps its id, its secret and its age', async () => {
    const { id, createdAt } = await test.create({
      filters: [{ field: 'actorId', in: ['urn:ada'] }],
      enabled: false,
    })
    const before = await test.platform.registry.webhooks.get('default', id)
    test.clock.advance(1000)
    const changed = { name: 'Grades', targetUrl: 'https://1.1.1.1/', events: ['GradeEvent'] }
    const reply = await test.call('PUT', `/webhooks/${id}`, changed)
    expect(reply.status).toBe(200)
    const now = (await reply.json()) as { updatedAt: string }
    expect(now).toMatchObject({ id, ...changed, filters: [], enabled: true, createdAt })
    expect(Date.parse(now.updatedAt)).toBeGreaterThan(Date.parse(String(createdAt)))
    expect(now).not.toHaveProperty('secret')
    expect((await test.platform.registry.webhooks.get('default', id))!.secret).toBe(before!.secret)
    expect(await (await test.call('GET', `/webhooks/${id}`)).json()).toEqual(now)
  })

  it('is gone once deleted', async () => {
    const { id } = await test.create()
    const reply = await test.call('DELETE', `/webhooks/${id}`)
    expect([reply.status, await reply.text()]).toEqual([204, ''])
    for (const [method, body] of [['GET'], ['DELETE'], ['PUT', settings]] as const) {
      expect((await test.call(method, `/webhooks/${id}`, body)).status).toBe(404)
    }
  })

  const filters: [sent: unknown, kept: unknown][] = [
    [[], []],
    [
      [{ field: 'actorId', in: ['urn:a', 'urn:b'] }],
      [{ field: 'actorId', in: ['urn:a', 'urn:b'] }],
    ],
    [[{ eventType: 'ViewEvent' }], [{ field: 'type', in: ['ViewEvent'] }]],
    [
      [{ success: true, score: [1, 2] }],
      [
        { field: 'score', in: [1, 2] },
        { field: 'success', in: [true] },
      ],
    ],
    [[{ actorId: 'urn:a' }], [{ field: 'actorId', in: ['urn:a'] }]],
    [[{ actorId: ['urn:a', 'urn:b'] }], [{ field: 'actorId', in: ['urn:a', 'urn:b'] }]],
    [
      [
        { action: 'Viewed', objectId: 'urn:o' },
        { field: 'sourceId', in: ['demo'] },
      ],
      [
        { field: 'action', in: ['Viewed'] },
        { field: 'objectId', in: ['urn:o'] },
        { field: 'sourceId', in: ['demo'] },
      ],
    ],
  ]
  for (const [sent, kept] of filters) {
    it(`keeps the filters ${JSON.stringify(sent)} in one form`, async () => {
      expect(await test.create({ filters: sent })).toMatchObject({ filters: kept })
    })
  }

  it('may be told of a name that does not resolve yet', async () => {
    await test.create({ targetUrl: 'https://hooks.invalid/in' })
  })
})
