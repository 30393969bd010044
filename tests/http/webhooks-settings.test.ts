import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { startWebhookTest, type WebhookTest } from '../support/webhooks-api'

let test: WebhookTest
beforeAll(async () => {
  test = await startWebhookTest()
})
afterAll(() => test[Symbol.asyncDispose]())

const targetUrl = 'https://8.8.8.8/hook'
const rule = {
  any: [{ path: 'payload.score', lt: 0.5 }, { not: { path: 'actorId', exists: true } }],
}
const secretOf = (bytes: number, fill = 7) =>
  `whsec_${Buffer.alloc(bytes, fill).toString('base64')}`
const headersOf = (count: number, value = 'x') =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`x-h${at}`, value]))

type Sent = Record<string, unknown>

const usual = {
  name: '8.8.8.8',
  targetUrl,
  events: ['*'],
  filters: [],
  enabled: true,
  signatures: ['v1'],
  format: 'raw',
  batch: { maxEvents: 100, maxSeconds: 0.1 },
  maxBytes: 262_144,
  ordered: false,
  maxConcurrent: 4,
}

const good: [why: string, sent: Sent, shown: Sent][] = [
  ['a target alone', {}, {}],
  ['a rule', { rule }, { rule }],
  ['both signatures', { signatures: ['v1a', 'v1'] }, { signatures: ['v1a', 'v1'] }],
  [
    'events one by one, at once',
    { batch: { maxEvents: 1, maxSeconds: 0 } },
    { batch: { maxEvents: 1, maxSeconds: 0 } },
  ],
  [
    'the largest batch',
    { batch: { maxEvents: 500, maxSeconds: 60 } },
    { batch: { maxEvents: 500, maxSeconds: 60 } },
  ],
  ['half a batch', { batch: { maxEvents: 7 } }, { batch: { maxEvents: 7, maxSeconds: 0.1 } }],
  ...['raw', 'record', 'thin', 'cloudevents'].map((format): [string, Sent, Sent] => [
    `the format ${format}`,
    { format },
    { format },
  ]),
  [
    'fields of events',
    { fields: ['actor.id', '@context', 'payload.score', 'verb.id', '/mine/a~1b'] },
    { fields: ['actor.id', '@context', 'payload.score', 'verb.id', '/mine/a~1b'] },
  ],
  [
    'fields of records',
    { format: 'record', fields: ['actorId', 'actor_name', 'server.ip', 'raw'] },
    { format: 'record', fields: ['actorId', 'actor_name', 'server.ip', 'raw'] },
  ],
  [
    'fields of an entity',
    { fields: ['name', 'dateCreated'], events: ['Person'] },
    { fields: ['name', 'dateCreated'], events: ['Person'] },
  ],
  ['gzip', { contentEncoding: 'gzip' }, { contentEncoding: 'gzip' }],
  ['the smallest message', { maxBytes: 16 * 1024 }, { maxBytes: 16 * 1024 }],
  ['the largest message', { maxBytes: 6 * 1024 * 1024 }, { maxBytes: 6 * 1024 * 1024 }],
  ['order', { ordered: true }, { ordered: true }],
  ['a pace', { maxConcurrent: 16, maxPerSecond: 0.1 }, { maxConcurrent: 16, maxPerSecond: 0.1 }],
  [
    'headers',
    { headers: { Authorization: 'Bearer a b', 'X-Team': '7' } },
    { headers: { authorization: '•••', 'x-team': '•••' } },
  ],
  ['as many headers as may be', { headers: headersOf(20) }, { headers: headersOf(20, '•••') }],
  ['no headers', { headers: {} }, {}],
  ['a secret of 24 bytes', { secret: secretOf(24) }, { secret: secretOf(24) }],
  ['a secret of 64 bytes', { secret: secretOf(64, 255) }, { secret: secretOf(64, 255) }],
  ['notices', { events: ['*', 'nonius.*'] }, { events: ['*', 'nonius.*'] }],
]

