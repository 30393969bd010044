import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import type { EventRecord } from '../../src/event/record'
import { startTestApp, type TestApp } from '../support/app'

// Native events as they are sent, and what is read of them afterwards over HTTP.

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app[Symbol.asyncDispose]())

let made = 0

/** An event of a source of its own kind, so that no other test finds it. */
function anEvent(more: Record<string, unknown>) {
  made += 1
  return { event_type: 'model_seen', session_id: `model-${made}`, ...more }
}

async function send(events: unknown[]): Promise<string[]> {
  const headers = { ...app.as(), 'Content-Type': 'application/json' }
  const body = JSON.stringify(events)
  const response = await app.request('/api/v1/events', { method: 'POST', headers, body })
  expect(response.status).toBe(200)
  const { eventIds, quarantined } = (await response.json()) as Record<string, string[]>
  expect(quarantined).toEqual([])
  return eventIds!
}

async function find(query: string): Promise<EventRecord[]> {
  const path = `/analytics/events?view=record&${query}`
  const response = await app.request(path, { headers: app.as() })
  expect(response.status).toBe(200)
  return ((await response.json()) as { events: EventRecord[] }).events
}

describe('a native event', () => {
  it('has its whole envelope in the record, and is kept as it was sent', async () => {
    const sent = anEvent({
      event_version: 3,
      client_ts: '2026-11-21T10:30:00+01:00',
      seq: -4,
      organization_id: 'org_54321',
      question_id: 'q1',
      context: { class_id: 'cls_1', assignment_id: 'asg_1' },
      payload: { score: 7 },
      privacy_level: 'pii',
      retention_days: 30,
    })
    const [id] = await send([sent])
    expect(id).toMatch(/^evt_[0-9a-f]{32}$/)
    const [record] = await find(`sessionId=${sent.session_id}`)
    expect(record).toMatchObject({
      eventId: id,
      standardVersion: '3',
      eventTime: '2026-11-21T09:30:00.000Z',
      sequence: -4,
      organizationId: 'org_54321',
      objectId: 'q1',
      objectType: 'AssessmentItem',
      courseId: 'cls_1',
      assignableId: 'asg_1',
      score: 7,
      privacyLevel: 'pii',
      retentionDays: 30,
      conformant: true,
      raw: JSON.stringify(sent),
    })
  })

  it('is found by its organisation', async () => {
    const organization_id = crypto.randomUUID()
    const events = [anEvent({ organization_id }), anEvent({ organization_id: 'another' })]
    const [id] = await send(events)
    const found = await find(`organizationId=${organization_id}`)
    expect(found.map(({ eventId }) => eventId)).toEqual([id!])
  })

  it('of a coarse time stands at its beginning in lists, and in a range that has it', async () => {
    const session_id = `coarse-${crypto.randomUUID()}`
    const times = ['2031-06', '2031', '2031-06-12', '2031-06-12T09:30:00Z']
    await send(times.map((timestamp) => anEvent({ session_id, timestamp })))
    const ranges: [query: string, found: string[]][] = [
      ['', ['2031-06-12T09:30:00Z', '2031-06-12', '2031-06', '2031']],
      ['&from=2031-01-01&to=2031-01-02', ['2031']],
      ['&from=2031-06-01&to=2031-06-02', ['2031-06']],
      ['&from=2031-06-12', ['2031-06-12T09:30:00Z', '2031-06-12']],
      ['&from=2031-06-13', []],
    ]
    for (const [range, expected] of ranges) {
      const found = await find(`sessionId=${session_id}${range}`)
      const sent = found.map(({ raw }) => (JSON.parse(raw) as { timestamp: string }).timestamp)
      expect([range, sent]).toEqual([range, expected])
    }
    const [, day, month, year] = await find(`sessionId=${session_id}`)
    expect([day, month, year].map((one) => one!.eventTimeEnd)).toEqual([
      ...['2031-06-13T00:00:00.000Z', '2031-07-01T00:00:00.000Z', '2032-01-01T00:00:00.000Z'],
    ])
  })

  it('by a clock that is far ahead had happened when it arrived', async () => {
    const sent = anEvent({ client_ts: '2099-01-01T00:00:00Z' })
    await send([sent])
    const [record] = await find(`sessionId=${sent.session_id}`)
    expect(record).toMatchObject({ eventTime: '2099-01-01T00:00:00.000Z' })
    expect(record!.occurredAt).toBe(record!.receivedAt)
  })

  it('whose counter goes back is kept with the number that it has', async () => {
    const session_id = `back-${crypto.randomUUID()}`
    const seqs = [5, 6, 2, -1, 6]
    await send(seqs.map((seq, n) => anEvent({ session_id, seq, timestamp: 1_795_253_400 + n })))
    const found = await find(`sessionId=${session_id}`)
    expect(found.map(({ sequence }) => sequence)).toEqual(seqs.toReversed())
  })

  it('is stored whatever of its envelope is of the wrong kind', async () => {
    const sent = anEvent({ seq: 1.5, retention_days: 'long', privacy_level: 7, client_ts: 'soon' })
    await send([sent])
    const [record] = await find(`sessionId=${sent.session_id}`)
    expect(record).toMatchObject({ conformant: false, privacyLevel: 'standard' })
    for (const name of ['client_ts', 'privacy_level', 'retention_days', 'seq']) {
      expect(record!.issueCodes).toContain(`invalid_${name}`)
    }
    expect(record).not.toHaveProperty('sequence')
  })
})
