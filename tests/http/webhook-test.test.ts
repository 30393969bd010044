import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { aReceiver, type Received } from '../support/deliveries'
import { startWebhookTest, type WebhookTest } from '../support/webhooks-api'

let test: WebhookTest
let answer: (got: Received) => Response | Promise<Response> = () => new Response()
let receiver: ReturnType<typeof aReceiver>
beforeAll(async () => {
  receiver = aReceiver((got) => answer(got))
  test = await startWebhookTest({ config: { allowPrivateWebhooks: true } })
})
afterAll(async () => {
  await test[Symbol.asyncDispose]()
  await receiver[Symbol.asyncDispose]()
})

interface Tested {
  delivered: boolean
  sent: { headers: Record<string, string>; body: string }
}

async function tested(id: string, body: object = {}) {
  const reply = await test.call('POST', `/webhooks/${id}/test`, body)
  expect([reply.status, reply.headers.get('Cache-Control')]).toEqual([200, 'no-store'])
  return (await reply.json()) as Tested & Record<string, unknown>
}

describe('A test of a webhook', () => {
  it('sends a signed example of the type, and says what the receiver answered', async () => {
    answer = () => new Response('thank you', { status: 202 })
    const { id, secret } = await test.create({ targetUrl: receiver.url, enabled: false })
    const { sent, ...told } = await tested(id, { eventType: 'GradeEvent' })
    expect(told).toEqual({
      delivered: true,
      responseStatus: 202,
      latencyMs: expect.any(Number),
      response: 'thank you',
    })
    const { headers, body } = receiver.received.at(-1)!
    expect(sent.body).toBe(body)
    expect(headers).toMatchObject(sent.headers)
    expect(headers).toMatchObject({ 'webhook-test': '1' })
    expect(headers['webhook-id']).toStartWith('test_')
    const content = new StandardWebhook(secret).verify(body, headers) as { data: unknown[] }
    expect(content.data).toMatchObject([{ type: 'GradeEvent', actor: { type: 'Person' } }])
    const report = await test.call('POST', '/caliper/v1p2/events/validate', envelopeOf(content))
    expect(await report.json()).toMatchObject({ valid: true })
  })

  const types: [asked: object, data: object][] = [
    [{}, { type: 'ViewEvent', action: 'Viewed' }],
    [{ eventType: 'Person' }, { type: 'Person' }],
    [
      { eventType: 'quiz.solved' },
      { type: 'quiz.solved', note: expect.stringContaining('example') },
    ],
  ]
  for (const [asked, data] of types) {
    it(`makes up an item for ${JSON.stringify(asked)}`, async () => {
      answer = () => new Response()
      const { id } = await test.create({ targetUrl: receiver.url })
      const { delivered, sent } = await tested(id, asked)
      expect(delivered).toBe(true)
      expect(JSON.parse(sent.body).data).toMatchObject([data])
    })
  }

  it('sends an example of a notice', async () => {
    answer = () => new Response()
    const { id } = await test.create({ targetUrl: receiver.url })
    const type = 'nonius.webhook.disabled'
    await tested(id, { eventType: type })
    const got = JSON.parse(receiver.received.at(-1)!.body)
    expect(got).toMatchObject({ type, data: { webhookId: id, isExample: true } })
    const unknown = await test.call('POST', `/webhooks/${id}/test`, { eventType: 'nonius.else' })
    expect(unknown.status).toBe(400)
    expect(await unknown.json()).toMatchObject({ errors: [{ path: ['eventType'] }] })
  })

  it('says in words what went wrong, and is no delivery', async () => {
    answer = () => new Response('no', { status: 302, headers: { location: '/elsewhere' } })
    const { id } = await test.create({ targetUrl: receiver.url })
    expect(await tested(id)).toMatchObject({
      delivered: false,
      responseStatus: 302,
      error: 'HTTP 302 (redirects are not followed)',
      response: 'no',
    })
    const { id: dead } = await test.create({ targetUrl: 'http://127.0.0.1:9/hook' })
    const refused = await tested(dead)
    expect(refused).toMatchObject({ delivered: false, error: expect.stringMatching(/refused/i) })
    expect(refused).not.toHaveProperty('responseStatus')
  })

  it('goes on one at a time, and one in a second', async () => {
    const { promise: late, resolve: go } = Promise.withResolvers<Response>()
    answer = () => late
    const { id } = await test.create({ targetUrl: receiver.url })
    const { length } = receiver.received
    const first = tested(id)
    while (receiver.received.length === length) await Bun.sleep(5)
    for (let times = 0; times < 2; times += 1) {
      const second = await test.call('POST', `/webhooks/${id}/test`, {})
      expect([second.status, second.headers.get('Retry-After')]).toEqual([429, '1'])
      expect(await second.json()).toMatchObject({ code: 'rate_limited' })
      go(new Response())
      await first
    }
    expect(receiver.received).toHaveLength(length + 1)
    await Bun.sleep(1001)
    expect(await tested(id)).toMatchObject({ delivered: true })
  })
})

function envelopeOf({ data }: { data: unknown[] }) {
  const dataVersion = 'http://purl.imsglobal.org/ctx/caliper/v1p2'
  return {
    sensor: 'https://example.edu/sensor',
    sendTime: new Date().toISOString(),
    dataVersion,
    data,
  }
}
