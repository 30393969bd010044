import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { settings, startWebhookTest, type WebhookTest } from '../support/webhooks-api'

let test: WebhookTest
beforeAll(async () => {
  test = await startWebhookTest()
})
afterAll(() => test[Symbol.asyncDispose]())

interface Reason {
  path: unknown[]
  message: string
  holds: boolean
}

type Answer = { matches: boolean; reasons: Reason[] } & Record<string, unknown>

async function match(id: string, body: object, key?: string) {
  const reply = await test.call('POST', `/webhooks/${id}/match`, body, key)
  return { status: reply.status, answer: (await reply.json()) as Answer }
}

async function matchSettings(more: object, body: object, key?: string) {
  const sent = { settings: { ...settings, ...more }, ...body }
  const reply = await test.call('POST', '/webhooks/match', sent, key)
  return { status: reply.status, answer: (await reply.json()) as Answer }
}

const native = {
  event_type: 'quiz_completed',
  user_id: 'u1',
  session_id: 's1',
  payload: { score: 0.7, course: 'c1' },
}
const caliper = {
  '@context': 'http://purl.imsglobal.org/ctx/caliper/v1p2',
  id: 'urn:uuid:fcd495d0-3740-4298-9bec-1154571dc211',
  type: 'ViewEvent',
  actor: { id: 'https://example.edu/users/554433', type: 'Person' },
  action: 'Viewed',
  object: { id: 'https://example.edu/etexts/201.epub', type: 'Document' },
  eventTime: '2026-11-15T10:15:00.000Z',
}
const statement = {
  actor: { mbox: 'mailto:ada@example.edu' },
  verb: { id: 'http://adlnet.gov/expapi/verbs/completed' },
  object: { id: 'https://example.edu/activities/1' },
  result: { score: { scaled: 0.4 }, completion: true },
}
const record = {
  ...{ kind: 'event', tenantId: 'elsewhere', sourceId: 'lms', eventId: 'urn:e', type: 'ViewEvent' },
  ...{ standard: 'caliper', raw: '{"payload":{"x":1}}', score: 1, groupId: 'g' },
}

