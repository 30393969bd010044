import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import Ajv2020 from 'ajv/dist/2020'
import type { Condition } from '../../src/event/condition'
import { conditionOf } from '../../src/event/conditions'
import { anEnvelope } from '../support/envelopes'
import { notOnAws } from '../support/not-on-aws'
import { settings, startWebhookTest, type WebhookTest } from '../support/webhooks-api'

const local = notOnAws('arrivals')

let test: WebhookTest
beforeAll(async () => {
  test = await startWebhookTest()
  const events = [
    { event_type: 'quiz_started', user_id: 'u1', session_id: 's1', payload: { course: 'c1' } },
    { event_type: 'quiz_completed', user_id: 'u1', session_id: 's1', payload: { score: 0.4 } },
    { event_type: 'quiz_completed', user_id: 'u2', session_id: 's2', payload: { score: 0.9 } },
    { event_type: 'viewed', user_id: 'u2', session_id: 's2', payload: { tags: ['a', 'b'] } },
  ]
  // Each its own request, so that they arrive one after another.
  for (const event of events) {
    expect((await test.call('POST', '/api/v1/events', event)).status).toBe(201)
  }
  const person = { id: 'https://example.edu/people/1', type: 'Person', name: 'Ada' }
  const body = {
    ...anEnvelope([person]),
    dataVersion: 'http://purl.imsglobal.org/ctx/caliper/v1p2',
  }
  expect((await test.call('POST', '/caliper/v1p2/events', body)).status).toBe(200)
})
afterAll(() => test[Symbol.asyncDispose]())

/** Lists what a condition finds, in the three ways in which events are listed. */
const lists = {
  '/api/v1/events': (body: unknown) => body as { event_type: string }[],
  '/analytics/events?view=record': (body: unknown) =>
    (body as { events: { type: string }[] }).events.map(({ type }) => ({ event_type: type })),
}

async function find(path: string, filter: Condition | string, more = '', key?: string) {
  const text = typeof filter === 'string' ? filter : JSON.stringify(filter)
  const address = `${path}${path.includes('?') ? '&' : '?'}filter=${encodeURIComponent(text)}${more}`
  return test.request(address, { headers: test.as(key as never) })
}

const started = 'quiz_started'
const completed = 'quiz_completed'
const cases: [condition: Condition, types: string[], more?: string][] = [
  [{ all: [] }, ['viewed', completed, completed, started]],
  [{ path: 'event_type', equals: started }, [started]],
  [{ path: 'user_id', in: ['u2'] }, ['viewed', completed]],
  [{ path: 'payload.score', lt: 0.5 }, [completed]],
  [{ path: '/payload/tags', equals: 'b' }, ['viewed']],
  [{ not: { path: 'payload.score', exists: true } }, ['viewed', started]],
  [
    {
      any: [
        { path: 'type', prefix: 'quiz_s' },
        { path: 'payload.tags', equals: 'a' },
      ],
    },
    ['viewed', started],
  ],
  [
    {
      all: [
        { path: 'sessionId', equals: 's1' },
        { path: 'payload.score', gt: 0 },
      ],
    },
    [completed],
  ],
  [
    {
      all: [
        { path: 'sessionId', equals: 's1' },
        { path: 'session_id', equals: 's2' },
      ],
    },
    [],
  ],
  [{ path: 'receivedAt', gte: '2020-01-01', lt: '2021-01-01' }, []],
  // Described entities only for who asks for them.
  [{ path: 'kind', equals: 'entity' }, ['Person']],
  [{ path: 'type', in: ['Person', started] }, ['Person', started]],
  [{ path: 'actorId', exists: false }, []],
]

