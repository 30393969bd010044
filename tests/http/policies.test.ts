import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import Ajv2020 from 'ajv/dist/2020'
import { parse } from 'yaml'
import { StorageError } from '../../src/error/storage-error'
import { startTestApp, type TestApp } from '../support/app'
import { batteryOf, problemOf } from '../support/battery'
import { notOnAws } from '../support/not-on-aws'

const rule = (name: string, when: object, then: object) => ({ name, when, then })
const dropping = rule('no quizzes', { type: 'quiz_started' }, { action: 'DROP' })

/** Calls for a tenant of its own, so that versions of tests are not mixed. */
async function aTenant(test: TestApp, name: string) {
  const key = await test.issue(['admin', 'events:write', 'events:read'], name)
  async function call(method: string, path: string, body?: unknown, headers: object = {}) {
    const type = typeof body === 'string' ? 'application/yaml' : 'application/json'
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    return test.request(path, {
      method,
      headers: { ...test.as(key), ...(body !== undefined && { 'Content-Type': type }), ...headers },
      ...(body !== undefined && { body: text }),
    })
  }
  return { call, put: (body: unknown) => call('PUT', '/policies', body) }
}

// biome-ignore lint/suspicious/noExplicitAny: the form is what is tested
const read = async (response: Response) => (await response.json()) as any

let test: TestApp
beforeAll(async () => {
  test = await startTestApp()
})
afterAll(() => test[Symbol.asyncDispose]())

