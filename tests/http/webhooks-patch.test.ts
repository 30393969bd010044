import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { settings, startWebhookTest, type WebhookTest } from '../support/webhooks-api'

let test: WebhookTest
beforeAll(async () => {
  test = await startWebhookTest()
})
afterAll(() => test[Symbol.asyncDispose]())

type Shown = Record<string, unknown>

const stored = async (id: string) => (await test.platform.registry.webhooks.get('default', id))!

async function patched(id: string, change: Shown): Promise<Shown> {
  const reply = await test.call('PATCH', `/webhooks/${id}`, change)
  expect(reply.status).toBe(200)
  expect(reply.headers.get('Cache-Control')).toBe('no-store')
  return (await reply.json()) as Shown
}

const full = {
  ...settings,
  filters: [{ field: 'actorId', in: ['urn:ada'] }],
  rule: { path: 'payload.score', gte: 0.5 },
  signatures: ['v1', 'v1a'],
  format: 'record',
  fields: ['actorId'],
  contentEncoding: 'gzip',
  batch: { maxEvents: 7, maxSeconds: 3 },
  maxBytes: 20_000,
  ordered: true,
  maxConcurrent: 2,
  maxPerSecond: 5,
  headers: { 'x-a': 'one', 'x-b': 'two' },
}

describe('A part of the settings', () => {
  it('changes what it names, and nothing else', async () => {
    const { id, secret: _, updatedAt: __, ...made } = await test.create(full)
    const { headers, former, ...before } = await stored(id)
    const { updatedAt, ...after } = await patched(id, { name: 'Other' })
    expect(after).toEqual({ id, ...made, name: 'Other' })
    expect(await stored(id)).toEqual({
      ...before,
      headers,
      name: 'Other',
      updatedAt: String(updatedAt),
    })
    expect(former).toBeUndefined()
  })

  it('that is empty changes nothing', async () => {
    const { id, secret: _, updatedAt: __, ...made } = await test.create(full)
    expect(await patched(id, {})).toMatchObject({ id, ...made })
  })

  const defaults: [name: string, value: unknown][] = [
    ['name', '8.8.8.8'],
    ['events', ['*']],
    ['filters', []],
    ['rule', undefined],
    ['enabled', true],
    ['signatures', ['v1']],
    ['contentEncoding', undefined],
    ['fields', undefined],
    ['batch', { maxEvents: 100, maxSeconds: 0.1 }],
    ['maxBytes', 262_144],
    ['ordered', false],
    ['maxConcurrent', 4],
    ['maxPerSecond', undefined],
    ['headers', undefined],
  ]
  for (const [name, value] of defaults) {
    it(`sets ${name} to its default by null`, async () => {
      const { id } = await test.create({ ...full, enabled: name !== 'enabled' })
      expect((await patched(id, { [name]: null }))[name]).toEqual(value)
    })
  }

  it('names what must stay', async () => {
    const { id } = await test.create()
    const reply = await test.call('PATCH', `/webhooks/${id}`, { targetUrl: null })
    expect(reply.status).toBe(400)
    const { errors } = (await reply.json()) as { errors: object[] }
    expect(errors).toMatchObject([
      { path: ['targetUrl'], message: expect.stringContaining('expected string') },
    ])
  })

  it('changes headers one by one, whose values nobody is shown', async () => {
    const { id } = await test.create(full)
    const change = { headers: { 'X-B': null, 'x-c': 'three', 'x-none': null } }
    expect((await patched(id, change)).headers).toEqual({ 'x-a': '•••', 'x-c': '•••' })
    expect((await stored(id)).headers).toEqual({ 'x-a': 'one', 'x-c': 'three' })
    expect(await patched(id, { headers: { 'x-a': null, 'x-c': null } })).not.toHaveProperty(
      'headers',
    )
    const { headers, headerNames } = await stored(id)
    expect([headers, headerNames]).toEqual([undefined, undefined])
  })

  it('changes half a batch', async () => {
    const { id } = await test.create(full)
    const { batch } = await patched(id, { batch: { maxEvents: 1 } })
    expect(batch).toEqual({ maxEvents: 1, maxSeconds: 3 })
    expect((await patched(id, { batch: { maxSeconds: null } })).batch).toEqual({
      ...{ maxEvents: 1, maxSeconds: 0.1 },
    })
  })

  it('replaces a rule and filters whole', async () => {
    const { id } = await test.create(full)
    const change = { rule: { path: 'type', equals: 'x' }, filters: [{ actorId: 'urn:bo' }] }
    expect(await patched(id, change)).toMatchObject({
      rule: { path: 'type', equals: 'x' },
      filters: [{ field: 'actorId', in: ['urn:bo'] }],
    })
  })

  const together: [why: string, change: Shown, path: unknown[], rule: string][] = [
    ['fields of another format', { format: 'raw' }, ['fields', 0], 'events of some standard'],
    ['fields of thin events', { format: 'thin' }, ['fields'], 'Must be left out'],
    [
      'too many headers',
      { headers: Object.fromEntries(Array.from({ length: 19 }, (_, at) => [`x-h${at}`, 'x'])) },
      ['headers'],
      'at most 20; got 21',
    ],
    [
      'too much in all',
      { name: 'x', events: Array(36).fill('x'.repeat(900)) },
      [],
      'at most 32768 bytes',
    ],
  ]
  for (const [why, change, path, rule] of together) {
    it(`is refused when what comes of it does not fit: ${why}`, async () => {
      const { id } = await test.create(full)
      const before = await stored(id)
      const reply = await test.call('PATCH', `/webhooks/${id}`, change)
      expect(reply.status).toBe(400)
      const { errors } = (await reply.json()) as { errors: object[] }
      expect(errors[0]).toMatchObject({ path, message: expect.stringContaining(rule) })
      expect(await stored(id)).toEqual(before)
    })
  }

  it('is refused with a target that may not be called', async () => {
    const { id } = await test.create()
    const change = { targetUrl: 'https://10.1.2.3/' }
    const reply = await test.call('PATCH', `/webhooks/${id}`, change)
    expect(reply.status).toBe(400)
    expect(await reply.json()).toMatchObject({ code: 'invalid_target' })
  })

  it('loses nothing of what others change at once', async () => {
    const { id } = await test.create()
    const changes = [
      { name: 'a' },
      { ordered: true },
      { maxBytes: 20_000 },
      { headers: { a: '1' } },
    ]
    await Promise.all(changes.map((change) => patched(id, change)))
    expect(await stored(id)).toMatchObject({
      name: 'a',
      ordered: true,
      maxBytes: 20_000,
      headers: { a: '1' },
    })
  })

  it('may be of a webhook that an earlier version made', async () => {
    const made = await test.create()
    const {
      webhookId,
      tenantId,
      name,
      targetUrl,
      events,
      filters,
      enabled,
      secret,
      createdAt,
      updatedAt,
    } = await stored(made.id)
    const ids = { webhookId, tenantId, secret, createdAt, updatedAt }
    await test.platform.registry.webhooks.put({ ...ids, name, targetUrl, events, filters, enabled })
    expect(await patched(made.id, { maxConcurrent: 1 })).toMatchObject({
      format: 'raw',
      maxConcurrent: 1,
    })
  })
})