const bad: [why: string, sent: Sent, path: unknown[], rule: string][] = [
  [
    'a notice that is none',
    { events: ['*', 'nonius.webhook.gone'] },
    ['events', 1],
    'nonius.webhook.failing, nonius.webhook.disabled',
  ],
  ['a rule that is none', { rule: { path: 'type' } }, ['rule'], 'got a path alone'],
  ['a rule that is null', { rule: null }, ['rule'], 'got null'],
  [
    'a rule too deep',
    { rule: Array.from({ length: 20 }).reduce((not: unknown) => ({ not }), {}) },
    ['rule', ...Array(16).fill('not')],
    'at most 16 deep',
  ],
  [
    'a rule of a megabyte',
    { rule: { path: 'type', equals: 'x'.repeat(1024 * 1024) } },
    ['rule'],
    'at most 32768 bytes',
  ],
  [
    'a bad part of a rule',
    { rule: { all: [{ path: '', exists: true }] } },
    ['rule', 'all', 0, 'path'],
    'Must not be empty; got ""',
  ],
  ['no signature', { signatures: [] }, ['signatures'], '>=1'],
  ['an unknown signature', { signatures: ['v2'] }, ['signatures', 0], '"v1"|"v1a"; got "v2"'],
  [
    'a signature twice',
    { signatures: ['v1', 'v1'] },
    ['signatures'],
    'each scheme once; got ["v1","v1"]',
  ],
  [
    'an unknown format',
    { format: 'xml' },
    ['format'],
    '"raw"|"record"|"thin"|"cloudevents"; got "xml"',
  ],
  ['no fields', { fields: [] }, ['fields'], '>=1'],
  ['101 fields', { fields: Array(101).fill('actor') }, ['fields'], '<=100'],
  ['an empty field', { fields: ['id', ''] }, ['fields', 1], 'Must not be empty; got ""'],
  [
    'a field with an empty name',
    { fields: ['actor..id'] },
    ['fields', 0],
    'names with dots between',
  ],
  [
    'a field that no event has',
    { fields: ['actr.id'] },
    ['fields', 0],
    'did you mean actor?); a member of your own stands behind a stroke, /actr; got "actr.id"',
  ],
  ['a field with a bad pointer', { fields: ['/a~2'] }, ['fields', 0], 'JSON Pointer'],
  [
    'a field that no record has',
    { format: 'record', fields: ['actorid'] },
    ['fields', 0],
    'Must be a field of the record (did you mean actorId?); got "actorid"',
  ],
  [
    'a field of the event, of a record',
    { format: 'record', fields: ['actor.id'] },
    ['fields', 0],
    '(did you mean actorId?); got "actor.id"',
  ],
  [
    'fields of thin events',
    { format: 'thin', fields: ['id'] },
    ['fields'],
    'Must be left out with the format "thin"',
  ],
  ['another encoding', { contentEncoding: 'br' }, ['contentEncoding'], '"gzip"; got "br"'],
  ['a batch of none', { batch: { maxEvents: 0 } }, ['batch', 'maxEvents'], '>=1; got 0'],
  ['a batch of 501', { batch: { maxEvents: 501 } }, ['batch', 'maxEvents'], '<=500; got 501'],
  ['a batch of half an event', { batch: { maxEvents: 1.5 } }, ['batch', 'maxEvents'], 'int'],
  [
    'a batch of a minute and more',
    { batch: { maxSeconds: 60.1 } },
    ['batch', 'maxSeconds'],
    '<=60; got 60.1',
  ],
  ['a negative wait', { batch: { maxSeconds: -1 } }, ['batch', 'maxSeconds'], '>=0; got -1'],
  ['an unknown member of a batch', { batch: { maxBytes: 5 } }, ['batch', 'maxBytes'], 'Not known'],
  ['a message too small', { maxBytes: 16 * 1024 - 1 }, ['maxBytes'], '>=16384; got 16383'],
  [
    'a message too large',
    { maxBytes: 6 * 1024 * 1024 + 1 },
    ['maxBytes'],
    '<=6291456; got 6291457',
  ],
  ['order as text', { ordered: 'yes' }, ['ordered'], 'expected boolean'],
  ['no attempt at once', { maxConcurrent: 0 }, ['maxConcurrent'], '>=1; got 0'],
  ['17 attempts at once', { maxConcurrent: 17 }, ['maxConcurrent'], '<=16; got 17'],
  ['one attempt in a minute', { maxPerSecond: 0.01 }, ['maxPerSecond'], '>=0.1; got 0.01'],
  ['too many a second', { maxPerSecond: 1001 }, ['maxPerSecond'], '<=1000; got 1001'],
  ...[
    'Host',
    'content-type',
    'Content-Length',
    'webhook-id',
    'Webhook-Mine',
    'User-Agent',
    'Accept-Encoding',
  ].map((name): [string, Sent, string[], string] => [
    `a header ${name}`,
    { headers: { [name]: 'x' } },
    ['headers', name],
    'Nonius sets itself',
  ]),
  ...[
    'Connection',
    'keep-alive',
    'TE',
    'Trailer',
    'Transfer-Encoding',
    'Upgrade',
    'Proxy-Authorization',
  ].map((name): [string, Sent, string[], string] => [
    `a header ${name}`,
    { headers: { [name]: 'x' } },
    ['headers', name],
    'belongs to a single connection',
  ]),
  ...['', 'a b', 'a:b', 'a\r\nb', 'ä', '(x)'].map((name): [string, Sent, string[], string] => [
    `a header named ${JSON.stringify(name)}`,
    { headers: { [name]: 'x' } },
    ['headers', name],
    'a token (RFC 9110, 5.6.2)',
  ]),
  [
    'a header with a long name',
    { headers: { ['x'.repeat(101)]: 'x' } },
    ['headers', 'x'.repeat(100)],
    'at most 100 characters',
  ],
  [
    'a header with a line break',
    { headers: { 'x-a': 'hunter2\r\nx-b: 1' } },
    ['headers', 'x-a'],
    'Must be visible ASCII, with blanks between; got a line break',
  ],
  [
    'a header with a bare line feed',
    { headers: { 'x-a': 'hunter2\n' } },
    ['headers', 'x-a'],
    'got a line break',
  ],
  [
    'a header with an umlaut',
    { headers: { 'x-a': 'hünter2' } },
    ['headers', 'x-a'],
    'got another character',
  ],
  [
    'a header that ends with a blank',
    { headers: { 'x-a': 'hunter2 ' } },
    ['headers', 'x-a'],
    'Must be visible ASCII',
  ],
  ['an empty header', { headers: { 'x-a': '' } }, ['headers', 'x-a'], 'Must not be empty'],
  ['a header that is a number', { headers: { 'x-a': 5 } }, ['headers', 'x-a'], 'Must be text'],
  [
    'a header that was read',
    { headers: { 'x-a': '•••' } },
    ['headers', 'x-a'],
    'stands for one that is not shown',
  ],
  [
    'a header twice',
    { headers: { 'x-a': 'hunter2', 'X-A': 'x' } },
    ['headers', 'X-A'],
    'Must be named once',
  ],
  ['21 headers', { headers: headersOf(21) }, ['headers'], 'Must have at most 20; got 21'],
  [
    'headers too large',
    { headers: headersOf(3, 'x'.repeat(3000)) },
    ['headers'],
    'at most 8192 bytes in all; got 9024',
  ],
  ['headers that are a list', { headers: ['x-a: 1'] }, ['headers'], 'Must be an object'],
  [
    'all together too large',
    { events: Array(30).fill('x'.repeat(900)), headers: headersOf(8, 'x'.repeat(900)) },
    [],
    'at most 32768 bytes as JSON',
  ],
]