describe('a policy over HTTP', () => {
  it('is there before anybody puts one, with no rules', async () => {
    const { call } = await aTenant(test, 'p-none')
    const response = await call('GET', '/policies')
    expect(response.headers.get('Cache-Control')).toBe('no-store')
    expect(await read(response)).toEqual({ version: 0, rules: [] })
    expect(await read(await call('GET', '/policies/versions/0'))).toEqual({ version: 0, rules: [] })
    expect(await read(await call('GET', '/policies/history'))).toEqual({ versions: [] })
  })

  it('is put, read with who put it and when, changed, and put again', async () => {
    const { call, put } = await aTenant(test, 'p-again')
    const first = await put({ rules: [dropping], under13: 'pseudonymise' })
    expect(first.status).toBe(200)
    const view = await read(first)
    expect(view).toMatchObject({
      version: 1,
      rules: [dropping],
      under13: 'pseudonymise',
      warnings: [],
    })
    expect(view.changedBy).toStartWith('key_')
    expect(Date.parse(view.changedAt)).toBeGreaterThan(0)
    const stored = await read(await call('GET', '/policies'))
    expect({ ...stored, warnings: [] }).toEqual(view)
    const more = { ...stored, rules: [...stored.rules, rule('all', {}, { retention: 'system' })] }
    const second = await read(await put(more))
    expect(second.version).toBe(2)
    expect(second.warnings).toMatchObject([{ path: ['rules', 1], code: 'matches_everything' }])
    expect(await read(await call('GET', '/policies/versions/1'))).toEqual(stored)
  })

  it('keeps its version when the same is put again, as whoever got no answer does', async () => {
    const { call, put } = await aTenant(test, 'p-same')
    const first = await read(await put({ rules: [dropping] }))
    expect(await read(await put({ rules: [dropping] }))).toEqual(first)
    expect(await read(await put({ version: 1, rules: [dropping] }))).toEqual(first)
    expect((await read(await call('GET', '/policies/history'))).versions).toHaveLength(1)
  })

  it('is refused on a stale version, naming both, and nothing is changed', async () => {
    const { call, put } = await aTenant(test, 'p-stale')
    await put({ rules: [dropping] })
    await put({ version: 1, rules: [] })
    for (const version of [undefined, 0, 1, 3]) {
      const problem = await problemOf(await put({ version, rules: [dropping] }), 'stale_policy')
      expect(problem.detail).toContain('version 2')
      expect(problem).toMatchObject({ version: 2, basedOn: version ?? 0 })
    }
    expect(await read(await call('GET', '/policies'))).toMatchObject({ version: 2, rules: [] })
  })

  it('is YAML where that is sent or asked for', async () => {
    const { call, put } = await aTenant(test, 'p-yaml')
    const text = `# Comments do not stay.
courses: &courses [algebra, geometry]
rules:
  - name: held
    when: { course: *courses }
    then: { action: MAINTAIN }
`
    const { errors } = await problemOf(await put(text), 'invalid_request')
    expect(errors).toMatchObject([{ path: ['courses'], code: 'unknown_name' }])
    expect(
      (await put(text.replace('courses: &courses', 'optOut: [gpc]\ndescription: &courses'))).status,
    ).toBe(400)
    const good =
      'rules:\n  - name: held\n    when: { course: &c [algebra, geometry] }\n    then: { action: MAINTAIN }\n  - name: short\n    when: { course: *c, type: x }\n    then: { retention: system }\n'
    expect((await put(good)).status).toBe(200)
    const response = await call('GET', '/policies', undefined, { Accept: 'application/yaml' })
    expect(response.headers.get('Content-Type')).toBe('application/yaml; charset=utf-8')
    const written = await response.text()
    expect(parse(written)).toEqual(await read(await call('GET', '/policies')))
    expect((await put(written.replace('MAINTAIN', 'DROP'))).status).toBe(200)
    expect(await read(await call('GET', '/policies'))).toMatchObject({ version: 2 })
  })

  const refused: [what: string, body: unknown, said: string][] = [
    ['YAML that is none', 'rules: [', 'Line'],
    ['two documents', 'rules: []\n---\nrules: []\n', 'one document'],
    ['a name twice', 'rules: []\nrules: []\n', 'unique'],
    ['an alias to nothing', 'rules: *none', 'alias'],
    ['a list that contains itself', 'rules: &r [*r]', ''],
    [
      'a bomb of aliases',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefghi'].map((name, at) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghi'[at]}`).join(',')}]`).join('\n')}\nrules: []\n`,
      'alias',
    ],
    ['nothing', '', 'Must have a document'],
    ['YAML of a megabyte', `# ${'x'.repeat(400_000)}`, 'at most 393216 bytes'],
    ['a list', [], 'Must be an object'],
    [
      'a rule that matches nothing',
      { rules: [rule('x', { any: [] }, { action: 'DROP' })] },
      'never hold',
    ],
    ['a typo', { rules: [rule('x', { tpye: 'a' }, { action: 'DROP' })] }, 'did you mean type?'],
    [
      'sampled errors',
      { rules: [rule('x', { category: 'errors' }, { sampling: 0 })] },
      'never sampled',
    ],
    ['includes', { include: ['other.yaml'], rules: [] }, 'There are no includes'],
  ]
  for (const [what, body, said] of refused) {
    it(`is refused with ${what}`, async () => {
      const { put } = await aTenant(test, 'p-refused')
      const { errors } = await problemOf(await put(body), 'invalid_request')
      expect(errors.map(({ message }) => message).join('\n')).toContain(said)
    })
  }

  it('may sample a type that the tenant says may be sampled, and none that it does not', async () => {
    const { call, put } = await aTenant(test, 'p-own')
    const type = (sampling: string) => ({ description: 'x', category: 'ui', sampling })
    await call('PUT', '/api/v1/event-types/hovered', type('high-volume'))
    await call('PUT', '/api/v1/event-types/solved', type('never'))
    const sampling = (name: string) => ({ rules: [rule('s', { type: name }, { sampling: 0.1 })] })
    await problemOf(await put(sampling('solved')), 'invalid_request')
    expect((await put(sampling('hovered'))).status).toBe(200)
  })

  it('goes back to any version, and every version stays', async () => {
    const { call, put } = await aTenant(test, 'p-back')
    for (const version of [0, 1, 2]) {
      await put({ version, rules: [rule(`r${version}`, { type: 'x' }, { action: 'DROP' })] })
    }
    const back = await read(await call('POST', '/policies/rollback', { version: 1, basedOn: 3 }))
    expect(back).toMatchObject({ version: 4, rolledBackTo: 1, rules: [{ name: 'r0' }] })
    const again = await call('POST', '/policies/rollback', { version: 1, basedOn: 3 })
    expect(await read(again)).toEqual(back)
    const stale = call('POST', '/policies/rollback', { version: 2, basedOn: 3 })
    await problemOf(await stale, 'stale_policy')
    await problemOf(await call('POST', '/policies/rollback', { version: 9 }), 'not_found')
    await problemOf(await call('POST', '/policies/rollback', { version: -1 }), 'invalid_request')
    await problemOf(await call('GET', '/policies/versions/9'), 'not_found')
    await problemOf(await call('GET', '/policies/versions/1e3'), 'invalid_request')
    const page = await read(await call('GET', '/policies/history?limit=3'))
    expect(page).toMatchObject({ before: 2 })
    expect(page.versions.map((one: { version: number }) => one.version)).toEqual([4, 3, 2])
    const last = await read(await call('GET', `/policies/history?limit=3&before=${page.before}`))
    expect(last.versions).toMatchObject([{ version: 1, rules: 1 }])
    expect(last.before).toBeUndefined()
    const none = await read(await call('POST', '/policies/rollback', { version: 0 }))
    expect(none).toMatchObject({ version: 5, rules: [] })
  })

  it('leaves in the audit trail who changed it', async () => {
    const { call, put } = await aTenant(test, 'p-audit')
    const { changedBy } = await read(await put({ rules: [dropping] }))
    await call('POST', '/policies/rollback', { version: 0 })
    const { entries } = await read(await call('GET', '/audit?action=policy.changed'))
    expect(entries).toMatchObject([
      { by: changedBy, target: '2', details: { version: 2, rolledBackTo: 0, rules: 0 } },
      { by: changedBy, target: '1', details: { version: 1, basedOn: 0, rules: 1 } },
    ])
  })

  it('is one tenant’s alone', async () => {
    const north = await aTenant(test, 'p-north')
    const south = await aTenant(test, 'p-south')
    await north.put({ rules: [dropping] })
    expect(await read(await south.call('GET', '/policies'))).toEqual({ version: 0, rules: [] })
    await problemOf(await south.call('GET', '/policies/versions/1'), 'not_found')
    await problemOf(await south.call('POST', '/policies/rollback', { version: 1 }), 'not_found')
    expect((await south.put({ rules: [] })).status).toBe(200)
  })

  it('is put once by ten at the same time', async () => {
    const { put } = await aTenant(test, 'p-ten')
    const tries = Array.from({ length: 10 }, (_, n) =>
      put({ rules: [rule(`r${n}`, { type: 'x' }, { action: 'DROP' })] }),
    )
    const statuses = (await Promise.all(tries)).map(({ status }) => status)
    expect(statuses.toSorted()).toEqual([200, ...Array(9).fill(409)])
  })
})

