import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import type { Scope } from '../../src/identity/scope'
import { problemOf } from '../support/battery'
import {
  startXapiTest,
  versions,
  type XapiParameters,
  type XapiTest,
} from '../support/xapi-documents'

let test: XapiTest
beforeAll(async () => {
  test = await startXapiTest()
})
afterAll(() => test[Symbol.asyncDispose]())

const course = 'https://example.edu/courses/7'
const verb = { id: 'http://adlnet.gov/expapi/verbs/experienced' }
const account = { homePage: 'https://lms.example.edu', name: 'ada' }

/** Stores a statement as a client would. */
async function say(actor: object, object: object, more: object = {}, key?: string) {
  const body = { id: crypto.randomUUID(), actor, verb, object, ...more }
  const answer = await test.call('POST', '/xapi/statements', { body, ...(key && { key }) })
  expect(answer.status).toBe(200)
}

async function get(path: string, parameters: XapiParameters, more = {}) {
  const answer = await test.call('GET', path, { parameters, ...more })
  expect(answer.status).toBe(200)
  expect(answer.headers.get('Content-Type')).toBe('application/json')
  return answer.json() as Promise<Record<string, unknown>>
}

describe('GET /xapi/agents', () => {
  const agents: [what: string, agent: object][] = [
    ['a mailbox', { mbox: 'mailto:ada@example.edu' }],
    ['a hash of one', { mbox_sha1sum: 'ebd31e95054c018b10727ccffd2ef2ec3a016ee9' }],
    ['an OpenID', { openid: 'https://ada.openid.example/' }],
    ['an account', { account }],
  ]
  for (const [what, agent] of agents) {
    it(`answers ${what} that nobody knows with itself, as lists`, async () => {
      const [[name, value]] = Object.entries(agent) as [[string, unknown]]
      const person = { objectType: 'Person', [name]: [value] }
      expect(await get('/xapi/agents', { agent })).toEqual(person)
      const asked = { ...agent, objectType: 'Agent', name: 'Asked' }
      expect(await get('/xapi/agents', { agent: asked })).toEqual({ ...person, name: ['Asked'] })
    })

    it(`gives ${what} every name by which statements know it, the newest first`, async () => {
      const object = { id: course }
      await say({ ...agent, name: 'Ada' }, object)
      await say({ ...agent, name: 'Ada' }, object)
      await say({ mbox: 'mailto:ben@example.edu', name: 'Ben' }, object, {
        context: { instructor: { ...agent, name: 'Ada Lovelace', objectType: 'Agent' } },
      })
      const person = await get('/xapi/agents', { agent: { ...agent, name: 'Ada' } })
      expect(person.name).toEqual(['Ada Lovelace', 'Ada'])
      expect(Object.keys(person).sort()).toEqual(
        [...Object.keys(agent), 'name', 'objectType'].sort(),
      )
    })
  }

  const refusals: [what: string, parameters: XapiParameters, path: string][] = [
    ['no agent', {}, 'agent'],
    ['an agent that is no JSON', { agent: 'ada' }, 'agent'],
    ['an agent that nothing identifies', { agent: { name: 'Ada' } }, 'agent.mbox'],
    ['an anonymous group', { agent: { objectType: 'Group', member: [{ account }] } }, 'agent'],
    ['another parameter', { agent: { account }, Agent: 'a' }, 'Agent'],
  ]
  refusesAt('/xapi/agents', refusals)
  owes('/xapi/agents', { agent: { account } })
})

