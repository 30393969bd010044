import { describe, expect, it } from 'bun:test'
import type { TestApp } from '../support/app'
import { problemOf } from '../support/battery'
import { activityId, aSession, fetchToken, launchIn, learner, registration } from '../support/cmi5'
import { notOnAws } from '../support/not-on-aws'
import { shared } from '../support/shared'
import { startXapiTest } from '../support/xapi-documents'

const HOUR = 60 * 60 * 1000
const other = { objectType: 'Agent', mbox: 'mailto:eve@example.edu' }
const otherRegistration = '00000000-0000-4000-8000-000000000001'

const query = (named: Record<string, unknown>) =>
  new URLSearchParams(
    Object.entries(named).map(([name, value]): [string, string] => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  )
const own = { agent: learner, activityId, registration }

const state = (test: TestApp, headers: Record<string, string>, named: object, init?: RequestInit) =>
  test.request(`/xapi/activities/state?${query({ ...named })}`, {
    ...init,
    headers: { ...headers, 'Content-Type': 'application/json' },
  })

describe('a launch URL of cmi5', () => {
  it('has everything that a course is told, encoded, after the query of its own', async () => {
    await using test = await startXapiTest()
    const { url, parameters } = await launchIn(test)
    expect(url).toStartWith('https://courses.example.edu/7/start.html?theme=dark%20blue&endpoint=')
    expect(url).not.toContain('+')
    expect(JSON.parse(parameters.get('actor')!)).toEqual(learner)
    expect(Object.fromEntries(parameters)).toMatchObject({
      theme: 'dark blue',
      endpoint: 'http://localhost/xapi/',
      registration,
      activityId,
      fetch: expect.stringMatching(/^http:\/\/localhost\/xapi\/cmi5\/fetch\/\S{50,}$/),
    })
  })

  it('is not made for a page that has one of these parameters already', async () => {
    await using test = await startXapiTest()
    const course = new URL('https://courses.example.edu/7?actor=me')
    await expect(launchIn(test, { course })).rejects.toMatchObject({
      code: 'invalid_request',
      errors: [{ path: ['course'], code: 'taken_parameter' }],
    })
  })

  it('is backed by a document that the course reads its launch from', async () => {
    await using test = await startXapiTest()
    const headers = await aSession(test, { masteryScore: 0.8, returnUrl: 'https://a.example/' })
    const response = await state(test, headers, { ...own, stateId: 'LMS.LaunchData' })
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      contextTemplate: {
        contextActivities: {
          grouping: [{ objectType: 'Activity', id: 'https://courses.example.edu/7' }],
        },
        extensions: {
          'https://w3id.org/xapi/cmi5/context/extensions/sessionid': expect.any(String),
        },
      },
      launchMode: 'Normal',
      moveOn: 'Passed',
      masteryScore: 0.8,
      returnURL: 'https://a.example/',
    })
  })
})

describe('a fetch URL of cmi5', () => {
  it('gives its token once, and an error of cmi5 from then on', async () => {
    await using test = await startXapiTest()
    const { parameters } = await launchIn(test)
    const first = await fetchToken(test, parameters)
    expect(first.response.status).toBe(200)
    expect(first.response.headers.get('Content-Type')).toStartWith('application/json')
    expect(first.response.headers.get('Cache-Control')).toBe('no-store')
    expect(first.answer).toEqual({ 'auth-token': expect.stringMatching(/^[A-Za-z0-9+/]+=*$/) })
    for (const _ of [1, 2]) {
      const again = await fetchToken(test, parameters)
      expect(again.response.status).toBe(200)
      expect(again.answer).toEqual({ 'error-code': '1', 'error-text': expect.any(String) })
    }
  })

  it('gives its token to one of many that ask at once', async () => {
    await using test = await startXapiTest()
    const { parameters } = await launchIn(test)
    const asked = Array.from({ length: 20 }, () => fetchToken(test, parameters))
    const answers = (await Promise.all(asked)).map(({ answer }) => answer)
    expect(answers.filter((answer) => 'auth-token' in answer)).toHaveLength(1)
    expect(answers.filter((answer) => answer['error-code'] === '1')).toHaveLength(19)
  })

  notOnAws('clock')('is over after a day', async () => {
    await using test = await startXapiTest()
    const { parameters } = await launchIn(test)
    test.clock.advance(24 * HOUR)
    expect((await fetchToken(test, parameters)).answer['error-code']).toBe('1')
  })

  const unknown = [
    'nothing',
    `ZGVmYXVsdA.${'A'.repeat(43)}`,
    `${Buffer.from('elsewhere').toString('base64url')}.${'A'.repeat(43)}`,
    `ZGVmYXVsdA.${'A'.repeat(4000)}`,
    '%00',
    '..%2f..',
  ]
  const apps = shared(startXapiTest)
  for (const token of unknown) {
    it(`that nobody made is an error of cmi5: ${token.slice(0, 30)}`, async () => {
      const test = await apps()
      const response = await test.request(`/xapi/cmi5/fetch/${token}`, { method: 'POST' })
      expect(response.status).toBe(200)
      expect(await response.json()).toMatchObject({ 'error-code': '2' })
    })
  }

  it('takes no other method, and repeats its token to nobody', async () => {
    await using test = await startXapiTest()
    const { parameters } = await launchIn(test)
    const { pathname } = new URL(parameters.get('fetch')!)
    const token = pathname.split('/').at(-1)!
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const response = await test.request(pathname, { method })
      const { detail } = await problemOf(response, 'method_not_allowed')
      expect(detail).not.toContain(token)
    }
    const { answer } = await fetchToken(test, parameters)
    const [, secret = ''] = Buffer.from(answer['auth-token']!, 'base64').toString().split(':')
    const documents = await test.platform.documents.list('default', ['cmi5'], { limit: 10 })
    expect(documents.items).toHaveLength(2)
    const said = JSON.stringify([test.logged, documents])
    for (const shown of [token, secret]) expect(said).not.toContain(shown)
  })
})