describe('GET /policies/schema', () => {
  it('is a JSON Schema that good policies fulfil, and others do not', async () => {
    const response = await test.request('/policies/schema')
    expect(response.headers.get('Cache-Control')).toContain('max-age')
    const schema = await read(response)
    const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, formats: { 'date-time': true } })
    const isValid = ajv.compile(schema)
    const whens = [
      undefined,
      { type: 'a', under13: true, course: ['x', 'y'], domain: '*.example.org' },
      { path: 'payload.score', lt: 0.5 },
      { actor_id: 'a', eventType: 'b', objectType: ['Page'] },
      [{ standard: 'caliper' }, { path: 'score', exists: true }],
      { any: [{ type: 'a' }, { not: { role: 'Learner' } }] },
    ]
    for (const when of whens) {
      const good = { version: 1, rules: [{ name: 'a', when, then: { action: 'DROP' } }] }
      isValid(JSON.parse(JSON.stringify(good)))
      expect([when, isValid.errors]).toEqual([when, null])
    }
    const blocked = [
      { name: 'a', when: { domain: ['*', 'a.b'], source: 'x', address: '::/0' }, action: 'DROP' },
      { name: 'b', when: null, timeLimit: 7, message: 'x', description: 'y' },
    ]
    expect([isValid({ blocklist: blocked }), isValid.errors]).toEqual([true, null])
    const bad = [
      { blocklist: [{ name: 'a', when: { domain: 'a' } }] },
      { blocklist: [{ name: 'a', when: { ip: 'a' }, action: 'DROP' }] },
      { blocklist: [{ name: 'a', action: 'BLOCK' }] },
      { blocklist: [{ name: 'a', timeLimit: 0 }] },
      { rule: [] },
      { rules: [{ name: 'a', then: {} }] },
      { rules: [{ name: 'under13', then: { action: 'DROP' } }] },
      { rules: [{ name: 'a', then: { sampling: 2 } }] },
      { rules: [{ name: 'a', then: { fields: ['$.x'] } }] },
      { rules: [{ name: 'a', when: { under13: 'yes' }, then: { action: 'DROP' } }] },
      { rules: [{ name: 'a', when: { tpye: 'x' }, then: { action: 'DROP' } }] },
      { rules: [{ name: 'a', when: { path: 'x', lt: true }, then: { action: 'DROP' } }] },
      { retentionDays: { pii: 0 } },
    ]
    for (const one of bad) expect([one, isValid(one)]).toEqual([one, false])
    for (const example of schema.examples) expect(isValid(example)).toBe(true)
  })
})

