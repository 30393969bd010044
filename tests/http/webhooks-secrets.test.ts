import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { createPublicKey, verify } from 'node:crypto'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'
import { signedHeaders } from '../../src/webhooks/message/signature'
import { notOnAws } from '../support/not-on-aws'
import { settings, startWebhookTest, type WebhookTest } from '../support/webhooks-api'

let test: WebhookTest
beforeAll(async () => {
  test = await startWebhookTest()
})
afterAll(() => test[Symbol.asyncDispose]())

const body = '{"type":"events","data":[]}'
const HOUR = 60 * 60 * 1000
const rotate = (id: string, change: object = {}) =>
  test.call('POST', `/webhooks/${id}/secret/rotate`, change)

type Jwk = Record<string, string>
type Rotated = { secret: string; publicKey?: string; overlapUntil: string }

/** Which of these secrets a receiver may have to accept a message that is sent some hours later. */
async function accepted(id: string, secrets: string[], hours = 0) {
  const webhook = await test.platform.registry.webhooks.get('default', id)
  // Receivers go by their own clocks, which tests cannot turn.
  const at = new Date(test.clock.now().getTime() + hours * HOUR)
  const headers = signedHeaders(webhook!, 'msg_1', at, Buffer.from(body))
  const signatures = headers['webhook-signature'].split(' ')
  return secrets.filter((secret) =>
    signatures.includes(new StandardWebhook(secret).sign('msg_1', at, body)),
  )
}

describe('The secret of a webhook', () => {
  it('is replaced, and the one before is good for a day', async () => {
    const { id, secret } = await test.create()
    const reply = await rotate(id)
    expect(reply.status).toBe(200)
    expect(reply.headers.get('Cache-Control')).toBe('no-store')
    const { secret: next, overlapUntil, ...more } = (await reply.json()) as Rotated
    expect(more).toEqual({})
    expect(next).toMatch(/^whsec_/)
    const left = Date.parse(overlapUntil) - test.clock.now().getTime()
    expect(left / HOUR).toBeCloseTo(24, 2)
    expect(await accepted(id, [secret, next])).toEqual([secret, next])
    expect(await accepted(id, [secret, next], 23.9)).toEqual([secret, next])
    expect(await accepted(id, [secret, next], 24)).toEqual([next])
  })

  it('may be brought along, and be of no use at once', async () => {
    const brought = `whsec_${Buffer.alloc(32, 5).toString('base64')}`
    const { id, secret } = await test.create({ secret: brought })
    expect(secret).toBe(brought)
    const second = `whsec_${Buffer.alloc(24, 6).toString('base64')}`
    const reply = await rotate(id, { overlapHours: 0, secret: second })
    expect(await reply.json()).toEqual({ secret: second, overlapUntil: expect.any(String) })
    expect(await accepted(id, [brought, second])).toEqual([second])
  })

  it('has two before it at most, the latest', async () => {
    const { id, secret } = await test.create()
    const all = [secret]
    for (let turn = 0; turn < 3; turn += 1) {
      all.push(((await (await rotate(id, { overlapHours: 168 })).json()) as Rotated).secret)
    }
    expect(await accepted(id, all)).toEqual(all.slice(1))
  })

  notOnAws('clock')('has none before it that is good no more', async () => {
    const { id, secret } = await test.create()
    const all = [secret]
    all.push(((await (await rotate(id)).json()) as Rotated).secret)
    test.clock.advance(24 * HOUR)
    const last = ((await (await rotate(id, { overlapHours: 0.5 })).json()) as Rotated).secret
    expect(await accepted(id, [...all, last])).toEqual([all.at(-1)!, last])
    expect((await test.platform.registry.webhooks.get('default', id))!.former).toHaveLength(1)
  })

  it('survives changes of settings, with what was before it', async () => {
    const { id, secret } = await test.create()
    const next = ((await (await rotate(id)).json()) as Rotated).secret
    await test.call('PUT', `/webhooks/${id}`, { ...settings, name: 'other' })
    await test.call('PATCH', `/webhooks/${id}`, { ordered: true })
    expect(await accepted(id, [secret, next])).toEqual([secret, next])
  })

  it('is lost to none of those who rotate at once', async () => {
    const { id, secret } = await test.create()
    const replies = await Promise.all([rotate(id), rotate(id)])
    const next = await Promise.all(
      replies.map(async (reply) => ((await reply.json()) as Rotated).secret),
    )
    expect(replies.map(({ status }) => status)).toEqual([200, 200])
    expect(await accepted(id, [secret, ...next])).toEqual([secret, ...next])
  })

  const bad: [why: string, sent: object, path: string[], rule: string][] = [
    ['a negative overlap', { overlapHours: -1 }, ['overlapHours'], '>=0; got -1'],
    ['more than a week', { overlapHours: 169 }, ['overlapHours'], '<=168; got 169'],
    ['an overlap as text', { overlapHours: '24' }, ['overlapHours'], 'expected number'],
    [
      'a short secret',
      { secret: 'whsec_aHVudGVyMg==' },
      ['secret'],
      '24 to 64 bytes, in base64; got 7',
    ],
    ['something unknown', { hours: 1 }, ['hours'], 'Not known'],
  ]
  for (const [why, sent, path, rule] of bad) {
    it(`is not replaced with ${why}`, async () => {
      const { id, secret } = await test.create()
      const reply = await rotate(id, sent)
      expect(reply.status).toBe(400)
      const text = await reply.text()
      expect(text).not.toContain('aHVudGVyMg')
      const { errors } = JSON.parse(text)
      expect(errors).toEqual([
        expect.objectContaining({ path, message: expect.stringContaining(rule) }),
      ])
      expect(await accepted(id, [secret])).toEqual([secret])
    })
  }
})

