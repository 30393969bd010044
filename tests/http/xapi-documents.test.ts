import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { Scope } from '../../src/identity/scope'
import { problemOf } from '../support/battery'
import { notOnAws } from '../support/not-on-aws'
import {
  startXapiTest,
  type Version,
  versions,
  type XapiParameters,
  type XapiTest,
} from '../support/xapi-documents'

const ada = { mbox: 'mailto:ada@example.edu' }
const activityId = 'https://example.edu/courses/7'
const registration = 'ec531277-b57b-4c15-8d91-d292c5b2b8f7'

interface Resource {
  path: string
  id: 'stateId' | 'profileId'
  shelf: XapiParameters
  scope: Scope
}

const state: Resource = {
  path: '/xapi/activities/state',
  id: 'stateId',
  shelf: { activityId, agent: ada },
  scope: 'state',
}
const activityProfile: Resource = {
  path: '/xapi/activities/profile',
  id: 'profileId',
  shelf: { activityId },
  scope: 'profile',
}
const agentProfile: Resource = {
  path: '/xapi/agents/profile',
  id: 'profileId',
  shelf: { agent: ada },
  scope: 'profile',
}
const resources = [state, activityProfile, agentProfile]

// Small, so that a test need not send megabytes to find the limit.
const LIMIT = 64 * 1024

let test: XapiTest
beforeAll(async () => {
  test = await startXapiTest({ config: { maxBodyBytes: LIMIT } })
})
afterAll(() => test[Symbol.asyncDispose]())

let made = 0
/** Names a document that no other test has. */
function named({ shelf, id }: Resource): XapiParameters {
  made += 1
  return { ...shelf, [id]: `document ${made}` }
}

const NEW = { 'If-None-Match': '*' }
const ANY = { 'If-Match': '*' }
const sha1 = (body: string | Uint8Array) => createHash('sha1').update(body).digest('hex')

async function textAt({ path }: Resource, parameters: XapiParameters): Promise<string> {
  return (await test.call('GET', path, { parameters })).text()
}

const bodies: [name: string, type: string, body: string | Uint8Array][] = [
  ['JSON with its spaces', 'application/json', ' {"a" : 1.0,\n"b":12345678901234567890} '],
  ['a type with parameters', 'application/json; charset="utf-8"; a=B', '{}'],
  ['a text', 'text/plain;charset=UTF-8', 'déjà vu 😀\r\n'],
  ['every byte', 'application/octet-stream', Uint8Array.from({ length: 256 }, (_, at) => at)],
  ['a picture', 'image/png', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0)],
  ['a larger one', 'video/mp4', Buffer.alloc(LIMIT, 'é\xff', 'latin1')],
  ['a type of nobody', 'application/x-scorm+suspend', 'viewed=1,2,3|lastviewed=Slide1'],
  ['a page with a script', 'text/html', '<script>alert(1)</script>'],
]

