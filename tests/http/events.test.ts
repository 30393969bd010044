import { describe, expect, it, setDefaultTimeout } from 'bun:test'
import { issueKey, type KeyGrant } from '../../src/access/keys/key'
import { fieldNames } from '../../src/event/conditions/fields'
import type { EventRecord } from '../../src/event/record'
import type { Role } from '../../src/identity/role'
import { staffKey } from '../../src/rosters/groups-of'
import { startTestApp, type TestApp } from '../support/app'
import { batteryOf, problemOf } from '../support/battery'
import { notOnAws } from '../support/not-on-aws'
import { aRecord } from '../support/records'
import { shared } from '../support/shared'
import { until } from '../support/until'

// DuckDB starts anew for each question to the lake.
setDefaultTimeout(60_000)

const DAY_MS = 24 * 60 * 60 * 1000
const begun = Date.now()
const ago = (days: number) => new Date(begun - days * DAY_MS).toISOString()

/** An event that arrived so many days ago, as its time says. */
function arrived(days: number, changes: Partial<EventRecord> = {}): EventRecord {
  const [receivedAt, expiresAt] = [ago(days), ago(days - 30)]
  return aRecord({ receivedAt, expiresAt, eventTime: receivedAt, ...changes })
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

const app = shared(async () => {
  const test = await startTestApp()
  await test.platform.events.append(whole)
  const bytes = Buffer.from(JSON.stringify({ teaches: ['c1'], manages: ['c2'] }))
  const staff = { bytes, contentType: 'application/json' }
  await test.platform.documents.put('default', staffKey('tess'), staff)
  return test
})

// One has a value in every field, the others in few.
const full = arrived(2, {
  ...{ eventId: 'full', standardVersion: '1.3', type: 'GradeEvent', action: 'Graded' },
  ...{ commonAction: 'Graded', profile: 'GradingProfile', actorId: 'ada', actorType: 'Student' },
  ...{ actorName: 'Ada', objectId: 'quiz', objectType: 'Quiz', objectName: '=cmd()' },
  ...{ targetId: 'part', generatedId: 'score', generatedType: 'Score', groupId: 'g1' },
  ...{ sessionId: 's1', organizationId: 'org', edAppId: 'app', membershipRoles: ['Learner', 'X'] },
  ...{ memberId: 'bob', courseId: 'c1', courseName: 'Botany', attemptId: 'a1' },
  ...{ assignableId: 'as1', score: 0.75, maxScore: 2, success: true, completion: false },
  ...{ durationMs: 1500, eventTimeEnd: ago(1), occurredAt: ago(2.5), sendTime: ago(1.5) },
  ...{ storedAt: ago(1.2), skewMs: -12, sequence: 7, category: 'grades', privacyLevel: 'pii' },
  ...{ retentionClass: 'pii', retentionDays: 300, sampleRate: 0.5, governedBy: ['rule'] },
  ...{ conformant: false, issueCodes: ['required'], sourceId: 'lms' },
  server: { requestId: 'r1', subject: 'k1', ip: '192.0.2.9', userAgent: 'lms/2', defines: false },
  repair: { by: 'key_9', at: ago(1.1), paths: ['/a'] },
  raw: '{\n "n": 12345678901234567890.10, "text": "a,\\n;=1"\n}',
})
const whole = [
  full,
  arrived(3, { eventId: 'of c2', actorId: 'cyd', courseId: 'c2' }),
  arrived(1, { eventId: 'of bob', actorId: 'bob', objectId: 'quiz' }),
  arrived(1, { eventId: 'of bobby', actorId: 'bobby' }),
  arrived(1, { eventId: 'of another tenant', actorId: 'bob', tenantId: 'other' }),
]

async function ask(query: string, keyed?: Keyed): Promise<Response> {
  const test = await app()
  const key = keyed && (await keyOf(test, keyed))
  return test.request(`/analytics/${query}`, { headers: test.as(key) })
}

async function found(query: string, keyed?: Keyed): Promise<Record<string, unknown>[]> {
  const reply = await ask(query, keyed)
  expect({ status: reply.status, text: reply.ok ? '' : await reply.text() }).toEqual({
    status: 200,
    text: '',
  })
  return ((await reply.json()) as { events: Record<string, unknown>[] }).events
}

const idsBy = async (query: string, keyed?: Keyed) =>
  (await found(`events?view=record&${query}`, keyed)).map(({ eventId }) => eventId)

describe('GET /analytics/events', () => {
  it('takes every field of the record as a filter', async () => {
    const valueAt = (name: string) =>
      name.split('.').reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], full)
    for (const name of fieldNames) {
      const value = [valueAt(name)].flat()[0]
      expect([name, value]).not.toEqual([name, undefined])
      const kind = name === 'kind' ? '' : 'kind=event&'
      const ids = await idsBy(
        `${kind}${encodeURIComponent(name)}=${encodeURIComponent(`${value}`)}`,
      )
      expect([name, ids]).toEqual([name, expect.arrayContaining(['full'])])
      // What no other has finds it alone.
      const isCommon = /^(kind|standard|server.requestId|type|action)$/.test(name)
      if (!isCommon) expect(ids.length).toBeLessThan(whole.length)
    }
  })

  it('takes several of them together, and beside a condition', async () => {
    expect(await idsBy('score=0.75&objectId=quiz&success=true')).toEqual(['full'])
    expect(await idsBy('score=0.75&success=false')).toEqual([])
    const filter = encodeURIComponent('{"path":"courseName","prefix":"Bot"}')
    expect(await idsBy(`objectId=quiz&filter=${filter}`)).toEqual(['full'])
    expect(await idsBy(`courseId=c2&filter=${filter}`)).toEqual([])
    expect(await idsBy('sequence=7.0&membershipRoles=X')).toEqual(['full'])
  })

  it('answers oldest first, page after page', async () => {
    const seen: unknown[] = []
    let cursor = ''
    do {
      const reply = await ask(`events?view=record&order=asc&limit=1${cursor}`)
      const page = (await reply.json()) as { events: EventRecord[]; nextCursor?: string }
      seen.push(...page.events.map(({ eventId }) => eventId))
      cursor = page.nextCursor === undefined ? '' : `&cursor=${page.nextCursor}`
    } while (cursor !== '')
    expect(seen).toEqual((await idsBy('')).toReversed())
    expect(seen.slice(0, 2)).toEqual(['of c2', 'full'])
  })

  it('gives the fields that are asked for, as they are', async () => {
    const [event] = await found(
      'events?score=0.75&fields=eventId,actor_id,server.ip,raw,issueCodes',
    )
    expect(event).toEqual({
      ...{ eventId: 'full', actorId: 'ada', 'server.ip': '192.0.2.9' },
      ...{ raw: full.raw, issueCodes: ['required'] },
    })
    const [other] = await found('events?actorId=bobby&fields=score,eventId')
    expect(other).toEqual({ eventId: 'of bobby' })
  })

  it('gives lines of JSON, each event in one, to the digit', async () => {
    const reply = await ask('events?format=ndjson&limit=3')
    expect(reply.headers.get('Content-Type')).toBe('application/x-ndjson')
    const lines = (await reply.text()).split('\n')
    expect(lines).toHaveLength(4)
    expect(lines[2]).toBe('{  "n": 12345678901234567890.10, "text": "a,\\n;=1" }')
    const cursor = reply.headers.get('X-Nonius-Next-Cursor')
    const rest = await ask(`events?format=ndjson&limit=3&cursor=${cursor}`)
    expect((await rest.text()).split('\n')).toHaveLength(2)
    expect(rest.headers.has('X-Nonius-Next-Cursor')).toBe(false)
  })

  it('gives a table in which no cell is a formula', async () => {
    const reply = await ask(
      'events?format=csv&courseId=c1&fields=eventId,objectName,score,skewMs,raw',
    )
    expect(reply.headers.get('Content-Type')).toBe('text/csv; charset=utf-8; header=present')
    expect(reply.headers.get('Content-Disposition')).toContain('attachment')
    expect(await reply.text()).toBe(
      [
        'eventId,objectName,score,skewMs,raw',
        `full,'=cmd(),0.75,-12,"${full.raw.replaceAll('"', '""').replace(';=', ";'=")}"`,
        '',
      ].join('\r\n'),
    )
    const [head = '', ...rows] = (await (await ask('events?format=csv')).text()).split('\r\n')
    expect(rows).toHaveLength(5)
    expect(head.split(',').slice(0, 4)).toEqual(['kind', 'sourceId', 'eventId', 'standard'])
    expect(head).not.toContain('raw')
    expect(await (await ask('events?format=csv&actorId=no')).text()).toBe(`${head}\r\n`)
  })

  const refused: [query: string, path: string, rule: string][] = [
    ['order=up', 'order', '"desc"|"asc"'],
    ['format=xml', 'format', '"json"|"ndjson"|"csv"'],
    ['fields=actorld', 'fields', 'did you mean actorId'],
    ['fields=', 'fields', '>=1'],
    ['fields=type,type', 'fields', 'once'],
    ['fields=tenantId', 'fields', 'got "tenantId"'],
    [`fields=${'x,'.repeat(2500)}`, 'fields', '<=4000'],
    ['score=much', 'score', 'number'],
    ['score=', 'score', '>=1'],
    ['score=1&score=2', 'score', 'string'],
    ['success=yes', 'success', 'true or false'],
    ['receivedAt=yesterday', 'receivedAt', 'ISO 8601'],
    ['sequence=1e999', 'sequence', 'number'],
    ['raw=x', 'raw', 'Not known'],
    ['tenantId=other', 'tenantId', 'Not known'],
    ['server=x', 'server', 'Not known'],
    [`from=${ago(400)}`, 'from', 'POST /analytics/export'],
    [`from=${ago(1)}&to=${ago(2)}`, 'from', 'Must not be after'],
  ]
  for (const [query, path, rule] of refused) {
    it(`refuses ${query.slice(0, 40)}, naming the parameter and the rule`, async () => {
      const { errors } = await problemOf(await ask(`events?${query}`), 'invalid_request')
      expect(errors.map((error) => error.path)).toEqual([[path]])
      expect(errors[0]!.message).toContain(rule)
    })
  }

  const shown: [keyed: Keyed, ids: string[]][] = [
    [{ role: 'admin' }, ['of bobby', 'of bob', 'full', 'of c2']],
    [{ role: 'analyst' }, ['of bobby', 'of bob', 'full', 'of c2']],
    [{ role: 'teacher', actorId: 'tess' }, ['full']],
    [{ role: 'teacher-admin', actorId: 'tess' }, ['full', 'of c2']],
    [{ role: 'teacher', actorId: 'nobody' }, []],
    [{ role: 'student', actorId: 'bob' }, ['of bob', 'full']],
    [{ role: 'student', actorId: "bob' OR '1'='1" }, []],
    [{ role: 'student', actorId: 'bo' }, []],
  ]
  for (const [keyed, ids] of shown) {
    it(`shows ${keyed.role} ${keyed.actorId ?? ''} what they may see`, async () => {
      const sorted = ids.toSorted()
      expect((await idsBy('', keyed)).toSorted()).toEqual(sorted)
      // Whoever names another gets no more of them.
      const both = await idsBy('actorId=cyd', keyed)
      expect(both).toEqual(ids.filter((id) => id === 'of c2'))
    })
  }

  it('shows nobody single people who may not see them', async () => {
    await problemOf(await ask('events', { role: 'system' }), 'forbidden')
    const few = { role: 'admin', isAggregateOnly: true } as const
    await problemOf(await ask('events', few), 'forbidden')
    await problemOf(await ask('users/bob/history', few), 'forbidden')
  })

  it('writes into the trail what was read, of whom, in which fields', async () => {
    const test = await app()
    await ask('events?actorId=ada&fields=eventId,score', { role: 'teacher', actorId: 'tess' })
    const headers = test.as(test.keys.admin)
    await until(async () => {
      await test.services?.audit.settle()
      const reply = await test.request('/audit?action=data.read&limit=100', { headers })
      return /"fields":\s*"eventId,score"/.test(await reply.text())
    }, 20_000)
  })
})

