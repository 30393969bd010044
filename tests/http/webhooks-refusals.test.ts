import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { StorageError } from '../../src/error/storage-error'
import { describeNotOnAws } from '../support/not-on-aws'
import { settings, startWebhookTest, type WebhookTest } from '../support/webhooks-api'

let test: WebhookTest
beforeAll(async () => {
  test = await startWebhookTest()
})
afterAll(() => test[Symbol.asyncDispose]())

/** A rule so many levels deep. */
function deepRule(levels: number): object {
  return levels === 1 ? { path: 'type', equals: 'x' } : { not: deepRule(levels - 1) }
}

describe('Settings that do not fit are refused, with path and rule', () => {
  const cases: [why: string, change: Record<string, unknown>, path: unknown[], message: string][] =
    [
      ['an empty name', { name: '' }, ['name'], 'Must have 1 to 200 characters'],
      ['a name beyond 200 characters', { name: '☕'.repeat(201) }, ['name'], '1 to 200'],
      ['no target', { targetUrl: undefined }, ['targetUrl'], 'Required'],
      [
        'a target with a blank',
        { targetUrl: 'https://8.8.8.8/a b' },
        ['targetUrl'],
        'Must be a URI',
      ],
      ['a target that is no URI', { targetUrl: 'hooks' }, ['targetUrl'], 'Must be a URI'],
      ['an empty list of events', { events: [] }, ['events'], '>=1'],
      ['an event without a name', { events: ['ViewEvent', ''] }, ['events', 1], '1 to 1000'],
      ['events that are no list', { events: 'ViewEvent' }, ['events'], 'expected array'],
      [
        'a filter by an unknown field',
        { filters: [{ field: 'colour', in: ['x'] }] },
        ['filters', 0, 'field'],
        'actorId',
      ],
      [
        'a filter by a misspelt field',
        { filters: [{ actorid: 'urn:a' }] },
        ['filters', 0, 'actorid'],
        'did you mean actorId?',
      ],
      [
        'a filter without values',
        { filters: [{ field: 'actorId', in: [] }] },
        ['filters', 0, 'in'],
        '1 to 100 values; got 0',
      ],
      [
        'a filter by a known and an unknown field',
        { filters: [{ actorId: 'urn:a', colour: 'x' }] },
        ['filters', 0, 'colour'],
        'Not known',
      ],
      [
        'a notice that there is none of',
        { events: ['ViewEvent', 'nonius.webhook.fallen'] },
        ['events', 1],
        'nonius.webhook.failing, nonius.webhook.disabled',
      ],
      ['a rule that is a list', { rule: [] }, ['rule'], 'got an array'],
      ['a rule of an older form', { rule: { type: 'x' } }, ['rule', 'type'], 'Not known here'],
      [
        'a rule with a bad operator',
        { rule: { all: [{ path: 'type', is: 'x' }] } },
        ['rule', 'all', 0, 'is'],
        'Not known here; known are path, equals',
      ],
      ['a rule too deep', { rule: deepRule(17) }, ['rule', ...Array(16).fill('not')], '16 deep'],
      [
        'a rule far too deep',
        { rule: deepRule(900) },
        ['rule', ...Array(16).fill('not')],
        '16 deep',
      ],
      [
        'a rule of a megabyte',
        { rule: { path: 'type', equals: 'x'.repeat(1024 * 1024) } },
        ['rule'],
        '32768 bytes',
      ],
      [
        'a rule of many parts',
        { rule: { all: Array(100).fill({ any: [{ path: 'type', equals: 'x' }] }) } },
        ['rule', 'all', 99, 'any', 0],
        'at most 200 parts',
      ],
      ['an empty filter', { filters: [{}] }, ['filters', 0], 'Must be'],
      ['enabled as text', { enabled: 'yes' }, ['enabled'], 'expected boolean'],
      ['a setting that does not exist', { filter: [] }, ['filter'], 'Not known'],
    ]
  for (const [why, change, path, message] of cases) {
    it(why, async () => {
      for (const reply of [
        await test.call('POST', '/webhooks', { ...settings, ...change }),
        await test.call('PUT', `/webhooks/${(await test.create()).id}`, { ...settings, ...change }),
      ]) {
        expect(reply.status).toBe(400)
        expect(reply.headers.get('Content-Type')).toBe('application/problem+json')
        const problem = (await reply.json()) as { errors: unknown[] }
        expect(problem).toMatchObject({ code: 'invalid_request' })
        expect(problem.errors).toEqual([
          expect.objectContaining({ path, message: expect.stringContaining(message) }),
        ])
      }
    })
  }

  it('a name of 200 characters is not too long, however many units they take', async () => {
    await test.create({ name: '🎓'.repeat(200) })
  })

  it('a body that is not JSON', async () => {
    const headers = { ...test.as(), 'Content-Type': 'application/json' }
    const reply = await test.request('/webhooks', { method: 'POST', headers, body: '{' })
    expect(reply.status).toBe(400)
    expect(await reply.json()).toMatchObject({ code: 'invalid_json' })
  })

  it('another media type', async () => {
    const headers = { ...test.as(), 'Content-Type': 'text/xml' }
    const reply = await test.request('/webhooks', { method: 'POST', headers, body: '{}' })
    expect(reply.status).toBe(415)
  })
})