for (const resource of resources) {
  const { path, id, shelf, scope } = resource
  const call = (method: string, given: Parameters<XapiTest['call']>[2]) =>
    test.call(method, path, given)

  describe(`${path} under both versions`, () => {
    for (const [name, type, body] of bodies) {
      it(`gives out ${name} as it came, byte for byte`, async () => {
        const parameters = named(resource)
        const headers = { ...NEW, 'Content-Type': type }
        const stored = await call('PUT', { parameters, headers, body })
        expect(stored.status).toBe(204)
        expect(stored.headers.get('ETag')).toBe(`"${sha1(body)}"`)

        const read = await call('GET', { parameters })
        expect(read.status).toBe(200)
        expect(read.headers.get('Content-Type')).toBe(type)
        expect(read.headers.get('ETag')).toBe(`"${sha1(body)}"`)
        expect(Buffer.from(await read.arrayBuffer()).equals(Buffer.from(body))).toBe(true)
        // Whoever opens it in a browser runs nothing of it.
        expect(read.headers.get('X-Content-Type-Options')).toBe('nosniff')
        expect(read.headers.get('Content-Security-Policy')).toContain("default-src 'none'")
      })
    }

    notOnAws('read before')('takes a body without a type, and an empty one', async () => {
      const parameters = named(resource)
      const stored = await call('PUT', { parameters, headers: NEW, body: new Uint8Array() })
      expect(stored.status).toBe(204)
      const read = await call('GET', { parameters })
      expect(read.headers.get('Content-Type')).toBe('application/octet-stream')
      expect(await read.text()).toBe('')
    })

    it('undoes the compression of a body, which is no part of the document', async () => {
      const parameters = named(resource)
      const headers = { ...NEW, 'Content-Type': 'text/plain', 'Content-Encoding': 'gzip' }
      expect((await call('PUT', { parameters, headers, body: gzipSync('text') })).status).toBe(204)
      expect(await textAt(resource, parameters)).toBe('text')
      const broken = await call('PUT', { parameters, headers, body: 'text' })
      await problemOf(broken, 'invalid_encoding')
    })

    for (const version of versions) {
      it(`tells by HEAD, ETag and Last-Modified of ${version} what is there`, async () => {
        const parameters = named(resource)
        const ask = (method: string, headers = {}) => call(method, { parameters, version, headers })
        await problemOf(await ask('GET'), 'not_found')
        expect((await ask('HEAD')).status).toBe(404)
        await call('PUT', { parameters, version, headers: NEW, body: { a: 1 } })
        const [get, head] = [await ask('GET'), await ask('HEAD')]
        expect(head.status).toBe(200)
        expect(await head.text()).toBe('')
        for (const name of ['ETag', 'Last-Modified', 'Content-Type', 'X-Experience-API-Version']) {
          expect([name, head.headers.get(name)]).toEqual([name, get.headers.get(name)])
        }
        expect(get.headers.get('X-Experience-API-Version')).toBe(version)
        const modified = Date.parse(get.headers.get('Last-Modified')!)
        expect(Math.abs(modified - test.clock.now().getTime())).toBeLessThan(60_000)

        const etag = get.headers.get('ETag')!
        expect((await ask('GET', { 'If-None-Match': `"1234", W/${etag}` })).status).toBe(304)
        expect((await ask('GET', { 'If-None-Match': '"1234"' })).status).toBe(200)
      })

      it(`merges under ${version} what is posted, and deletes`, async () => {
        const parameters = named(resource)
        const ask = (method: string, body?: object) => call(method, { parameters, version, body })
        expect((await ask('POST', { a: { x: 1 }, b: 2 })).status).toBe(204)
        const merged = await ask('POST', { a: { y: 1 }, c: 3 })
        expect(merged.status).toBe(204)
        const text = await textAt(resource, parameters)
        expect(JSON.parse(text)).toEqual({ a: { y: 1 }, b: 2, c: 3 })
        expect(merged.headers.get('ETag')).toBe(`"${sha1(text)}"`)
        expect((await ask('DELETE')).status).toBe(204)
        await problemOf(await ask('GET'), 'not_found')
        expect((await ask('DELETE')).status).toBe(204)
      })

      it(`lets under ${version} one of several have the version that all have read`, async () => {
        const parameters = named(resource)
        const first = await call('PUT', { parameters, version, headers: NEW, body: { a: 0 } })
        const headers = { 'If-Match': first.headers.get('ETag')! }
        const answers = await Promise.all(
          [1, 2, 3, 4].map((a) => call('PUT', { parameters, version, headers, body: { a } })),
        )
        const statuses = answers.map(({ status }) => status).sort()
        expect(statuses).toEqual([204, 412, 412, 412])
        const won = answers.findIndex(({ status }) => status === 204) + 1
        expect(await textAt(resource, parameters)).toBe(`{"a":${won}}`)
        for (const answer of answers) {
          if (answer.status === 412) await problemOf(answer, 'precondition_failed')
        }
      })

      for (const method of ['PUT', 'POST', 'DELETE']) {
        it(`heeds under ${version} If-Match and If-None-Match of ${method}`, async () => {
          const parameters = named(resource)
          const body = method === 'DELETE' ? undefined : { b: 2 }
          const ask = async (headers: Record<string, string>) =>
            (await call(method, { parameters, version, headers, body })).status
          expect(await ask(ANY)).toBe(412)
          await call('POST', { parameters, version, body: { a: 1 } })
          expect(await ask({ 'If-Match': '"1234"' })).toBe(412)
          expect(await ask({ 'If-Match': 'what' })).toBe(400)
          expect(await ask(NEW)).toBe(412)
          expect(await textAt(resource, parameters)).toBe('{"a":1}')
          expect(await ask({ 'If-Match': `"1234", "${sha1('{"a":1}')}"` })).toBe(204)
          expect(await textAt(resource, parameters)).not.toBe('{"a":1}')
        })
      }
    }

    it('loses nothing of what several merge at the same time', async () => {
      const parameters = named(resource)
      const names = ['a', 'b', 'c', 'd', 'e', 'f']
      const posted = names.map((name) => call('POST', { parameters, body: { [name]: 1 } }))
      for (const answer of await Promise.all(posted)) expect(answer.status).toBe(204)
      const value = JSON.parse(await textAt(resource, parameters))
      expect(Object.keys(value).sort()).toEqual(names)
    })

    const unmerged: [
      why: string,
      held: [string, string],
      posted: [string, string],
      code: string,
    ][] = [
      ['is no JSON', ['{"a":1}', 'application/json'], ['b', 'text/plain'], 'invalid_request'],
      ['meets no JSON', ['a', 'text/plain'], ['{}', 'application/json'], 'invalid_request'],
      ['is an array', ['{"a":1}', 'application/json'], ['[]', 'application/json'], 'invalid_json'],
      ['meets an array', ['[]', 'application/json'], ['{}', 'application/json'], 'invalid_json'],
      ['is cut short', ['{"a":1}', 'application/json'], ['{', 'application/json'], 'invalid_json'],
    ]
    for (const [why, [held, heldType], [posted, type], code] of unmerged) {
      it(`refuses what ${why}, and changes nothing`, async () => {
        const parameters = named(resource)
        await call('PUT', { parameters, headers: { ...NEW, 'Content-Type': heldType }, body: held })
        const headers = { 'Content-Type': type }
        const answer = await call('POST', { parameters, headers, body: posted })
        await problemOf(answer, code as 'invalid_json')
        expect(await textAt(resource, parameters)).toBe(held)
      })
    }

    it('lists ids, and those of what was stored after a time', async () => {
      const { [id]: first, ...rest } = named(resource)
      const other = {
        ...rest,
        ...('activityId' in rest && { activityId: `${activityId}#${made}` }),
        ...('agent' in rest && { agent: { mbox: `mailto:${made}@example.edu` } }),
      }
      const list = async (more = {}) => {
        const answer = await call('GET', { parameters: { ...other, ...more } })
        expect(answer.headers.get('Content-Type')).toBe('application/json')
        return ((await answer.json()) as string[]).sort()
      }
      expect(await list()).toEqual([])
      const put = (name: unknown) =>
        call('PUT', { parameters: { ...other, [id]: name }, headers: NEW, body: {} })
      await put(first)
      const read = await call('GET', { parameters: { ...other, [id]: first } })
      const at = Date.parse(read.headers.get('Last-Modified')!)
      await put('ünd/?&=+ ')
      expect(await list()).toEqual([first as string, 'ünd/?&=+ '].sort())
      const since = (ms: number) => ({ since: new Date(at + ms).toISOString() })
      expect(await list(since(-1000))).toHaveLength(2)
      expect(await list(since(60_000))).toEqual([])
      expect(await list({ since: '2020-01-01T00:00:00+02:00' })).toHaveLength(2)
    })

    it('keeps tenants apart', async () => {
      const key = await test.issue(['all'], `other-${made}`)
      await test.setMode('lrs', `other-${made}`)
      const parameters = named(resource)
      await call('PUT', { parameters, headers: NEW, body: { mine: true } })
      await problemOf(await call('GET', { parameters, key }), 'not_found')
      expect((await call('DELETE', { parameters, key })).status).toBe(204)
      expect((await call('PUT', { parameters, key, headers: NEW, body: {} })).status).toBe(204)
      expect(await textAt(resource, parameters)).toBe('{"mine":true}')
    })

    const grants: [scope: Scope, reads: boolean, writes: boolean][] = [
      [scope, true, true],
      [scope === 'state' ? 'profile' : 'state', false, false],
      ['all', true, true],
      ['all/read', true, false],
      ['events:read', true, false],
      ['events:write', false, true],
      ['statements/write', false, false],
      ['statements/read', false, false],
      ['admin', false, false],
    ]
    for (const [granted, reads, writes] of grants) {
      it(`lets a key of ${granted} ${reads ? '' : 'not '}read, ${writes ? '' : 'not '}write`, async () => {
        const key = await test.issue([granted])
        const parameters = named(resource)
        await call('POST', { parameters, body: {} })
        const got = ['GET', 'HEAD'].map((method) => call(method, { parameters, key }))
        for (const { status } of await Promise.all(got)) expect(status).toBe(reads ? 200 : 403)
        for (const method of ['PUT', 'POST', 'DELETE']) {
          const body = method === 'DELETE' ? undefined : {}
          const answer = await call(method, { parameters, key, headers: ANY, body })
          expect([method, answer.status]).toEqual([method, writes ? 204 : 403])
        }
      })
    }

    for (const method of ['GET', 'HEAD', 'PUT', 'POST', 'DELETE']) {
      it(`answers 401 to ${method} without a key or with a wrong one, and says how`, async () => {
        for (const wrong of [undefined, 'Bearer nk_wrong', 'Basic bm9uZTpub25l']) {
          const headers = { ...(wrong && { Authorization: wrong }), ...NEW }
          const answer = await test.request(`${path}?any=1`, { method, headers })
          expect(answer.status).toBe(401)
          expect(answer.headers.has('WWW-Authenticate')).toBe(true)
        }
      })

      it(`answers 400 to ${method} without a version, or with one that is not offered`, async () => {
        for (const version of ['', '0.95', '1.1.0', '3.0']) {
          const headers = { 'X-Experience-API-Version': version }
          const answer = await call(method, { parameters: named(resource), headers })
          expect(answer.status).toBe(400)
        }
      })
    }

    it('answers 405 to another method, with those that it takes', async () => {
      const answer = await call('PATCH', { parameters: named(resource) })
      await problemOf(answer, 'method_not_allowed')
      expect(answer.headers.get('Allow')).toBe('GET, POST, PUT, DELETE, HEAD, OPTIONS')
    })

    it('names the largest size to a document beyond it, also to a merged one', async () => {
      const parameters = named(resource)
      const put = (body: string | Buffer, more = {}) =>
        call('PUT', { parameters, headers: { ...NEW, ...more }, body })
      const tooLarge = await put('x'.repeat(LIMIT + 1))
      expect((await problemOf(tooLarge, 'too_large')).detail).toContain(String(LIMIT))
      const bomb = await put(gzipSync(Buffer.alloc(20 * LIMIT)), { 'Content-Encoding': 'gzip' })
      expect((await problemOf(bomb, 'too_large')).detail).toContain(String(LIMIT))
      await problemOf(await call('GET', { parameters }), 'not_found')

      const half = 'x'.repeat(LIMIT * 0.6)
      await call('POST', { parameters, body: { a: half } })
      const merged = await call('POST', { parameters, body: { b: half } })
      expect((await problemOf(merged, 'too_large')).detail).toContain(String(LIMIT))
      expect(JSON.parse(await textAt(resource, parameters))).toEqual({ a: half })
    })

    it('tells who may call from a page of another origin, and shows the page its ETag', async () => {
      const headers = { Origin: 'https://content.example' }
      const parameters = named(resource)
      await call('POST', { parameters, body: {} })
      const answer = await call('GET', { parameters, headers })
      expect(answer.headers.get('Access-Control-Allow-Origin')).toBe('*')
      expect(answer.headers.get('Access-Control-Expose-Headers')).toContain('ETag')
    })
  })

  describe(`${path} refuses, and names path, value and rule:`, () => {
    type Refusal = [what: string, change: XapiParameters, path: string, methods?: string[]]
    const withId = ['GET', 'PUT', 'POST', 'DELETE']
    const refusals: Refusal[] = [
      ['an unknown parameter', { foo: 'bar' }, 'foo'],
      ['a parameter in the wrong case', { [id.toUpperCase()]: 'a' }, id.toUpperCase()],
      ['an empty id', { [id]: '' }, id],
      ['an endless id', { [id]: 'x'.repeat(1500) }, id],
      ['no id', { [id]: undefined }, id, id === 'stateId' ? ['PUT', 'POST'] : withId.slice(1)],
      ['since beside a change', { since: '2026-11-28T10:00:00Z' }, 'since', withId.slice(1)],
      ['since that is no time', { [id]: undefined, since: 'yesterday' }, 'since', ['GET']],
      ['since that is a flag', { [id]: undefined, since: true }, 'since', ['GET']],
    ]
    if ('activityId' in shelf) {
      refusals.push(
        ['no activity', { activityId: undefined }, 'activityId'],
        ['an activity without a scheme', { activityId: 'courses/7' }, 'activityId'],
        ['an activity with a space', { activityId: 'https://example.edu/a b' }, 'activityId'],
      )
    }
    if ('agent' in shelf) {
      refusals.push(
        ['no agent', { agent: undefined }, 'agent'],
        ['an agent that is no JSON', { agent: 'ada' }, 'agent'],
        ['an agent that is a flag', { agent: true }, 'agent'],
        ['an agent that nothing identifies', { agent: { name: 'Ada' } }, 'agent.mbox'],
        [
          'an agent of two identifiers',
          { agent: { ...ada, openid: 'https://a.example' } },
          'agent.openid',
        ],
        ['a mailbox that is none', { agent: { mbox: 'ada@example.edu' } }, 'agent.mbox'],
        [
          'an account without a name',
          { agent: { account: { homePage: 'https://a.example' } } },
          'agent.account.name',
        ],
        ['a name that is null', { agent: { ...ada, name: null } }, 'agent.name'],
        ['an anonymous group', { agent: { objectType: 'Group', member: [ada] } }, 'agent'],
        ['a member that no agent has', { agent: { ...ada, MBOX: 'x' } }, 'agent.MBOX'],
      )
    }
    if (resource === state) {
      refusals.push(
        ['a registration that is no UUID', { registration: 'seven' }, 'registration'],
        ['a registration that is a flag', { registration: true }, 'registration'],
        ['a registration as a URN', { registration: `urn:uuid:${registration}` }, 'registration'],
      )
    } else refusals.push(['a registration', { registration }, 'registration'])

    for (const [what, change, at, methods = withId] of refusals) {
      it(what, async () => {
        for (const method of methods) {
          for (const version of versions) {
            const body = method === 'PUT' || method === 'POST' ? { a: 1 } : undefined
            const parameters = { ...named(resource), ...change }
            const headers = method === 'PUT' ? NEW : {}
            const answer = await call(method, { parameters, version, headers, body })
            const { errors } = await problemOf(answer, 'invalid_request')
            expect([method, errors.map(({ path }) => path.join('.'))]).toEqual([
              method,
              expect.arrayContaining([at]),
            ])
            expect(errors[0]!.message.length).toBeGreaterThan(5)
          }
        }
      })
    }

    it('a parameter that is given twice', async () => {
      const query = `${new URLSearchParams({ activityId, agent: JSON.stringify(ada) })}&${id}=a&${id}=b`
      const headers = { ...test.as(), 'X-Experience-API-Version': '1.0.3' }
      await problemOf(await test.request(`${path}?${query}`, { headers }), 'invalid_request')
    })

    it('a content type that is endless', async () => {
      const headers = { ...NEW, 'Content-Type': `text/plain; a=${'b'.repeat(250)}` }
      const answer = await call('PUT', { parameters: named(resource), headers, body: 'text' })
      const { errors } = await problemOf(answer, 'invalid_request')
      expect(errors).toMatchObject([{ path: ['Content-Type'], code: 'too_long' }])
    })
  })
}