describe('the history of a learner', () => {
  const inLake = notOnAws('lake')

  inLake('is all that they did or that concerns them, from hot store and lake', async () => {
    await using test = await startTestApp()
    const { platform } = test
    const records = [
      arrived(50, { eventId: 'long ago', actorId: 'bob' }),
      arrived(45, { eventId: 'graded', actorId: 'tool', memberId: 'bob', courseId: 'c1' }),
      arrived(44, { eventId: 'of bobby', actorId: 'bobby', courseId: 'c1' }),
      arrived(1, { eventId: 'lately', actorId: 'bob' }),
      arrived(46, { eventId: 'elsewhere', actorId: 'bob', tenantId: 'other' }),
    ]
    await platform.archive.write({
      ...{
        id: 'b',
        count: records.length,
        records: () => records,
        isWithin: () => true,
        storedAt: () => 0,
      },
    })
    await platform.events.append(records.slice(3, 4))
    const bytes = Buffer.from(JSON.stringify({ teaches: ['c1'], manages: [] }))
    const staff = { bytes, contentType: 'application/json' }
    await platform.documents.put('default', staffKey('tess'), staff)

    async function history(path: string, keyed?: Keyed, tenantId = 'default') {
      const key = keyed && (await keyOf(test, keyed, tenantId))
      const url = `/analytics/${path}history?view=record`
      const reply = await test.request(url, { headers: test.as(key) })
      expect(reply.status).toBe(200)
      const page = (await reply.json()) as { events: EventRecord[]; completeTo?: string }
      expect(page.completeTo).toMatch(/^20.*Z$/)
      expect(reply.headers.get('X-Nonius-Complete-To')).toBe(page.completeTo!)
      return page.events.map(({ eventId }) => eventId)
    }
    const bobs = ['lately', 'graded', 'long ago']
    expect(await history('users/bob/')).toEqual(bobs)
    expect(await history('users/bob/', { role: 'student', actorId: 'bob' })).toEqual(bobs)
    expect(await history('me/', { role: 'student', actorId: 'bob' })).toEqual(bobs)
    expect(await history('users/bob/', { role: 'teacher', actorId: 'tess' })).toEqual(['graded'])
    expect(await history('users/bob/', { role: 'student', actorId: 'bobby' })).toEqual([])
    expect(await history('users/bob/', { role: 'admin' }, 'other')).toEqual(['elsewhere'])
    expect(await history('users/bo/')).toEqual([])

    // What comes of the lake says nothing of hot copies, in any form.
    const lines = await test.request('/analytics/users/bob/history?format=ndjson&view=record', {
      headers: test.as(),
    })
    const [first, , last] = (await lines.text()).split('\n').map((line) => JSON.parse(line || '{}'))
    expect([first.expiresAt, last.expiresAt]).toEqual([records[3]!.expiresAt, undefined])

    const range = `from=${ago(60)}&order=asc&limit=2&view=record`
    const both = await test.request(`/analytics/events?${range}`, { headers: test.as() })
    const page = (await both.json()) as { events: EventRecord[]; nextCursor: string }
    expect(page.events.map(({ eventId }) => eventId)).toEqual(['long ago', 'graded'])
    const more = `/analytics/events?${range}&cursor=${page.nextCursor}`
    const rest = (await (await test.request(more, { headers: test.as() })).json()) as typeof page
    expect(rest.events.map(({ eventId }) => eventId)).toEqual(['of bobby', 'lately'])
    expect(rest.nextCursor).toBeUndefined()
  })

  notOnAws('faults')('waits for the lake without the room that others read in', async () => {
    const { promise: lakeAnswers, resolve: answer } = Promise.withResolvers<void>()
    await using test = await startTestApp({
      wrap: (platform) => ({
        ...platform,
        lake: {
          ...platform.lake,
          async start(query) {
            await lakeAnswers
            return platform.lake.start(query)
          },
        },
      }),
    })
    await test.platform.events.append([arrived(1, { eventId: 'hot', actorId: 'bob' })])
    const get = (path: string) => test.request(`/analytics/${path}`, { headers: test.as() })
    // A tenant has room for four pages.
    const histories = Array.from({ length: 10 }, () => get('users/bob/history'))
    await Bun.sleep(50)
    const hot = await get('events?view=record')
    expect(((await hot.json()) as { events: EventRecord[] }).events).toHaveLength(1)
    answer()
    const statuses = (await Promise.all(histories)).map(({ status }) => status)
    expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([])
    expect(statuses).toContain(200)
  })

  it('of oneself is asked by whoever is somebody', async () => {
    const { detail } = await problemOf(await ask('me/history'), 'forbidden')
    expect(detail).toContain('nobody')
  })

  it('refuses what it does not take, a person in the filters among it', async () => {
    for (const query of ['actorId=ada', 'as=xapi', 'order=up', 'cursor=x', 'fields=no']) {
      const reply = await ask(`users/bob/history?${query}`)
      const code = query.startsWith('cursor') ? 'invalid_cursor' : 'invalid_request'
      const { errors } = await problemOf(reply, code)
      expect(errors[0]!.path).toEqual([query.split('=')[0]!])
    }
  })
})

const read = { method: 'GET', scope: 'events:read', otherMethod: 'POST' } as const
// Without a lake, on AWS, a history is refused before it is read.
batteryOf({ ...read, path: '/analytics/users/bob/history?limit=1' })