// A secret is chosen once, and changed by a call of its own.
const badSecrets: [why: string, secret: unknown, rule: string][] = [
  ['no text', 5, 'Must be text'],
  ['without its beginning', secretOf(24).slice(6), 'Must begin with whsec_'],
  ['no base64', 'whsec_hunter2!', 'Must be base64 after whsec_'],
  ['base64 of addresses', secretOf(24, 255).replaceAll('/', '_'), 'Must be base64 after whsec_'],
  ['base64 without padding', secretOf(25).replaceAll('=', ''), 'Must be base64 after whsec_'],
  ['base64 with a line break', `${secretOf(24)}\n`, 'Must be base64 after whsec_'],
  ['empty', 'whsec_', 'Must have 24 to 64 bytes, in base64; got 0'],
  ['too short', secretOf(23), 'Must have 24 to 64 bytes, in base64; got 23'],
  ['too long', secretOf(65), 'Must have 24 to 64 bytes, in base64; got 65'],
]

async function errorsOf(reply: Response) {
  expect(reply.status).toBe(400)
  const text = await reply.text()
  expect(text).not.toContain('hunter2')
  return (JSON.parse(text) as { errors: { path: unknown[]; message: string; code: string }[] })
    .errors
}

describe('Settings of a webhook are taken', () => {
  for (const [why, sent, shown] of good) {
    it(`with ${why}`, async () => {
      const reply = await test.call('POST', '/webhooks', { targetUrl, ...sent })
      expect(reply.status).toBe(201)
      const made = (await reply.json()) as { id: string; secret: string }
      const keys = 'signatures' in sent ? { publicKey: expect.stringMatching(/^whpk_.{44}$/) } : {}
      const time = expect.any(String)
      const { id } = made
      const { secret, ...view } = {
        ...usual,
        ...keys,
        ...shown,
        id,
        createdAt: time,
        updatedAt: time,
      } as Sent
      expect(made as Sent).toEqual({ ...view, secret: secret ?? expect.any(String) })
      expect(await (await test.call('GET', `/webhooks/${id}`)).json()).toEqual(view)
      const { secret: _, ...settings } = sent
      const put = await test.call('PUT', `/webhooks/${id}`, { targetUrl, ...settings })
      expect(await put.json()).toEqual(view)
      const { name: __, ...rest } = { targetUrl, ...settings } as Sent
      const patch = await test.call('PATCH', `/webhooks/${id}`, rest)
      expect(await patch.json()).toEqual(view)
    })
  }
})

