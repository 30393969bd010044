import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { startTestApp, type TestApp } from '../support/app'
import { batteryOf, problemOf } from '../support/battery'
import { startIssuer, type TestIssuer } from '../support/issuer'

let issuer: TestIssuer
let app: TestApp
let admin: string
beforeAll(async () => {
  issuer = await startIssuer()
  app = await startTestApp({ config: { allowPrivateWebhooks: true } })
  const createdAt = app.clock.now().toISOString()
  for (const tenantId of ['school', 'college']) {
    await app.platform.registry.tenants.put({ tenantId, name: tenantId, createdAt })
  }
  admin = await app.issue(['admin'], 'school')
  const settings = { issuer: issuer.url, audience: 'school', claims: { learner: 'sub' } }
  expect((await call('PUT', '/tenants/school/issuers', settings)).ok).toBe(true)
})
afterAll(async () => {
  await app[Symbol.asyncDispose]()
  await issuer[Symbol.asyncDispose]()
})

function call(method: string, path: string, body?: unknown, credential = admin) {
  const headers = { ...app.as(credential), 'Content-Type': 'application/json' }
  const content = body === undefined ? {} : { body: JSON.stringify(body) }
  return app.request(path, { method, headers, ...content })
}

const person = (sub: string) =>
  issuer.token({ aud: 'school', sub, client_id: 'player', scope: 'openid' })

const requests = '/privacy/access-requests'

describe('POST /privacy/access-requests', () => {
  it('begins one, by all ids of a person or by the one', async () => {
    for (const subject of [{ actorIds: ['ada', 'mailto:ada@example.edu'] }, { userId: 'bo' }]) {
      const reply = await call('POST', requests, { subject, format: 'zip' })
      expect(reply.status).toBe(202)
      const view = (await reply.json()) as { id: string; status: string }
      expect(view).toMatchObject({ status: 'running', files: [] })
      expect(reply.headers.get('Location')).toBe(`${requests}/${view.id}`)
      const seen = await call('GET', `${requests}/${view.id}`)
      expect(await seen.json()).toMatchObject({ id: view.id })
      const { items } = (await (await call('GET', requests)).json()) as { items: object[] }
      expect(items).toContainEqual(expect.objectContaining({ id: view.id }))
      // A list and a status say nothing of whom they are about.
      expect(JSON.stringify([view, items])).not.toMatch(/\bada\b|"bo"/)
    }
  })

  const refused: [why: string, body: unknown][] = [
    ['names nobody', {}],
    ['has no ids', { subject: { actorIds: [] } }],
    ['has an empty id', { subject: { actorIds: [''] } }],
    ['has two ways to name one', { subject: { actorIds: ['a'], userId: 'a' } }],
    ['has too many ids', { subject: { actorIds: Array(101).fill('a') } }],
    ['names a word that is nobody', { subject: { actorIds: ['a', 'Person'] } }],
    ['has an id that is too long', { subject: { userId: 'a'.repeat(2049) } }],
    ['asks for another format', { subject: { userId: 'a' }, format: 'pdf' }],
    ['has a field that is none', { subject: { userId: 'a' }, mode: 'x' }],
  ]
  for (const [why, body] of refused) {
    it(`is refused when it ${why}`, async () => {
      await problemOf(await call('POST', requests, body), 'invalid_request')
    })
  }

  it('repeats no id in a problem', async () => {
    const reply = await call('POST', requests, { subject: { userId: 7, secret: 'ada@x.example' } })
    expect(await reply.text()).not.toContain('ada@x.example')
  })
})

describe('an access request of another organisation', () => {
  it('is not there', async () => {
    const made = await call('POST', requests, { subject: { userId: 'cyd' } })
    const { id } = (await made.json()) as { id: string }
    const other = await app.issue(['admin'], 'college')
    const reply = await call('GET', `${requests}/${id}`, undefined, other)
    await problemOf(reply, 'not_found')
    const listed = await call('GET', requests, undefined, other)
    expect(await listed.json()).toEqual({ items: [] })
  })
})

