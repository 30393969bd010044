import { describe, expect, it } from 'bun:test'
import { gunzipSync } from 'node:zlib'
import { StorageError } from '../../src/error/storage-error'
import { drainAll } from '../support/drain'
import { rules, startGovernedTest } from '../support/governed'
import { describeNotOnAws } from '../support/not-on-aws'
import { shared } from '../support/shared'
import { until } from '../support/until'
import { aStatement, uuidOf } from '../support/xapi-statements'

const eventTime = '2026-11-20T10:15:00.000Z'
let turn = 0

/** A native event of Ada, with an id of its own. */
function anEvent(more: Record<string, unknown> = {}) {
  turn += 1
  return {
    event_id: `evt-${turn}`,
    event_type: 'lesson_completed',
    user_id: 'ada',
    timestamp: eventTime,
    payload: { lesson: 'l7' },
    ...more,
  }
}

const PSEUDONYM = /^urn:nonius:pseudonym:1\.[A-Za-z0-9_-]{22}$/

describe('an event under a policy', () => {
  const started = shared(startGovernedTest)

  it('is stored as the policy lets it be, and its sender sees it so', async () => {
    const school = await (await started()).tenant({ rules: [rules.pseudonyms] })
    const sent = anEvent()
    const { status, user_id, receipt } = await school.native(sent)
    expect([status, receipt.eventIds]).toEqual([201, [sent.event_id]])
    expect(user_id).toMatch(PSEUDONYM)
    const record = (await school.event(sent.event_id))!
    expect(record).toMatchObject({ actorId: user_id!, governedBy: ['everybody'] })
    expect(record.raw).not.toContain('"ada"')
    expect(record.raw).toContain(user_id!)
  })

  it('is the same after the policy changed, and a duplicate', async () => {
    const school = await (await started()).tenant()
    const [plain, changed] = [anEvent(), anEvent()]
    await school.native([plain])
    await school.put({ rules: [rules.pseudonyms] })
    expect(await school.native([plain, changed])).toMatchObject({ eventCount: 2, duplicates: 1 })
    expect((await school.event(plain.event_id))!.actorId).toBe('ada')
    await school.put({ rules: [] })
    const again = await school.native([changed, { ...changed, payload: {} }])
    expect(again).toMatchObject({ eventCount: 1, duplicates: 1, rejected: 1 })
    expect((await school.event(changed.event_id))!.actorId).toMatch(PSEUDONYM)
  })

  it('is a duplicate without an id of its own as well', async () => {
    const school = await (await started()).tenant({ rules: [rules.pseudonyms] })
    const { event_id: _, ...sent } = anEvent({ payload: { turn } })
    const first = await school.native([sent])
    await school.put({ rules: [] })
    expect(await school.native([sent])).toMatchObject({ duplicates: 1, eventIds: first.eventIds })
  })

  it('that is withheld is remembered by nothing: it is stored once the policy lets it be', async () => {
    const school = await (await started()).tenant({ rules: [rules.dropped] })
    const sent = anEvent({ event_type: 'noise' })
    const { status, ...receipt } = await school.native(sent)
    expect(status).toBe(200)
    expect(receipt).toMatchObject({
      ...{ eventCount: 0, eventIds: [], accepted: 0, rejected: 0, quarantined: [] },
      withheld: [{ rule: 'of no use', count: 1 }],
    })
    expect(await school.event(sent.event_id)).toBeUndefined()
    expect(await school.held()).toEqual([])
    await school.put({ rules: [] })
    expect(await school.native([sent])).toMatchObject({ eventCount: 1, duplicates: 0 })
  })

  it('beside others is counted by rule, and costs them nothing', async () => {
    const school = await (await started()).tenant({ rules: [rules.dropped, rules.asked('count')] })
    await school.consent('ada', { analytics: 'granted' })
    const [kept, noise] = [anEvent(), anEvent({ event_type: 'noise' })]
    const sent = [noise, kept, anEvent({ user_id: 'bob' }), anEvent({ user_id: 'eve' })]
    const receipt = await school.native(sent)
    expect(receipt).toMatchObject({ eventIds: [kept.event_id], duplicates: 0 })
    expect(receipt.withheld).toEqual([
      { rule: 'of no use', count: 1 },
      { rule: 'asked', count: 2 },
    ])
  })

  it('of another tenant is nothing to it', async () => {
    const test = await started()
    const [one, other] = [await test.tenant({ rules: [rules.pseudonyms] }), await test.tenant()]
    const sent = anEvent()
    await one.native([sent])
    await other.native([sent])
    expect((await other.event(sent.event_id))!.raw).toBe(JSON.stringify(sent))
    expect((await other.event(sent.event_id))!.governedBy ?? undefined).toBeUndefined()
  })

  it('keeps no more of the address than the policy says', async () => {
    const school = await (await started()).tenant({ rules: [], addresses: 'none' })
    const sent = anEvent()
    await school.native([sent, { user_id: 'ada' }], { 'User-Agent': 'a browser' })
    const record = (await school.event(sent.event_id))!
    expect(record.server.ip ?? undefined).toBeUndefined()
    const [refused] = await school.held()
    expect(refused!.server.ip ?? undefined).toBeUndefined()
    expect(refused!.server.requestId).toBeString()
  })
})