describe('GET /xapi/activities', () => {
  it('answers an activity that nobody knows with its id', async () => {
    const activityId = 'urn:nobody:knows'
    const activity = { objectType: 'Activity', id: activityId }
    expect(await get('/xapi/activities', { activityId })).toEqual(activity)
  })

  it('merges what all statements say of it, wherever they name it', async () => {
    const id = `${course}/merged`
    const type = 'http://adlnet.gov/expapi/activities/course'
    const actor = { account }
    const extensions = (name: string, value: number) => ({
      [`https://example.edu/x/${name}`]: { value },
    })
    await say(actor, { id })
    await say(actor, {
      id,
      definition: { name: { en: 'Maths' }, type, extensions: extensions('a', 1) },
    })
    await say(actor, {
      id,
      definition: { name: { fr: 'Maths' }, description: { en: 'All of it' } },
    })
    await say(
      actor,
      { id: course },
      {
        context: {
          contextActivities: {
            parent: [
              {
                id,
                definition: { name: { en: 'Mathematics' }, extensions: extensions('b', 2) },
              },
            ],
          },
        },
      },
    )
    const moreInfo = 'https://example.edu/more'
    await say(actor, {
      objectType: 'SubStatement',
      ...{ actor, verb, object: { id, definition: { moreInfo } } },
    })
    expect(await get('/xapi/activities', { activityId: id })).toEqual({
      objectType: 'Activity',
      id,
      definition: {
        name: { en: 'Mathematics', fr: 'Maths' },
        description: { en: 'All of it' },
        type,
        moreInfo,
        extensions: { ...extensions('a', 1), ...extensions('b', 2) },
      },
    })
  })

  it('learns nothing of one who may not define', async () => {
    const id = `${course}/defined`
    const key = await test.issue(['statements/write'])
    await say({ account }, { id, definition: { name: { en: 'Mine' } } }, {}, key)
    expect(await get('/xapi/activities', { activityId: id })).toEqual({
      objectType: 'Activity',
      id,
    })
  })

  refusesAt('/xapi/activities', [
    ['no activity', {}, 'activityId'],
    ['an activity without a scheme', { activityId: 'courses/7' }, 'activityId'],
    ['an activity that is a flag', { activityId: true }, 'activityId'],
    ['another parameter', { activityId: course, activityID: 'a' }, 'activityID'],
  ])
  owes('/xapi/activities', { activityId: course })
})

function refusesAt(
  address: string,
  refusals: [what: string, parameters: XapiParameters, path: string][],
) {
  for (const [what, parameters, at] of refusals) {
    it(`refuses ${what}, naming it`, async () => {
      for (const version of versions) {
        const answer = await test.call('GET', address, { parameters, version })
        const { errors } = await problemOf(answer, 'invalid_request')
        expect(errors.map(({ path }) => path.join('.'))).toContain(at)
      }
    })
  }
}

/** The security face of both addresses. */
function owes(address: string, parameters: XapiParameters) {
  const grants: [scope: Scope, status: number][] = [
    ['statements/read', 200],
    ['statements/read/mine', 200],
    ['profile', 200],
    ['define', 403],
    ['all/read', 200],
    ['all', 200],
    ['events:read', 200],
    ['events:write', 403],
    ['statements/write', 403],
    ['state', 403],
    ['admin', 403],
  ]
  for (const [scope, status] of grants) {
    it(`answers ${status} to a key of ${scope}`, async () => {
      const key = await test.issue([scope])
      expect((await test.call('GET', address, { parameters, key })).status).toBe(status)
      expect((await test.call('HEAD', address, { parameters, key })).status).toBe(status)
    })
  }

  it('answers 401 without a key or with a wrong one, and 400 without a version', async () => {
    for (const wrong of ['Bearer nk_wrong', 'Basic bm9uZTpub25l']) {
      const headers = { Authorization: wrong }
      await problemOf(await test.call('GET', address, { parameters, headers }), 'unauthenticated')
    }
    await problemOf(await test.request(address), 'unauthenticated')
    await problemOf(await test.request(address, { headers: test.as() }), 'invalid_request')
  })

  it('answers HEAD without a body, and 405 to another method', async () => {
    const head = await test.call('HEAD', address, { parameters })
    expect([head.status, await head.text()]).toEqual([200, ''])
    const other = await test.call('DELETE', address, { parameters })
    await problemOf(other, 'method_not_allowed')
    expect(other.headers.get('Allow')).toBe('GET, HEAD, OPTIONS')
  })

  it('answers 404 to a tenant without a record store, and tells tenants nothing of others', async () => {
    const key = await test.issue(['all'], 'elsewhere')
    await test.setMode('ingest', 'elsewhere')
    await problemOf(await test.call('GET', address, { parameters, key }), 'not_found')
    await test.setMode('lrs', 'elsewhere')
    const object = { id: course, definition: { name: { en: 'Secret' } } }
    await say({ account, name: 'Secret' }, object)
    const answer = await test.call('GET', address, { parameters, key })
    expect(await answer.text()).not.toContain('Secret')
  })
}
