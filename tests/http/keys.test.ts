import { describe, expect, it } from 'bun:test'
import { usualScopes, xapiScopes } from '../../src/access/keys/key'
import { type Scope, scopes } from '../../src/identity/scope'
import { startTestApp, type TestApp } from '../support/app'
import { batteryOf, problemOf } from '../support/battery'
import { shared } from '../support/shared'

interface KeyView {
  id: string
  name: string
  sourceId: string
  scopes: Scope[]
  key?: string
  createdAt: string
  expiresAt?: string
  replacedBy?: string
  revokedAt?: string
  lastUsedAt?: string
  oldEndsAt?: string
  endpoint?: string
}

async function call(test: TestApp, method: string, path: string, body?: unknown, key?: string) {
  const headers = { ...test.as(key ?? test.keys.admin), 'Content-Type': 'application/json' }
  const content = body === undefined ? {} : { body: JSON.stringify(body) }
  return test.request(path, { method, headers, ...content })
}

async function made(test: TestApp, body: object = {}, path = '/keys') {
  const response = await call(test, 'POST', path, { name: 'x', sourceId: 'demo', ...body })
  expect(response.status).toBe(201)
  expect(response.headers.get('Cache-Control')).toBe('no-store')
  const view = (await response.json()) as KeyView & { key: string }
  expect(response.headers.get('Location')).toBe(`/keys/${view.id}`)
  return view
}

async function listed(test: TestApp, path = '/keys', key?: string) {
  const { keys } = (await (await call(test, 'GET', path, undefined, key)).json()) as {
    keys: KeyView[]
  }
  return keys
}

const statusOf = async (test: TestApp, key: string) =>
  (await test.request('/analytics/events', { headers: test.as(key) })).status