describe('filter= of lists', () => {
  for (const [path, typesOf] of Object.entries(lists)) {
    for (const [condition, types] of cases) {
      it(`finds what ${JSON.stringify(condition)} holds of, at ${path}`, async () => {
        const response = await find(path, condition)
        expect(response.status).toBe(200)
        const found = typesOf(await response.json()).map(({ event_type }) => event_type)
        expect(found.toSorted()).toEqual(types.toSorted())
      })
    }
  }

  local('narrows what arrives, and a place is good with any filter', async () => {
    const { next } = (await (await test.call('GET', '/analytics/arrivals')).json()) as {
      next: string
    }
    for (const score of [0.1, 0.6, 0.2]) {
      await test.call('POST', '/api/v1/events', { event_type: 'later', payload: { score } })
    }
    const after = `&after=${next}`
    const ask = async (condition: Condition, more = '') => {
      const response = await find('/analytics/arrivals', condition, after + more)
      return (await response.json()) as { events: { payload: { score: number } }[] }
    }
    const low = {
      all: [
        { path: 'type', equals: 'later' },
        { path: 'payload.score', lt: 0.5 },
      ],
    }
    const { events } = await ask(low)
    expect(events.map(({ payload }) => payload.score)).toEqual([0.1, 0.2])
    expect((await ask({ path: 'kind', exists: true }, '&kind=entity')).events).toEqual([])
  })

  it('goes through pages, whose cursors are good with the same filter alone', async () => {
    const condition = { path: 'user_id', in: ['u1', 'u2'] }
    const path = '/analytics/events?view=record&limit=1'
    const found: string[] = []
    let cursor = ''
    for (let page = 0; page < 9; page += 1) {
      const response = await find(path, condition, cursor)
      const body = (await response.json()) as { events: { type: string }[]; nextCursor?: string }
      found.push(...body.events.map(({ type }) => type))
      if (body.nextCursor === undefined) break
      cursor = `&cursor=${encodeURIComponent(body.nextCursor)}`
    }
    expect(found.toSorted()).toEqual([completed, completed, started, 'viewed'])
    const other = await find(path, { path: 'user_id', in: ['u1'] }, cursor)
    expect(await other.json()).toMatchObject({ status: 400, code: 'invalid_cursor' })

    const first = await find('/api/v1/events?limit=1', condition)
    const next = /<([^>]+)>/.exec(first.headers.get('Link')!)![1]!
    const second = await test.request(next.replace(/^https?:\/\/[^/]+/, ''), { headers: test.as() })
    expect(second.status).toBe(200)
    expect(await second.json()).toHaveLength(1)
  })

  it('takes no cursor of another question, not even of one that names its kinds', async () => {
    const condition = {
      any: [
        { path: 'type', equals: 'Person' },
        { path: 'payload', exists: true },
      ],
    }
    const path = '/analytics/events?view=record&limit=1'
    const kinds = ['', '&kind=all', '&kind=event']
    for (const kind of kinds) {
      const { nextCursor } = (await (await find(path, condition, kind)).json()) as {
        nextCursor: string
      }
      for (const other of kinds) {
        const again = `${other}&cursor=${encodeURIComponent(nextCursor)}`
        const { status } = await find(path, condition, again)
        expect([kind, other, status]).toEqual([kind, other, kind === other ? 200 : 400])
      }
    }
  })

  it('takes no cursor of another question in sequence either', async () => {
    const session = '/api/v1/events?session_id=s1&order=sequence&limit=1'
    const first = await find(session, { path: 'payload', exists: true }, '&user_id=u1')
    const cursor = `&cursor=${/cursor=([^&>]+)/.exec(first.headers.get('Link')!)![1]}`
    const status = async (condition: Condition, more: string) =>
      (await find(session, condition, more + cursor)).status
    expect(await status({ path: 'payload', exists: true }, '&user_id=u1')).toBe(200)
    expect(await status({ path: 'payload.score', exists: true }, '&user_id=u1')).toBe(400)
    expect(await status({ path: 'payload', exists: true }, '')).toBe(400)
  })

  const bad: [why: string, text: string, path: unknown[], message: string][] = [
    ['no JSON', '{"path"', ['filter'], 'Must be JSON'],
    ['an array', '[]', ['filter'], 'got an array'],
    ['a scalar', '7', ['filter'], 'got 7'],
    ['an unknown operator', '{"path":"type","is":"a"}', ['filter', 'is'], 'Not known here'],
    [
      // An address of AWS has 10 KB, so that no deeper one arrives there.
      'nested a hundred deep',
      `${'{"not":'.repeat(100)}{}${'}'.repeat(100)}`,
      ['filter'],
      '16 deep',
    ],
    [
      'a bad part',
      '{"any":[{"path":"score","gt":"x"}]}',
      ['filter', 'any', 0, 'gt'],
      'Must be a number',
    ],
  ]
  for (const [why, text, path, message] of bad) {
    it(`is refused when it is ${why}`, async () => {
      for (const list of Object.keys(lists)) {
        const response = await find(list, text)
        expect(response.status).toBe(400)
        expect(await response.json()).toMatchObject({
          code: 'invalid_request',
          errors: [{ path, message: expect.stringContaining(message) }],
        })
      }
    })
  }

  it('shows nothing of another tenant, and nothing to who may not read', async () => {
    const theirs = await test.issue(['events:write', 'events:read'], 'school', { sourceId: 'main' })
    const sender = await test.issue(['events:write'])
    const north: Condition = {
      any: [
        { path: 'tenantId', exists: true },
        { path: 'kind', exists: true },
      ],
    }
    for (const [path, typesOf] of Object.entries(lists)) {
      const response = await find(path, north, '', theirs)
      expect(response.status).toBe(200)
      expect(typesOf(await response.json())).toEqual([])
      expect((await find(path, north, '', sender)).status).toBe(403)
    }
  })
})

