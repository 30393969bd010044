import { describe, expect, it } from 'bun:test'
import { gzipSync } from 'node:zlib'
import { StorageError } from '../../src/error/storage-error'
import { startTestApp, type TestApp } from '../support/app'
import { problemOf } from '../support/battery'
import { notOnAws } from '../support/not-on-aws'
import { shared } from '../support/shared'

const path = '/api/v1/events'
const receiptMembers = [
  ...['duplicates', 'entityCount', 'entityIds', 'eventCount', 'eventIds', 'quarantined'],
  'requestId',
]
const listMembers = ['accepted', ...receiptMembers, 'rejected', 'rejected_reasons_sample'].sort()
const oneMembers = [
  ...['event_type', 'id', 'payload', 'receipt', 'session_id', 'source', 'timestamp', 'user_id'],
]

interface Sent {
  type?: string | null
  to?: string
  headers?: Record<string, string>
}

function post(app: TestApp, body: NonNullable<RequestInit['body']>, sent: Sent = {}) {
  const { type = 'application/json', to = path, headers } = sent
  const all = { ...app.as(), ...(type !== null && { 'Content-Type': type }), ...headers }
  // Bytes, so that fetch names no type of its own.
  const bytes = typeof body === 'string' ? new Uint8Array(Buffer.from(body)) : body
  return app.request(to, { method: 'POST', headers: all, body: bytes })
}

const one = JSON.stringify({ event_type: 'tap', payload: { n: 1 } })
const lines = 'application/x-ndjson'

/** What is answered to what, as the table in docs/sending.md has it. */
const shapes: [what: string, body: string, status: 200 | 201, sent?: Sent][] = [
  ['one event', one, 201],
  ['one event on many lines', JSON.stringify(JSON.parse(one), null, 2), 201],
  ['one event as text/plain', one, 201, { type: 'text/plain;charset=UTF-8' }],
  ['one event without a type', one, 201, { type: null }],
  ['one event at the address without a version', one, 201, { to: '/events' }],
  ['one event at an address with a slash', one, 201, { to: `${path}/` }],
  ['one event that has a member `events`', '{"event_type":"tap","events":[1]}', 201],
  ['an array of one', `[${one}]`, 200],
  ['an empty array', '[]', 200],
  ['one line', one, 200, { type: lines }],
  ['lines without a type', `${one}\n${one}`, 200, { type: null }],
  ['lines under the type of one text', `${one}\n${one}`, 200],
  ['events of a source', `{"source":"app","events":[${one},${one}]}`, 200],
  ['events of no source', `{"events":[${one}]}`, 200],
  [
    'a wrapper',
    JSON.stringify({ Records: [{ eventSource: 'aws:sqs', messageId: 'm', body: one }] }),
    200,
  ],
]

