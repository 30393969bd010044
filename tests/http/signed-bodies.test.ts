import { describe, expect, it } from 'bun:test'
import { createHmac } from 'node:crypto'
import { startTestApp, type TestApp } from '../support/app'
import { problemOf } from '../support/battery'
import { aReceiver } from '../support/deliveries'
import { anEnvelope, anEvent } from '../support/envelopes'
import { notOnAws } from '../support/not-on-aws'
import { shared } from '../support/shared'
import { aSigner, forged, signBy } from '../support/signing'

function post(app: TestApp, body: string, type = 'text/plain') {
  return app.request(`/caliper/in/${app.keys.demo}`, {
    method: 'POST',
    headers: { 'Content-Type': type },
    body,
  })
}

async function keptOf(app: TestApp, response: Response) {
  const { quarantineId, errors } = await problemOf(response, 'invalid_signature')
  const kept = await app.platform.quarantine.get('default', quarantineId!)
  return { code: errors[0]!.code, kept: kept! }
}

const canvas = await aSigner('2026-11')
const stranger = await aSigner('2026-11')
const event = anEvent()
const good = await canvas.sign(event)
const [head, , signature] = good.split('.')
const otherPayload = Buffer.from(JSON.stringify(anEvent())).toString('base64url')
const hmacInput = forged({ alg: 'HS256', kid: '2026-11' }, event).replace(/\.$/, '')
const hmac = createHmac('sha256', JSON.stringify(canvas.jwk)).update(hmacInput)

const forgeries: [name: string, body: string, code: string][] = [
  ['whose payload was exchanged', `${head}.${otherPayload}.${signature}`, 'bad_signature'],
  ['signed by someone else under the same key id', await stranger.sign(event), 'bad_signature'],
  ['under a key id that is not there', await canvas.sign(event, { kid: 'x' }), 'unknown_key'],
  ['with alg none', forged({ alg: 'none' }, event), 'unsupported_algorithm'],
  ['with alg None', forged({ alg: 'None' }, event, 'AA'), 'unsupported_algorithm'],
  [
    'with HMAC and the public key as the secret',
    `${hmacInput}.${hmac.digest('base64url')}`,
    'unsupported_algorithm',
  ],
  [
    'that brings its own key',
    await stranger.sign(event, { jwk: stranger.jwk, kid: 'x' }),
    'unknown_key',
  ],
  [
    'that says where its key is',
    await stranger.sign(event, { jku: 'https://example.org/jwks', kid: 'x' }),
    'unknown_key',
  ],
  [
    'whose header asks for what nobody knows',
    forged({ alg: 'RS256', crit: ['x'], x: 1 }, event, 'AA'),
    'invalid_jws',
  ],
  ['whose header is no JSON', 'abc.def.ghi', 'invalid_jws'],
  ['of no signature', forged({ alg: 'RS256', kid: '2026-11' }, event), 'bad_signature'],
]

// Signed with the key of the source: only what the header says is wrong.
const odd: Record<string, unknown>[] = [
  { crit: ['nobody'], nobody: 1 },
  { crit: ['b64'], b64: true },
  { crit: ['b64'], b64: false },
  { crit: [] },
  { crit: 'alg' },
  { crit: null },
  { b64: false },
  { b64: 'x' },
  { zip: 'DEF' },
  { alg: 7 },
  { alg: null },
  { alg: undefined },
  { alg: ['RS256'] },
  { alg: 'RS999' },
  { alg: 'HS256' },
  { alg: 'none' },
  { kid: 7 },
  { kid: null },
  { kid: {} },
  { kid: '__proto__' },
  { kid: 'x'.repeat(8000) },
]
const oddHeaders: unknown[] = [
  ...odd.map((more) => ({ alg: 'RS256', kid: '2026-11', ...more })),
  ...[null, 7, 'RS256', [], [{ alg: 'RS256' }], true],
]

async function startSigned() {
  const app = await startTestApp()
  await signBy(app, { keys: [canvas.jwk] })
  return app
}

describe('a body whose signature is good and whose header is not', () => {
  const rows = shared(startSigned)
  for (const header of oddHeaders) {
    it(`is 401 and in quarantine: ${JSON.stringify(header).slice(0, 60)}`, async () => {
      const app = await rows()
      const body = await canvas.signAs(header, event)
      const found = await keptOf(app, await post(app, body))
      expect(found.kept).toMatchObject({ scope: 'body', raw: body })
      expect(await app.platform.events.get('default', event.id)).toBeUndefined()
      expect(app.logged.filter((line) => line.startsWith('error'))).toEqual([])
    })
  }

  it('is read when the header has what does not matter', async () => {
    const app = await rows()
    const event = anEvent()
    const header = {
      alg: 'RS256',
      kid: '2026-11',
      typ: 'anything',
      cty: 7,
      jku: 'https://x',
      x: {},
    }
    const response = await post(app, await canvas.signAs(header, event))
    expect(await response.json()).toMatchObject({ eventIds: [event.id] })
  })
})

