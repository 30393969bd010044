import { describe, expect, it } from 'bun:test'
import { issueKey, type KeyGrant } from '../../src/access/keys/key'
import { archiveStored, startConsumers } from '../../src/changes/consumers'
import type { EventRecord } from '../../src/event/record'
import type { Role } from '../../src/identity/role'
import { staffKey } from '../../src/rosters/groups-of'
import { silentLog } from '../../src/telemetry/log'
import { startTestApp, type TestApp } from '../support/app'
import { batteryOf, problemOf } from '../support/battery'
import { notOnAws } from '../support/not-on-aws'
import { aRecord } from '../support/records'
import { shared } from '../support/shared'

batteryOf({ method: 'GET', path: '/analytics/metrics', otherMethod: 'DELETE' })

const local = notOnAws('lake')
const odd = `o'brien"); DROP TABLE events; --\u0000\\`

function at(time: string, actorId: string, more: Partial<EventRecord> = {}): EventRecord {
  const own = new Date(time).toISOString()
  const times = { eventTime: own, occurredAt: own, receivedAt: own }
  return aRecord({ ...times, actorId, type: 'ViewEvent', courseId: 'botany', ...more })
}

const software = { actorType: 'SoftwareApplication', action: 'Graded', type: 'GradeEvent' }
/**
 * The clocks of New York are set back on 1 November 2026, at 06:00 UTC. In botany six people are active on that day,
 * two on the one before; in zoology one, whose events are a quarter of what happened.
 */
const records = [
  ...['p1', 'p2', 'p3', 'p4', 'p5', odd].map((who) => at('2026-11-01T05:30:00Z', who)),
  at('2026-11-01T06:30:00Z', 'p1', { type: odd }),
  at('2026-11-02T04:59:59.999Z', 'p1'),
  at('2026-11-02T05:00:00Z', 'p2'),
  at('2026-10-31T12:00:00Z', 'p1', { groupId: 'cell' }),
  at('2026-10-31T12:00:00Z', 'p2', { action: 'Looked', commonAction: 'Viewed' }),
  at('2026-10-31T12:05:00Z', 'grader', { ...software, memberId: 'p3' }),
  at('2026-11-01T12:00:00Z', 'p1', { courseId: 'zoology', sampleRate: 0.25 }),
  at('2026-11-01T12:00:00Z', 'p1', { courseId: undefined, groupId: 'club', objectId: 'o1' }),
  at('2026-11-01T12:00:00Z', 'p1', { tenantId: 'college' }),
  at('2026-11-01T12:00:00Z', 'p9', { tenantId: 'college', courseId: 'law' }),
  at('2011-12-29T12:00:00Z', 'p1', { courseId: 'sea' }),
  at('2011-12-30T08:00:00Z', 'p1', { courseId: 'sea' }),
  at('2011-12-30T12:00:00Z', 'p1', { courseId: 'sea' }),
  at('2026-04-04T14:50:00Z', 'p1', { courseId: 'isle' }),
  at('2026-04-04T15:10:00Z', 'p1', { courseId: 'isle' }),
  at('2026-04-04T15:40:00Z', 'p2', { courseId: 'isle' }),
]

const app = shared(async () => {
  const started = await startTestApp()
  const { platform, clock } = started
  const createdAt = clock.now().toISOString()
  const put = platform.registry.tenants.put
  await put({ tenantId: 'college', name: 'college', createdAt, timeZone: 'America/New_York' })
  const bytes = Buffer.from(JSON.stringify({ teaches: ['zoology'], manages: ['botany'] }))
  await platform.documents.put('default', staffKey('tess'), {
    bytes,
    contentType: 'application/json',
  })
  if (process.env.TEST_TARGET === 'aws') return started
  await platform.events.append(records)
  await archiveStored(platform)
  const consumers = startConsumers(platform, { archiveFlushSeconds: 60, clock, log: silentLog })
  return {
    ...started,
    async [Symbol.asyncDispose]() {
      await consumers[Symbol.asyncDispose]()
      await started[Symbol.asyncDispose]()
    },
  }
})

