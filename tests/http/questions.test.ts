import { describe, expect, it, setDefaultTimeout } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { issueKey, type KeyGrant } from '../../src/access/keys/key'
import { archiveStored, startConsumers } from '../../src/changes/consumers'
import type { EventRecord } from '../../src/event/record'
import type { Role } from '../../src/identity/role'
import { groupKey, staffKey } from '../../src/rosters/keys'
import { silentLog } from '../../src/telemetry/log'
import { startTestApp, type TestApp } from '../support/app'
import { batteryOf, problemOf } from '../support/battery'
import { notOnAws } from '../support/not-on-aws'
import { aRecord } from '../support/records'
import { shared } from '../support/shared'

// A question starts an engine, and several of them share two processors with other tests.
setDefaultTimeout(60_000)

const june = 'from=2026-06-01&to=2026-07-01'
const routes = ['/analytics/paths', '/analytics/engagement', '/analytics/assessments']
for (const path of routes) batteryOf({ method: 'GET', path, otherMethod: 'DELETE' })

// DuckDB has no such thing as a text that ends early, and a name may be anything.
const odd = `o'brien"); DROP TABLE events; --\u0000\\`

function done(
  day: number,
  minute: number,
  actorId: string,
  action: string,
  more: Partial<EventRecord> = {},
): EventRecord {
  const time = new Date(Date.UTC(2026, 5, day, 9, minute)).toISOString()
  return aRecord({
    ...{ eventTime: time, occurredAt: time, receivedAt: time, actorId },
    ...{ action, commonAction: action, courseId: 'botany', sessionId: `${actorId} ${day}` },
    ...more,
  })
}

const taken = (actorId: string, score: number): Partial<EventRecord> => ({
  ...{ type: 'AssessmentEvent', objectId: 'quiz', objectType: 'Assessment', objectName: 'Quiz' },
  ...{ attemptId: `quiz ${actorId}`, assignableId: 'quiz', generatedType: 'Attempt' },
  ...{ score, maxScore: 10 },
})

/** Of five one comes twice, three submit; two are in another course; another school has one of the names. */
const records = [
  ...['p1', 'p2', 'p3', 'p4', 'p5'].flatMap((who, n) => [
    done(1, 0, who, 'Viewed'),
    done(1, 10, who, 'Started', taken(who, n)),
  ]),
  ...['p1', 'p2', 'p3'].map((who, n) => done(1, 20, who, 'Submitted', taken(who, 5 + n))),
  done(9, 0, 'p1', 'Viewed'),
  done(2, 0, 'p1', 'Viewed', { courseId: 'zoology' }),
  done(2, 0, odd, 'Viewed', { courseId: 'zoology' }),
  done(2, 1, odd, odd, { courseId: 'zoology' }),
  done(1, 0, 'p1', 'Viewed', { tenantId: 'college', courseId: 'botany' }),
]

const app = shared(async () => {
  const started = await startTestApp()
  const { platform, clock } = started
  const createdAt = clock.now().toISOString()
  await platform.registry.tenants.put({ tenantId: 'college', name: 'college', createdAt })
  const bytes = Buffer.from(JSON.stringify({ teaches: ['zoology'], manages: ['botany'] }))
  await platform.documents.put('default', staffKey('tess'), {
    bytes,
    contentType: 'application/json',
  })
  const member = (...ids: string[]) => ({ ids, role: 'student' })
  const members = [
    ...[member('p1'), member('P-2', 'p2'), member('never'), member('left-in-may')],
    { ids: ['tutor'], role: 'teacher' },
  ]
  Object.assign(members[3]!, { to: '2026-05-01' })
  const group = { id: 'botany', title: 'Botany', org: 'school', members }
  await platform.documents.put('default', groupKey('botany'), {
    bytes: Buffer.from(JSON.stringify(group)),
    contentType: 'application/json',
  })
  if (process.env.TEST_TARGET === 'aws') return started
  await platform.events.append(records)
  await archiveStored(platform)
  // It is they who know how far the lake is behind.
  const consumers = startConsumers(platform, { archiveFlushSeconds: 60, clock, log: silentLog })
  return {
    ...started,
    async [Symbol.asyncDispose]() {
      await consumers[Symbol.asyncDispose]()
      await started[Symbol.asyncDispose]()
    },
  }
})