describe('GET /privacy/me', () => {
  it('shows a person what is theirs, and how to ask for all', async () => {
    const token = await person('ada')
    const event = { event_type: 'noted', event_id: crypto.randomUUID() }
    await call('POST', '/api/v1/events', [event], token)
    await call('POST', '/api/v1/events', [{ event_type: 'noted' }], await person('bo'))
    const consent = { categories: { analytics: 'granted' }, evidence: 'form 7' }
    expect((await call('PUT', '/privacy/consents/ada', consent)).status).toBe(200)

    const reply = await call('GET', '/privacy/me', undefined, token)
    expect(reply.status).toBe(200)
    expect(reply.headers.get('Cache-Control')).toBe('no-store')
    const me = (await reply.json()) as { latest: { id: string }[] }
    expect(me).toMatchObject({
      learnerId: 'ada',
      consents: { analytics: { said: 'granted', evidence: 'form 7' } },
      keptDays: { standard: 2555, sensitive: 1095, pii: 365, system: 365 },
    })
    expect(me.latest.map(({ id }) => id)).toEqual([event.event_id])
  })

  it('lets them ask, and see what became of that; nobody else sees it', async () => {
    const token = await person('eva')
    await problemOf(await call('GET', '/privacy/me/access-request', undefined, token), 'not_found')
    const asked = await call('POST', '/privacy/me/access-request', undefined, token)
    expect(asked.status).toBe(202)
    const { id } = (await asked.json()) as { id: string }
    const seen = await call('GET', '/privacy/me/access-request', undefined, token)
    expect(await seen.json()).toMatchObject({ id })
    const other = await call('GET', '/privacy/me/access-request', undefined, await person('ev'))
    await problemOf(other, 'not_found')
    // An administrator's about several people is none of theirs.
    await call('POST', requests, { subject: { actorIds: ['fay', 'gil'] } })
    const fay = await call('GET', '/privacy/me/access-request', undefined, await person('fay'))
    await problemOf(fay, 'not_found')
    // And a person administers nothing.
    await problemOf(await call('GET', `${requests}/${id}`, undefined, token), 'forbidden')
    await problemOf(await call('POST', requests, { subject: { userId: 'bo' } }, token), 'forbidden')
  })

  it('lets them grant and deny, but not as their parent, and for nobody else', async () => {
    const put = async (categories: object, credential?: string) =>
      call('PUT', '/privacy/me/consents', { categories }, credential)
    const token = await person('hal')
    const reply = await put({ analytics: 'denied' }, token)
    expect(await reply.json()).toMatchObject({
      actor: 'hal',
      decisions: { analytics: { said: 'denied', evidence: 'by themself' } },
    })
    const seen = (await (await call('GET', '/privacy/consents/hal')).json()) as object
    expect(seen).toMatchObject({ decisions: { analytics: { said: 'denied' } } })
    await problemOf(await put({ parental: 'granted' }, token), 'forbidden')
    await problemOf(await put({ analytics: 'perhaps' }, token), 'invalid_request')
    await problemOf(await put({ analytics: 'granted' }), 'forbidden')
  })

  for (const [method, path] of [
    ['PUT', '/privacy/me/consents'],
    ['GET', '/privacy/me'],
    ['POST', '/privacy/me/access-request'],
    ['GET', '/privacy/me/access-request'],
  ] as const) {
    it(`${method} ${path} is no one’s without a token of their own`, async () => {
      await problemOf(await call(method, path), 'forbidden')
      await problemOf(await app.request(path, { method }), 'unauthenticated')
    })
  }
})

const about = { type: 'application/json', text: '{"subject":{"userId":"ada"}}' }
const administered = { scope: 'admin', otherMethod: 'DELETE' } as const
batteryOf({ ...administered, method: 'POST', path: requests, body: about })
batteryOf({ ...administered, method: 'GET', path: requests })
batteryOf({ ...administered, method: 'GET', path: `${requests}/acc_none` })
