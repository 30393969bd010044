import { describe, expect, it } from 'bun:test'
import type { EventRecord } from '../../src/event/record'
import { startTestApp, type TestApp } from '../support/app'
import { batteryOf, problemOf } from '../support/battery'
import { aRecord } from '../support/records'
import { shared } from '../support/shared'

interface EventPage {
  events: Record<string, unknown>[]
  nextCursor?: string
}

async function find(app: TestApp, query = '', key?: string): Promise<EventPage> {
  const response = await app.request(`/analytics/events${query}`, { headers: app.as(key) })
  expect(response.status).toBe(200)
  return (await response.json()) as EventPage
}

/** A record whose raw text says which one it is. */
function named(name: string, changes: Partial<EventRecord> = {}): EventRecord {
  return aRecord({ raw: JSON.stringify({ name }), ...changes })
}

const names = ({ events }: EventPage) => events.map(({ name }) => name)
const at = (minute: number) => `2026-11-21T09:${String(minute).padStart(2, '0')}:00.000Z`

describe('GET /analytics/events', () => {
  it('gives events newest first, without a cursor when that is all', async () => {
    await using app = await startTestApp()
    const times = [3, 1, 2]
    await app.platform.events.append(
      times.map((minute) => named(`at ${minute}`, { eventTime: at(minute) })),
    )
    const page = await find(app)
    expect(names(page)).toEqual(['at 3', 'at 2', 'at 1'])
    expect(page).not.toHaveProperty('nextCursor')
  })

  it('gives the very characters that were sent', async () => {
    await using app = await startTestApp()
    const raw = '{"b":1,"a":12345678901234567890.10,"b":"\\u00e9","c":1e2}'
    await app.platform.events.append([aRecord({ raw })])
    const response = await app.request('/analytics/events', { headers: app.as() })
    expect(await response.text()).toBe(`{"events":[${raw}]}`)
    expect(response.headers.get('Content-Type')).toBe('application/json')
    expect(response.headers.get('Cache-Control')).toBe('no-store')
  })

  it('gives the normalised records with view=record', async () => {
    await using app = await startTestApp()
    const record = aRecord()
    await app.platform.events.append([record])
    expect((await find(app, '?view=record')).events).toEqual([record as never])
  })

  const filters: [query: string, found: string[]][] = [
    ['actorId=https://example.edu/users/1', ['by actor']],
    ['objectId=https://example.edu/pages/1?a=b%26c', ['of object']],
    ['type=GradeEvent', ['of type']],
    ['sessionId=urn:session:1', ['in session']],
    ['groupId=https://example.edu/courses/1', ['in group']],
    [`from=${at(40)}`, ['at 41', 'at 40']],
    [`from=2026-11-21T10:40:00%2B01:00&to=${at(41)}`, ['at 40']],
    ['to=2026-11-21', ['of yesterday']],
    ['type=GradeEvent&sessionId=urn:session:1', []],
    ['actorId=https://example.edu/users/nobody', []],
    ['kind=entity', ['an entity']],
  ]
  const filled = shared(async () => {
    const app = await startTestApp()
    const time = { eventTime: at(1) }
    await app.platform.events.append([
      named('by actor', { ...time, actorId: 'https://example.edu/users/1' }),
      named('of object', { ...time, objectId: 'https://example.edu/pages/1?a=b&c' }),
      named('of type', { ...time, type: 'GradeEvent' }),
      named('in session', { ...time, sessionId: 'urn:session:1' }),
      named('in group', { ...time, groupId: 'https://example.edu/courses/1' }),
      named('at 40', { eventTime: at(40) }),
      named('at 41', { eventTime: at(41) }),
      named('of yesterday', { eventTime: '2026-11-20T23:59:59.999Z' }),
      named('an entity', { ...time, kind: 'entity' }),
    ])
    return app
  })
  for (const [query, found] of filters) {
    it(`finds ${found.join(' and ') || 'nothing'} by ${query}`, async () => {
      expect(names(await find(await filled(), `?${query}`))).toEqual(found)
    })
  }

  it('leaves entities out unless they are asked for', async () => {
    await using app = await startTestApp()
    await app.platform.events.append([named('event'), named('entity', { kind: 'entity' })])
    expect(names(await find(app))).toEqual(['event'])
    expect(names(await find(app, '?kind=all')).sort()).toEqual(['entity', 'event'])
  })

  it('gives a hundred at a time unless told otherwise, each once while others arrive', async () => {
    await using app = await startTestApp()
    const { events } = app.platform
    await events.append(Array.from({ length: 250 }, (_, n) => named(`${n}`, { eventTime: at(1) })))
    const first = await find(app)
    expect(first.events).toHaveLength(100)

    await events.append([named('new', { eventTime: at(2) }), named('old', { eventTime: at(0) })])
    const second = await find(app, `?limit=149&cursor=${first.nextCursor}`)
    const third = await find(app, `?limit=1000&cursor=${second.nextCursor}`)
    const seen = [...names(first), ...names(second), ...names(third)]
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen.filter((name) => name !== 'old' && name !== 'new')).toHaveLength(250)
    expect(third).not.toHaveProperty('nextCursor')
  })

  const refused: [query: string, path: string, rule: string][] = [
    ['limit=0', 'limit', 'from 1 to 1000'],
    ['limit=1001', 'limit', 'from 1 to 1000'],
    ['limit=ten', 'limit', '"ten"'],
    ['limit=1&limit=2', 'limit', 'string'],
    ['from=yesterday', 'from', 'ISO 8601'],
    ['to=2026-02-30', 'to', '2026-02-30'],
    ['view=raw', 'view', '"sent"|"record"'],
    ['kind=other', 'kind', '"event"|"entity"|"all"'],
    ['actorId=', 'actorId', '>=1'],
    ['actorID=a', 'actorID', 'Not known'],
    ['tenantId=other', 'tenantId', 'Not known'],
  ]
  const empty = shared(startTestApp)
  for (const [query, path, rule] of refused) {
    it(`refuses ${query}, naming the parameter and the rule`, async () => {
      const app = await empty()
      const response = await app.request(`/analytics/events?${query}`, { headers: app.as() })
      const { errors, detail } = await problemOf(response, 'invalid_request')
      expect(errors.map((error) => error.path)).toEqual([[path]])
      expect(errors[0]!.message).toContain(rule)
      expect(detail).toContain(path)
    })
  }

  it('refuses a cursor that was altered, made up, or belongs to another query', async () => {
    await using app = await startTestApp()
    await app.platform.events.append([aRecord(), aRecord()])
    const { nextCursor = '' } = await find(app, '?limit=1')
    // Of the last character only two bits count: any other character is still another cursor.
    const others = [...'ABCDefgh0123-_'].filter((last) => !nextCursor.endsWith(last))
    for (const query of [
      ...others.map((last) => `cursor=${nextCursor.slice(0, -1)}${last}`),
      `cursor=${nextCursor}.more`,
      'cursor=made-up',
      `cursor=${nextCursor}&type=GradeEvent`,
      `cursor=${nextCursor}&kind=all`,
    ]) {
      const response = await app.request(`/analytics/events?${query}`, { headers: app.as() })
      const { errors } = await problemOf(response, 'invalid_cursor')
      expect(errors[0]!.path).toEqual(['cursor'])
    }
  })

  it("shows nothing of another tenant, nor takes another tenant's cursor", async () => {
    await using app = await startTestApp()
    await app.platform.events.append([aRecord(), aRecord()])
    const stranger = await app.issue(['events:read'], 'other')
    expect(await find(app, '?kind=all', stranger)).toEqual({ events: [] })

    const { nextCursor } = await find(app, '?limit=1')
    const headers = app.as(stranger)
    const response = await app.request(`/analytics/events?cursor=${nextCursor}`, { headers })
    await problemOf(response, 'invalid_cursor')
  })
})

