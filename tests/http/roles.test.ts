import { describe, expect, it, setDefaultTimeout } from 'bun:test'
import { createPeopleIssuers } from '../../src/access/people/issuers'
import {
  askedBy,
  askingOf,
  mayAsk,
  type Question,
  questions,
} from '../../src/access/roles/questions'
import { treeStored } from '../../src/changes/consumers'
import { startTestApp, type TestApp } from '../support/app'
import { problemOf } from '../support/battery'
import { startIssuer } from '../support/issuer'
import { notOnAws } from '../support/not-on-aws'
import { startAccessApp } from '../support/privacy/access-app'
import { type Ask, asks, type Send } from '../support/roles/asks'
import { type Operation, operations } from '../support/roles/operations'
import {
  impersonalPosts,
  impersonalReads,
  ofPeople,
  ownReads,
  scopedReads,
} from '../support/roles/reads'
import {
  issuerOf,
  marksIn,
  OTHER_TENANT,
  PERSON,
  populate,
  type Reader,
  readers,
} from '../support/roles/world'
import { shared } from '../support/shared'

// DuckDB starts anew for each question: half a second, and several beside other tests.
setDefaultTimeout(60_000)

const all = operations()
const isQuestion = (name: string): name is Question => Object.hasOwn(questions, name)

const asked = Object.keys(questions) as Question[]

const ISSUERS = '/tenants/default/issuers'

async function start() {
  const issuer = await startIssuer()
  const config = { allowPrivateWebhooks: true }
  const test: TestApp & { flush?(): Promise<void> } =
    process.env.TEST_TARGET === 'aws'
      ? await startTestApp({ config })
      : await startAccessApp({ config })
  const settings = issuerOf(issuer.url)
  const registered = await sender(test, test.keys.admin)('PUT', ISSUERS, settings)
  expect(registered.status).toBe(201)
  await populate(test)
  await test.flush?.()
  if (process.env.TEST_TARGET !== 'aws') await treeStored(test.platform)
  const keys: Record<string, string> = {}
  for (const [name, { sees: _, token, ...reader }] of Object.entries(readers)) {
    const issued = token && issuer.token({ aud: 'school', scope: 'admin', ...token })
    keys[name] = await (issued ?? test.issue([], 'default', reader))
  }
  return {
    ...test,
    ...{ issuer, keysOf: keys },
    async [Symbol.asyncDispose]() {
      await test[Symbol.asyncDispose]()
      await issuer[Symbol.asyncDispose]()
    },
  }
}

function sender(test: TestApp, key: string | undefined): Send {
  const shown: Record<string, string> = key === undefined ? {} : test.as(key)
  return (method, path, body) => {
    const content = body === undefined ? {} : { body: JSON.stringify(body) }
    const headers = { ...shown, ...(body !== undefined && { 'Content-Type': 'application/json' }) }
    return test.request(path, { method, headers, ...content })
  }
}

/** Tells whether somebody may ask at all: whoever may not see people asks nothing about single ones. */
function isLetIn({ role, isAggregateOnly }: Reader, question: Question): boolean {
  const seesPeople = role !== 'system' && isAggregateOnly !== true
  return mayAsk(role, question) && (seesPeople || !askingOf(question).aboutPeople)
}

/** What takes seconds is asked by a few of those who may, and by all who may not. */
function readersOf({ few }: Ask, question: Question): [string, Reader][] {
  return Object.entries(readers).filter(
    ([name, reader]) => few === undefined || few.includes(name) || !isLetIn(reader, question),
  )
}