describe('a signed body', () => {
  for (const alg of ['RS256', 'PS384', 'ES256', 'EdDSA']) {
    it(`is read once its ${alg} signature fits a key of the source`, async () => {
      await using app = await startTestApp()
      const canvas = await aSigner('2026-11', alg)
      await signBy(app, { keys: [canvas.jwk] })
      const event = anEvent()
      const response = await post(app, await canvas.sign(event))
      expect(await response.json()).toMatchObject({ eventIds: [event.id], quarantined: [] })
      const held = await app.platform.events.get('default', event.id)
      expect(JSON.parse(held!.raw)).toEqual(event)
    })
  }

  for (const type of ['text/plain', 'application/jwt', 'application/jose', 'application/json']) {
    it(`may come as ${type}, around an envelope or an array too`, async () => {
      await using app = await startTestApp()
      const canvas = await aSigner('1')
      await signBy(app, { keys: [canvas.jwk] })
      for (const payload of [anEnvelope(), [anEvent()]]) {
        const response = await post(app, await canvas.sign(payload), `${type}; charset=utf-8`)
        expect(await response.json()).toMatchObject({ eventCount: 1 })
      }
    })
  }

  it('that names no key is tried with each that fits', async () => {
    await using app = await startTestApp()
    const [old, current] = [await aSigner(undefined), await aSigner(undefined)]
    await signBy(app, { keys: [old.jwk, current.jwk] })
    expect((await post(app, await current.sign(anEvent()))).status).toBe(200)
    const stranger = await aSigner(undefined)
    const { code } = await keptOf(app, await post(app, await stranger.sign(anEvent())))
    expect(code).toBe('bad_signature')
  })

  const rows = shared(startSigned)
  for (const [name, body, code] of forgeries) {
    it(`${name} is 401 and in quarantine, and nothing of it is stored`, async () => {
      const app = await rows()
      const found = await keptOf(app, await post(app, body))
      expect(found.code).toBe(code)
      expect(found.kept).toMatchObject({ scope: 'body', raw: body })
      expect(await app.platform.events.get('default', event.id)).toBeUndefined()
    })
  }

  it('is 401 and in quarantine where the source has no keys', async () => {
    await using app = await startTestApp()
    const found = await keptOf(app, await post(app, good))
    expect(found).toMatchObject({ code: 'no_signing_keys', kept: { raw: good } })
  })

  it('is not taken at the address of the standard, which is JSON only', async () => {
    await using app = await startTestApp()
    await signBy(app, { keys: [canvas.jwk] }, false)
    const headers = { ...app.as(), 'Content-Type': 'text/plain' }
    const init = { method: 'POST', headers, body: good }
    await problemOf(await app.request('/caliper/v1p2/events', init), 'invalid_json')
  })

  it('is a quarantined body, not a failure, when what was signed is no JSON', async () => {
    const app = await rows()
    const { quarantineId } = await problemOf(
      await post(app, await canvas.sign('{')),
      'invalid_json',
    )
    expect(quarantineId).toBeString()
  })
})

describe('a source that requires signatures', () => {
  const routes: [path: (app: TestApp) => string, body: string][] = [
    [(app) => `/caliper/in/${app.keys.demo}`, JSON.stringify(anEvent())],
    [() => '/caliper/v1p2/events', JSON.stringify(anEnvelope())],
    [() => '/api/v1/events', '{"event_type":"seen"}'],
  ]
  for (const [path, body] of routes) {
    it(`has what comes without one refused and kept, at every address: ${body.slice(0, 16)}`, async () => {
      await using app = await startTestApp()
      await signBy(app, { keys: [(await aSigner('1')).jwk] })
      const headers = { ...app.as(), 'Content-Type': 'application/json' }
      const response = await app.request(path(app), { method: 'POST', headers, body })
      expect(response.headers.get('WWW-Authenticate')).toBeString()
      expect(await keptOf(app, response)).toMatchObject({ code: 'not_signed', kept: { raw: body } })
    })
  }

  it('and one that does not takes both', async () => {
    await using app = await startTestApp()
    const canvas = await aSigner('1')
    await signBy(app, { keys: [canvas.jwk] }, false)
    expect((await post(app, JSON.stringify(anEvent()))).status).toBe(200)
    expect((await post(app, await canvas.sign(anEvent()))).status).toBe(200)
  })
})