describe('a learner under 13', () => {
  const started = shared(startGovernedTest)

  it('is nobody in what is stored, without any policy, unless the parents consent', async () => {
    const school = await (await started()).tenant()
    await school.consent('ben', { parental: 'granted' })
    const under13 = { context: { under13: true } }
    const [ada, ben, grown] = [
      anEvent(under13),
      anEvent({ ...under13, user_id: 'ben' }),
      anEvent({ context: { under13: false } }),
    ]
    await school.native([ada, ben, grown], { 'User-Agent': 'a browser' })
    const stored = (await school.event(ada.event_id))!
    expect(stored).toMatchObject({ actorId: 'urn:nonius:anonymous', governedBy: ['under13'] })
    expect(stored.raw).not.toMatch(/\bada\b/)
    expect([stored.server.ip ?? undefined, stored.server.userAgent ?? undefined]).toEqual([
      undefined,
      undefined,
    ])
    expect((await school.event(ben.event_id))!.actorId).toBe('ben')
    expect((await school.event(grown.event_id))!.actorId).toBe('ada')
  })

  it('is nobody in quarantine, nor in the reasons', async () => {
    const school = await (await started()).tenant()
    const sent = anEvent({
      context: { under13: true },
      timestamp: 'when ada came',
      user_id: 'ada-lovelace',
    })
    await school.native([sent])
    await school.json('/api/v1/events', `{"user_id":"ada-lovelace","context":{"under13":true},`)
    const held = await school.held()
    expect(held).toHaveLength(2)
    expect(JSON.stringify(held)).not.toContain('lovelace')
    expect(held[1]!.raw).toContain('"withheld":"unreadable"')
  })
})

describe('an event that a rule holds', () => {
  const started = shared(startGovernedTest)

  it('waits in quarantine, and is stored when somebody replays it', async () => {
    const school = await (await started()).tenant({ rules: [rules.held, rules.pseudonyms] })
    const sent = anEvent({ event_type: 'odd_thing' })
    const { status, quarantined } = await school.native(sent)
    expect([status, quarantined.length]).toEqual([200, 1])
    expect(quarantined[0]!.errors).toMatchObject([{ code: 'held_by_policy' }])
    const [item] = await school.held()
    expect(item!.raw).not.toContain('"ada"')
    expect(await school.replay(item!.quarantineId)).toMatchObject({
      ...{ outcome: 'stored', eventIds: [sent.event_id] },
    })
    expect((await school.event(sent.event_id))!.actorId).toMatch(PSEUDONYM)
    expect(await school.held()).toEqual([])
    await school.put({ rules: [] })
    expect(await school.native([sent])).toMatchObject({ duplicates: 1 })
  })

  it('is not let through by a replay of everything, but by one of what is held', async () => {
    const school = await (await started()).tenant({ rules: [rules.held] })
    await school.native([anEvent({ event_type: 'odd_thing' })])
    const all = { background: false }
    const replay = (filter: object) => school.json('/quarantine/replay', { ...all, filter })
    expect((await replay({})).results).toMatchObject([{ outcome: 'refused' }])
    const released = await replay({ code: 'held_by_policy' })
    expect(released.results).toMatchObject([{ outcome: 'stored' }])
  })

  it('that the policy does not let us keep any longer is gone', async () => {
    const school = await (await started()).tenant({ rules: [rules.held] })
    await school.native([anEvent({ event_type: 'odd_thing' })])
    const [item] = await school.held()
    await school.put({ rules: [{ name: 'none', then: { action: 'DROP' } }] })
    const asked = await school.replay(item!.quarantineId, { dryRun: true })
    expect(asked.outcome).toBe('withheld')
    expect(await school.held()).toHaveLength(1)
    expect((await school.replay(item!.quarantineId)).outcome).toBe('withheld')
    expect(await school.held()).toEqual([])
  })
})