describe('A webhook is tried with an event', () => {
  it('that has no target yet', async () => {
    const sent = { settings: { events: ['quiz_completed'] }, event: native }
    const reply = await test.call('POST', '/webhooks/match', sent)
    expect(reply.status).toBe(200)
    expect(await reply.json()).toMatchObject({ matches: true })
  })

  const cases: [
    why: string,
    more: Record<string, unknown>,
    body: object,
    matches: boolean,
    messages: string[],
  ][] = [
    [
      'of our own making',
      { events: ['GradeEvent'], filters: [{ path: 'payload.score', lt: 0.5 }] },
      { event: native },
      false,
      ['type is quiz_completed, not one of GradeEvent', 'payload.score is 0.7, not less than 0.5'],
    ],
    [
      'of our own making that it wants',
      { events: ['*'], filters: [{ eventType: 'quiz_completed', source: 'demo' }] },
      { event: native },
      true,
      [
        'every event is asked for (*)',
        'sourceId is demo: one of demo',
        'type is quiz_completed: one of quiz_completed',
      ],
    ],
    [
      'of Caliper',
      { events: ['ViewEvent'], filters: [{ commonAction: 'Viewed' }] },
      { event: caliper },
      true,
      ['type is ViewEvent, which is named', 'commonAction is Viewed: one of Viewed'],
    ],
    [
      'of xAPI',
      { events: ['*'], filters: [{ standard: 'xapi', completion: false }] },
      { event: statement },
      false,
      ['completion is true, not one of false'],
    ],
    [
      'as a record, whose tenant is the own one',
      { filters: [{ group: 'g' }, { path: 'tenantId', equals: 'elsewhere' }] },
      { event: record },
      false,
      ['tenantId is default, not elsewhere'],
    ],
    [
      'of another source',
      { events: ['*'], filters: [{ source: 'lms' }] },
      { event: native, source: 'quiz' },
      false,
      ['sourceId is quiz, not one of lms'],
    ],
  ]
  for (const [why, more, body, matches, messages] of cases) {
    it(why, async () => {
      const { id } = await test.create(more)
      for (const { status, answer } of [await match(id, body), await matchSettings(more, body)]) {
        expect(status).toBe(200)
        expect(answer.matches).toBe(matches)
        expect(answer.reasons.map(({ message }) => message).toSorted()).toEqual(messages.toSorted())
      }
    })
  }

  it('by its rule, with the way to each part of it', async () => {
    const rule = {
      any: [{ path: 'payload.score', lt: 0.5 }, { not: { path: 'type', prefix: 'q' } }],
    }
    const { answer } = await matchSettings({ events: ['*'], rule }, { event: native })
    expect(answer).toEqual({
      matches: false,
      reasons: [
        { path: ['rule'], holds: false, message: 'any: 0 of 2 hold' },
        {
          path: ['rule', 'any', 0],
          holds: false,
          message: 'payload.score is 0.7, not less than 0.5',
        },
        { path: ['rule', 'any', 1], holds: false, message: 'not: what it denies holds' },
        {
          path: ['rule', 'any', 1, 'not'],
          holds: true,
          message: 'type is quiz_completed: beginning with q',
        },
      ],
    })
  })

  it('and is told which of its fields find nothing in it', async () => {
    const fields = ['payload.score', 'payload.max_score']
    const { answer } = await matchSettings({ events: ['*'], fields }, { event: native })
    expect(answer).toMatchObject({ matches: true, fieldsWithout: ['payload.max_score'] })
  })

  it('that is not stored', async () => {
    const event = { ...caliper, id: 'urn:uuid:00000000-0000-4000-8000-00000000abcd' }
    await matchSettings({}, { event })
    expect((await test.call('GET', `/analytics/events/${event.id}`)).status).toBe(404)
  })
})

describe('What cannot be tried is refused, with path and rule', () => {
  const cases: [why: string, body: object, status: number, path: unknown[], rule: string][] = [
    ['nothing', {}, 400, [], 'either "event" or "last"'],
    ['both', { event: native, last: 1 }, 400, [], 'either "event" or "last"'],
    ['text', { event: 'x' }, 400, ['event'], 'expected object'],
    ['a list', { event: [native] }, 400, ['event'], 'expected object'],
    ['none', { last: 0 }, 400, ['last'], '>=1'],
    ['too many', { last: 101 }, 400, ['last'], '<=100'],
    ['what it does not know', { event: native, all: true }, 400, ['all'], 'Not known'],
    ['an event of no standard', { event: { colour: 'red' } }, 400, ['event'], 'no standard'],
    [
      'an envelope',
      { event: { sensor: 'urn:s', data: [caliper] } },
      400,
      ['event'],
      'without its envelope',
    ],
    [
      'what could not be stored',
      { event: { ...caliper, eventTime: 'noon' } },
      422,
      ['event', 'eventTime'],
      '',
    ],
    [
      'a native event without a user',
      { event: { event_type: 5 } },
      422,
      ['event', 'event_type'],
      '',
    ],
    [
      'a record with a number as type',
      { event: { ...record, type: 5 } },
      422,
      ['event', 'type'],
      'text',
    ],
    [
      'a record with odd roles',
      { event: { ...record, membershipRoles: [1] } },
      422,
      ['event', 'membershipRoles'],
      'a list of texts',
    ],
  ]
  for (const [why, body, status, path, rule] of cases) {
    it(why, async () => {
      const { id } = await test.create()
      for (const tried of [await match(id, body), await matchSettings({}, body)]) {
        expect(tried.status).toBe(status)
        const { errors } = tried.answer as unknown as {
          errors: { path: unknown[]; message: string }[]
        }
        expect(errors.map((one) => one.path)).toContainEqual(path)
        expect(errors.map((one) => one.message).join()).toContain(rule)
      }
    })
  }

  it('settings that do not fit', async () => {
    for (const [more, path] of [
      [{ filters: [{ actorid: 'x' }] }, ['settings', 'filters', 0, 'actorid']],
      [{ rule: { path: 'x' } }, ['settings', 'rule']],
      [{ colour: 1 }, ['settings', 'colour']],
    ] as const) {
      const { status, answer } = await matchSettings(more, { event: native })
      expect(status).toBe(400)
      expect((answer as unknown as { errors: unknown[] }).errors).toMatchObject([
        { path: [...path] },
      ])
    }
  })
})

