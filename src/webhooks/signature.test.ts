import { describe, expect, it } from 'bun:test'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'
import { newWebhookId, newWebhookSecret } from './secret'
import { signedHeaders } from './signature'

const verifiers = { standardwebhooks: StandardWebhook, svix: SvixWebhook }
const body = '{"type":"events","data":[{"name":"Jürgen ☕ 🎓"}]}'

describe('A signature', () => {
  it('is the one of the example in the specification', () => {
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
    const at = new Date(1614265330 * 1000)
    expect(
      signedHeaders(secret, 'msg_p5jXN8AQM9LWM0D4loKWxJek', at, '{"test": 2432232314}'),
    ).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    })
  })

  for (const [name, Verifier] of Object.entries(verifiers)) {
    it(`is accepted by ${name}, and nothing altered is`, () => {
      const secret = newWebhookSecret()
      const headers = signedHeaders(secret, 'msg_1', new Date(), body)
      const verifier = new Verifier(secret)
      expect(verifier.verify(body, headers)).toEqual(JSON.parse(body))

      expect(() => verifier.verify(body.replace('Jürgen', 'Jörgen'), headers)).toThrow()
      expect(() => verifier.verify(body, { ...headers, 'webhook-id': 'msg_2' })).toThrow()
      expect(() => new Verifier(newWebhookSecret()).verify(body, headers)).toThrow()
    })

    it(`is refused by ${name} when it is older than five minutes`, () => {
      const secret = newWebhookSecret()
      const headers = signedHeaders(secret, 'msg_1', new Date(Date.now() - 301_000), body)
      expect(() => new Verifier(secret).verify(body, headers)).toThrow('too old')
    })
  }
})

describe('What is drawn at random', () => {
  it('is a secret of 24 to 64 bytes in base64, as Standard Webhooks asks', () => {
    const secret = newWebhookSecret()
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]+=*$/)
    const bytes = Buffer.from(secret.slice(6), 'base64').length
    expect(bytes).toBeGreaterThanOrEqual(24)
    expect(bytes).toBeLessThanOrEqual(64)
  })

  it('is never the same twice', () => {
    const drawn = new Set([1, 2, 3].flatMap(() => [newWebhookSecret(), newWebhookId()]))
    expect(drawn.size).toBe(6)
  })
})