describe('every route that reads', () => {
  it('stands in one table: by role, by scope, of oneself, or of nobody', () => {
    const reads = all.filter(({ method, name }) => method === 'GET' && !isQuestion(name))
    const known = [...Object.keys(scopedReads), ...ownReads, ...impersonalReads]
    expect(reads.map(({ name }) => name).toSorted()).toEqual(known.toSorted())
  })

  it('says in its description who may', () => {
    for (const { name, description } of all) {
      if (isQuestion(name)) expect(description).toContain(askedBy(name))
      if (scopedReads[name] === undefined) continue
      expect([name, description]).toEqual([name, expect.stringMatching(/^xAPI |^(Scope|Right) `/)])
    }
  })
})

describe('a role opens', () => {
  const app = shared(start)

  for (const question of asked) {
    const ask = asks[question]!
    const { method, path, body } = ask
    const on = ask.isOfLake ? notOnAws('lake') : it
    for (const [name, reader] of readersOf(ask, question)) {
      const sees = ask.sees?.(reader) ?? reader.sees
      const shows = isLetIn(reader, question) ? sees.join(', ') || 'nothing' : 'no answer'
      on(`${question} to ${name}: ${shows}`, async () => {
        const test = await app()
        const send = sender(test, test.keysOf[name]!)
        if (!isLetIn(reader, question)) {
          await problemOf(await send(method, path, body), 'forbidden')
          return
        }
        const text = await ask.answers(send, reader)
        expect(marksIn(text)).toEqual([...sees])
        const isNameless = reader.role === 'system' || reader.isAggregateOnly
        if (isNameless) expect(text).not.toContain(PERSON)
      })
    }

    if (ask.isOfOne || !mayAsk('admin', question)) continue

    on(
      `${question} to nobody without a key, and to another organisation for what is its own`,
      async () => {
        const test = await app()
        await problemOf(await sender(test, undefined)(method, path, body), 'unauthenticated')
        const foreign = sender(test, await test.issue([], OTHER_TENANT, { role: 'admin' }))
        const text = await ask.answers(foreign, { role: 'admin', sees: [] })
        const own = ['foreign', 'multitude', ...(ask.alsoAbroad ?? [])]
        expect(marksIn(text).filter((mark) => !own.includes(mark))).toEqual([])
      },
    )

    on(`${question} to a key with a scope that reads, as to an admin`, async () => {
      const test = await app()
      const both = ['admin', 'events:read'] as const
      const { changes } = askingOf(question)
      for (const scope of both.slice(0, ask.few || changes ? 1 : 2)) {
        const text = await ask.answers(sender(test, await test.issue([scope])), readers.admin!)
        expect(marksIn(text)).toEqual([...(ask.sees?.(readers.admin!) ?? readers.admin!.sees)])
      }
      const useless = ['events:write', 'quarantine:write', ...(changes ? [both[1]] : [])] as const
      const other = sender(test, await test.issue([...useless]))
      await problemOf(await other(method, path, body), 'forbidden')
    })
  }
})

describe('nothing else', () => {
  const app = shared(start)
  const open = new Set([...impersonalReads, ...impersonalPosts])
  const closed = all.filter(({ name }) => !isQuestion(name) && !open.has(name))

  /** Calls an operation by its address, with something in the place of each parameter. */
  function call(send: Send, { method, path }: Operation) {
    // Segment has calls of some names, and no others.
    const filled = path.replace('{call}', 'track').replaceAll(/\{\w+}/g, 'mark_ada-0')
    const brings = method === 'POST' || method === 'PUT' || method === 'PATCH'
    return send(method, filled, brings ? {} : undefined)
  }

  // A request to a deployment takes a tenth of a second: there, one of each kind asks.
  const onAws = ['teacher', 'a student by token']
  const those = Object.entries(readers).filter(
    ([name]) => process.env.TEST_TARGET !== 'aws' || onAws.includes(name),
  )
  for (const [name, { token }] of those) {
    const shut = closed.filter(({ name }) => token === undefined || !ofPeople.includes(name))
    it(`is opened by ${name}: ${shut.length} operations`, async () => {
      const test = await app()
      const send = sender(test, test.keysOf[name]!)
      for (const one of shut) {
        const reply = await call(send, one)
        const text = await reply.text()
        // Caliper asks for 401 where a sensor may not send.
        expect([one.name, reply.status]).toEqual([
          one.name,
          one.name === 'POST /caliper/v1p2/events' ? 401 : 403,
        ])
        expect([one.name, marksIn(text)]).toEqual([one.name, []])
      }
    })
  }

  it('is opened by a role of all organisations that an issuer would give', async () => {
    const test = await app()
    const named = { ...issuerOf(test.issuer.url), audience: 'forged', roles: { root: 'system' } }
    const put = await sender(test, test.keys.admin)('PUT', ISSUERS, named)
    await problemOf(put, 'invalid_request')
    // As an earlier version took it.
    const createdAt = test.clock.now().toISOString()
    const kept = { ...named, tenantId: 'default', sourceId: 'people', createdAt }
    await createPeopleIssuers(test.platform).put(kept)
    const token = await test.issuer.token({ aud: 'forged', sub: 'ada', roles: ['root'] })
    for (const question of asked) {
      const { method, path, body } = asks[question]!
      const { detail } = await problemOf(await sender(test, token)(method, path, body), 'forbidden')
      expect(detail).toContain('no role')
    }
  })

  it('tells anything of anybody where it is open', async () => {
    const test = await app()
    const send = sender(test, test.keysOf.admin!)
    for (const one of all.filter(({ name }) => open.has(name))) {
      const text = await (await call(send, one)).text()
      expect([one.name, text.includes(PERSON)]).toEqual([one.name, false])
    }
  })
})