describe('a session of cmi5', () => {
  it('reads and writes the state of its registration', async () => {
    await using test = await startXapiTest()
    const headers = await aSession(test)
    const bookmark = { ...own, stateId: 'bookmark' }
    const put = await state(test, headers, bookmark, { method: 'PUT', body: '{"page":7}' })
    expect(put.status).toBe(204)
    const post = await state(test, headers, bookmark, { method: 'POST', body: '{"slide":2}' })
    expect(post.status).toBe(204)
    expect(await (await state(test, headers, bookmark)).json()).toEqual({ page: 7, slide: 2 })
    const ids = (await (await state(test, headers, own)).json()) as string[]
    expect(ids.sort()).toEqual(['LMS.LaunchData', 'bookmark'])
    expect((await state(test, headers, bookmark, { method: 'DELETE' })).status).toBe(204)
    // Another way to write the registration is the same one.
    const upper = { ...own, registration: registration.toUpperCase() }
    expect((await state(test, headers, upper)).status).toBe(200)
  })

  const foreign: [name: string, named: object, method?: string][] = [
    ['of another learner', { ...own, agent: other, stateId: 'a' }],
    ['of another registration', { ...own, registration: otherRegistration, stateId: 'a' }],
    ['of another activity', { ...own, activityId: 'https://example.edu/8', stateId: 'a' }],
    ['of no registration', { agent: learner, activityId, stateId: 'a' }],
    ['of all registrations', { agent: learner, activityId }],
    ['that says how it was launched, to change it', { ...own, stateId: 'LMS.LaunchData' }, 'PUT'],
    ['that says how it was launched, to merge', { ...own, stateId: 'LMS.LaunchData' }, 'POST'],
    ['that says how it was launched, to delete', { ...own, stateId: 'LMS.LaunchData' }, 'DELETE'],
    ['of its own, all at once, to delete', own, 'DELETE'],
  ]
  const outsiders = shared(startXapiTest)
  for (const [name, named, only] of foreign) {
    it(`does not reach the state ${name}`, async () => {
      const test = await outsiders()
      const headers = await aSession(test)
      for (const method of only === undefined ? ['GET', 'PUT', 'POST', 'DELETE'] : [only]) {
        const isList = !('stateId' in named)
        if (isList && (method === 'PUT' || method === 'POST')) continue
        const body = method === 'PUT' || method === 'POST' ? { body: '{}' } : {}
        const response = await state(test, headers, named, { method, ...body })
        const { errors } = await problemOf(response, 'forbidden')
        expect(errors[0]).toMatchObject({ code: 'outside_session' })
      }
    })
  }

  const sent = (changes: object = {}) => ({
    id: crypto.randomUUID(),
    actor: learner,
    verb: { id: 'http://adlnet.gov/expapi/verbs/initialized' },
    object: { id: activityId, definition: { name: { en: 'Changed by a learner' } } },
    context: { registration },
    ...changes,
  })
  const post = (test: TestApp, headers: Record<string, string>, body: unknown) =>
    test.request('/xapi/statements', {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })

  it('writes statements of its registration, stamped with the source of its launch', async () => {
    await using test = await startXapiTest()
    const headers = await aSession(test)
    const upper = { context: { registration: registration.toUpperCase() } }
    const [one, two, three] = [sent(), sent(upper), sent()]
    expect((await post(test, headers, [one, two])).status).toBe(200)
    const put = await test.request(`/xapi/statements?statementId=${three.id}`, {
      method: 'PUT',
      headers: { ...headers, 'Content-Type': 'application/json' },
      body: JSON.stringify(three),
    })
    expect(put.status).toBe(204)
    for (const { id } of [one, two, three]) {
      const record = (await test.platform.events.get('default', id))!
      expect(record.sourceId).toBe('cmi5')
      expect(record.server.subject).toMatch(/^cmi5_/)
    }
    // It reads no statements, not even these, and defines nothing for others.
    await problemOf(await test.request('/xapi/statements', { headers }), 'forbidden')
    const activity = await test.request(`/xapi/activities?${query({ activityId })}`, { headers })
    expect(await activity.json()).not.toHaveProperty('definition')
  })

  const foreignStatements: [name: string, changes: object, path: (string | number)[]][] = [
    [
      'of another registration',
      { context: { registration: otherRegistration } },
      [1, 'context', 'registration'],
    ],
    ['without a registration', { context: {} }, [1, 'context', 'registration']],
    ['of another learner', { actor: other }, [1, 'actor']],
    [
      'of a group that its learner is in',
      { actor: { objectType: 'Group', member: [learner] } },
      [1, 'actor'],
    ],
    ['without a context', { context: undefined }, [1, 'context', 'registration']],
    [
      'that voids another',
      {
        verb: { id: 'http://adlnet.gov/expapi/verbs/voided' },
        object: { objectType: 'StatementRef', id: crypto.randomUUID() },
      },
      [1, 'verb', 'id'],
    ],
  ]
  const writers = shared(startXapiTest)
  for (const [name, changes, path] of foreignStatements) {
    it(`does not write a statement ${name}, nor those beside it`, async () => {
      const test = await writers()
      const headers = await aSession(test)
      const good = sent()
      const refused = await problemOf(await post(test, headers, [good, sent(changes)]), 'forbidden')
      expect(refused.errors[0]).toMatchObject({ path, code: 'outside_session' })
      expect(await test.platform.events.get('default', good.id)).toBeUndefined()
    })
  }

  it("reads the profile of its learner, and writes nobody's", async () => {
    await using test = await startXapiTest()
    const headers = await aSession(test)
    const profile = (agent: object, init: RequestInit = {}, key?: string) =>
      test.request(`/xapi/agents/profile?${query({ agent, profileId: 'preferences' })}`, {
        ...init,
        headers: { ...headers, 'If-None-Match': '*', ...(key && test.as(key)) },
      })
    const put = { method: 'PUT', body: '{"languagePreference":"de"}' }
    for (const agent of [learner, other]) {
      await problemOf(await profile(agent, put), 'forbidden')
      expect((await profile(agent, put, test.keys.demo)).status).toBe(204)
    }
    const read = await test.request(
      `/xapi/agents/profile?${query({ agent: learner, profileId: 'preferences' })}`,
      { headers },
    )
    expect(await read.json()).toEqual({ languagePreference: 'de' })
    const { errors } = await problemOf(
      await test.request(`/xapi/agents/profile?${query({ agent: other })}`, { headers }),
      'forbidden',
    )
    expect(errors[0]!.path).toEqual(['agent'])
    await problemOf(
      await test.request(`/xapi/agents?${query({ agent: other })}`, { headers }),
      'forbidden',
    )
  })

  it('opens nothing beside xAPI', async () => {
    await using test = await startXapiTest()
    const headers = await aSession(test)
    for (const path of ['/analytics/events', '/sources', '/tenants/default', '/quarantine']) {
      const response = await test.request(path, { headers })
      expect(response.status).toBe(401)
    }
  })

  notOnAws('clock')('is over after a day', async () => {
    await using test = await startXapiTest()
    const headers = await aSession(test)
    test.clock.advance(24 * HOUR - 60_000)
    expect((await state(test, headers, own)).status).toBe(200)
    test.clock.advance(60_000)
    await problemOf(await state(test, headers, own), 'unauthenticated')
  })

  const wrong: [name: string, change: (user: string, token: string) => string][] = [
    [
      'one letter else',
      (user, token) => `${user}:${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`,
    ],
    ['another tenant', (user, token) => `${user}:b3RoZXI.${token.split('.')[1]}`],
    ['no user', (_, token) => `:${token}`],
    ['nothing', (user) => `${user}:`],
  ]
  const strangers = shared(startXapiTest)
  for (const [name, change] of wrong) {
    it(`is not opened by its token with ${name}`, async () => {
      const test = await strangers()
      const { Authorization, ...headers } = await aSession(test)
      const text = Buffer.from(Authorization.split(' ')[1]!, 'base64').toString()
      const [user = '', token = ''] = text.split(':')
      const altered = Buffer.from(change(user, token)).toString('base64')
      const response = await state(test, { ...headers, Authorization: `Basic ${altered}` }, own)
      await problemOf(response, 'unauthenticated')
    })
  }
})
