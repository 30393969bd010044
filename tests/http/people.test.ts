import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import type { ErrorCode } from '../../src/error/codes'
import { startTestApp, type TestApp } from '../support/app'
import { batteryOf, problemOf } from '../support/battery'
import { startIssuer, type TestIssuer } from '../support/issuer'
import { notOnAws } from '../support/not-on-aws'

type Claims = Record<string, unknown>

const now = () => Math.floor(Date.now() / 1000)
const telemetry = '/v1/telemetry/events'
const native = '/api/v1/events'

let issuer: TestIssuer
let app: TestApp
/** Administers the tenant `school`. */
let admin: string
beforeAll(async () => {
  issuer = await startIssuer()
  app = await startTestApp({ config: { allowPrivateWebhooks: true } })
  await addTenant('school')
  await addTenant('college')
  admin = await app.issue(['admin'], 'school')
  await register({ audience: 'school', claims: { learner: 'sub', roles: 'realm.roles' } })
  await call('POST', native, [begun('s-1', 'ada'), begun('s-2', 'bo')], await keyOf('school'))
})
afterAll(async () => {
  await app[Symbol.asyncDispose]()
  await issuer[Symbol.asyncDispose]()
})

const keyOf = (tenantId: string) => app.issue(['events:write'], tenantId)

async function addTenant(tenantId: string) {
  const createdAt = app.clock.now().toISOString()
  await app.platform.registry.tenants.put({ tenantId, name: tenantId, createdAt })
}

function begun(session_id: string, user_id: string) {
  const payload = { question_ids: ['q-1', 'q-2'] }
  const timestamp = '2026-11-21T09:30:00Z'
  return { event_type: 'SESSION_CREATED', session_id, user_id, timestamp, payload }
}

const viewed = (session_id: string, seq = 1) => ({
  ...{ event_type: 'QUESTION_VIEWED', client_ts: '2026-11-21T09:31:00Z', seq, session_id },
  ...{ question_id: 'q-1', payload: { position: 1 } },
})

function call(method: string, path: string, body?: unknown, credential = admin, to = app) {
  const headers = { ...to.as(credential), 'Content-Type': 'application/json' }
  const content = body === undefined ? {} : { body: JSON.stringify(body) }
  return to.request(path, { method, headers, ...content })
}

function register(more: Claims = {}, tenant = 'school', credential = admin) {
  const settings = { issuer: issuer.url, ...more }
  return call('PUT', `/tenants/${tenant}/issuers`, settings, credential)
}

function personal(claims: Claims = {}, options = {}) {
  const mine = { aud: 'school', sub: 'ada', client_id: 'player', scope: 'openid' }
  return issuer.token({ ...mine, ...claims }, options)
}

const tell = (token: string, ...events: unknown[]) => call('POST', telemetry, { events }, token)