interface Answer {
  [name: string]: unknown
  rows: Record<string, unknown>[]
  steps: Record<string, unknown>[]
  sequences: Record<string, unknown>[]
}

interface Keyed {
  role?: Role
  actorId?: string
  isAggregateOnly?: true
}

async function keyOf(test: TestApp, keyed: Keyed, tenantId = 'default') {
  const { platform, clock } = test
  const grant = { tenantId, sourceId: 'demo', name: 'reader', scopes: [], ...keyed } as KeyGrant
  return (await issueKey(platform.registry, grant, { at: clock.now() })).key
}

async function ask(query: string, keyed?: Keyed): Promise<Response> {
  const test = await app()
  const key = keyed && (await keyOf(test, keyed))
  return test.request(`/analytics/${query}`, { headers: test.as(key) })
}

async function answered(query: string, keyed?: Keyed): Promise<Answer> {
  const reply = await ask(query, keyed)
  expect({ status: reply.status, text: reply.ok ? '' : await reply.text() }).toEqual({
    status: 200,
    text: '',
  })
  return (await reply.json()) as Answer
}

const few: Keyed = { role: 'admin', isAggregateOnly: true }
const inLake = notOnAws('lake')

describe('GET /analytics/paths', () => {
  inLake('finds what people do most, and says what it covers', async () => {
    const answer = await answered(`paths?${june}&length=2&course=botany`)
    expect(answer).toMatchObject({ sessions: 6, people: 5, truncated: false, timeZone: 'UTC' })
    expect(answer.sequences).toEqual([
      {
        ...{ steps: ['Viewed', 'Started'], times: 5, sessions: 5, people: 5 },
        ...{ ended: 2, dropOff: 0.4 },
      },
      {
        ...{ steps: ['Started', 'Submitted'], times: 3, sessions: 3, people: 3 },
        ...{ ended: 3, dropOff: 1 },
      },
    ])
    const { from, to, completeTo } = answer
    expect([from, to]).toEqual(['2026-06-01T00:00:00.000Z', '2026-07-01T00:00:00.000Z'])
    expect(completeTo).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
    expect(answer).not.toHaveProperty('suppressed')
  })

  inLake('follows a funnel, step by step', async () => {
    const funnel = await answered(`paths?${june}&steps=Viewed,Started,Submitted&course=botany`)
    expect(funnel.steps).toEqual([
      {
        ...{ step: 'Viewed', sessions: 6, people: 5, conversion: 1 },
        ...{ left: 1, dropOff: 0.1667 },
      },
      {
        ...{ step: 'Started', sessions: 5, people: 5, conversion: 0.8333 },
        ...{ left: 2, dropOff: 0.4, medianSeconds: 600 },
      },
      { step: 'Submitted', sessions: 3, people: 3, conversion: 0.5, medianSeconds: 600 },
    ])
  })

  inLake('takes a step for what it is, whatever is in it', async () => {
    const steps = encodeURIComponent(`Viewed,${odd.replaceAll(',', '\\,')}`)
    const funnel = await answered(`paths?${june}&steps=${steps}`)
    expect(funnel.steps[1]).toMatchObject({ step: odd, sessions: 1 })
    const none = encodeURIComponent(`Viewed,x' OR '1'='1`)
    expect((await answered(`paths?${june}&steps=${none}`)).steps[1]).toMatchObject({ sessions: 0 })
  })

  inLake('gives nothing away about few to whoever sees no people', async () => {
    const sequences = await answered(`paths?${june}&length=2&course=botany`, few)
    expect(sequences.sequences).toEqual([
      { steps: ['Viewed', 'Started'], times: 5, sessions: 5, people: 5 },
    ])
    expect(sequences.suppressed).toBe(1)
    const funnel = await answered(`paths?${june}&steps=Viewed,Started,Submitted`, few)
    expect(JSON.stringify(funnel.steps)).not.toMatch(/"(sessions|people|left)":[1-4]\b/)
    expect(funnel.steps.at(-1)).toEqual({ step: 'Submitted' })
  })

  inLake('counts over all organisations for a system, and names nobody', async () => {
    const everywhere = await answered(`paths?${june}&length=2&of=object`, { role: 'system' })
    expect(everywhere).toMatchObject({ people: 7 })
    expect(JSON.stringify(everywhere)).not.toContain('p1')
  })

  const wrong: [why: string, query: string, path: string][] = [
    ['a step alone', 'steps=Viewed', 'steps'],
    ['an empty step', 'steps=Viewed,,Started', 'steps'],
    ['eleven steps', `steps=${Array(11).fill('a').join(',')}`, 'steps'],
    ['a sequence of one', 'length=1', 'length'],
    ['an unknown field', 'stepps=a,b', 'stepps'],
    ['an unknown kind of step', 'of=course', 'of'],
    ['no rows', 'limit=0', 'limit'],
    ['a long gap', 'gap=1441', 'gap'],
  ]
  for (const [why, query, path] of wrong) {
    it(`400 to ${why}, naming it`, async () => {
      const { errors, detail } = await problemOf(await ask(`paths?${query}`), 'invalid_request')
      expect(JSON.stringify(errors) + detail).toContain(path)
    })
  }
})

