import { describe, expect, it } from 'bun:test'
import { shared } from '../support/shared'
import { startXapiTest } from '../support/xapi-documents'
import {
  ada,
  aStatement,
  idsFound,
  refusal,
  statementsAt as url,
  uuidOf,
} from '../support/xapi-statements'

const VERSION = 'X-Experience-API-Version'

describe('the version of a request', () => {
  const cases: [asked: string | undefined, status: number, answered: string][] = [
    ['1.0.3', 200, '1.0.3'],
    ['1.0', 200, '1.0.3'],
    ['1.0.0', 200, '1.0.3'],
    ['1.0.9', 200, '1.0.3'],
    ['2.0.0', 200, '2.0.0'],
    ['2.0', 200, '2.0.0'],
    [undefined, 400, '1.0.3'],
    ['', 400, '1.0.3'],
    ['0.95', 400, '1.0.3'],
    ['1.1.0', 400, '1.0.3'],
    ['2.1.0', 400, '1.0.3'],
    ['1.0.3, 2.0.0', 400, '1.0.3'],
    ['BAD', 400, '1.0.3'],
  ]
  const rows = shared(startXapiTest)
  for (const [asked, status, answered] of cases) {
    it(`${asked} is answered ${status} by ${answered}`, async () => {
      const test = await rows()
      const headers = { ...test.as(), ...(asked !== undefined && { [VERSION]: asked }) }
      const response = await test.request(url, { headers })
      expect(response.status).toBe(status)
      expect(response.headers.get(VERSION)).toBe(answered)
      if (status === 400) expect((await refusal(response)).path).toEqual([VERSION])
    })
  }

  it('is chosen among those that are offered', async () => {
    await using test = await startXapiTest({
      config: { xapiVersions: ['2.0.0'], xapiDefaultVersion: '2.0.0' },
    })
    const refused = await test.call('GET', url, { version: '1.0.3' })
    expect([refused.status, refused.headers.get(VERSION)]).toEqual([400, '2.0.0'])
    const about = await test.request('/xapi/about')
    expect(await about.json()).toEqual({ version: ['2.0.0'] })
  })

  it('is on every reply, and About needs none', async () => {
    const test = await rows()
    for (const path of ['/xapi/about', '/xapi', '/xapi/nothing', '/xapi/agents']) {
      const response = await test.request(path)
      if (path !== '/xapi') expect(response.headers.get(VERSION)).toBe('1.0.3')
      expect(response.status).toBe({ '/xapi/about': 200, '/xapi/agents': 401 }[path] ?? 404)
    }
  })
})

