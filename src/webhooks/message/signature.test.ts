import { describe, expect, it } from 'bun:test'
import { createPublicKey, verify } from 'node:crypto'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'
import { jwkOf, newKeyPair } from './key-pair'
import { newWebhookId, newWebhookSecret } from './secret'
import { type Signing, signedHeaders } from './signature'

const verifiers = { standardwebhooks: StandardWebhook, svix: SvixWebhook }
const body = '{"type":"events","data":[{"name":"Jürgen ☕ 🎓"}]}'
const bytes = Buffer.from(body)

describe('A signature', () => {
  it('is the one of the example in the specification', () => {
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
    const at = new Date(1614265330 * 1000)
    expect(
      signedHeaders(
        { secret },
        'msg_p5jXN8AQM9LWM0D4loKWxJek',
        at,
        Buffer.from('{"test": 2432232314}'),
      ),
    ).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    })
  })

  for (const [name, Verifier] of Object.entries(verifiers)) {
    it(`is accepted by ${name}, and nothing altered is`, () => {
      const secret = newWebhookSecret()
      const headers = signedHeaders({ secret }, 'msg_1', new Date(), bytes)
      const verifier = new Verifier(secret)
      expect(verifier.verify(body, headers)).toEqual(JSON.parse(body))

      expect(() => verifier.verify(body.replace('Jürgen', 'Jörgen'), headers)).toThrow()
      expect(() => verifier.verify(body, { ...headers, 'webhook-id': 'msg_2' })).toThrow()
      expect(() => new Verifier(newWebhookSecret()).verify(body, headers)).toThrow()
    })

    it(`is refused by ${name} when it is older than five minutes`, () => {
      const secret = newWebhookSecret()
      const headers = signedHeaders({ secret }, 'msg_1', new Date(Date.now() - 301_000), bytes)
      expect(() => new Verifier(secret).verify(body, headers)).toThrow('too old')
    })
  }
})

describe('While a secret is being replaced', () => {
  const at = new Date('2026-11-29T12:00:00.000Z')
  const [now, before, long] = [newWebhookSecret(), newWebhookSecret(), newWebhookSecret()]
  const former = [
    { secret: before, until: '2026-11-29T12:00:00.001Z' },
    { secret: long, until: '2026-11-29T12:00:00.000Z' },
  ]
  const sign = (signing: Signing) =>
    signedHeaders(signing, 'msg_1', at, bytes)['webhook-signature'].split(' ')

  it('messages are signed with each that is still good, the new one first', () => {
    expect(sign({ secret: now, former })).toEqual([
      ...sign({ secret: now }),
      ...sign({ secret: before }),
    ])
  })

  for (const [name, Verifier] of Object.entries(verifiers)) {
    it(`${name} accepts them with either`, () => {
      const keys = newKeyPair()
      const until = new Date(Date.now() + 1000).toISOString()
      const signing = {
        ...{ secret: now, privateKey: keys.privateKey, signatures: ['v1a', 'v1'] as const },
        former: [{ secret: before, until }],
      }
      const given = { ...signing, signatures: [...signing.signatures] }
      const headers = signedHeaders(given, 'msg_1', new Date(), bytes)
      for (const secret of [now, before]) {
        expect(new Verifier(secret).verify(body, headers)).toEqual(JSON.parse(body))
      }
      expect(() => new Verifier(long).verify(body, headers)).toThrow()
    })
  }

  it('and so with each key pair', () => {
    const [one, two] = [newKeyPair(), newKeyPair()]
    const signatures = sign({
      ...{ secret: now, privateKey: one.privateKey, signatures: ['v1a', 'v1'] },
      former: [{ secret: before, privateKey: two.privateKey, until: '2026-11-30T00:00:00.000Z' }],
    })
    expect(signatures.map((signature) => signature.split(',')[0])).toEqual([
      'v1a',
      'v1a',
      'v1',
      'v1',
    ])
    const content = Buffer.concat([Buffer.from(`msg_1.${at.getTime() / 1000}.`), bytes])
    for (const [place, { publicKey }] of [one, two].entries()) {
      const { kid: _, alg: __, use: ___, ...key } = jwkOf(publicKey)
      const signature = Buffer.from(signatures[place]!.slice('v1a,'.length), 'base64')
      expect(signature).toHaveLength(64)
      expect(verify(null, content, createPublicKey({ key, format: 'jwk' }), signature)).toBe(true)
      const other = signatures[1 - place]!.slice('v1a,'.length)
      const isOthers = verify(
        null,
        content,
        createPublicKey({ key, format: 'jwk' }),
        Buffer.from(other, 'base64'),
      )
      expect(isOthers).toBe(false)
    }
  })
})

describe('A key pair', () => {
  it('is named by the thumbprint of its public key, as RFC 8037, A.3, has it', () => {
    const x = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo'
    const publicKey = `whpk_${Buffer.from(x, 'base64url').toString('base64')}`
    expect(jwkOf(publicKey)).toEqual({
      ...{ kty: 'OKP', crv: 'Ed25519', x, alg: 'EdDSA', use: 'sig' },
      kid: 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
    })
  })
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
