import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { generateKeyPair, UnsecuredJWT } from 'jose'
import { registerClient } from '../../src/access/tokens/client'
import { startTestApp, type TestApp } from '../support/app'
import { problemOf } from '../support/battery'
import { startIssuer, type TestIssuer } from '../support/issuer'
import { notOnAws } from '../support/not-on-aws'

const write = { scope: 'events:write' }
const now = () => Math.floor(Date.now() / 1000)

let issuer: TestIssuer
let app: TestApp
beforeAll(async () => {
  issuer = await startIssuer()
  app = await startTestApp({ config: { oidcIssuer: issuer.url } })
})
afterAll(async () => {
  await app[Symbol.asyncDispose]()
  await issuer[Symbol.asyncDispose]()
})

function send(token: string, to = app) {
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }
  const body = JSON.stringify({ event_type: 'opened', event_id: crypto.randomUUID() })
  return to.request('/api/v1/events', { method: 'POST', headers, body })
}

/** Sends with the token. @returns the record that came of it */
async function stored(token: string) {
  const reply = await send(token)
  expect(reply.status).toBe(201)
  const { id: eventId } = (await reply.json()) as { id: string }
  const { events } = app.platform
  return (await events.get('default', eventId)) ?? events.get('school', eventId)
}

describe('A token of the issuer opens what its scopes say', () => {
  const granted: [what: string, claims: Record<string, unknown>][] = [
    ['the audience and a scope', write],
    ['one audience among several', { ...write, aud: ['account', 'nonius'] }],
    ['several scopes', { scope: 'openid events:write events:read' }],
    ['its scopes under scp, as a text', { scp: 'events:write' }],
    ['its scopes under scp, as an array', { scp: ['events:read', 'events:write'] }],
    [
      'a scope of the resource server, and no audience (Cognito)',
      {
        ...{ aud: undefined, scope: 'nonius/events:write', token_use: 'access' },
      },
    ],
    ['its client under azp (Keycloak)', { ...write, client_id: undefined, azp: 'lms' }],
  ]
  for (const [what, claims] of granted) {
    it(`when it has ${what}`, async () => {
      expect(await stored(await issuer.token(claims))).toMatchObject({
        tenantId: 'default',
        sourceId: 'lms',
        server: { subject: 'client:lms' },
      })
    })
  }

  it('without the word Bearer too, as with keys', async () => {
    const headers = { Authorization: await issuer.token({ scope: 'events:read' }) }
    expect((await app.request('/analytics/events', { headers })).status).toBe(200)
  })

  it('and nothing beyond them, admin never by itself', async () => {
    const weak = await issuer.token({ scope: 'events:read other/events:write admin installation' })
    await problemOf(await send(weak), 'forbidden')
    const headers = { Authorization: `Bearer ${weak}` }
    expect((await app.request('/analytics/events', { headers })).status).toBe(200)
    for (const path of ['/sources', '/keys', '/tenants']) {
      await problemOf(await app.request(path, { headers }), 'forbidden')
    }
  })
})

describe('A client that is registered here', () => {
  const grant = { tenantId: 'school', sourceId: 'moodle', name: 'Moodle' }
  const register = (clientId: string, scopes: ('events:write' | 'admin')[] = ['events:write']) =>
    registerClient(
      app.platform.registry,
      { ...grant, scopes },
      { issuer: issuer.url, clientId, at: app.clock.now() },
    )

  it('sends as the tenant and the source that it is registered for', async () => {
    const { keyId } = await register('moodle of the school')
    const token = await issuer.token({ ...write, client_id: 'moodle of the school' })
    const whose = { tenantId: 'school', sourceId: 'moodle', server: { subject: keyId } }
    expect(await stored(token)).toMatchObject(whose)
  })

  it('may do what both its token and its registration say', async () => {
    await register('strong', ['admin'])
    const token = await issuer.token({ scope: 'events:write admin', client_id: 'strong' })
    await problemOf(await send(token), 'forbidden')
    const headers = { Authorization: `Bearer ${token}` }
    expect((await app.request('/sources', { headers })).status).toBe(200)
  })

  it('is refused within seconds of being revoked, and does not fall back to the default tenant', async () => {
    const { keyId } = await register('former')
    const token = await issuer.token({ ...write, client_id: 'former' })
    expect((await send(token)).status).toBe(201)
    await app.platform.registry.keys.revoke('school', keyId, app.clock.now().toISOString())
    app.clock.advance(5000)
    const { detail } = await problemOf(await send(token), 'unauthenticated')
    expect(detail).toContain('revoked')
  })

  it('is not opened by its id, which is no secret', async () => {
    const { hash } = await register('guessable')
    for (const guess of ['guessable', hash]) await problemOf(await send(guess), 'unauthenticated')
  })

  it('cannot be named by a claim of the tenant', async () => {
    const token = await issuer.token({ ...write, tenant: 'school', tenantId: 'school' })
    expect(await stored(token)).toMatchObject({ tenantId: 'default' })
  })
})