describe('A webhook that a person disables', () => {
  it('says so, for as long as it is', async () => {
    const { id, disabled: none } = await test.create()
    expect(none).toBeUndefined()
    const { disabled } = await patched(id, { enabled: false })
    expect(disabled).toEqual({ at: expect.stringMatching(/^\d{4}-.*Z$/), by: 'person' })
    expect((await patched(id, { name: 'x' })).disabled).toEqual(disabled)
    expect(await patched(id, { enabled: true })).not.toHaveProperty('disabled')
    const { disabled: again } = await test.create({ enabled: false })
    expect(again).toMatchObject({ by: 'person' })
  })

  const bad: [why: string, method: string, change: Shown, rule: string][] = [
    [
      'a place that is none',
      'PATCH',
      { enabled: true, resumeFrom: 'start' },
      'Must be "position", "now" or a time (ISO 8601); got "start"',
    ],
    [
      'a day that does not exist',
      'PUT',
      { resumeFrom: '2026-02-30T00:00:00Z' },
      'Must be "position"',
    ],
    ['a time without a day', 'PATCH', { enabled: true, resumeFrom: '12:00' }, 'Must be "position"'],
    ['a number', 'PATCH', { enabled: true, resumeFrom: 5 }, 'expected string'],
    ['no word of enabling', 'PATCH', { resumeFrom: 'now' }, 'beside "enabled": true'],
    ['disabling', 'PATCH', { enabled: false, resumeFrom: 'now' }, 'beside "enabled": true'],
    ['disabling', 'PUT', { enabled: false, resumeFrom: 'now' }, 'beside "enabled": true'],
  ]
  for (const [why, method, change, rule] of bad) {
    it(`cannot be resumed by ${method} with ${why}`, async () => {
      const { id } = await test.create({ enabled: false })
      const all = method === 'PUT' ? settings : {}
      const reply = await test.call(method, `/webhooks/${id}`, { ...all, ...change })
      expect(reply.status).toBe(400)
      const { errors } = (await reply.json()) as { errors: object[] }
      expect(errors).toEqual([
        expect.objectContaining({ path: ['resumeFrom'], message: expect.stringContaining(rule) }),
      ])
      expect((await stored(id)).enabled).toBe(false)
    })
  }

  it('cannot be made with a place to resume from', async () => {
    const reply = await test.call('POST', '/webhooks', { ...settings, resumeFrom: 'now' })
    expect(reply.status).toBe(400)
  })
})