describe('A webhook is tried with what arrived last', () => {
  it('of its tenant', async () => {
    const key = await test.issue(['events:write', 'webhooks:write'], 'school')
    const send = async (event: object) => {
      expect((await test.call('POST', '/api/v1/events', event, key)).status).toBe(201)
    }
    const last = async (more: object, count: number, shown = key) => {
      const { status, answer } = await matchSettings(more, { last: count }, shown)
      expect(status).toBe(200)
      return answer as unknown as (Answer & { eventId: string; type: string })[]
    }
    expect(await last({}, 100)).toEqual([])
    for (const score of [0.2, 0.4, 0.6]) await send({ ...native, payload: { score } })
    const asked = { events: ['*'], filters: [{ path: 'payload.score', lt: 0.5 }] }
    const all = await last(asked, 100)
    expect(all.map(({ matches }) => matches)).toEqual([false, true, true])
    expect(all[0]).toEqual({
      eventId: expect.any(String),
      type: 'quiz_completed',
      matches: false,
      reasons: [
        {
          path: ['filters', 0],
          holds: false,
          message: 'payload.score is 0.6, not less than 0.5',
        },
      ],
    })
    expect(await last(asked, 2)).toEqual(all.slice(0, 2))
    expect(await last(asked, 100, await test.issue(['webhooks:write'], 'elsewhere'))).toEqual([])
  })

  it('but for what is hidden', async () => {
    // By settings, since the call that hides takes its time on AWS.
    const createdAt = test.clock.now().toISOString()
    const hidden = { name: 'Hidden', createdAt, hiddenBefore: '2999-01-01T00:00:00.000Z' }
    await test.platform.registry.tenants.put({ tenantId: 'hidden', ...hidden })
    const key = await test.issue(['events:write', 'webhooks:write'], 'hidden')
    expect((await test.call('POST', '/api/v1/events', native, key)).status).toBe(201)
    const { answer } = await matchSettings({ events: ['*'] }, { last: 100 }, key)
    expect(answer as unknown).toEqual([])
  })

  it('of which so many are listed as fit into an answer', async () => {
    const key = await test.issue(['events:write', 'webhooks:write'], 'large')
    const events = Array.from({ length: 40 }, (_, n) => ({ ...native, payload: { score: n } }))
    expect((await test.call('POST', '/api/v1/events', events, key)).status).toBeLessThan(300)
    // The list of what is not found is as long as settings may be, and longer where it is escaped.
    const fields = Array.from({ length: 30 }, (_, n) => `/${`${n}`.padEnd(950, 'x')}`)
    const { answer } = await matchSettings({ events: ['*'], fields }, { last: 100 }, key)
    const all = answer as unknown as { fieldsWithout: string[] }[]
    expect(all).toHaveLength(40)
    expect(all[0]!.fieldsWithout).toEqual(fields)

    const many = [...events, ...events].map((event, n) => ({ ...event, payload: { score: -n } }))
    expect((await test.call('POST', '/api/v1/events', many, key)).status).toBeLessThan(300)
    const { answer: cut } = await matchSettings({ events: ['*'], fields }, { last: 100 }, key)
    expect((cut as unknown as object[]).length).toBeGreaterThan(60)
    expect(JSON.stringify(cut).length).toBeLessThan(2_100_000)
  })
})