describe('a put with neither If-Match nor If-None-Match', () => {
  type Statuses = [onNone: number, onOne: number]
  const rules: [resource: Resource, version: Version, expected: Statuses][] = [
    [state, '1.0.3', [204, 204]],
    [activityProfile, '1.0.3', [400, 409]],
    [agentProfile, '1.0.3', [400, 409]],
    [state, '2.0.0', [204, 409]],
    [activityProfile, '2.0.0', [204, 409]],
    [agentProfile, '2.0.0', [204, 409]],
  ]
  for (const [resource, version, expected] of rules) {
    it(`of ${resource.path} under ${version} is ${expected.join(', and then ')}`, async () => {
      const parameters = named(resource)
      const put = (a: number) =>
        test.call('PUT', resource.path, { parameters, version, body: { a } })
      const onNone = await put(1)
      await test.call('POST', resource.path, { parameters, version, body: { a: 1 } })
      const onOne = await put(2)
      expect([onNone.status, onOne.status]).toEqual(expected)
      expect(await textAt(resource, parameters)).toBe(`{"a":${onOne.status === 204 ? 2 : 1}}`)
      if (onNone.status === 400) {
        const { errors } = await problemOf(onNone, 'invalid_request')
        expect(errors).toMatchObject([{ path: ['If-None-Match'], code: 'required' }])
      }
      if (onOne.status === 409) {
        const { detail, errors } = await problemOf(onOne, 'already_exists')
        expect(detail).toContain('If-Match')
        expect(errors).toMatchObject([{ path: ['If-Match'], code: 'required' }])
      }
    })
  }
})