describe('native events are answered in the shape of what was sent', () => {
  for (const [what, body, status, sent] of shapes) {
    it(`${status} to ${what}`, async () => {
      await using app = await startTestApp()
      const response = await post(app, body, sent)
      expect(response.status).toBe(status)
      const reply = (await response.json()) as Record<string, unknown>
      const { unwrapped: _, warnings: __, ...members } = reply
      expect(Object.keys(members).sort()).toEqual(status === 201 ? oneMembers : listMembers)
      if (status === 200) expect(reply.accepted).toBe(reply.eventCount)
      else expect(await app.platform.events.get('default', String(reply.id))).toBeDefined()
    })
  }

  it('shows one event as it is held: every member, and the payload as it was written', async () => {
    await using app = await startTestApp()
    const sent = `{"event_type":"tap","source":"quiz.engine","session_id":7,"user_id":"u","timestamp":"2026-11-21T10:00:00+01:00","payload": {"n":12345678901234567890}}`
    const response = await post(app, sent)
    const text = await response.text()
    expect(text).toContain('"payload":{"n":12345678901234567890}')
    expect(JSON.parse(text)).toMatchObject({
      ...{ event_type: 'tap', source: 'quiz.engine', session_id: '7', user_id: 'u' },
      timestamp: '2026-11-21T09:00:00.000Z',
      receipt: { eventCount: 1, duplicates: 0 },
    })
  })

  const payloads: [members: object, payload: object][] = [
    [{}, {}],
    [{ payload: null }, {}],
    [{ properties: { a: 1 } }, { a: 1 }],
    [{ payload: { b: 2 }, properties: { a: 1 } }, { b: 2 }],
    [{ payload_json: '{"c":3}' }, { c: 3 }],
  ]
  it('shows the payload under one name, whatever it was sent under', async () => {
    await using app = await startTestApp()
    for (const [members, payload] of payloads) {
      const response = await post(app, JSON.stringify({ event_type: 'tap', ...members }))
      expect(await response.json()).toMatchObject({ payload, source: 'demo', user_id: null })
    }
  })

  notOnAws('clock')('shows the event that is held where it comes again, and says so', async () => {
    await using app = await startTestApp()
    const text = JSON.stringify({ event_type: 'tap', id: 'c1' })
    const first = (await (await post(app, text)).json()) as Record<string, unknown>
    app.clock.advance(5000)
    const response = await post(app, text)
    expect(response.status).toBe(201)
    const { timestamp, id } = first
    expect(await response.json()).toMatchObject({ timestamp, id, receipt: { duplicates: 1 } })
  })

  it('gives each event of a body its source, which counts for who is who', async () => {
    await using app = await startTestApp()
    const timestamp = '2026-11-21T10:00:00Z'
    const events = [
      { event_type: 'tap', timestamp },
      { event_type: 'tap', source: 'own' },
    ]
    const ids: string[] = []
    for (const source of ['a', 'b', 7]) {
      const response = await post(app, JSON.stringify({ source, events }))
      const { eventIds, duplicates } = (await response.json()) as {
        eventIds: string[]
        duplicates: number
      }
      expect(duplicates).toBe(0)
      const [first, second] = await Promise.all(
        eventIds.map((id) => app.platform.events.get('default', id)),
      )
      expect([first!.edAppId, second!.edAppId]).toEqual([String(source), 'own'])
      expect(first!.raw).toBe(JSON.stringify(events[0]))
      ids.push(...eventIds)
    }
    expect(new Set(ids).size).toBe(6)
    const again = await post(app, JSON.stringify({ source: 'a', events: [events[0]] }))
    expect(await again.json()).toMatchObject({ duplicates: 1, eventIds: [ids[0]] })
  })

  it('keeps the source of one that is quarantined, for when it is read again', async () => {
    await using app = await startTestApp()
    const body = JSON.stringify({ source: 'app', events: [{ event_type: 'ok' }, { user_id: 'u' }] })
    const reply = (await (await post(app, body)).json()) as {
      quarantined: { quarantineId: string; errors: unknown[] }[]
    }
    expect(reply).toMatchObject({
      ...{ accepted: 1, rejected: 1, rejected_reasons_sample: ['event_type: Required'] },
      quarantined: [{ index: 1, errors: [{ path: ['events', 1, 'event_type'] }] }],
    })
    const id = reply.quarantined[0]!.quarantineId
    const held = await app.platform.quarantine.get('default', id)
    expect(held).toMatchObject({ raw: '{"user_id":"u"}', context: { source: 'app' } })
  })

  it('names at most five reasons, each once', async () => {
    await using app = await startTestApp()
    const bad = Array.from({ length: 9 }, (_, n) => ({ event_type: 'x'.repeat(257 + (n % 7)) }))
    const reply = (await (await post(app, JSON.stringify(bad))).json()) as {
      rejected_reasons_sample: string[]
    }
    expect(reply).toHaveProperty('rejected', 9)
    expect(reply.rejected_reasons_sample).toHaveLength(5)
    expect(new Set(reply.rejected_reasons_sample).size).toBe(5)
  })
})

/** One event that cannot be stored, with the reasons that its sender is told. */
const refused: [what: string, body: string, path: (string | number)[], code: string][] = [
  ['without a type', '{"user_id":"u"}', ['event_type'], 'required'],
  ['of an empty type', '{"event_type":""}', ['event_type'], 'too_short'],
  [
    'with a time that is none',
    '{"event_type":"t","timestamp":"never"}',
    ['timestamp'],
    'invalid_timestamp',
  ],
  [
    'nested too deep',
    `{"event_type":"t","a":${'['.repeat(200)}${']'.repeat(200)}}`,
    [],
    'too_deep',
  ],
]