describe('the alternate request syntax', () => {
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
  const encoded = (fields: Record<string, string>) => new URLSearchParams(fields).toString()

  it('is understood by 1.0.3: headers, parameters and content are in the form', async () => {
    await using test = await startXapiTest()
    const { Authorization } = test.as()
    const fields = {
      Authorization,
      [VERSION]: '1.0.3',
      statementId: uuidOf(1),
      content: JSON.stringify(aStatement()),
    }
    const put = await test.request(`${url}?method=PUT`, {
      method: 'POST',
      headers: form,
      body: encoded(fields),
    })
    expect([put.status, put.headers.get(VERSION)]).toEqual([204, '1.0.3'])
    const asked = { Authorization, [VERSION]: '1.0.3', agent: JSON.stringify(ada), limit: '1' }
    const get = await test.request(`${url}?method=GET`, {
      method: 'POST',
      headers: form,
      body: encoded(asked),
    })
    expect(await get.json()).toMatchObject({ statements: [{ id: uuidOf(1) }], more: '' })
    const head = await test.request(`${url}?method=HEAD`, {
      method: 'POST',
      headers: form,
      body: encoded(asked),
    })
    expect([head.status, await head.text()]).toEqual([200, ''])
    const post = { Authorization, [VERSION]: '1.0.3', content: JSON.stringify([aStatement()]) }
    const posted = await test.request(`${url}?method=POST`, {
      method: 'POST',
      headers: form,
      body: encoded(post),
    })
    expect(posted.status).toBe(200)
  })

  it('goes for documents as well', async () => {
    await using test = await startXapiTest()
    const place = {
      activityId: 'https://example.edu/7',
      agent: JSON.stringify(ada),
      stateId: 'bookmark',
    }
    const call = (method: string, fields: Record<string, string>) =>
      test.call('POST', `/xapi/activities/state?method=${method}`, {
        body: encoded({ ...place, ...fields }),
        headers: form,
      })
    expect((await call('PUT', { content: 'page 7', 'Content-Type': 'text/plain' })).status).toBe(
      204,
    )
    const read = await call('GET', {})
    expect([read.headers.get('Content-Type'), await read.text()]).toEqual(['text/plain', 'page 7'])
    expect((await call('DELETE', {})).status).toBe(204)
  })

  const content = JSON.stringify(aStatement({ id: uuidOf(1) }))
  const wrong: [
    name: string,
    path: string,
    method: string,
    fields: Record<string, string> | string,
    version?: '2.0.0',
  ][] = [
    ['under 2.0', '?method=GET', 'POST', {}, '2.0.0'],
    ['with 2.0 in the form', '?method=GET', 'POST', { [VERSION]: '2.0.0' }],
    ['with an unknown version in the form', '?method=GET', 'POST', { [VERSION]: '0.8' }],
    ['by another method', '?method=GET', 'PUT', {}],
    [
      'with another parameter in the address',
      `?method=PUT&statementId=${uuidOf(1)}`,
      'POST',
      { content },
    ],
    ['with an unknown method', '?method=PATCH', 'POST', { content }],
    ['with a method in lower case', '?method=get', 'POST', {}],
    ['with two methods', '?method=GET&method=PUT', 'POST', {}],
    ['without content', '?method=POST', 'POST', {}],
    ['with a body that is no form', '?method=POST', 'POST', content],
    ['with an unknown parameter in the form', '?method=GET', 'POST', { foo: 'bar' }],
    ['with a method in the form, too', '?method=POST', 'POST', { method: 'POST', content }],
    ['with thousands of fields', '?method=GET', 'POST', 'limit=1&'.repeat(5_000)],
    ['with a header that is none', '?method=GET', 'POST', { 'If-Match': 'a\nb' }],
  ]
  const rows = shared(startXapiTest)
  for (const [name, path, method, fields, version = '1.0.3'] of wrong) {
    it(`is refused ${name}`, async () => {
      const test = await rows()
      const body = typeof fields === 'string' ? fields : encoded(fields)
      const response = await test.call(method, `${url}${path}`, { body, headers: form, version })
      expect(response.status).toBe(400)
      expect(await idsFound(test)).toEqual([])
    })
  }

  it('takes a form of a megabyte, and names that limit', async () => {
    const test = await rows()
    const body = `content=${'a'.repeat(1024 * 1024)}`
    const response = await test.call('POST', `${url}?method=POST`, { body, headers: form })
    expect(response.status).toBe(413)
    expect(((await response.json()) as { detail: string }).detail).toContain('1048576')
  })

  it('does not let anybody in by the address alone', async () => {
    const test = await rows()
    const headers = { ...form, [VERSION]: '1.0.3' }
    const response = await test.request(`${url}?method=GET`, {
      method: 'POST',
      headers,
      body: 'Authorization=Basic+eA',
    })
    expect(response.status).toBe(401)
  })
})