describe('The key pair of a webhook', () => {
  const keyOf = (id: string) => test.call('GET', `/webhooks/${id}/public-key`)

  async function verifies(id: string, key: Jwk, hours = 0) {
    const webhook = await test.platform.registry.webhooks.get('default', id)
    const at = new Date(test.clock.now().getTime() + hours * HOUR)
    const headers = signedHeaders(webhook!, 'msg_1', at, Buffer.from(body))
    const content = Buffer.from(`msg_1.${headers['webhook-timestamp']}.${body}`)
    const publicKey = createPublicKey({ key: key as object, format: 'jwk' })
    return headers['webhook-signature']
      .split(' ')
      .some(
        (one) =>
          one.startsWith('v1a,') &&
          verify(null, content, publicKey, Buffer.from(one.slice('v1a,'.length), 'base64')),
      )
  }

  it('is made when it is asked for, and its public half shown', async () => {
    const { id, publicKey: none } = await test.create()
    expect(none).toBeUndefined()
    const missing = await keyOf(id)
    expect(missing.status).toBe(404)
    expect(await missing.json()).toMatchObject({ detail: expect.stringContaining('"v1a"') })

    const signatures = ['v1', 'v1a']
    const reply = await test.call('PATCH', `/webhooks/${id}`, { signatures })
    const { publicKey } = (await reply.json()) as { publicKey: string }
    const shown = await keyOf(id)
    expect(shown.status).toBe(200)
    const jwk = (await shown.json()) as Jwk
    expect(jwk).toEqual({
      ...{ kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig' },
      x: Buffer.from(publicKey.slice(5), 'base64').toString('base64url'),
      kid: expect.stringMatching(/^[\w-]{43}$/),
    })
    expect(await verifies(id, jwk)).toBe(true)

    // It stays the same through other changes, also while nobody asks for it.
    await test.call('PUT', `/webhooks/${id}`, settings)
    expect((await keyOf(id)).status).toBe(404)
    await test.call('PUT', `/webhooks/${id}`, { ...settings, signatures })
    expect(await (await keyOf(id)).json()).toEqual(jwk)
  })

  it('is replaced with the secret, and the one before is good as long', async () => {
    const { id, publicKey } = await test.create({ signatures: ['v1a', 'v1'] })
    const before = (await (await keyOf(id)).json()) as Jwk
    const rotated = (await (await rotate(id, { overlapHours: 1 })).json()) as Rotated
    expect(rotated.publicKey).toMatch(/^whpk_/)
    expect(rotated.publicKey).not.toBe(publicKey as string)
    const after = (await (await keyOf(id)).json()) as Jwk
    expect([await verifies(id, before), await verifies(id, after)]).toEqual([true, true])
    expect([await verifies(id, before, 1), await verifies(id, after, 1)]).toEqual([false, true])
  })

  it('does not stand in the way of receivers that know HMAC alone', async () => {
    const { id, secret } = await test.create({ signatures: ['v1a', 'v1'] })
    const webhook = await test.platform.registry.webhooks.get('default', id)
    const headers = signedHeaders(webhook!, 'msg_1', new Date(), Buffer.from(body))
    for (const Verifier of [StandardWebhook, SvixWebhook]) {
      expect(new Verifier(secret).verify(body, headers)).toEqual(JSON.parse(body))
    }
  })
})

describe('What is secret', () => {
  it('is never logged, nor is the value of a header', async () => {
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