describe('a span of time', () => {
  const wrong: [why: string, query: string, path: string][] = [
    ['ends before it begins', 'from=2026-06-02&to=2026-06-01', 'from'],
    ['is empty', 'from=2026-06-01&to=2026-06-01', 'from'],
    ['begins in the future', 'from=2999-01-01', 'from'],
    ['begins on no day', 'from=2026-02-30', 'from'],
    ['ends at a word', 'to=yesterday', 'to'],
    ['is in no zone that there is', 'timeZone=Europe/Atlantis', 'timeZone'],
    ['is in a zone of an offset', 'timeZone=%2B02:00', 'timeZone'],
  ]
  for (const [why, query, path] of wrong) {
    for (const route of ['paths', 'engagement', 'assessments']) {
      it(`of ${route} is refused where it ${why}`, async () => {
        const problem = await problemOf(await ask(`${route}?${query}`), 'invalid_request')
        expect(problem.errors[0]?.path).toEqual([path])
      })
    }
  }

  inLake('has the days of its zone', async () => {
    const zoned = `from=2026-06-01&to=2026-06-02&timeZone=america/new_york&course=botany`
    const answer = await answered(`engagement?${zoned}`)
    expect(answer).toMatchObject({ timeZone: 'America/New_York', from: '2026-06-01T04:00:00.000Z' })
    expect(answer.rows).toMatchObject([{ people: 5, events: 13 }])
  })
})