describe('a key set at a URL', () => {
  const local = { config: { allowPrivateWebhooks: true } }

  notOnAws('memory')('is fetched once for many requests, and again after ten minutes', async () => {
    await using app = await startTestApp(local)
    const canvas = await aSigner('1')
    await using publisher = aReceiver(() => Response.json({ keys: [canvas.jwk] }))
    await signBy(app, { jwksUrl: publisher.url })
    const bodies = await Promise.all([1, 2, 3, 4].map(() => canvas.sign(anEvent())))
    const replies = await Promise.all(bodies.map((body) => post(app, body)))
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(publisher.received).toHaveLength(1)
    app.clock.advance(10 * 60 * 1000)
    expect((await post(app, await canvas.sign(anEvent()))).status).toBe(200)
    expect(publisher.received).toHaveLength(2)
  })

  it('is asked again for a new key, but not for every made-up one', async () => {
    await using app = await startTestApp(local)
    const [old, next] = [await aSigner('old'), await aSigner('next')]
    const keys = [old.jwk]
    await using publisher = aReceiver(() => Response.json({ keys }))
    await signBy(app, { jwksUrl: publisher.url })
    expect((await post(app, await old.sign(anEvent()))).status).toBe(200)
    keys.push(next.jwk)
    app.clock.advance(31_000)
    expect((await post(app, await next.sign(anEvent()))).status).toBe(200)
    for (const kid of ['a', 'b', 'c']) {
      await problemOf(await post(app, await old.sign(anEvent(), { kid })), 'invalid_signature')
    }
    expect(publisher.received).toHaveLength(2)
  })

  notOnAws('clock')('that is down goes on being believed for a day', async () => {
    await using app = await startTestApp(local)
    const canvas = await aSigner('1')
    let status = 200
    await using publisher = aReceiver(() => Response.json({ keys: [canvas.jwk] }, { status }))
    await signBy(app, { jwksUrl: publisher.url })
    expect((await post(app, await canvas.sign(anEvent()))).status).toBe(200)
    status = 500
    app.clock.advance(23 * 60 * 60 * 1000)
    expect((await post(app, await canvas.sign(anEvent()))).status).toBe(200)
    app.clock.advance(60 * 60 * 1000)
    await problemOf(await post(app, await canvas.sign(anEvent())), 'unavailable')
  })

  const useless: [name: string, answer: () => Response][] = [
    ['is not there', () => new Response('', { status: 404 })],
    ['is a redirect', () => Response.redirect('http://127.0.0.1:9/', 302)],
    ['is no JSON', () => new Response('<html>')],
    ['has no keys', () => Response.json({ key: [] })],
    ['is longer than any key set', () => new Response(' '.repeat(300_000))],
  ]
  for (const [name, answer] of useless) {
    it(`that ${name} is 503 with Retry-After, and the body is kept`, async () => {
      await using app = await startTestApp(local)
      const canvas = await aSigner('1')
      await using publisher = aReceiver(answer)
      await signBy(app, { jwksUrl: publisher.url })
      const body = await canvas.sign(anEvent())
      const response = await post(app, body)
      expect(response.headers.get('Retry-After')).toBeString()
      const { quarantineId } = await problemOf(response, 'unavailable')
      const kept = await app.platform.quarantine.get('default', quarantineId!)
      expect(kept).toMatchObject({ raw: body, errors: [{ code: 'keys_unavailable' }] })
      // Who is down is not called again at once.
      await problemOf(await post(app, body), 'unavailable')
      expect(publisher.received).toHaveLength(1)
    })
  }

  it('on a private address is not called unless that is allowed', async () => {
    await using app = await startTestApp()
    const canvas = await aSigner('1')
    await using publisher = aReceiver(() => Response.json({ keys: [canvas.jwk] }))
    await signBy(app, { jwksUrl: publisher.url })
    await problemOf(await post(app, await canvas.sign(anEvent())), 'unavailable')
    expect(publisher.received).toHaveLength(0)
  })

  it('never gives a shared secret or a private key to verify with', async () => {
    await using app = await startTestApp(local)
    const oct = { kty: 'oct', kid: '1', k: 'c2VjcmV0', alg: 'HS256' }
    await using publisher = aReceiver(() => Response.json({ keys: [oct] }))
    await signBy(app, { jwksUrl: publisher.url })
    const input = forged({ alg: 'HS256', kid: '1' }, anEvent()).replace(/\.$/, '')
    const signature = createHmac('sha256', 'secret').update(input).digest('base64url')
    await problemOf(await post(app, `${input}.${signature}`), 'invalid_signature')
  })
})

describe('a body that was refused for its signature', () => {
  function replay(app: TestApp, id: string) {
    const headers = { ...app.as(app.keys.admin), 'Content-Type': 'application/json' }
    return app.request(`/quarantine/${id}/replay`, { method: 'POST', headers, body: '{}' })
  }

  it('can be replayed once the source has the keys, an event on its own included', async () => {
    await using app = await startTestApp()
    const { quarantineId } = await problemOf(await post(app, good), 'invalid_signature')
    await replay(app, quarantineId!)
    expect(await app.platform.events.get('default', event.id)).toBeUndefined()
    await signBy(app, { keys: [canvas.jwk] })
    expect((await replay(app, quarantineId!)).status).toBe(200)
    const held = await app.platform.events.get('default', event.id)
    expect(JSON.parse(held!.raw)).toEqual(event)
  })

  it('is not let in by replaying it while it is still without a good one', async () => {
    await using app = await startTestApp()
    await signBy(app, { keys: [canvas.jwk] })
    const plain = JSON.stringify(event)
    for (const body of [await stranger.sign(event), plain]) {
      const { quarantineId } = await problemOf(await post(app, body), 'invalid_signature')
      await replay(app, quarantineId!)
      expect(await app.platform.events.get('default', event.id)).toBeUndefined()
      expect(await app.platform.quarantine.get('default', quarantineId!)).toBeDefined()
    }
  })
})