describe('states', () => {
  const { path } = state
  const at = (more: XapiParameters) => ({ activityId: `${activityId}/states`, agent: ada, ...more })
  const post = (parameters: XapiParameters) => test.call('POST', path, { parameters, body: {} })
  const list = async (parameters: XapiParameters) =>
    ((await (await test.call('GET', path, { parameters })).json()) as string[]).sort()

  it('belong to a registration, or to none; all of a learner are listed and deleted', async () => {
    await post(at({ stateId: 'a' }))
    await post(at({ stateId: 'a', registration }))
    await post(at({ stateId: 'b', registration: registration.toUpperCase() }))
    await post(at({ stateId: 'other', agent: { mbox: 'mailto:ben@example.edu' } }))
    expect(await list(at({}))).toEqual(['a', 'b'])
    expect(await list(at({ registration }))).toEqual(['a', 'b'])
    const b = await test.call('GET', path, { parameters: at({ stateId: 'b' }) })
    expect(b.status).toBe(404)

    const clear = (parameters: XapiParameters, headers = {}) =>
      test.call('DELETE', path, { parameters, headers })
    const { errors } = await problemOf(await clear(at({}), ANY), 'invalid_request')
    expect(errors).toMatchObject([{ path: ['If-Match'] }])
    expect((await clear(at({ registration }))).status).toBe(204)
    expect(await list(at({}))).toEqual(['a'])
    await post(at({ stateId: 'c', registration }))
    expect((await clear(at({}))).status).toBe(204)
    expect(await list(at({}))).toEqual([])
    expect(await list(at({ agent: { mbox: 'mailto:ben@example.edu' } }))).toEqual(['other'])
  })

  it('are found by whatever way the same agent is written', async () => {
    await post(at({ stateId: 'spelt' }))
    const spelt = { name: 'Ada', objectType: 'Agent', mbox: 'mailto:ada@EXAMPLE.edu' }
    expect(await list(at({ agent: spelt }))).toContain('spelt')
    expect(await list(at({ agent: { mbox: 'mailto:Ada@example.edu' } }))).toEqual([])
  })

  it('may be a group’s', async () => {
    const agent = { objectType: 'Group', account: { homePage: 'https://a.example', name: 'g' } }
    expect((await post(at({ agent, stateId: 'a' }))).status).toBe(204)
    expect(await list(at({ agent }))).toEqual(['a'])
  })
})