describe('A target that may not be called is refused, with the reason', () => {
  const cases = [
    ['http://127.0.0.1:3000/', '127.0.0.1 is not a public address (range loopback)'],
    ['http://localhost/', 'localhost is not at a public address (range loopback)'],
    ['http://2130706433/', '127.0.0.1 is not a public address (range loopback)'],
    ['http://10.1.2.3/', '10.1.2.3 is not a public address (range private)'],
    ['http://169.254.169.254/latest/', '169.254.169.254 is not a public address (range linkLocal)'],
    ['http://[::1]/', '::1 is not a public address (range loopback)'],
    ['ftp://8.8.8.8/', 'It must begin with https: or http:, not ftp:'],
    ['https://me:hunter2@8.8.8.8/', 'It may not hold a user name or password'],
  ] as const
  for (const [targetUrl, message] of cases) {
    it(targetUrl, async () => {
      const { id } = await test.create()
      for (const reply of [
        await test.call('POST', '/webhooks', { ...settings, targetUrl }),
        await test.call('PUT', `/webhooks/${id}`, { ...settings, targetUrl }),
      ]) {
        expect(reply.status).toBe(400)
        const text = await reply.text()
        expect(JSON.parse(text)).toMatchObject({
          code: 'invalid_target',
          errors: [{ path: ['targetUrl'], message }],
        })
        expect(text).not.toContain('hunter2')
      }
      const kept = await (await test.call('GET', `/webhooks/${id}`)).json()
      expect(kept).toMatchObject({ targetUrl: settings.targetUrl })
    })
  }

  it('unless private targets are allowed', async () => {
    await using open = await startWebhookTest({ config: { allowPrivateWebhooks: true } })
    for (const targetUrl of ['http://127.0.0.1:3000/', 'http://localhost/', 'http://[fd00::1]/']) {
      const reply = await open.call('POST', '/webhooks', { ...settings, targetUrl })
      expect(reply.status).toBe(201)
    }
  })
})

describeNotOnAws('faults')('A store that fails', () => {
  it('is a 503, to be tried again', async () => {
    const full = new StorageError('disk full', { isRetriable: true })
    await using broken = await startWebhookTest({
      wrap: (platform) => ({
        ...platform,
        registry: {
          ...platform.registry,
          webhooks: { ...platform.registry.webhooks, add: () => Promise.reject(full) },
        },
      }),
    })
    const reply = await broken.call('POST', '/webhooks', settings)
    expect(reply.status).toBe(503)
    expect(reply.headers.get('Retry-After')).toMatch(/^\d+$/)
  })
})