describe('a person', () => {
  it('tells of their own sessions, and of nobody else’s', async () => {
    const token = await personal()
    const both = [viewed('s-1'), viewed('s-2'), viewed('nowhere')]
    const response = await tell(token, ...both)
    expect(await response.json()).toMatchObject({ accepted: 1, rejected: 2 })
    const { items } = await app.platform.events.query('school', {}, { limit: 100 })
    expect(items.find(({ type }) => type === 'QUESTION_VIEWED')).toMatchObject({
      ...{ tenantId: 'school', sourceId: 'people', actorId: 'ada', sessionId: 's-1' },
    })
    // Whether there is another's session is nobody's affair.
    const refusals = [viewed('s-2'), viewed('nowhere')].map(async (event) => {
      const { errors } = await problemOf(await tell(token, event), 'forbidden')
      return errors.map(({ code, message }) => [code, message])
    })
    const [taken, missing] = await Promise.all(refusals)
    expect(taken).toEqual(missing!)
  })

  it('begins no session, whoever’s it would be', async () => {
    const token = await personal()
    for (const user of ['ada', 'bo']) {
      await problemOf(await tell(token, begun(`s-new-${user}`, user)), 'forbidden')
    }
    const sent = await call('POST', native, [begun('s-new', 'ada')], token)
    expect(sent.status).toBe(200)
    await problemOf(await tell(token, viewed('s-new')), 'forbidden')
  })

  it('sends events of their own making as themselves', async () => {
    const token = await personal()
    const events = [{ user_id: 'ada' }, {}, { user_id: 'bo' }].map((more, n) => {
      return { event_type: 'noted', event_id: `noted-${n}`, ...more }
    })
    const response = await call('POST', native, events, token)
    expect(response.status).toBe(200)
    const { eventIds, quarantined } = (await response.json()) as {
      eventIds: string[]
      quarantined: object[]
    }
    expect(eventIds).toEqual(['noted-0', 'noted-1'])
    expect(quarantined).toMatchObject([{ index: 2, errors: [{ code: 'other_user' }] }])
    for (const id of eventIds) {
      expect(await app.platform.events.get('school', id)).toMatchObject({ actorId: 'ada' })
    }
  })

  it('is told whose an event is that they send alone', async () => {
    const token = await personal()
    const sent = await call('POST', native, { event_type: 'noted', event_id: 'alone' }, token)
    expect(sent.status).toBe(201)
    expect(await sent.json()).toMatchObject({ id: 'alone', user_id: 'ada' })
    const other = { event_type: 'noted', event_id: 'not alone', user_id: 'bo' }
    const { errors } = await problemOf(await call('POST', native, other, token), 'invalid_event')
    expect(errors).toMatchObject([{ code: 'other_user' }])
  })

  const others: [method: string, path: string][] = [
    ['GET', '/analytics/events'],
    ['GET', '/quarantine'],
    ['GET', '/webhooks'],
    ['GET', '/sources'],
    ['GET', '/keys'],
    ['GET', '/tenants/school'],
    ['GET', '/tenants/school/issuers'],
    ['GET', '/metrics'],
  ]
  for (const [method, path] of others) {
    it(`does nothing else: ${method} ${path}`, async () => {
      const roles = { realm: { roles: ['admin', 'installation'] }, scope: 'admin events:read' }
      await problemOf(await call(method, path, undefined, await personal(roles)), 'forbidden')
    })
  }

  it('sends neither Caliper nor xAPI', async () => {
    const token = await personal()
    await problemOf(await call('POST', '/caliper/v1p2/events', {}, token), 'insufficient_scope')
    await problemOf(await call('POST', '/xapi/statements', {}, token), 'forbidden')
  })

  it('is named by the claim that the issuer is registered with', async () => {
    await register({ audience: 'numbered', claims: { learner: '/ext/learner' } })
    await call('POST', native, [begun('s-7', '7')], await keyOf('school'))
    const token = await personal({ aud: 'numbered', ext: { learner: 7 } })
    expect((await tell(token, viewed('s-7'))).status).toBe(200)
    const { detail } = await problemOf(
      await tell(await personal({ aud: 'numbered' }), viewed('s-7')),
      'unauthenticated',
    )
    expect(detail).toContain('/ext/learner')
  })

  it('has a token of Cognito, without an audience', async () => {
    await register({ audience: 'the client of the school' })
    const claims = { aud: undefined, client_id: 'the client of the school', token_use: 'access' }
    expect((await tell(await personal(claims), viewed('s-1', 2))).status).toBe(200)
  })
})