describe('GET /analytics/engagement', () => {
  inLake('tells of courses how much people work, and who comes back', async () => {
    const { rows } = await answered(`engagement?${june}`)
    expect(rows).toEqual([
      {
        ...{ course: 'botany', people: 5, returned: 1, returnRate: 0.2, events: 14, sessions: 6 },
        // Three of 20 minutes, two of 10.
        ...{ sittings: 6, activeMinutes: 80, daysSinceLastSeen: 21, medianActiveMinutes: 20 },
      },
      {
        ...{ course: 'zoology', people: 2, returned: 0, returnRate: 0, events: 3, sessions: 2 },
        ...{ sittings: 2, activeMinutes: 1, daysSinceLastSeen: 28, medianActiveMinutes: 0 },
      },
    ])
  })

  inLake('lists who stays away, the longest first', async () => {
    const { rows } = await answered(`engagement?${june}&groupBy=learner&inactiveFor=29`)
    expect(rows.map(({ learner }) => learner)).toEqual(['p4', 'p5', 'p2', 'p3'])
    const nobody = await answered(`engagement?${june}&groupBy=learner&inactiveFor=30`)
    expect(nobody.rows).toEqual([])
    const all = await answered(`engagement?${june}&groupBy=learner,course&inactiveFor=28&limit=2`)
    expect(all.rows.map(({ learner, course }) => [learner, course])).toEqual([
      ['p4', 'botany'],
      ['p5', 'botany'],
    ])
    expect(all.truncated).toBe(true)
  })

  inLake('lists before them whoever is enrolled and never came', async () => {
    const query = `engagement?${june}&groupBy=learner&course=botany&inactiveFor=29`
    const nothing = { events: 0, sessions: 0, sittings: 0, activeMinutes: 0, activeDays: 0 }
    const { rows, truncated } = await answered(query)
    expect(rows[0]).toEqual({ learner: 'never', ...nothing })
    expect(rows.map(({ learner }) => learner)).toEqual(['never', 'p4', 'p5', 'p2', 'p3'])
    expect(truncated).toBe(false)
    const first = await answered(`${query}&limit=1`)
    expect(first).toMatchObject({ rows: [{ learner: 'never' }], truncated: true })
    // Who else is enrolled is nothing to a learner, nor to who teaches another course.
    const others: Keyed[] = [
      { role: 'student', actorId: 'p2' },
      { role: 'teacher', actorId: 'tess' },
    ]
    for (const keyed of others) {
      expect(JSON.stringify(await answered(query, keyed))).not.toContain('never')
    }
    const head = { role: 'teacher-admin', actorId: 'tess' } as const
    expect((await answered(query, head)).rows[0]).toMatchObject({ learner: 'never' })
  })

  it('400 to courses that are inactive', async () => {
    const { errors } = await problemOf(await ask('engagement?inactiveFor=7'), 'invalid_request')
    expect(errors[0]?.path).toEqual(['inactiveFor'])
  })

  inLake('shows a student her own, and a teacher her groups', async () => {
    const student = await answered(`engagement?${june}&groupBy=learner`, {
      ...{ role: 'student', actorId: 'p2' },
    })
    expect(student.rows).toMatchObject([{ learner: 'p2', events: 3, activeDays: 1 }])
    const teacher = { role: 'teacher', actorId: 'tess' } as const
    expect(
      (await answered(`engagement?${june}`, teacher)).rows.map(({ course }) => course),
    ).toEqual(['zoology'])
    const head = { role: 'teacher-admin', actorId: 'tess' } as const
    expect((await answered(`engagement?${june}`, head)).rows).toHaveLength(2)
    // Whoever asks for another's course by name gets none of it.
    const other = await answered(`engagement?${june}&course=botany&learner=p1`, teacher)
    expect(other.rows).toEqual([])
  })

  inLake('leaves out courses of few for whoever sees no people', async () => {
    const { rows, suppressed } = await answered(`engagement?${june}`, few)
    expect(rows).toMatchObject([{ course: 'botany', people: 5 }])
    expect(rows[0]).not.toHaveProperty('returned')
    expect(suppressed).toBe(1)
  })

  it('403 to whoever sees no people and asks for them, and to a system', async () => {
    await problemOf(await ask('engagement?groupBy=learner', few), 'forbidden')
    await problemOf(await ask('engagement?learner=p1', few), 'forbidden')
    await problemOf(await ask('engagement', { role: 'system' }), 'forbidden')
  })
})

describe('GET /analytics/tenants/{tenant}/learners', () => {
  const of = (tenant: string, purpose: string) =>
    `tenants/${tenant}/learners?${june}&purpose=${purpose}`
  const system: Keyed = { role: 'system' }

  inLake(
    'tells of learners under pseudonyms of one purpose, and when nothing happened',
    async () => {
      const { rows, suppressed } = await answered(of('default', 'study'), system)
      expect(rows).toHaveLength(6)
      expect(suppressed).toBeUndefined()
      const again = await answered(of('default', 'study'), system)
      expect(again.rows).toEqual(rows)
      const other = await answered(of('default', 'report'), system)
      const names = [rows, other.rows].map((all) => all.map(({ learner }) => String(learner)))
      expect(new Set(names.flat()).size).toBe(12)
      for (const name of names.flat()) expect(name).toMatch(/^urn:nonius:purpose-pseudonym:/)
      expect(names[0]).toEqual(names[0]!.toSorted())
      // The five of botany, and who has another name than anybody.
      expect(JSON.stringify(rows)).not.toMatch(/"p[1-5]"|2026-06|DROP TABLE/)
      const events = rows.map((row) => Number(row.events)).toSorted((a, b) => a - b)
      expect(events).toEqual([2, 2, 2, 3, 3, 5])
    },
  )

  inLake('tells of fewer than five only how many they are', async () => {
    expect(await answered(of('college', 'study'), system)).toMatchObject({
      ...{ rows: [], suppressed: 1 },
    })
    const course = await answered(`${of('default', 'study')}&course=zoology`, system)
    expect(course).toMatchObject({ rows: [], suppressed: 2 })
  })

  inLake('stands in the trail of the organisation that it is about', async () => {
    await answered(of('college', 'study'), system)
    const test = await app()
    const services = test.services!
    await services.audit.settle()
    const { items } = await services.audit.list('college', { limit: 10 }, {})
    const target = 'GET /analytics/tenants/{tenant}/learners'
    expect(items).toContainEqual(expect.objectContaining({ action: 'data.read', target }))
  })

  it('is answered to a system alone, which asks for no person', async () => {
    for (const keyed of [{ role: 'admin' }, { role: 'analyst' }, few] as Keyed[]) {
      await problemOf(await ask(of('default', 'study'), keyed), 'forbidden')
    }
    await problemOf(await ask(of('default', 'study')), 'forbidden')
    await problemOf(await ask(of('nowhere', 'study'), system), 'not_found')
    for (const query of ['&learner=p1', '&purpose=two', '&groupBy=course', '&limit=0']) {
      await problemOf(await ask(of('default', 'study') + query, system), 'invalid_request')
    }
    await problemOf(await ask('tenants/default/learners', system), 'invalid_request')
    await problemOf(await ask(of('default', 'p1 or not'), system), 'invalid_request')
  })
})