describe('GET /api/v1/filters/schema', () => {
  it('is a schema of what is taken, for anybody', async () => {
    const response = await test.request('/api/v1/filters/schema')
    expect(response.status).toBe(200)
    expect(response.headers.get('Content-Type')).toContain('application/json')
    const isValid = new Ajv2020({ strict: false }).compile((await response.json()) as object)
    for (const [condition] of cases) expect(isValid(condition)).toBe(true)
    expect(isValid({ path: 'type', is: 'a' })).toBe(false)
  })

  it('takes no parameters, and no other method', async () => {
    const response = await test.request('/api/v1/filters/schema', { method: 'POST' })
    expect([404, 405]).toContain(response.status)
  })
})

describe('filters of webhooks', () => {
  const condition = {
    all: [{ path: 'payload.score', lt: 0.5 }, { not: { path: 'user_id', equals: 'u2' } }],
  }
  const older = { field: 'groupId', in: ['g'] }

  it('are conditions, beside the older forms, and shown as they were given', async () => {
    const { id } = await test.create({ filters: [condition, older, { actorId: 'u1' }] })
    const shown = [condition, older, { field: 'actorId', in: ['u1'] }]
    const read = async () => (await (await test.call('GET', `/webhooks/${id}`)).json()) as object
    expect(await read()).toMatchObject({ filters: shown })
    const change = { ...settings, filters: [{ path: 'kind', exists: true }] }
    expect((await test.call('PUT', `/webhooks/${id}`, change)).status).toBe(200)
    expect(await read()).toMatchObject({ filters: change.filters })
    expect((await test.call('PUT', `/webhooks/${id}`, settings)).status).toBe(200)
    expect(await read()).toMatchObject({ filters: [] })
  })

  const bad: [why: string, filters: unknown[], path: unknown[], message: string][] = [
    ['an unknown operator', [older, { path: 'x', is: 1 }], ['filters', 1, 'is'], 'Not known here'],
    [
      'a bad part',
      [{ any: [{ path: '', exists: true }] }],
      ['filters', 0, 'any', 0, 'path'],
      'empty',
    ],
    ['a condition with an older form', [{ ...older, all: [] }], ['filters', 0, 'all'], 'alone'],
    [
      'too many parts',
      Array(2).fill({ all: Array(100).fill({ path: 'type', exists: true }) }),
      ['filters'],
      '200 parts in all',
    ],
    [
      'too many parts that lead into the item',
      Array(2).fill({ all: Array(21).fill({ path: 'x', exists: true }) }),
      ['filters'],
      'Must have at most 40 parts that lead into the item; got 42',
    ],
    ['too many', Array(21).fill(older), ['filters'], '20'],
    ['a number in an older form', [{ type: 5 }], ['filters', 0, 'type'], 'got 5'],
  ]
  for (const [why, filters, path, message] of bad) {
    it(`are refused for ${why}`, async () => {
      const response = await test.call('POST', '/webhooks', { ...settings, filters })
      expect(response.status).toBe(400)
      const { errors } = (await response.json()) as { errors: unknown[] }
      expect(errors).toMatchObject([{ path, message: expect.stringContaining(message) }])
      // They are those of a subscription, codes and all.
      expect(errors).toEqual(conditionOf({ filters }).errors as never)
    })
  }
})