describe('POST /policies/test', () => {
  it('says what would have changed, by rule, and changes nothing', async () => {
    const { call } = await aTenant(test, 'p-test')
    const events = [
      ...Array.from({ length: 6 }, (_, n) => ({
        event_type: 'quiz_started',
        event_id: `q-${n}`,
        user_id: 'u',
        session_id: `s-${n}`,
        payload: { quiz_id: 'quiz', total_questions: 3 },
      })),
      ...Array.from({ length: 4 }, (_, n) => ({
        event_type: 'page_load_time',
        event_id: `p-${n}`,
        user_id: 'u',
        payload: { page_url: '/', load_time_ms: 3 },
      })),
    ]
    for (const event of events) {
      expect((await call('POST', '/api/v1/events', event)).status).toBe(201)
    }
    const policy = {
      rules: [
        rule('quizzes', { type: 'quiz_started' }, { action: 'MAINTAIN' }),
        rule('first', { path: 'sessionId', equals: 's-0' }, { action: 'DROP' }),
        rule('fast', { category: 'performance' }, { sampling: 0 }),
        rule('all', {}, { sampling: 0.5 }),
        rule('none', { type: 'other' }, { personal: 'drop' }),
        rule('unlinked', { type: 'page_load_time' }, { personal: 'pseudonymise' }),
      ],
    }
    const tried = await read(await call('POST', '/policies/test', { policy, last: 100 }))
    expect(tried).toMatchObject({
      ...{ tested: 10, isAll: true, kept: 0, held: 5, withheld: 5, differs: 10 },
      matchedNothing: ['none'],
      matchedEverything: ['all'],
      warnings: [{ code: 'matches_everything' }],
    })
    const byName = Object.fromEntries(tried.rules.map((one: { rule: string }) => [one.rule, one]))
    expect(byName.quizzes).toMatchObject({ matched: 6, held: 5, withheld: 0 })
    expect(byName.first).toMatchObject({ matched: 1, withheld: 1, examples: ['q-0'] })
    expect(byName.fast).toMatchObject({ matched: 4, withheld: 4 })
    expect(byName.all).toMatchObject({ matched: 10, neverSampled: 6 })
    expect(tried.conflicts).toEqual([
      { about: 'sampling', won: 'fast', lost: 'all', events: 4, example: expect.any(String) },
      { about: 'action', won: 'first', lost: 'quizzes', events: 1, example: 'q-0' },
    ])
    const some = await read(await call('POST', '/policies/test', { policy, last: 3 }))
    expect(some).toMatchObject({ tested: 3, isAll: true })
    const inForce = await read(await call('POST', '/policies/test', {}))
    expect(inForce).toMatchObject({ tested: 10, kept: 10, changed: 0, differs: 0, rules: [] })
    expect(await read(await call('GET', '/policies'))).toEqual({ version: 0, rules: [] })
    const other = await aTenant(test, 'p-other')
    expect(await read(await other.call('POST', '/policies/test', { policy }))).toMatchObject({
      ...{ tested: 0, matchedNothing: [], matchedEverything: [] },
    })
  })

  it('says whom its blocklist would have kept from sending', async () => {
    const { call, put } = await aTenant(test, 'p-blocked')
    const mails = ['a@gone.example', 'b@gone.example', 'c@soon.example', 'd@fine.example']
    const events = mails.map((user_id) => ({ event_type: 'seen', event_id: user_id, user_id }))
    expect((await call('POST', '/api/v1/events', events)).status).toBe(200)
    const by = (name: string, domain: string, action: string) => ({
      name,
      when: { domain },
      action,
    })
    const blocklist = [
      by('soon', 'soon.example', 'MAINTAIN'),
      by('gone', '*', 'DROP'),
      by('not', '*', 'TRANSMIT'),
      { ...by('really', 'gone.example', 'DROP'), when: { domain: 'gone.example', source: 'demo' } },
      { ...by('soon (too)', 'soon.example', 'MAINTAIN'), when: { domain: '*', source: 'demo' } },
      {
        ...by('but', 'fine.example', 'TRANSMIT'),
        when: { domain: 'fine.example', source: 'demo' },
      },
      { name: 'other', when: { source: 'other' }, action: 'DROP' },
    ]
    const tried = await read(await call('POST', '/policies/test', { policy: { blocklist } }))
    expect(tried).toMatchObject({
      ...{ tested: 4, kept: 1, held: 3, withheld: 0, differs: 3 },
      matchedNothing: ['other'],
      matchedEverything: ['gone', 'not', 'soon (too)'],
      warnings: [{ path: ['blocklist', 1, 'action'], code: 'same_senders' }],
    })
    const swapped = { blocklist: [blocklist[4], ...blocklist.slice(0, 4)] }
    const again = await read(await call('POST', '/policies/test', { policy: swapped }))
    expect(again).toMatchObject({ kept: 0, held: 2, withheld: 2 })
    const byName = Object.fromEntries(again.rules.map((one: { rule: string }) => [one.rule, one]))
    expect(byName.really).toMatchObject({ matched: 2, withheld: 2, examples: [mails[1], mails[0]] })
    expect(byName['soon (too)']).toMatchObject({ matched: 4, held: 2 })
    expect(again.conflicts).toContainEqual({
      ...{ about: 'blocklist', won: 'really', lost: 'soon (too)', events: 2, example: mails[1] },
    })
    expect((await read(await put(swapped))).blocklist).toEqual(swapped.blocklist)
    const inForce = await read(await call('POST', '/policies/test', {}))
    expect(inForce).toMatchObject({ withheld: 2, held: 2, differs: 0 })
  })

  it('knows what is known of people: signs of age', async () => {
    const { call, put } = await aTenant(test, 'p-child')
    await put({ under13: 'keep' })
    const event = {
      event_type: 'looked',
      event_id: 'c-1',
      user_id: 'u',
      context: { under13: true },
    }
    await call('POST', '/api/v1/events', event)
    await call('POST', '/api/v1/events', { ...event, event_id: 'c-2', context: {} })
    const policy = { rules: [rule('children', { under13: true }, { action: 'DROP' })] }
    const tried = await read(await call('POST', '/policies/test', { policy }))
    expect(tried).toMatchObject({ tested: 2, withheld: 1, kept: 1 })
    expect(tried.rules[0]).toMatchObject({ rule: 'children', examples: ['c-1'] })
  })

  it('refuses what says not what to try', async () => {
    const { call } = await aTenant(test, 'p-bad')
    for (const body of [{ last: 0 }, { last: 10_001 }, { last: '5' }, { events: 1 }, []]) {
      await problemOf(await call('POST', '/policies/test', body), 'invalid_request')
    }
    const policy = { rules: [rule('x', {}, {})] }
    const { errors } = await problemOf(
      await call('POST', '/policies/test', { policy }),
      'invalid_request',
    )
    expect(errors[0]!.path).toEqual(['rules', 0, 'then'])
  })
})