describe('GET /analytics/assessments', () => {
  inLake('tells of attempts and scores', async () => {
    const { rows } = await answered(`assessments?${june}`)
    expect(rows).toEqual([
      {
        ...{ assessment: 'quiz', name: 'Quiz', people: 5, attempts: 5, submitted: 3, graded: 5 },
        // 5, 6 and 7 were given later than 0, 1 and 2.
        ...{ lowest: 30, mean: 50, highest: 70 },
      },
    ])
    const none = await answered(`assessments?${june}&assessment=other`)
    expect(none.rows).toEqual([])
  })

  inLake('shows no single score to whoever sees no people', async () => {
    const { rows, suppressed } = await answered(`assessments?${june}`, few)
    expect(rows).toEqual([
      {
        ...{ assessment: 'quiz', name: 'Quiz', people: 5, attempts: 5, submitted: 3 },
        ...{ graded: 5, mean: 50 },
      },
    ])
    expect(suppressed).toBe(0)
    await problemOf(await ask('assessments?learner=p1', few), 'forbidden')
  })

  inLake('answers of items, of which there are none here', async () => {
    const { rows } = await answered(`assessments?${june}&groupBy=item&assessment=quiz`)
    expect(rows).toEqual([])
  })
})

describe('many who ask at once', () => {
  inLake('are answered one after the other', async () => {
    const asked = Array.from({ length: 4 }, () => answered(`assessments?${june}`))
    for (const { rows } of await Promise.all(asked)) expect(rows).toHaveLength(1)
  })
})

describe('another organisation', () => {
  inLake('has its own answers', async () => {
    const test = await app()
    const headers = test.as(await keyOf(test, { role: 'admin' }, 'college'))
    const reply = await test.request(`/analytics/engagement?${june}`, { headers })
    expect(((await reply.json()) as Answer).rows).toMatchObject([
      { course: 'botany', people: 1, events: 1 },
    ])
  })
})

describe('a reading of people', () => {
  inLake('stands in the trail', async () => {
    await answered(`engagement?${june}&groupBy=learner`)
    const test = await app()
    await test.services?.audit.settle()
    const reply = await test.request('/audit?action=data.read', {
      headers: test.as(test.keys.admin),
    })
    expect(await reply.text()).toContain('GET /analytics/engagement')
  })
})

describe('docs/analytics.md', () => {
  const text = readFileSync(join(import.meta.dir, '../../docs/analytics.md'), 'utf8')
  const asked = /'http:\/\/localhost:3000\/analytics\/((?:paths|engagement|assessments)\?[^']+)'/g
  const examples = [...text.matchAll(asked)].map(([, query]) => query!)

  it('has two examples of each', () => expect(examples).toHaveLength(6))

  for (const query of examples) {
    inLake(`has an example that runs: ${query}`, async () => {
      expect(await answered(query)).toMatchObject({ truncated: false })
    })
  }
})