describe('what was refused', () => {
  const started = shared(startGovernedTest)

  it('is repaired and stored under the same name as what is stored at once', async () => {
    const school = await (await started()).tenant({ rules: [rules.pseudonyms] })
    const [good, bad] = [anEvent(), anEvent({ event_type: 7 })]
    await school.native([good, bad])
    const [item] = await school.held()
    expect(item!.raw).not.toContain('"ada"')
    const patch = [{ op: 'replace', path: '/event_type', value: 'lesson_completed' }]
    expect(await school.replay(item!.quarantineId, { patch })).toMatchObject({ outcome: 'stored' })
    const [one, other] = [await school.event(good.event_id), await school.event(bad.event_id)]
    expect(other!.actorId).toBe(one!.actorId!)
  })

  it('by a conflict is as it may be kept', async () => {
    const school = await (await started()).tenant({ rules: [rules.pseudonyms] })
    const sent = anEvent()
    await school.native([sent])
    await school.native([{ ...sent, payload: { other: 1 } }])
    const [item] = await school.held()
    expect(item!.errors).toMatchObject([{ code: 'conflict' }])
    expect(item!.raw).not.toContain('"ada"')
    expect(await school.replay(item!.quarantineId)).toMatchObject({ outcome: 'refused' })
  })

  it('and cannot be read is kept by its digest alone, where people are pseudonyms', async () => {
    const school = await (await started()).tenant({ rules: [rules.pseudonyms] })
    const body = '{"user_id":"ada","payload":'
    const problem = await school.json('/api/v1/events', body)
    expect(problem).toMatchObject({
      ...{ status: 400, code: 'invalid_json', withheld: [{ rule: 'unreadable', count: 1 }] },
    })
    const [item] = await school.held()
    expect(item!.quarantineId).toBe(problem.quarantineId!)
    const sha256 = new Bun.CryptoHasher('sha256').update(body).digest('hex')
    expect(JSON.parse(item!.raw)).toEqual({ withheld: 'unreadable', sha256, bytes: body.length })
    expect(JSON.stringify(item!.errors)).not.toMatch(/\bada\b/)
  })
})

describe('consent', () => {
  const started = shared(startGovernedTest)

  it('is asked at each request, and a signal of the browser denies it', async () => {
    const school = await (await started()).tenant({ rules: [rules.asked('anonymous')] })
    const stored = async (headers = {}) => {
      const sent = anEvent()
      await school.native([sent], headers)
      return (await school.event(sent.event_id))!.actorId
    }
    expect(await stored()).toBe('urn:nonius:anonymous')
    await school.consent('ada', { analytics: 'granted' })
    expect(await stored()).toBe('ada')
    expect(await stored({ 'Sec-GPC': '1' })).toBe('urn:nonius:anonymous')
    // Do Not Track counts where the policy says so.
    expect(await stored({ DNT: '1' })).toBe('ada')
    await school.consent('ada', { analytics: 'denied' })
    expect(await stored()).toBe('urn:nonius:anonymous')
  })

  it('of who opted out is denied at a replay, too', async () => {
    const school = await (await started()).tenant({ rules: [rules.asked('anonymous')] })
    await school.consent('ada', { analytics: 'granted' })
    const sent = anEvent({ event_type: 7 })
    await school.native([sent], { 'Sec-GPC': '1' })
    const [item] = await school.held()
    const patch = [{ op: 'replace', path: '/event_type', value: 'lesson_completed' }]
    await school.replay(item!.quarantineId, { patch })
    expect((await school.event(sent.event_id))!.actorId).toBe('urn:nonius:anonymous')
  })

  it('holds for a pseudonym as for the person behind it', async () => {
    const school = await (await started()).tenant({ rules: [rules.pseudonyms, rules.held] })
    const sent = anEvent({ event_type: 'odd_thing' })
    await school.native([sent])
    await school.consent('ada', { analytics: 'granted' })
    await school.put({ rules: [rules.pseudonyms, rules.asked('drop')] })
    const [item] = await school.held()
    expect(await school.replay(item!.quarantineId)).toMatchObject({ outcome: 'stored' })
  })
})