describe('one event that is refused', () => {
  const rows = shared(startTestApp)
  for (const [what, body, at, code] of refused) {
    for (const to of [path, '/events']) {
      it(`is 422, and in quarantine: ${what}, at ${to}`, async () => {
        const app = await rows()
        const problem = await problemOf(await post(app, body, { to }), 'invalid_event')
        expect(problem.errors).toMatchObject([{ path: at, code }])
        const held = await app.platform.quarantine.get('default', problem.quarantineId!)
        expect(held).toMatchObject({ raw: body, errors: [{ code }] })
      })
    }
  }

  notOnAws('clock')(
    'is 422, too, when its id is taken by another, or its source is strict',
    async () => {
      await using app = await startTestApp()
      await post(app, '{"event_type":"t","id":"c1"}')
      const other = await post(app, '{"event_type":"t","id":"c1","user_id":"u"}')
      const taken = await problemOf(other, 'invalid_event')
      expect(taken.errors).toMatchObject([{ path: ['id'], code: 'conflict' }])
      const demo = await app.platform.registry.sources.get('default', 'demo')
      await app.platform.registry.sources.put({ ...demo!, mode: 'strict' })
      app.clock.advance(60_000)
      await problemOf(await post(app, '{"user_id":"u"}'), 'invalid_event')
      await problemOf(await post(app, '[{"user_id":"u"}]'), 'not_conformant')
    },
  )

  it('is 400 and kept whole when it is no event at all, or its body says no source', async () => {
    await using app = await startTestApp()
    for (const body of ['7', '"text"', 'null', '{"source":{},"events":[]}']) {
      const { quarantineId } = await problemOf(await post(app, body), 'invalid_request')
      expect(await app.platform.quarantine.get('default', quarantineId!)).toMatchObject({
        raw: body,
      })
    }
  })

  notOnAws('faults')('waits when nothing can be stored, as one that is taken does', async () => {
    const fails = async () => Promise.reject(new StorageError('away', { isRetriable: true }))
    await using app = await startTestApp({
      wrap: (platform) => ({
        ...platform,
        events: { ...platform.events, append: fails },
        quarantine: { ...platform.quarantine, put: fails },
        spill: { ...platform.blobs, put: async () => {} },
      }),
    })
    const response = await post(app, one)
    expect(response.status).toBe(202)
    expect(await response.json()).toMatchObject({
      event_type: 'tap',
      receipt: { acceptedForLater: 1, eventCount: 0 },
    })
    const list = await post(app, `[${one}]`)
    expect(await list.json()).toMatchObject({ accepted: 1, acceptedForLater: 1 })
    await problemOf(await post(app, '{"user_id":"u"}'), 'invalid_event')
  })
})

it('is answered with {} to whoever prefers that, one or many', async () => {
  await using app = await startTestApp()
  const headers = { Prefer: 'return=minimal' }
  const answers = [await post(app, one, { headers }), await post(app, `[${one}]`, { headers })]
  expect(answers.map(({ status }) => status)).toEqual([201, 200])
  for (const answer of answers) {
    expect(answer.headers.get('Preference-Applied')).toBe('return=minimal')
    expect(await answer.json()).toEqual({})
  }
})

it('shows an event without its payload where both would be too much to send', async () => {
  await using app = await startTestApp()
  const text = JSON.stringify({ event_type: 'tap', payload: { x: 'x'.repeat(4_500_000) } })
  const body = Uint8Array.from(gzipSync(text))
  const response = await post(app, body, { headers: { 'Content-Encoding': 'gzip' } })
  expect(response.status).toBe(201)
  const reply = (await response.json()) as { id: string }
  expect(reply).toMatchObject({
    payload: {},
    receipt: { warnings: [{ code: 'payload_left_out' }] },
  })
  expect((await app.platform.events.get('default', reply.id))!.raw).toBe(text)
})