describe('the alternate syntax of 1.0.3', () => {
  const send = (method: string, form: Record<string, string>, version: Version = '1.0.3') =>
    test.request(`${agentProfile.path}?method=${method}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        ...test.as(),
        'X-Experience-API-Version': version,
        agent: JSON.stringify(ada),
        profileId: 'alternate',
        ...form,
      }).toString(),
    })

  it('puts, reads and deletes a document', async () => {
    const content = { content: 'déjà', 'Content-Type': 'text/plain' }
    expect((await send('PUT', content)).status).toBe(400)
    expect((await send('PUT', { ...content, ...NEW })).status).toBe(204)
    expect((await send('PUT', { ...content, ...NEW })).status).toBe(412)
    const read = await send('GET', {})
    expect([await read.text(), read.headers.get('Content-Type')]).toEqual(['déjà', 'text/plain'])
    expect((await send('DELETE', { 'If-Match': read.headers.get('ETag')! })).status).toBe(204)
    expect((await send('GET', {})).status).toBe(404)
  })

  it('is none of 2.0', async () => {
    expect((await send('GET', {}, '2.0.0')).status).toBe(400)
  })
})

describe('a tenant without a record store', () => {
  for (const mode of ['off', 'ingest'] as const) {
    it(`has no documents while its xapi is ${mode}`, async () => {
      const tenantId = `without-${mode}`
      const key = await test.issue(['all'], tenantId)
      await test.setMode(mode, tenantId)
      for (const resource of resources) {
        for (const method of ['GET', 'PUT', 'POST', 'DELETE']) {
          const parameters = named(resource)
          const body = method === 'PUT' || method === 'POST' ? {} : undefined
          const answer = await test.call(method, resource.path, { parameters, key, body })
          expect((await problemOf(answer, 'not_found')).detail).toContain('lrs')
        }
      }
    })
  }
})