describe('keys over HTTP', () => {
  it('are made, work at once, are listed and read without what would let someone use them', async () => {
    await using test = await startTestApp()
    const { key, ...view } = await made(test, { name: 'Moodle', sources: ['canvas'] })
    expect(view).toEqual({
      id: expect.stringMatching(/^key_/),
      begins: key.slice(0, 7),
      name: 'Moodle',
      sourceId: 'demo',
      scopes: [...usualScopes],
      sources: ['canvas'],
      createdAt: expect.any(String),
    } as never)
    expect(await statusOf(test, key)).toBe(200)
    const list = await call(test, 'GET', '/keys')
    expect(list.headers.get('Cache-Control')).toBe('no-store')
    const text = await list.text()
    expect(JSON.parse(text).keys.map(({ name }: KeyView) => name)).toEqual([
      ...['admin', 'demo', 'Moodle'],
    ])
    expect(text).not.toContain(key)
    expect(text).not.toMatch(/[0-9a-f]{64}/)
    for (const named of [view.id, view.id.slice(0, 14), view.id.slice(4, 14), key.slice(0, 7)]) {
      expect(await (await call(test, 'GET', `/keys/${named}`)).json()).toMatchObject(view)
    }
  })

  it('say when they were last used, in the list and alone, and nothing before', async () => {
    await using test = await startTestApp()
    const { id, key } = await made(test, { name: 'Moodle' })
    const shown = async () => [
      (await listed(test)).find((one) => one.id === id)?.lastUsedAt,
      ((await (await call(test, 'GET', `/keys/${id}`)).json()) as KeyView).lastUsedAt,
    ]
    expect(await shown()).toEqual([undefined, undefined])
    expect(await statusOf(test, key)).toBe(200)
    const [inList, alone] = await shown()
    expect(inList).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
    expect(alone).toBe(inList!)
  })

  it('have an end, when they are given one, and say so to who shows them', async () => {
    await using test = await startTestApp()
    const { key, expiresAt, createdAt } = await made(test, { expires: '90d' })
    const days = (Date.parse(expiresAt!) - Date.parse(createdAt)) / (24 * 60 * 60 * 1000)
    expect(days).toBeCloseTo(90, 3)
    expect(await statusOf(test, key)).toBe(200)
    const soon = new Date(test.clock.now().getTime() + 1_000).toISOString()
    const short = await made(test, { expires: soon })
    await Bun.sleep(1_100)
    const reply = await test.request('/analytics/events', { headers: test.as(short.key) })
    expect((await problemOf(reply, 'unauthenticated')).detail).toBe(`This key expired at ${soon}.`)
  })

  it('are rotated: both work, and the old one names the new one and ends', async () => {
    await using test = await startTestApp()
    const old = await made(test, { name: 'turning', scopes: ['events:read'] })
    const response = await call(test, 'POST', `/keys/${old.id}/rotate`, { overlap: '7d' })
    expect(response.status).toBe(201)
    const next = (await response.json()) as KeyView & { key: string }
    const { id, name, sourceId, scopes: given } = next
    expect({ name, sourceId, given }).toEqual({
      ...{ name: 'turning', sourceId: 'demo' },
      given: ['events:read'],
    })
    expect([await statusOf(test, old.key), await statusOf(test, next.key)]).toEqual([200, 200])
    const was = (await listed(test)).find((one) => one.id === old.id)!
    expect(was).toMatchObject({ replacedBy: id, expiresAt: next.oldEndsAt! })

    const again = await call(test, 'POST', `/keys/${old.id}/rotate`, {})
    expect((await problemOf(again, 'invalid_request')).detail).toContain(
      `${id} stands in its place`,
    )
    const last = await call(test, 'POST', `/keys/${id}/rotate`, { overlap: '0m' })
    expect(last.status).toBe(201)
    test.clock.advance(10_000)
    expect(await statusOf(test, next.key)).toBe(401)
  })

  it('are ended once', async () => {
    await using test = await startTestApp()
    const { id, key } = await made(test)
    expect((await call(test, 'DELETE', `/keys/${id.slice(0, 20)}`)).status).toBe(204)
    test.clock.advance(10_000)
    expect(await statusOf(test, key)).toBe(401)
    await problemOf(await call(test, 'DELETE', `/keys/${id}`), 'not_found')
    expect((await listed(test)).find((one) => one.id === id)).toHaveProperty('revokedAt')
  })

  it('for tools of xAPI come with what these ask for', async () => {
    await using test = await startTestApp()
    const { endpoint, scopes: given } = await made(test, { xapi: true })
    expect(given).toEqual([...xapiScopes])
    expect(endpoint).toMatch(/^https?:\/\/[^/]+\/xapi$/)
  })

  const refused: [name: string, body: object, path: (string | number)[]][] = [
    ['no name', { name: undefined }, ['name']],
    ['no source', { sourceId: undefined }, ['sourceId']],
    ['a source that is not there', { sourceId: 'mooodle' }, ['sourceId']],
    ['a scope that is none', { scopes: ['events:all'] }, ['scopes', 0]],
    ['no scope', { scopes: [] }, ['scopes']],
    ['an end that is over', { expires: '2020-01-01' }, ['expires']],
    ['an end that is none', { expires: 'soon' }, ['expires']],
    ['an unknown property', { colour: 'red' }, ['colour']],
  ]
  const rows = shared(startTestApp)
  for (const [name, body, path] of refused) {
    it(`are refused with ${name}, saying where`, async () => {
      const test = await rows()
      const asked = { name: 'x', sourceId: 'demo', ...body }
      const problem = await problemOf(await call(test, 'POST', '/keys', asked), 'invalid_request')
      expect(problem.errors[0]!.path).toEqual(path)
      expect(await listed(test)).toHaveLength(2)
    })
  }

  it('are not found by too little, or by what several begin with', async () => {
    await using test = await startTestApp()
    const problem = await problemOf(await call(test, 'DELETE', '/keys/key_'), 'invalid_request')
    expect(problem.detail).toMatch(/^2 keys begin with key_: key_\S+ \(admin\), key_/)
    await problemOf(await call(test, 'DELETE', '/keys/nobody'), 'not_found')
    for (const overlap of ['24', '91d', 5]) {
      const reply = await call(test, 'POST', '/keys/key_/rotate', { overlap })
      expect((await problemOf(reply, 'invalid_request')).errors[0]!.path).toEqual(['overlap'])
    }
  })
})

describe('who makes a key', () => {
  it('gives no scope that it does not have itself, by a new key or by rotating one', async () => {
    await using test = await startTestApp()
    const giver = await test.issue(['admin', 'events:write'])
    const make = (given: Scope[]) =>
      call(test, 'POST', '/keys', { name: 'x', sourceId: 'demo', scopes: given }, giver)
    expect((await make(['events:write'])).status).toBe(201)
    for (const scope of scopes) {
      if (scope === 'admin' || scope === 'events:write') continue
      const { detail } = await problemOf(await make(['events:write', scope]), 'forbidden')
      expect(detail).toEndWith(`does not have itself: ${scope}.`)
    }
    const mine = (await listed(test)).find(({ name }) => name === 'admin')!
    const rotating = await call(test, 'POST', `/keys/${mine.id}/rotate`, {}, giver)
    await problemOf(rotating, 'forbidden')
  })
})

