import { describe, expect, it } from 'bun:test'
import { issueKey } from '../../src/access/keys/key'
import { type Scope, scopes } from '../../src/identity/scope'
import { allows, type XapiRight } from '../../src/identity/xapi-rights'
import type { TestApp } from '../support/app'
import { problemOf } from '../support/battery'
import { shared } from '../support/shared'
import { startXapiTest } from '../support/xapi-documents'

const agent = encodeURIComponent('{"mbox":"mailto:ada@example.edu"}')
const activity = 'activityId=https%3A%2F%2Fexample.edu%2F7'
const STATE = `/xapi/activities/state?${activity}&agent=${agent}`
const version = { 'X-Experience-API-Version': '1.0.3' }

const basic = (user: string, password: string) => ({
  Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
})

async function aKey({ platform, clock }: TestApp, granted: readonly Scope[] = ['all']) {
  const grant = { tenantId: 'default', sourceId: 'h5p', name: 'h5p', scopes: [...granted] }
  const { key, record } = await issueKey(platform.registry, grant, { at: clock.now() })
  return { key, keyId: record.keyId }
}

const read = (test: TestApp, headers: object, path = STATE) =>
  test.request(path, { headers: { ...version, ...headers } })

describe('an address of xAPI', () => {
  it('is opened by key and secret as Basic, and by the secret in any other way that is taken', async () => {
    await using test = await startXapiTest()
    const { key, keyId } = await aKey(test)
    const ways = [
      basic(keyId, key),
      basic('', key),
      { Authorization: basic(keyId, key).Authorization.replace('Basic', 'bAsIc') },
      { Authorization: `Bearer ${key}` },
      { Authorization: key },
      test.as(),
      test.as(test.keys.admin),
    ]
    for (const way of ways) expect((await read(test, way)).status).toBe(200)
  })

  it('is not opened by half of a pair, or by halves of two', async () => {
    await using test = await startXapiTest()
    const [one, two] = [await aKey(test), await aKey(test)]
    const wrong = [
      basic(one.keyId, two.key),
      basic(one.keyId, ''),
      basic(one.keyId, one.keyId),
      basic(one.key, ''),
      basic(one.key, one.key),
      basic('somebody', one.key),
      basic(one.keyId.toUpperCase(), one.key),
      basic(`${one.keyId} `, one.key),
      basic(one.keyId.slice(0, -1), one.key),
      basic('cmi5', one.key),
      basic('', ''),
      basic('', one.keyId),
      { Authorization: `Bearer ${one.keyId}` },
    ]
    for (const way of wrong) {
      const response = await read(test, way)
      const { detail } = await problemOf(response, 'unauthenticated')
      expect(detail).not.toContain(one.key)
      expect(detail).not.toContain(two.key)
    }
    expect(test.logged.join()).not.toContain('nk_')
  })

  const said: [name: string, headers: object, words: string][] = [
    ['nothing', {}, 'Basic'],
    ['another scheme', { Authorization: 'Digest username="a"' }, 'got the scheme Digest'],
    ['Basic that is no base64', { Authorization: 'Basic a:b' }, 'no base64'],
    ['Basic without a colon', { Authorization: 'Basic YWJj' }, 'without a colon'],
  ]
  const strangers = shared(startXapiTest)
  for (const [name, headers, words] of said) {
    it(`says what it expected when it is shown ${name}`, async () => {
      const test = await strangers()
      const response = await read(test, headers)
      expect((await problemOf(response, 'unauthenticated')).detail).toContain(words)
      const challenge = response.headers.get('WWW-Authenticate')
      expect(challenge).toStartWith('Basic realm="nonius", charset="UTF-8", Bearer realm="nonius"')
    })
  }

  it('is closed to a key that was revoked, within five seconds', async () => {
    await using test = await startXapiTest()
    const { key, keyId } = await aKey(test)
    expect((await read(test, basic(keyId, key))).status).toBe(200)
    await test.platform.registry.keys.revoke('default', keyId, test.clock.now().toISOString())
    test.clock.advance(5_000)
    await problemOf(await read(test, basic(keyId, key)), 'unauthenticated')
  })

  it('alone names Basic in its challenge; others take it, too', async () => {
    await using test = await startXapiTest()
    const { key, keyId } = await aKey(test, scopes)
    expect((await read(test, basic(keyId, key), '/analytics/events')).status).toBe(200)
    const response = await read(test, basic(keyId, 'nk_other'), '/analytics/events')
    await problemOf(response, 'unauthenticated')
    expect(response.headers.get('WWW-Authenticate')).toStartWith('Bearer')
  })
})

const requests: [right: XapiRight, method: string, path: string, body?: string][] = [
  ['state/read', 'GET', STATE],
  ['state/write', 'PUT', `${STATE}&stateId=a`, '{}'],
  ['state/write', 'POST', `${STATE}&stateId=a`, '{}'],
  ['state/write', 'DELETE', `${STATE}&stateId=a`],
  ['profile/read', 'GET', `/xapi/activities/profile?${activity}`],
  ['profile/read', 'GET', `/xapi/agents/profile?agent=${agent}`],
  ['profile/write', 'POST', `/xapi/activities/profile?${activity}&profileId=a`, '{}'],
  ['profile/write', 'POST', `/xapi/agents/profile?agent=${agent}&profileId=a`, '{}'],
]