describe('each standard', () => {
  const started = shared(startGovernedTest)
  const header = { 'X-Experience-API-Version': '1.0.3' }

  it('of xAPI answers with the statements that it stored, and counts the others beside them', async () => {
    const school = await (await started()).tenant({ rules: [rules.asked('drop')] })
    await school.consent('mailto:ben@example.edu', { analytics: 'granted' })
    const ben = { mbox: 'mailto:ben@example.edu' }
    const sent = [aStatement({ id: uuidOf(1) }), aStatement({ id: uuidOf(2), actor: ben })]
    const response = await school.post('/xapi/statements', sent, header)
    expect([response.status, await response.json()]).toEqual([200, [uuidOf(2)]])
    expect(response.headers.get('X-Nonius-Withheld')).toBe('asked=1')
  })

  it('of xAPI gives out a statement of a pseudonym as one of an account', async () => {
    const test = await started()
    const school = await test.tenant({ rules: [rules.pseudonyms] })
    await school.post('/xapi/statements', aStatement({ id: uuidOf(3) }), header)
    const url = `/xapi/statements?statementId=${uuidOf(3)}`
    const response = await test.request(url, { headers: { ...test.as(school.key), ...header } })
    const { actor } = (await response.json()) as { actor: { account: { homePage: string } } }
    expect(actor.account.homePage).toBe('urn:nonius:pseudonym')
    expect(JSON.stringify(actor)).not.toMatch(/\bada\b/)
  })

  it('of xAPI keeps no document of a learner who is listed as under 13', async () => {
    const test = await started()
    const school = await test.tenant()
    await school.children('mailto:ada@example.edu')
    const state = async (mbox: string, method: string) => {
      const agent = encodeURIComponent(JSON.stringify({ mbox }))
      const url = `/xapi/activities/state?agent=${agent}&activityId=https://x.example/1&stateId=s`
      const headers = { ...test.as(school.key), ...header, 'Content-Type': 'text/plain' }
      return test.request(url, { method, headers, ...(method === 'PUT' && { body: 'page 7' }) })
    }
    const put = await state('mailto:ada@example.edu', 'PUT')
    expect([put.status, put.headers.get('X-Nonius-Withheld')]).toEqual([204, 'under13=1'])
    expect((await state('mailto:ada@example.edu', 'GET')).status).toBe(404)
    expect((await state('mailto:ben@example.edu', 'PUT')).headers.get('ETag')).toBeString()
    expect((await state('mailto:ben@example.edu', 'GET')).status).toBe(200)
    await school.consent('mailto:ada@example.edu', { parental: 'granted' })
    await state('mailto:ada@example.edu', 'PUT')
    expect((await state('mailto:ada@example.edu', 'GET')).status).toBe(200)
  })

  it('of xAPI takes a listed learner out of what others send of them', async () => {
    const test = await started()
    const school = await test.tenant()
    await school.children('mailto:ada@example.edu')
    const teacher = { mbox: 'mailto:teacher@example.edu' }
    const object = { objectType: 'Agent', mbox: 'mailto:ada@example.edu' }
    await school.post(
      '/xapi/statements',
      aStatement({ id: uuidOf(7), actor: teacher, object }),
      header,
    )
    expect((await school.event(uuidOf(7)))!.raw).not.toContain('ada@')
  })

  it('of a strict source is not refused for what is withheld', async () => {
    const test = await started()
    const school = await test.tenant({ rules: [rules.dropped] })
    const source = {
      tenantId: school.tenantId,
      sourceId: 'demo',
      name: 'demo',
      mode: 'strict' as const,
    }
    await test.platform.registry.sources.put({ ...source, createdAt: new Date().toISOString() })
    const receipt = await school.native([anEvent({ event_type: 'noise' })])
    expect(receipt).toMatchObject({ status: 200, withheld: [{ rule: 'of no use', count: 1 }] })
  })
})