type Row = { start: string; value: number; previous?: number } & Record<string, unknown>
interface Answer {
  rows: Row[]
  truncated: boolean
  suppressed?: number
  timeZone: string
  completeTo?: string
}
interface Keyed {
  role?: Role
  actorId?: string
  isAggregateOnly?: true
  tenantId?: string
}

async function keyOf(test: TestApp, { tenantId = 'default', ...keyed }: Keyed) {
  const { platform, clock } = test
  const grant = { tenantId, sourceId: 'demo', name: 'reader', scopes: [], ...keyed } as KeyGrant
  return (await issueKey(platform.registry, grant, { at: clock.now() })).key
}

async function ask(query: Record<string, string>, keyed: Keyed = { role: 'admin' }) {
  const test = await app()
  const path = `/analytics/metrics?${new URLSearchParams(query)}`
  return test.request(path, { headers: test.as(await keyOf(test, keyed)) })
}

async function answered(query: Record<string, string>, keyed?: Keyed): Promise<Answer> {
  const reply = await ask(query, keyed)
  expect({ status: reply.status, text: reply.ok ? '' : await reply.text() }).toEqual({
    status: 200,
    text: '',
  })
  return (await reply.json()) as Answer
}

const autumn = { from: '2026-10-31', to: '2026-11-03', timeZone: 'America/New_York' }
const short = ({ rows }: Answer, name = 'start') =>
  rows.map((row) => [row.start.slice(0, 25), ...(name === 'start' ? [] : [row[name]]), row.value])

/** All of these events are of it: aggregates do not know it, and so the lake answers. */
const everything = { standard: 'caliper' }

const questions: [what: string, query: Record<string, string>, rows: unknown[][], by?: string][] = [
  [
    'events by day, of which one has 25 hours',
    { interval: 'day', ...autumn },
    [
      ['2026-10-31T00:00:00-04:00', 3],
      ['2026-11-01T00:00:00-04:00', 13],
      ['2026-11-02T00:00:00-05:00', 1],
    ],
  ],
  [
    'the hour that comes twice',
    { interval: 'hour', ...autumn, from: '2026-11-01T05:00:00Z', to: '2026-11-01T07:30:00Z' },
    [
      ['2026-11-01T01:00:00-04:00', 6],
      ['2026-11-01T01:00:00-05:00', 1],
      ['2026-11-01T02:00:00-05:00', 0],
    ],
  ],
  [
    'people, and no software, by day',
    { metric: 'actors', interval: 'day', ...autumn },
    [
      ['2026-10-31T00:00:00-04:00', 2],
      ['2026-11-01T00:00:00-04:00', 6],
      ['2026-11-02T00:00:00-05:00', 1],
    ],
  ],
  [
    'weeks that begin on Monday, the first of them late',
    { interval: 'week', ...autumn },
    [
      ['2026-10-31T00:00:00-04:00', 16],
      ['2026-11-02T00:00:00-05:00', 1],
    ],
  ],
  [
    'courses in all, with what is of none',
    { groupBy: 'course', ...autumn },
    [
      ['2026-10-31T00:00:00-04:00', 'botany', 12],
      ['2026-10-31T00:00:00-04:00', 'zoology', 4],
      ['2026-10-31T00:00:00-04:00', 'club', 1],
    ],
    'course',
  ],
  [
    'one course only',
    { groupBy: 'course', course: 'zoology', interval: 'day', ...autumn },
    [['2026-11-01T00:00:00-04:00', 'zoology', 4]],
    'course',
  ],
  [
    'one type, of an odd name',
    { type: odd, interval: 'day', ...autumn },
    [
      ['2026-10-31T00:00:00-04:00', 0],
      ['2026-11-01T00:00:00-04:00', 1],
      ['2026-11-02T00:00:00-05:00', 0],
    ],
  ],
  [
    'a day that Samoa left out',
    {
      ...{ interval: 'day', course: 'sea', timeZone: 'Pacific/Apia' },
      ...{ from: '2011-12-29', to: '2012-01-01' },
    },
    [
      ['2011-12-29T00:00:00-10:00', 2],
      ['2011-12-31T00:00:00+14:00', 1],
    ],
  ],
  [
    'hours of Lord Howe, one of which is a half',
    {
      ...{ interval: 'hour', course: 'isle', timeZone: 'Australia/Lord_Howe' },
      ...{ from: '2026-04-04T14:00:00Z', to: '2026-04-04T16:30:00Z' },
    },
    [
      ['2026-04-05T01:00:00+11:00', 1],
      ['2026-04-05T01:30:00+10:30', 1],
      ['2026-04-05T02:00:00+10:30', 1],
    ],
  ],
]