describe('GET /analytics/events/:id', () => {
  async function get(app: TestApp, id: string, { query = '', key = app.keys.demo } = {}) {
    const path = `/analytics/events/${encodeURIComponent(id)}${query}`
    return app.request(path, { headers: app.as(key) })
  }

  const apps = shared(startTestApp)
  for (const eventId of [
    'urn:uuid:fcd495d0-3740-4298-9bec-1154571dc211',
    'https://example.edu/events/1?a=b#c',
    'with space and ü and 100%',
    '%2F',
  ]) {
    it(`finds the event whose id is ${JSON.stringify(eventId)}`, async () => {
      const app = await apps()
      const raw = '{ "as": "sent" }'
      await app.platform.events.append([aRecord({ eventId, raw })])
      const response = await get(app, eventId)
      expect(response.status).toBe(200)
      expect(await response.text()).toBe(raw)
    })
  }

  it('finds the normalised record with view=record', async () => {
    await using app = await startTestApp()
    const record = aRecord()
    await app.platform.events.append([record])
    const response = await get(app, record.eventId, { query: '?view=record' })
    expect(await response.json()).toEqual(record)
  })

  it('finds an entity too', async () => {
    await using app = await startTestApp()
    const record = aRecord({ kind: 'entity' })
    await app.platform.events.append([record])
    expect((await get(app, record.eventId)).status).toBe(200)
  })

  it('answers 404 to an id that is not held', async () => {
    const app = await apps()
    await problemOf(await get(app, 'urn:uuid:none'), 'not_found')
  })

  it('answers 404 to the id of an event of another tenant', async () => {
    await using app = await startTestApp()
    const record = aRecord()
    await app.platform.events.append([record])
    const key = await app.issue(['events:read'], 'other')
    await problemOf(await get(app, record.eventId, { key }), 'not_found')
  })

  const rows = shared(startTestApp)
  for (const id of ['%', '%zz', '%ff', '%00', '%2e%2e']) {
    it(`answers 404 to the address ${id}`, async () => {
      const app = await rows()
      const response = await app.request(`/analytics/events/${id}`, { headers: app.as() })
      await problemOf(response, 'not_found')
    })
  }

  it('refuses a view that it does not have', async () => {
    const app = await apps()
    const response = await get(app, 'urn:uuid:none', { query: '?view=html' })
    const { errors } = await problemOf(response, 'invalid_request')
    expect(errors[0]!.path).toEqual(['view'])
  })
})

const read = { method: 'GET', scope: 'events:read', otherMethod: 'POST' } as const
batteryOf({ ...read, path: '/analytics/events' })
batteryOf({ ...read, path: '/analytics/events/urn:uuid:1' })