describe('GET /policies/counts', () => {
  it('counts by rule what was not kept, and by type what is counted without consent', async () => {
    const { call, put } = await aTenant(test, 'p-counts')
    const key = await test.issue(['events:write'], 'p-counts', { sourceId: 'other' })
    await put({
      rules: [
        rule('dropped', { type: 'x' }, { action: 'DROP' }),
        rule('asked', { type: ['y', 'z'] }, { consent: { category: 'ads', without: 'count' } }),
      ],
    })
    const send = (types: string[], headers = {}) =>
      call(
        'POST',
        '/api/v1/events',
        types.map((event_type) => ({ event_type, user_id: 'u' })),
        headers,
      )
    expect((await send(['x', 'x', 'y', 'z', 'kept'])).status).toBe(200)
    expect((await send(['x', 'y', 'y'], test.as(key))).status).toBe(200)
    const counts = await read(await call('GET', '/policies/counts'))
    const expected = {
      withheld: { asked: 4, dropped: 3 },
      counted: [
        { rule: 'asked', type: 'y', count: 3 },
        { rule: 'asked', type: 'z', count: 1 },
      ],
    }
    expect(counts.totals).toEqual(expected)
    expect(counts.series).toEqual([{ at: expect.any(String), ...expected }])
    const other = await aTenant(test, 'p-counts-other')
    const none = await read(await other.call('GET', '/policies/counts?interval=hour'))
    expect(none).toMatchObject({ totals: { withheld: {}, counted: [] }, series: [] })
    await problemOf(await call('GET', '/policies/counts?from=x'), 'invalid_request')
  })
})