describe('a token is not a person’s', () => {
  const refused: [why: string, claims: Claims, says: string][] = [
    ['has expired', { exp: now() - 1 }, 'expired'],
    ['never expires', { exp: undefined }, 'never expires'],
    ['is not valid yet', { nbf: now() + 600 }, 'cannot be verified'],
    ['is meant for another', { aud: 'grades' }, 'not meant for'],
    ['is meant for nobody', { aud: undefined }, 'not meant for'],
    ['is of another issuer', { iss: 'https://id.example.com' }, 'not known here'],
    ['names no issuer', { iss: undefined }, 'not known here'],
    ['names nobody', { sub: undefined }, 'names no person'],
    ['is of a client', { sub: 'player' }, 'is of a client'],
    ['is an ID token of Cognito', { token_use: 'id' }, 'ID token'],
    ['is an ID token of Keycloak', { typ: 'ID' }, 'ID token'],
    ['is an ID token by its hash', { at_hash: 'x' }, 'ID token'],
    ['is an ID token by its nonce', { nonce: 'x', scope: undefined }, 'ID token'],
    ['has a name that is none', { sub: { name: 'ada' } }, 'claim sub'],
  ]
  for (const [why, claims, says] of refused) {
    it(`when it ${why}`, async () => {
      const response = await tell(await personal(claims), viewed('s-1', 3))
      expect(response.headers.get('WWW-Authenticate')).toContain('error="invalid_token"')
      expect((await problemOf(response, 'unauthenticated')).detail).toContain(says)
    })
  }

  it('when it is forged', async () => {
    const claims = { iss: issuer.url, aud: 'school', sub: 'ada', exp: now() + 60, client_id: 'c' }
    const { privateKey } = await generateKeyPair('ES256')
    const rsa = await generateKeyPair('RS256')
    const secret = new TextEncoder().encode('a secret of thirty-two characters')
    const sign = (alg: string, key: CryptoKey | Uint8Array) =>
      new SignJWT(claims).setProtectedHeader({ alg, kid: 'first' }).sign(key)
    const good = await personal()
    const [header, , signature] = good.split('.')
    const other = Buffer.from(JSON.stringify({ ...claims, sub: 'bo' })).toString('base64url')
    const forged = [
      await personal({}, { key: privateKey }),
      await personal({}, { kid: 'unknown' }),
      await sign('HS256', secret),
      await sign('RS256', rsa.privateKey),
      `${new UnsecuredJWT(claims).encode()}AA`,
      await issuer.signed(claims, { alg: 'none' }),
      await issuer.signed(claims, { crit: ['exp'] }),
      `${header}.${other}.${signature}`,
    ]
    for (const token of forged) {
      await problemOf(await tell(token, viewed('s-1', 4)), 'unauthenticated')
    }
    expect((await tell(good, viewed('s-1', 4))).status).toBe(200)
  })

  it('when another server signed it in the name of the issuer', async () => {
    await using other = await startIssuer()
    const token = await other.token({ iss: issuer.url, aud: 'school', sub: 'ada' })
    await problemOf(await tell(token, viewed('s-1', 5)), 'unauthenticated')
  })

  it('and is never logged', () => {
    expect(app.logged.join('\n')).not.toContain('eyJ')
  })

  it('by a clock that is some seconds ahead, only because it begins a little later', async () => {
    const token = await personal({ nbf: now() + 20, iat: now() + 20 })
    expect((await tell(token, viewed('s-1', 6))).status).toBe(200)
  })
})

describe('two tenants', () => {
  it('share an issuer by an audience each, and see nothing of one another', async () => {
    const theirs = await app.issue(['admin'], 'college')
    expect((await register({ audience: 'college' }, 'college', theirs)).status).toBe(201)
    const token = await personal({ aud: 'college' })
    await problemOf(await tell(token, viewed('s-1')), 'forbidden')
    await call('POST', native, [begun('s-1', 'ada')], await keyOf('college'))
    expect((await tell(token, viewed('s-1', 9))).status).toBe(200)
    const page = await app.platform.events.query('college', { kind: 'event' }, { limit: 10 })
    expect(page.items.map(({ tenantId }) => tenantId)).toEqual(['college', 'college'])

    const response = await tell(await personal({ aud: ['college', 'school'] }), viewed('s-1'))
    expect((await problemOf(response, 'unauthenticated')).detail).toContain('several tenants')
  })

  it('cannot have the same issuer with the same audience', async () => {
    const theirs = await app.issue(['admin'], 'college')
    const response = await register({ audience: 'school' }, 'college', theirs)
    const { detail } = await problemOf(response, 'already_exists')
    expect(detail).not.toContain('of school')
    const listed = await call('GET', '/tenants/college/issuers', undefined, theirs)
    expect(JSON.stringify(await listed.json())).not.toContain('"school"')
  })

  it('do not administer one another’s issuers', async () => {
    const theirs = await app.issue(['admin'], 'college')
    const query = `?issuer=${encodeURIComponent(issuer.url)}&audience=school`
    const at = '/tenants/school/issuers'
    await problemOf(await call('GET', at, undefined, theirs), 'not_found')
    await problemOf(await register({ audience: 'x' }, 'school', theirs), 'not_found')
    await problemOf(await call('DELETE', `${at}${query}`, undefined, theirs), 'not_found')
    const own = `/tenants/college/issuers${query}`
    await problemOf(await call('DELETE', own, undefined, theirs), 'not_found')
    const weak = await app.issue(['events:write', 'events:read'], 'school')
    await problemOf(await call('GET', at, undefined, weak), 'forbidden')
    await problemOf(await register({ audience: 'x' }, 'school', weak), 'forbidden')
    await problemOf(await call('DELETE', `${at}${query}`, undefined, weak), 'forbidden')
    const operator = await app.issue(['installation'])
    expect((await call('GET', at, undefined, operator)).status).toBe(200)
  })
})

