import { describe, expect, it } from 'bun:test'
import type { EventRecord } from '../../src/event/record'
import { startTestApp, type TestApp } from '../support/app'
import { problemOf } from '../support/battery'
import { anEvent } from '../support/envelopes'
import { aRecord } from '../support/records'

const statement = {
  id: '12345678-1234-4234-8234-123456789abc',
  actor: { mbox: 'mailto:ada@example.edu' },
  verb: { id: 'http://adlnet.gov/expapi/verbs/completed', display: { 'en-US': 'completed' } },
  object: {
    id: 'https://example.edu/quizzes/1',
    definition: { type: 'http://adlnet.gov/expapi/activities/assessment' },
  },
  timestamp: '2026-11-21T09:30:00Z',
}

const ofStatement = (changes: Partial<EventRecord> = {}): EventRecord =>
  aRecord({
    eventId: statement.id,
    standard: 'xapi',
    standardVersion: '1.0.3',
    type: 'AssignableEvent',
    action: statement.verb.id,
    commonAction: 'Completed',
    objectType: 'Assessment',
    raw: JSON.stringify(statement),
    ...changes,
  })

async function read(app: TestApp, id: string, query: string) {
  const path = `/analytics/events/${encodeURIComponent(id)}${query}`
  const response = await app.request(path, { headers: app.as() })
  const match = response.headers.get('X-Nonius-Match')
  return { status: response.status, match, response }
}

describe('GET /analytics/events/:id?as=', () => {
  it('answers a statement as a Caliper event, an event as a statement, and how well', async () => {
    await using app = await startTestApp()
    const event = anEvent() as { id: string; eventTime: string }
    const ofEvent = aRecord({ eventId: event.id, raw: JSON.stringify(event) })
    await app.platform.events.append([ofStatement(), ofEvent])

    const asEvent = await read(app, statement.id, '?as=caliper')
    expect(asEvent).toMatchObject({ status: 200, match: 'exact' })
    expect((await asEvent.response.json()) as object).toMatchObject({
      id: `urn:uuid:${statement.id}`,
      type: 'AssignableEvent',
      action: 'Completed',
      actor: { id: 'mailto:ada@example.edu', type: 'Person' },
    })

    const asStatement = await read(app, event.id, '?as=xapi')
    expect(asStatement.status).toBe(200)
    expect(['exact', 'close', 'generic']).toContain(asStatement.match!)
    const converted = (await asStatement.response.json()) as object
    expect(converted).toMatchObject({
      id: event.id.slice('urn:uuid:'.length),
      timestamp: event.eventTime,
    })
  })

  it('answers each in its own standard as that gives it out', async () => {
    await using app = await startTestApp()
    const raw = '{"b":1,"a":12345678901234567890.10}'
    await app.platform.events.append([ofStatement(), aRecord({ eventId: 'e', raw })])
    const same = await read(app, 'e', '?as=caliper')
    expect(await same.response.text()).toBe(raw)
    expect(same.match).toBe('exact')
    const whole = (await (await read(app, statement.id, '?as=xapi')).response.json()) as object
    expect(whole).toMatchObject({ ...statement, stored: expect.any(String), version: '1.0.0' })
  })

  it('says nothing of a match where nothing is converted', async () => {
    await using app = await startTestApp()
    await app.platform.events.append([ofStatement()])
    const { response, match } = await read(app, statement.id, '')
    expect(match).toBeNull()
    expect((await response.json()) as object).toEqual(statement)
  })

  const refused: [says: string, id: string, query: string, path: string, code: string][] = [
    ['another standard', statement.id, '?as=scorm', 'as', 'invalid_value'],
    [
      'a record and a conversion at once',
      statement.id,
      '?as=xapi&view=record',
      'as',
      'contradiction',
    ],
    ['a description of an entity', 'described', '?as=xapi', 'as', 'not_convertible'],
    ['an event of more than a megabyte', 'long', '?as=caliper', 'as', 'not_convertible'],
    ['a native event', 'native', '?as=caliper', 'as', 'not_convertible'],
  ]
  for (const [says, id, query, path, code] of refused) {
    it(`refuses ${says}`, async () => {
      await using app = await startTestApp()
      await app.platform.events.append([
        ofStatement(),
        aRecord({ eventId: 'described', kind: 'entity' }),
        aRecord({ eventId: 'native', standard: 'native' }),
        ofStatement({ eventId: 'long', raw: JSON.stringify({ a: 'a'.repeat(1024 * 1024) }) }),
      ])
      const { status, response } = await read(app, id, query)
      expect(status).toBe(400)
      const problem = await problemOf(response, 'invalid_request')
      expect(problem.errors).toMatchObject([{ path: [path], code }])
    })
  }
})

describe('GET /analytics/events?commonAction=', () => {
  it('finds what means the same in every standard, page after page', async () => {
    await using app = await startTestApp()
    const at = (n: number) => new Date(Date.UTC(2026, 10, 1) + n * 1000).toISOString()
    const standards = ['caliper', 'xapi', 'native'] as const
    const records = Array.from({ length: 50 }, (_, n) =>
      aRecord({
        standard: standards[n % 3]!,
        commonAction: n % 10 === 0 ? 'Completed' : n % 2 === 0 ? 'Viewed' : undefined,
        eventTime: at(n),
        raw: JSON.stringify({ n }),
      }),
    )
    await app.platform.events.append(records)
    const found: number[] = []
    let cursor = ''
    do {
      const path = `/analytics/events?commonAction=Completed&limit=2${cursor}`
      const response = await app.request(path, { headers: app.as() })
      expect(response.status).toBe(200)
      const page = (await response.json()) as { events: { n: number }[]; nextCursor?: string }
      found.push(...page.events.map(({ n }) => n))
      cursor = page.nextCursor === undefined ? '' : `&cursor=${page.nextCursor}`
    } while (cursor !== '')
    expect(found).toEqual([40, 30, 20, 10, 0])
  })
})