/** Who may administer what: a tenant of one's own, or the other's. */
describe('the table of roles and tenants', () => {
  const roles: [who: string, scopes: Scope[], own: boolean, other: boolean, tenants: boolean][] = [
    ['a sender', ['events:write'], false, false, false],
    ['a reader of all', ['events:read', 'quarantine:read', 'all'], false, false, false],
    ['an administrator', ['admin', 'events:write'], true, false, false],
    ['the installation', ['installation', 'events:write'], true, true, true],
    ['both', ['admin', 'installation', 'events:write'], true, true, true],
  ]
  for (const [who, granted, own, other, tenants] of roles) {
    it(`lets ${who} do what it may, and nothing else`, async () => {
      await using test = await startTestApp()
      const school = await call(test, 'POST', '/tenants', { name: 'School', sourceId: 'demo' })
      const { id, key: theirs } = ((await school.json()) as { adminKey: KeyView & { key: string } })
        .adminKey
      const key = await test.issue(granted)
      const target = (await listed(test)).find(({ name }) => name === 'demo')!.id
      const asked = { name: 'x', sourceId: 'demo', scopes: ['events:write'] }
      const statuses = async (more: string, keyId: string) => [
        (await call(test, 'GET', `/keys${more}`, undefined, key)).status,
        (await call(test, 'GET', `/keys/${keyId}${more}`, undefined, key)).status,
        (await call(test, 'POST', `/keys${more}`, asked, key)).status,
        (await call(test, 'DELETE', `/keys/${keyId}${more}`, undefined, key)).status,
      ]
      const [all, none] = [
        [200, 200, 201, 204],
        [403, 403, 403, 403],
      ]
      expect(await statuses('?tenant=school', id)).toEqual(other ? all! : none!)
      expect(await statuses('', target)).toEqual(own ? all! : none!)
      // A tenant that is not there is no better hidden, and no better shown.
      const nowhere = await call(test, 'GET', '/keys?tenant=nowhere', undefined, key)
      expect(nowhere.status).toBe(other ? 404 : 403)

      const list = await call(test, 'GET', '/tenants', undefined, key)
      expect(list.status).toBe(tenants ? 200 : 403)
      const more = await call(test, 'POST', '/tenants', { name: 'More' }, key)
      expect(more.status).toBe(tenants ? 201 : 403)
      const read = await call(test, 'GET', '/tenants/school', undefined, key)
      expect(read.status).toBe(other ? 200 : own ? 404 : 403)
      if (!other) expect(await statusOf(test, theirs)).toBe(200)

      const named = { issuer: 'urn:school', audience: 'school', jwksUrl: 'https://9.9.9.9/keys' }
      const issuersOf = async (tenant: string) => {
        const at = `/tenants/${tenant}/issuers`
        const query = `?issuer=urn:school&audience=school`
        return [
          (await call(test, 'PUT', at, named, key)).status,
          (await call(test, 'GET', at, undefined, key)).status,
          (await call(test, 'DELETE', `${at}${query}`, undefined, key)).status,
        ]
      }
      const [taken, refused, hidden] = [
        [201, 200, 204],
        [403, 403, 403],
        [404, 404, 404],
      ]
      expect(await issuersOf('school')).toEqual(other ? taken! : own ? hidden! : refused!)
      expect(await issuersOf('default')).toEqual(own || other ? taken! : refused!)
    })
  }

  it('shows no tenant the keys and sources of another', async () => {
    await using test = await startTestApp()
    const make = async (name: string) => {
      const reply = await call(test, 'POST', '/tenants', { name })
      const { id, adminKey } = (await reply.json()) as { id: string; adminKey: { key: string } }
      return { id, key: adminKey.key }
    }
    const [one, two] = [await make('One'), await make('Two')]
    for (const [mine, other] of [
      [one, two],
      [two, one],
    ] as const) {
      const source = { id: `of-${mine.id}`, name: 'x' }
      expect((await call(test, 'POST', '/sources', source, mine.key)).status).toBe(201)
      const sources = await (await call(test, 'GET', '/sources', undefined, mine.key)).json()
      expect(sources).toMatchObject({ sources: [{ id: 'main' }, { id: `of-${mine.id}` }] })
      const keys = await listed(test, '/keys', mine.key)
      expect(keys).toHaveLength(1)
      for (const path of [`/keys?tenant=${other.id}`, '/keys?tenant=default', '/tenants']) {
        await problemOf(await call(test, 'GET', path, undefined, mine.key), 'forbidden')
      }
      const theirs = (await listed(test, `/keys?tenant=${other.id}`))[0]!.id
      for (const [method, path, body] of [
        ['GET', `/keys/${theirs}`, undefined],
        ['DELETE', `/keys/${theirs}`, undefined],
        ['POST', `/keys/${theirs}/rotate`, {}],
        ['GET', `/tenants/${other.id}`, undefined],
      ] as const) {
        await problemOf(await call(test, method, path, body, mine.key), 'not_found')
      }
    }
    expect(await listed(test)).toHaveLength(2)
  })
})

const json = 'application/json'
const aKey = '{"name":"x","sourceId":"demo","scopes":["admin"] }'
batteryOf({ method: 'GET', path: '/keys', scope: 'admin', otherMethod: 'DELETE' })
batteryOf({
  ...{ method: 'POST', path: '/keys', scope: 'admin', otherMethod: 'PUT' },
  body: { type: json, text: aKey },
})