describe('A token is refused, with the reason', () => {
  const refused: [why: string, claims: Record<string, unknown>, says: string][] = [
    ['has expired', { exp: now() - 1 }, 'expired'],
    ['is not valid yet', { nbf: now() + 3600 }, 'cannot be verified'],
    ['never expires', { exp: undefined }, 'never expires'],
    ['is of another issuer', { iss: 'https://id.example.com' }, 'issuer'],
    ['names no issuer', { iss: undefined }, 'issuer'],
    ['is meant for another', { aud: 'grades' }, 'not meant for nonius'],
    ['is meant for nobody', { aud: undefined }, 'not meant for nonius'],
    ['has scopes of another resource server', { aud: undefined, scope: 'x/events:write' }, 'meant'],
    ['is an ID token', { token_use: 'id' }, 'not meant for nonius'],
    ['names no client', { client_id: undefined, sub: 'a person' }, 'names no client'],
    ['has a client that cannot name a source', { client_id: 'a client' }, 'not registered'],
  ]
  for (const [why, claims, says] of refused) {
    it(`when it ${why}`, async () => {
      const reply = await send(await issuer.token({ ...write, ...claims }))
      expect(reply.headers.get('WWW-Authenticate')).toContain('error="invalid_token"')
      expect((await problemOf(reply, 'unauthenticated')).detail).toContain(says)
    })
  }

  it('when it is signed with another key, with none, or altered', async () => {
    const { privateKey } = await generateKeyPair('ES256')
    const [header, , signature] = (await issuer.token(write)).split('.')
    const claims = { iss: issuer.url, aud: 'nonius', client_id: 'lms', exp: now() + 60, ...write }
    const altered = Buffer.from(JSON.stringify({ ...claims, client_id: 'x' })).toString('base64url')
    for (const token of [
      await issuer.token(write, { key: privateKey }),
      await issuer.token(write, { kid: 'unknown' }),
      `${new UnsecuredJWT(claims).encode()}AA`,
      `${header}.${altered}.${signature}`,
    ]) {
      await problemOf(await send(token), 'unauthenticated')
    }
  })

  notOnAws('issuer')('when no issuer is set: then it is a key that nobody knows', async () => {
    await using without = await startTestApp()
    await problemOf(await send(await issuer.token(write), without), 'unauthenticated')
  })

  it('and never logged', () => {
    expect(app.logged.join('\n')).not.toContain('eyJ')
  })
})

describe("The issuer's keys", () => {
  notOnAws('memory')('are read once for many tokens, and again for a key that is new', async () => {
    await using one = await startIssuer()
    await using fresh = await startTestApp({ config: { oidcIssuer: one.url } })
    const old = await one.token(write)
    const replies = await Promise.all(Array.from({ length: 10 }, () => send(old, fresh)))
    expect(replies.map(({ status }) => status)).toEqual(Array(10).fill(201))
    expect(one.reads()).toBe(1)

    await one.rotate(true)
    fresh.clock.advance(30_000)
    expect((await send(await one.token(write), fresh)).status).toBe(201)
    expect((await send(old, fresh)).status).toBe(201)
    expect(one.reads()).toBe(2)
  })

  it('are not believed for longer than ten minutes once they are withdrawn', async () => {
    await using one = await startIssuer()
    await using fresh = await startTestApp({ config: { oidcIssuer: one.url } })
    const old = await one.token(write)
    expect((await send(old, fresh)).status).toBe(201)
    await one.rotate(false)
    fresh.clock.advance(10 * 60_000)
    await problemOf(await send(old, fresh), 'unauthenticated')
  })

  notOnAws('clock')(
    'are told apart by what they are, when one replaces another under its id',
    async () => {
      await using one = await startIssuer()
      await using fresh = await startTestApp({ config: { oidcIssuer: one.url } })
      const old = await one.token(write)
      expect((await send(old, fresh)).status).toBe(201)
      await one.rotate(false, 'first')
      fresh.clock.advance(10 * 60_000)
      expect((await send(await one.token(write), fresh)).status).toBe(201)
      await problemOf(await send(old, fresh), 'unauthenticated')
    },
  )

  const broken: [how: string, answer: () => Response][] = [
    ['answers 500', () => new Response('', { status: 500 })],
    ['answers no JSON', () => new Response('<html>')],
    ['answers null', () => Response.json(null)],
    ['is another issuer', () => Response.json({ issuer: 'https://x', jwks_uri: 'https://x/k' })],
    ['redirects', () => Response.redirect('https://example.com')],
  ]
  for (const [how, answer] of broken) {
    it(`let nobody in when whoever has them ${how}`, async () => {
      await using one = await startIssuer()
      await using fresh = await startTestApp({ config: { oidcIssuer: one.url } })
      one.answer(answer)
      const reply = await send(await one.token(write), fresh)
      expect(reply.headers.get('Retry-After')).toBe('5')
      await problemOf(reply, 'unavailable')
      expect((await send(fresh.keys.demo, fresh)).status).toBe(201)
    })
  }
})