describe('GET /analytics/metrics', () => {
  for (const [what, query, rows, by] of questions) {
    local(`counts ${what}, from what is kept and from the lake alike`, async () => {
      const kept = await answered(query)
      expect(short(kept, by)).toEqual(rows)
      const { completeTo: _, ...others } = await answered({ ...query, ...everything })
      expect(others).toEqual({ ...kept, completeTo: undefined } as never)
    })
  }

  local('compares with the period before, day by day', async () => {
    const query = { ...autumn, from: '2026-11-01', to: '2026-11-02', compare: 'previous' }
    const { rows } = await answered({ ...query, interval: 'day' })
    expect(rows).toEqual([{ start: '2026-11-01T00:00:00-04:00', value: 13, previous: 3 }])
    for (const more of [{}, everything]) {
      const { rows: courses } = await answered({ ...query, ...more, groupBy: 'course' })
      expect(courses.map(({ course, value, previous }) => [course, value, previous])).toEqual([
        ['botany', 8, 3],
        ['zoology', 4, 0],
        ['club', 1, 0],
      ])
    }
  })

  local('says what it covers, and whether there are more groups', async () => {
    const answer = await answered({ ...autumn, groupBy: 'course', top: '2' })
    expect(answer).toMatchObject({ truncated: true, timeZone: autumn.timeZone })
    expect(answer.rows).toHaveLength(2)
    expect(answer.suppressed).toBeUndefined()
    expect(Date.parse(answer.completeTo!)).toBeGreaterThan(Date.parse('2026-11-01'))
    expect((await answered({ ...autumn, groupBy: 'course', top: '3' })).truncated).toBe(false)
  })

  local("goes by the tenant's own zone where none is named", async () => {
    const own = await answered(
      { from: '2026-11-01', to: '2026-11-02' },
      { role: 'admin', tenantId: 'college' },
    )
    expect(own.timeZone).toBe('America/New_York')
    expect(own.rows).toEqual([{ start: '2026-11-01T00:00:00-04:00', value: 2 }])
    expect((await answered({ from: '2026-11-01', to: '2026-11-02' })).timeZone).toBe('UTC')
  })

  local('answers each of what they may see', async () => {
    const query = { ...autumn, groupBy: 'course' }
    const of = async (keyed: Keyed) =>
      (await answered(query, keyed)).rows.map(({ course, value }) => [course, value])
    expect(await of({ role: 'teacher', actorId: 'tess' })).toEqual([['zoology', 4]])
    expect(await of({ role: 'teacher-admin', actorId: 'tess' })).toEqual([
      ['botany', 12],
      ['zoology', 4],
    ])
    // What was done to a learner is theirs.
    expect(await of({ role: 'student', actorId: 'p3' })).toEqual([['botany', 2]])
    expect(await of({ role: 'student', actorId: `p3' OR 'a' = 'a` })).toEqual([])
    expect(await of({ role: 'analyst' })).toHaveLength(3)
    expect(await of({ role: 'analyst', tenantId: 'college' })).toEqual([
      ['botany', 1],
      ['law', 1],
    ])
  })

  local('leaves out what is about few, for who sees no people', async () => {
    const keyed: Keyed = { role: 'analyst', isAggregateOnly: true }
    const answer = await answered({ ...autumn, groupBy: 'course', interval: 'day' }, keyed)
    expect(answer.rows.map(({ course, value }) => [course, value])).toEqual([['botany', 8]])
    expect(answer.suppressed).toBe(4)
    const day = { ...autumn, from: '2026-11-01', to: '2026-11-02', compare: 'previous' }
    const compared = await answered({ ...day, groupBy: 'course' }, keyed)
    expect(compared.rows.map(({ value, previous }) => [value, previous])).toEqual([[8, undefined]])
    const reply = await ask({ ...autumn, groupBy: 'object' }, keyed)
    await problemOf(reply, 'forbidden')
    // Across organisations no ids are shown, and everything is counted.
    await problemOf(await ask({ ...autumn, groupBy: 'course' }, { role: 'system' }), 'forbidden')
    const system = await answered({ ...autumn, course: 'botany' }, { role: 'system' })
    expect(system.rows.map(({ value }) => value)).toEqual([13])
  })

  local(
    'leaves out what is hidden',
    async () => {
      await using test = await startTestApp()
      const { platform, clock } = test
      await platform.events.append(records)
      await archiveStored(platform)
      const createdAt = clock.now().toISOString()
      const tenant = { tenantId: 'default', name: 'default', createdAt }
      await platform.registry.tenants.put({ ...tenant, hiddenBefore: '2026-11-01T06:00:00.000Z' })
      const key = await keyOf(test, { role: 'admin' })
      const path = `/analytics/metrics?${new URLSearchParams(autumn)}`
      const reply = await test.request(path, { headers: test.as(key) })
      expect(((await reply.json()) as Answer).rows.map(({ value }) => value)).toEqual([8])
    },
    30_000,
  )

  const bad: [why: string, query: Record<string, string>, path: string][] = [
    ['an unknown zone', { timeZone: 'Mars/Base' }, 'timeZone'],
    ['an offset for a zone', { timeZone: '+02:00' }, 'timeZone'],
    ['a range that ends before it begins', { from: '2026-11-02', to: '2026-11-01' }, 'from'],
    ['no day', { from: '2026-02-30' }, 'from'],
    ['what is not a time', { to: "'; DROP TABLE events" }, 'to'],
    ['too long ago', { from: '1979-12-31', to: '1980-02-01' }, 'from'],
    ['too many hours', { from: '2024-01-01', to: '2026-01-01', interval: 'hour' }, 'from'],
    ['too many days', { from: '2001-01-01', to: '2026-01-01', interval: 'day' }, 'from'],
    ['an unknown interval', { interval: 'minute' }, 'interval'],
    ['an unknown metric', { metric: 'money' }, 'metric'],
    ['an unknown group', { groupBy: 'actor' }, 'groupBy'],
    ['two groups', { groupBy: 'course,type' }, 'groupBy'],
    ['an unknown comparison', { compare: 'next' }, 'compare'],
    ['too many groups', { top: '1001' }, 'top'],
    ['no group', { top: '0' }, 'top'],
    ['an unknown field', { colour: 'red' }, 'colour'],
    ['an empty value', { course: '' }, 'course'],
    ['a value that is too long', { course: 'a'.repeat(2049) }, 'course'],
  ]
  for (const [why, query, path] of bad) {
    it(`refuses ${why}, and says where`, async () => {
      const problem = await problemOf(await ask(query), 'invalid_request')
      expect(problem.errors.map((one) => one.path.join('.') || one.message).join()).toContain(path)
    })
  }

  it('takes a zone for the tenant by its name, in whatever case, and none that is none', async () => {
    await using test = await startTestApp()
    const headers = { ...test.as(test.keys.admin), 'Content-Type': 'application/json' }
    const patch = (timeZone: string | null) => {
      const body = JSON.stringify({ timeZone })
      return test.request('/tenants/default', { method: 'PATCH', headers, body })
    }
    expect(await (await patch('america/new_york')).json()).toMatchObject({
      timeZone: 'America/New_York',
    })
    for (const zone of ['Mars/Base', '+02:00', '', "UTC'; --"]) {
      const { errors } = await problemOf(await patch(zone), 'invalid_request')
      expect(errors.map((one) => one.path)).toEqual([['timeZone']])
    }
    expect(await (await patch(null)).json()).not.toHaveProperty('timeZone')
  })

  it('refuses who has no role, and roles of no questions', async () => {
    const test = await app()
    const writer = await test.issue(['events:write'])
    const reply = await test.request('/analytics/metrics', { headers: test.as(writer) })
    await problemOf(reply, 'forbidden')
  })
})