notOnAws('faults')('answers that it is not available where its store is not', async () => {
  await using broken = await startTestApp({
    wrap: (platform) => ({
      ...platform,
      documents: {
        ...platform.documents,
        get: (tenantId, key) => {
          if (key[0] === 'governance')
            throw new StorageError('The disk is gone', { isRetriable: true })
          return platform.documents.get(tenantId, key)
        },
      },
    }),
  })
  const { call } = await aTenant(broken, 'p-broken')
  await problemOf(await call('GET', '/policies'), 'unavailable')
})

const body = { type: 'application/json', text: JSON.stringify({ rules: [dropping] }) }
const scope = 'admin' as const
const put = async (app: TestApp) => {
  await app.request('/policies', {
    method: 'PUT',
    headers: { ...app.as(app.keys.admin), 'Content-Type': 'application/json' },
    body: body.text,
  })
}
batteryOf({ method: 'GET', path: '/policies', scope, otherMethod: 'PATCH' })
batteryOf({ method: 'GET', path: '/policies/counts', scope, otherMethod: 'PUT' })
batteryOf({ method: 'GET', path: '/policies/history', scope, otherMethod: 'PUT' })
batteryOf({ method: 'GET', path: '/policies/versions/1', scope, otherMethod: 'PUT', prepare: put })
batteryOf({
  ...{ method: 'POST', path: '/policies/rollback', scope, otherMethod: 'PUT', prepare: put },
  body: { type: 'application/json', text: '{"version":0}' },
})
batteryOf({
  ...{ method: 'POST', path: '/policies/test', scope, otherMethod: 'PUT' },
  body: { type: 'application/json', text: '{}' },
})
batteryOf({ method: 'PUT', path: '/policies', scope, otherMethod: 'PATCH', body })