const statement = (changes: object = {}) => ({
  id: crypto.randomUUID(),
  actor: { mbox: 'mailto:ada@example.edu', name: 'Ada' },
  verb: { id: 'http://adlnet.gov/expapi/verbs/completed' },
  object: { id: 'https://example.edu/7', definition: { name: { en: 'Week seven' } } },
  ...changes,
})

async function send(test: TestApp, key: string, ...statements: object[]) {
  const response = await test.request('/xapi/statements', {
    method: 'POST',
    headers: { ...version, ...test.as(key), 'Content-Type': 'application/json' },
    body: JSON.stringify(statements),
  })
  expect(response.status).toBe(200)
}

const json = async (test: TestApp, path: string, key: string) =>
  (await (await read(test, test.as(key), path)).json()) as Record<string, unknown>

describe('a scope of statements', () => {
  it('lets read those of its own source, and no others', async () => {
    await using test = await startXapiTest()
    const grant = { sourceId: 'h5p' }
    const mine = await test.issue(['statements/write', 'statements/read/mine'], 'default', grant)
    const all = await test.issue(['statements/read'])
    const [own, foreign] = [statement(), statement()]
    await send(test, mine, own)
    await send(test, test.keys.demo, foreign)

    const idsFor = async (key: string) => {
      const { statements } = await json(test, '/xapi/statements', key)
      return (statements as { id: string }[]).map(({ id }) => id).sort()
    }
    expect(await idsFor(mine)).toEqual([own.id])
    expect(await idsFor(all)).toEqual([own.id, foreign.id].sort())
    const one = (id: string) => `/xapi/statements?statementId=${id}`
    expect(await json(test, one(own.id), mine)).toMatchObject({ id: own.id })
    await problemOf(await read(test, test.as(mine), one(foreign.id)), 'not_found')
    for (const id of [own.id, foreign.id]) {
      expect(await json(test, one(id), all)).toMatchObject({ id })
    }
  })

  it('does not let read what it lets write, or write what it lets read', async () => {
    await using test = await startXapiTest()
    const writes = await test.issue(['statements/write'])
    const reads = await test.issue(['all/read'])
    await send(test, writes, statement())
    await problemOf(await read(test, test.as(writes), '/xapi/statements'), 'forbidden')
    expect((await read(test, test.as(reads), '/xapi/statements')).status).toBe(200)
    const headers = { ...version, ...test.as(reads), 'Content-Type': 'application/json' }
    const body = JSON.stringify(statement())
    const refused = await test.request('/xapi/statements', { method: 'POST', headers, body })
    await problemOf(refused, 'forbidden')
  })
})

describe('the scope define', () => {
  const ACTIVITY = '/xapi/activities?activityId=https%3A%2F%2Fexample.edu%2F7'
  const AGENT = `/xapi/agents?agent=${agent}`

  it('is needed to change what others read of an activity or a person', async () => {
    await using test = await startXapiTest()
    const without = await test.issue(['statements/write', 'statements/read/mine'])
    const sent = statement()
    await send(test, without, sent)
    // Nothing is known of either, but the statement has it all.
    const before = await json(test, ACTIVITY, test.keys.demo)
    expect(before).toEqual({ objectType: 'Activity', id: 'https://example.edu/7' })
    expect((await json(test, AGENT, test.keys.demo)).name).toBeUndefined()
    const held = await json(test, `/xapi/statements?statementId=${sent.id}`, test.keys.demo)
    expect(held).toMatchObject(sent)

    const definer = await test.issue(['statements/write', 'define'])
    await send(test, definer, statement())
    const known = { definition: { name: { en: 'Week seven' } } }
    expect(await json(test, ACTIVITY, test.keys.demo)).toMatchObject(known)
    expect((await json(test, AGENT, test.keys.demo)).name).toEqual(['Ada'])

    const object = { id: 'https://example.edu/7', definition: { name: { en: 'Mine!' } } }
    const actor = { mbox: 'mailto:ada@example.edu', name: 'Eve' }
    await send(test, without, statement({ object, actor }))
    expect(await json(test, ACTIVITY, test.keys.demo)).toMatchObject(known)
    expect((await json(test, AGENT, test.keys.demo)).name).toEqual(['Ada'])
  })

  it('stands in the record where it was lacking, so that a later reader knows', async () => {
    await using test = await startXapiTest()
    const without = await test.issue(['statements/write'])
    const [one, other] = [statement(), statement()]
    await send(test, without, one)
    await send(test, test.keys.demo, other)
    const defines = async (id: string) => (await test.platform.events.get('default', id))!.server
    expect(await defines(one.id)).toHaveProperty('defines', false)
    expect(await defines(other.id)).not.toHaveProperty('defines')
  })
})

describe('a scope opens what it allows', () => {
  const rows = shared(startXapiTest)
  for (const scope of scopes) {
    it(`${scope}, and is refused elsewhere with the scopes that would do`, async () => {
      const test = await rows()
      const { key, keyId } = await aKey(test, [scope])
      for (const [right, method, path, body] of requests) {
        const headers = { ...version, ...basic(keyId, key), 'Content-Type': 'application/json' }
        const response = await test.request(path, { method, headers, ...(body && { body }) })
        if (allows({ scopes: [scope] }, right)) {
          expect(response.status).toBeLessThan(300)
        } else {
          const { detail } = await problemOf(response, 'forbidden')
          expect(detail).toContain(right.split('/')[0]!)
          expect(detail).toContain('all')
        }
      }
    })
  }
})