describe('a page of another origin', () => {
  it('may use the record store, and read its headers', async () => {
    await using test = await startXapiTest()
    const Origin = 'https://lms.example.edu'
    const preflight = await test.request(url, {
      method: 'OPTIONS',
      headers: {
        Origin,
        'Access-Control-Request-Method': 'PUT',
        'Access-Control-Request-Headers': 'authorization',
      },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('Access-Control-Allow-Methods')).toContain('PUT')
    const allowed = preflight.headers.get('Access-Control-Allow-Headers')!
    for (const name of ['Authorization', VERSION, 'Content-Type', 'If-Match', 'If-None-Match']) {
      expect(allowed).toContain(name)
    }
    const refused = await test.call('GET', url, { headers: { Origin }, parameters: { foo: 'bar' } })
    expect(refused.headers.get('Access-Control-Allow-Origin')).toBe('*')
    const exposed = refused.headers.get('Access-Control-Expose-Headers')!
    for (const name of [VERSION, 'X-Experience-API-Consistent-Through', 'ETag', 'Last-Modified']) {
      expect(exposed).toContain(name)
    }
  })
})

describe('who may do what', () => {
  const calls = {
    POST: { method: 'POST', call: { body: aStatement() } },
    PUT: { method: 'PUT', call: { body: aStatement(), parameters: { statementId: uuidOf(1) } } },
    GET: { method: 'GET', call: {} },
  }

  const roles: [
    scopes: Parameters<Awaited<ReturnType<typeof startXapiTest>>['issue']>[0],
    statuses: number[],
  ][] = [
    [['events:write'], [200, 204, 403]],
    [['events:read'], [403, 403, 200]],
    [['statements/write'], [200, 204, 403]],
    [['statements/read'], [403, 403, 200]],
    [['statements/read/mine'], [403, 403, 200]],
    [['all/read'], [403, 403, 200]],
    [['all'], [200, 204, 200]],
    [['state'], [403, 403, 403]],
    [['webhooks:write'], [403, 403, 403]],
  ]
  const rows = shared(startXapiTest)
  for (const [row, [scopes, statuses]] of roles.entries()) {
    it(`with ${scopes.join(', ')}: POST, PUT, GET are ${statuses.join(', ')}`, async () => {
      const test = await rows()
      const key = await test.issue(scopes)
      const put = { ...calls.PUT.call, parameters: { statementId: uuidOf(row + 1) } }
      for (const [place, { method, call }] of Object.values(calls).entries()) {
        const own = method === 'PUT' ? put : call
        expect((await test.call(method, url, { ...own, key })).status).toBe(statuses[place]!)
      }
    })
  }

  it('nobody without a key, or with a revoked one', async () => {
    await using test = await startXapiTest()
    const revoked = await test.issue(['all'])
    await test.revoke(revoked)
    for (const { method, call } of Object.values(calls)) {
      const response = await test.call(method, url, { ...call, key: revoked })
      expect(response.status).toBe(401)
      expect(response.headers.get('X-Experience-API-Consistent-Through')).toBe(
        '1970-01-01T00:00:00.000Z',
      )
    }
  })

  it('reads its own statements only, by query and by id, with statements/read/mine', async () => {
    await using test = await startXapiTest()
    const [one, two] = [
      await test.issue(['statements/write', 'statements/read/mine'], 'default', {
        sourceId: 'one',
      }),
      await test.issue(['all'], 'default', { sourceId: 'two' }),
    ]
    await test.call('POST', url, { key: one, body: aStatement({ id: uuidOf(1) }) })
    await test.call('POST', url, { key: two, body: aStatement({ id: uuidOf(2) }) })
    expect(await idsFound(test, {}, { key: one })).toEqual([uuidOf(1)])
    expect((await idsFound(test, {}, { key: two })).length).toBe(2)
    const statusOf = async (n: number) =>
      (await test.call('GET', url, { key: one, parameters: { statementId: uuidOf(n) } })).status
    expect([await statusOf(1), await statusOf(2)]).toEqual([200, 404])
  })

  it('of two tenants neither sees the other, who may have the same ids', async () => {
    await using test = await startXapiTest()
    await test.setMode('lrs', 'other')
    const key = await test.issue(['all'], 'other')
    const verb = { id: 'https://example.edu/verbs/other' }
    await test.call('POST', url, { body: aStatement({ id: uuidOf(1) }) })
    expect(await idsFound(test, {}, { key })).toEqual([])
    const read = { key, parameters: { statementId: uuidOf(1) } }
    expect((await test.call('GET', url, read)).status).toBe(404)
    expect(
      (await test.call('POST', url, { key, body: aStatement({ id: uuidOf(1), verb }) })).status,
    ).toBe(200)
    expect(await (await test.call('GET', url, read)).json()).toMatchObject({ verb })
  })

  it('sends where xAPI is taken in only, and does nothing where it is off', async () => {
    await using test = await startXapiTest()
    const statuses = async () => {
      const all = Object.values(calls).map(({ method, call }) => test.call(method, url, call))
      return Promise.all(all.map(async (response) => (await response).status))
    }
    await test.setMode('ingest')
    expect(await statuses()).toEqual([200, 204, 404])
    const asked = await test.call('GET', url)
    expect(((await asked.json()) as { detail: string }).detail).toContain('`lrs`')
    await test.setMode('off')
    expect(await statuses()).toEqual([404, 404, 404])
    await test.setMode('lrs')
    expect(await idsFound(test)).toEqual([])
  })
})