describe('an issuer', () => {
  it('is listed, replaced, and not believed once it is removed', async () => {
    await using fresh = await startTestApp({ config: { allowPrivateWebhooks: true } })
    const at = '/tenants/default/issuers'
    const { admin: key } = fresh.keys
    const settings = { issuer: issuer.url, audience: 'school', roles: { staff: 'teacher' } }
    const made = await call('PUT', at, settings, key, fresh)
    expect(made.status).toBe(201)
    const view = {
      ...{ ...settings, claims: { learner: 'sub' }, sourceId: 'people' },
      ...{ createdAt: expect.any(String), updatedAt: expect.any(String) },
    }
    expect(await made.json()).toEqual(view)
    const again = await call('PUT', at, { ...settings, sourceId: 'web' }, key, fresh)
    expect(again.status).toBe(200)
    const changed = { ...view, sourceId: 'web' }
    const list = async () => (await call('GET', at, undefined, key, fresh)).json()
    expect(await list()).toEqual({ issuers: [changed] })

    const token = await personal()
    const send = () => call('POST', native, [{ event_type: 'noted' }], token, fresh)
    expect((await send()).status).toBe(200)
    const query = `?issuer=${encodeURIComponent(issuer.url)}&audience=school`
    expect((await call('DELETE', `${at}${query}`, undefined, key, fresh)).status).toBe(204)
    expect(await list()).toEqual({ issuers: [] })
    fresh.clock.advance(5_000)
    await problemOf(await send(), 'unauthenticated')
    await problemOf(await call('DELETE', `${at}${query}`, undefined, key, fresh), 'not_found')
  })

  it('may be read from an address of its own, and rotates its keys', async () => {
    await using one = await startIssuer()
    const named = { issuer: 'urn:school', jwksUrl: `${one.url}/keys`, audience: 'by-url' }
    expect((await register(named)).status).toBe(201)
    const token = () => one.token({ iss: 'urn:school', aud: 'by-url', sub: 'ada' })
    expect((await tell(await token(), viewed('s-1', 20))).status).toBe(200)
    await one.rotate(true)
    app.clock.advance(30_000)
    expect((await tell(await token(), viewed('s-1', 21))).status).toBe(200)
  })

  it('that cannot be reached is answered 503, and keys go on working', async () => {
    await using one = await startIssuer()
    await register({ issuer: one.url, audience: 'school' })
    one.answer(() => new Response('', { status: 500 }))
    const response = await tell(await one.token({ aud: 'school', sub: 'ada' }), viewed('s-1', 22))
    expect(response.headers.get('Retry-After')).toBe('5')
    await problemOf(response, 'unavailable')
    expect((await tell(await keyOf('school'), viewed('s-1', 22))).status).toBe(200)
  })

  const refused: [what: string, settings: Claims, path: string, code?: ErrorCode][] = [
    ['without an audience', { audience: undefined }, 'audience'],
    ['without a name', { issuer: '' }, 'issuer'],
    ['that is no URL, without its keys', { issuer: 'school' }, 'issuer'],
    ['whose keys are at no URL', { jwksUrl: 'keys' }, 'jwksUrl'],
    ['with a role that is none here', { roles: { a: 'Not A Role' } }, 'roles'],
    ['with a role of all organisations', { roles: { a: 'system' } }, 'roles'],
    ['with another id for everybody', { claims: { actorIds: ['ada'] } }, 'claims'],
    ['with a source that is none', { sourceId: 'a source' }, 'sourceId'],
    ['with an unknown setting', { colour: 'red' }, 'colour'],
    ['with a name of 257 characters', { audience: 'x'.repeat(257) }, 'audience'],
  ]
  for (const [what, settings, path] of refused) {
    it(`is not taken ${what}`, async () => {
      const response = await register({ audience: 'x', ...settings })
      const { errors } = await problemOf(response, 'invalid_request')
      expect(errors[0]!.path[0]).toBe(path)
    })
  }

  it('in a private network, or without TLS, is not taken', async () => {
    await using strict = await startTestApp({ config: { allowPrivateWebhooks: false } })
    const at = '/tenants/default/issuers'
    for (const [settings, code] of [
      [{ issuer: issuer.url }, 'invalid_request'],
      [{ issuer: 'https://127.0.0.1:1' }, 'invalid_target'],
      [{ issuer: 'https://id.example', jwksUrl: 'https://[::1]/keys' }, 'invalid_target'],
      [{ issuer: 'urn:x', jwksUrl: 'https://169.254.169.254/' }, 'invalid_target'],
      [{ issuer: 'urn:x', jwksUrl: 'file:///etc/passwd' }, 'invalid_request'],
    ] as const) {
      const body = { audience: 'school', ...settings }
      await problemOf(await call('PUT', at, body, strict.keys.admin, strict), code)
    }
  })

  it('may be one of twenty', async () => {
    await addTenant('many')
    const many = await app.issue(['admin'], 'many')
    const made = Array.from({ length: 20 }, (_, n) =>
      register({ audience: `m-${n}` }, 'many', many),
    )
    for (const response of await Promise.all(made)) expect(response.status).toBe(201)
    await problemOf(await register({ audience: 'm-20' }, 'many', many), 'limit_reached')
  })
})