describe('a test session', () => {
  const started = shared(startGovernedTest)
  const telemetry = (event_type: string, more: object = {}) => ({
    events: [
      {
        ...{ event_type, client_ts: eventTime, session_id: 's-1', user_id: 'ada' },
        payload: { question_ids: ['q1'] },
        ...more,
      },
    ],
  })

  for (const [name, rule] of [
    ['a pseudonym', rules.pseudonyms],
    ['nobody', rules.asked('anonymous')],
  ] as const) {
    it(`of ${name} is still of the learner who began it`, async () => {
      const school = await (await started()).tenant({ rules: [rule] })
      const post = (body: unknown) => school.json('/v1/telemetry/events', body)
      expect(await post(telemetry('SESSION_CREATED'))).toMatchObject({ accepted: 1 })
      expect(await post(telemetry('QUESTION_VIEWED', { question_id: 'q1' }))).toMatchObject({
        ...{ accepted: 1, rejected: 0 },
      })
    })
  }

  it('of a pseudonym is of nobody else', async () => {
    const school = await (await started()).tenant({ rules: [rules.pseudonyms] })
    const post = (body: unknown) => school.json('/v1/telemetry/events', body)
    await post(telemetry('SESSION_CREATED'))
    const eve = telemetry('QUESTION_VIEWED', { user_id: 'eve', question_id: 'q1' })
    expect((await post(eve)).status).toBe(403)
  })
})

describeNotOnAws('faults')('while a store fails', () => {
  const failed = new StorageError('out of reach', { isRetriable: false })

  it('a policy or a consent that cannot be read fails the request, and nothing of it waits', async () => {
    let failing = ''
    const spilled: string[] = []
    await using test = await startGovernedTest({
      wrap: (platform) => ({
        ...platform,
        spill: { ...platform.blobs, put: async (key: string) => void spilled.push(key) },
        documents: {
          ...platform.documents,
          get: async (tenantId, key) => {
            if (key[1] === failing) throw failed
            return platform.documents.get(tenantId, key)
          },
        },
      }),
    })
    const school = await test.tenant({ rules: [rules.asked('drop')] })
    await school.consent('ada', { analytics: 'granted' })
    const sent = anEvent()
    for (failing of ['state', 'consents']) {
      test.services!.policies.changed(school.tenantId)
      expect(await school.native([sent])).toMatchObject({ status: 503, code: 'unavailable' })
      // Nobody is named in what cannot be read: no consent is asked for.
      const unreadable = await school.json('/api/v1/events', '{"user_id":')
      expect(unreadable.status).toBe(failing === 'state' ? 503 : 400)
      failing = ''
    }
    expect(spilled).toEqual([])
    expect(await school.held()).toMatchObject([{ raw: expect.stringContaining('sha256') }])
    expect(await school.native([sent])).toMatchObject({ eventCount: 1, duplicates: 0 })
  })

  it('what waits is what may be kept, and is not governed twice', async () => {
    let isFull = true
    await using test = await startGovernedTest({
      wrap: (platform) => ({
        ...platform,
        spill: platform.blobs,
        events: {
          ...platform.events,
          append: async (...records) => {
            if (isFull) throw new StorageError('no room', { isRetriable: true })
            return platform.events.append(...records)
          },
        },
      }),
    })
    const school = await test.tenant({ rules: [rules.dropped, rules.pseudonyms, rules.held] })
    const kept = anEvent()
    const sent = [kept, anEvent({ event_type: 'noise' }), anEvent({ event_type: 'odd_thing' })]
    const receipt = await school.native(sent, { 'User-Agent': 'a browser' })
    expect(receipt).toMatchObject({
      acceptedForLater: 2,
      withheld: [{ rule: 'of no use', count: 1 }],
    })
    const { blobs } = test.platform
    const { key } = (await blobs.list('spill/', 10))[0]!
    const text = gunzipSync((await blobs.get(key))!).toString()
    for (const gone of ['"ada"', '"noise"', 'a browser']) expect(text).not.toContain(gone)
    isFull = false
    // Withdrawn meanwhile or not: what was governed stays as it is.
    await school.put({ rules: [{ name: 'none', then: { action: 'DROP' } }] })
    const services = test.services!
    const needs = { ...services, ...services.platform, blobs }
    expect(await drainAll(needs)).toMatchObject({ stored: 1, left: 0 })
    expect((await school.event(kept.event_id))!.actorId).toMatch(PSEUDONYM)
    expect(await school.held()).toMatchObject([{ errors: [{ code: 'held_by_policy' }] }])
    await school.put({ rules: [] })
    // The store was busy a moment ago, so that it is spared for another.
    await until(async () => {
      const { duplicates } = (await school.native([kept])) as { duplicates?: number }
      return duplicates === 1
    })
  })
})