describe('Settings of a webhook are refused, with path, value and rule', () => {
  // One is enough for all that is refused.
  let id: string
  beforeAll(async () => {
    id = (await test.create()).id
  })
  afterAll(async () => {
    const stays = { ...usual, name: 'Dashboard', events: ['ViewEvent'] }
    expect(await (await test.call('GET', `/webhooks/${id}`)).json()).toMatchObject(stays)
  })

  for (const [why, sent, path, rule] of bad) {
    it(`with ${why}`, async () => {
      for (const [method, url] of [
        ['POST', '/webhooks'],
        ['PUT', `/webhooks/${id}`],
        ['PATCH', `/webhooks/${id}`],
      ] as const) {
        // In a part, null is the default.
        if (method === 'PATCH' && Object.values(sent).includes(null)) continue
        const errors = await errorsOf(await test.call(method, url, { targetUrl, ...sent }))
        expect(errors[0]).toMatchObject({ path, message: expect.stringContaining(rule) })
      }
    })
  }

  for (const [why, secret, rule] of badSecrets) {
    it(`with a secret that is ${why}`, async () => {
      const errors = await errorsOf(await test.call('POST', '/webhooks', { targetUrl, secret }))
      expect(errors).toEqual([
        { path: ['secret'], code: 'invalid_value', message: expect.stringContaining(rule) },
      ])
    })
  }

  it('with a secret for a webhook that has one', async () => {
    for (const method of ['PUT', 'PATCH']) {
      const change = { targetUrl, secret: secretOf(24) }
      const errors = await errorsOf(await test.call(method, `/webhooks/${id}`, change))
      expect(errors).toEqual([expect.objectContaining({ path: ['secret'] })])
    }
  })
})