describe('the issuer of machines', () => {
  const write = { scope: 'events:write' }

  notOnAws('issuer')('keeps its tokens, whatever a tenant registers of it', async () => {
    await using one = await startIssuer()
    await using both = await startTestApp({
      config: { oidcIssuer: one.url, allowPrivateWebhooks: true },
    })
    const at = '/tenants/default/issuers'
    const put = (audience: string) =>
      call('PUT', at, { issuer: one.url, audience }, both.keys.admin, both)
    await problemOf(await put('nonius'), 'already_exists')
    for (const audience of ['account', 'lms']) expect((await put(audience)).status).toBe(201)
    const send = (token: string, id: string) =>
      call('POST', native, [{ event_type: 'noted', event_id: id }], token, both)
    const tokens: [id: string, claims: Claims, sourceId: string][] = [
      ['m-1', write, 'lms'],
      ['m-2', { ...write, aud: ['account', 'nonius'] }, 'lms'],
      ['m-3', { aud: undefined, scope: 'nonius/events:write' }, 'lms'],
      ['p-1', { aud: 'account', sub: 'ada' }, 'people'],
    ]
    for (const [id, claims, sourceId] of tokens) {
      expect((await send(await one.token(claims), id)).status).toBe(200)
      expect(await both.platform.events.get('default', id)).toMatchObject({ sourceId })
    }
  })
})

const at = '/tenants/default/issuers'
const settings = '{"issuer":"urn:example","audience":"a","jwksUrl":"https://9.9.9.9/keys" }'
const query = '?issuer=urn:example&audience=a'
batteryOf({ method: 'GET', path: at, scope: 'admin', otherMethod: 'POST' })
batteryOf({
  ...{ method: 'PUT', path: at, scope: 'admin', otherMethod: 'PATCH' },
  body: { type: 'application/json', text: settings },
})
batteryOf({
  ...{ method: 'DELETE', path: `${at}${query}`, scope: 'admin', otherMethod: 'POST' },
  async prepare(test) {
    const headers = { ...test.as(test.keys.admin), 'Content-Type': 'application/json' }
    expect((await test.request(at, { method: 'PUT', headers, body: settings })).status).toBe(201)
  },
})
