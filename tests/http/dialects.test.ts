import { describe, expect, it } from 'bun:test'
import { startTestApp, type TestApp } from '../support/app'
import { notOnAws } from '../support/not-on-aws'
import { canvasRaw, cloudEventsSender, edxLogs, segmentMessages } from '../support/senders/dialects'

const path = '/api/v1/events'
const [canvasEvent, , quiz] = canvasRaw.shapes.map(({ sent }) => sent)
const [logged] = edxLogs.shapes.map(({ sent }) => sent)
const [message] = segmentMessages.shapes.map(({ sent }) => sent)
const [cloudEvent] = cloudEventsSender.shapes.map(({ sent }) => sent)

async function post(
  app: TestApp,
  body: unknown,
  type = 'application/json',
  more: Record<string, string> = {},
) {
  const text = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body)
  const headers = { ...app.as(), 'Content-Type': type, ...more }
  return app.request(path, { method: 'POST', headers, body: text as string })
}

/** Everything of the tenant that is held, by its text. */
async function held(app: TestApp) {
  const { items } = await app.platform.events.query('default', {}, { limit: 100 })
  return items.toSorted((one, other) => (one.raw < other.raw ? -1 : 1))
}

const inOrder = (all: readonly unknown[]) => all.map((one) => JSON.stringify(one)).sort()

async function quarantined(app: TestApp) {
  const page = { limit: 100, order: 'oldest' } as const
  return (await app.platform.quarantine.list('default', page, {})).items
}

describe('POST /api/v1/events in a dialect', () => {
  const lines = (...all: unknown[]) => all.map((one) => JSON.stringify(one)).join('\n')
  const sqs = (...all: unknown[]) => ({
    Records: all.map((one) => ({ messageId: 'x', body: JSON.stringify(one) })),
  })
  const bodies: [string, unknown, string, unknown[], string?][] = [
    ['an event of Canvas', canvasEvent, 'canvas', [canvasEvent]],
    ['an array of them', [canvasEvent, quiz], 'canvas', [canvasEvent, quiz]],
    ['messages of SQS around them', sqs(canvasEvent, quiz), 'canvas', [canvasEvent, quiz]],
    ['a line of a tracking log', logged, 'edx', [logged]],
    [
      'lines of one',
      lines(...edxLogs.shapes.map(({ sent }) => sent)),
      'edx',
      edxLogs.shapes.map(({ sent }) => sent),
      'application/x-ndjson',
    ],
    ['a message of Segment', message, 'segment', [message]],
    ['a batch of Segment', { batch: [message] }, 'segment', [message]],
    ['a CloudEvent', cloudEvent, 'cloudevents', [cloudEvent], 'application/cloudevents+json'],
    [
      'a batch of CloudEvents',
      [cloudEvent, { ...cloudEvent, id: '2' }],
      'cloudevents',
      [cloudEvent, { ...cloudEvent, id: '2' }],
      'application/cloudevents-batch+json',
    ],
  ]
  for (const [says, body, profile, items, type] of bodies) {
    it(`takes ${says}, and again without storing it twice`, async () => {
      await using app = await startTestApp()
      for (const _ of ['first', 'again']) expect((await post(app, body, type)).ok).toBe(true)
      const records = await held(app)
      expect(records.map(({ raw }) => raw)).toEqual(inOrder(items))
      for (const record of records) expect(record).toMatchObject({ standard: 'native', profile })
      expect(await quarantined(app)).toEqual([])
    })
  }
})

describe('a CloudEvent in binary mode', () => {
  const headers = {
    'ce-specversion': '1.0',
    'ce-id': 'A-1',
    'ce-source': '/lessons',
    'ce-type': 'example.finished',
    'ce-time': '2026-09-01T09:00:00Z',
    'ce-subject': 'caf%C3%A9 %E2%82%AC',
    'ce-comexampleextension': '"a \\"b\\""',
  }
  const attributes = {
    specversion: '1.0',
    id: 'A-1',
    source: '/lessons',
    type: 'example.finished',
    time: '2026-09-01T09:00:00Z',
    subject: 'café €',
    comexampleextension: 'a "b"',
  }
  const bodies: [string, string | Uint8Array, string, Record<string, unknown>][] = [
    [
      'JSON',
      '{"course_id":"bio","n":1.0}',
      'application/json',
      { data: { course_id: 'bio', n: 1 } },
    ],
    ['another type of JSON', '[1]', 'application/vnd.x+json; charset=utf-8', { data: [1] }],
    ['text', 'Hello', 'text/plain', { data: 'Hello' }],
    ['bytes', new Uint8Array([0, 255, 7]), 'image/png', { data_base64: 'AP8H' }],
    ['what is no JSON under its name', '{', 'application/json', { data_base64: 'ew==' }],
    ['nothing', '', 'application/json', {}],
  ]
  for (const [says, body, type, data] of bodies) {
    it(`is stored with ${says} as in structured mode`, async () => {
      await using app = await startTestApp()
      expect((await post(app, body, type, headers)).ok).toBe(true)
      const [record] = await held(app)
      expect(record).toMatchObject({
        ...{ eventId: '/lessons A-1', type: 'example.finished', profile: 'cloudevents' },
        ...{ edAppId: '/lessons', eventTime: '2026-09-01T09:00:00.000Z' },
      })
      expect(JSON.parse(record!.raw)).toEqual({ ...attributes, datacontenttype: type, ...data })
    })
  }

  it('is the wrapper of an event that says itself what it is', async () => {
    await using app = await startTestApp()
    const own = { event_type: 'example_seen', event_id: 'own' }
    expect((await post(app, own, 'application/json', headers)).ok).toBe(true)
    expect(await held(app)).toMatchObject([{ eventId: 'own', raw: JSON.stringify(own) }])
  })
})

describe('CloudEvents around events', () => {
  const around = (id: string, data: unknown) => ({ ...cloudEvent, id, data })
  it('are taken off where each carries one, whatever its dialect', async () => {
    await using app = await startTestApp()
    const carried = [{ event_type: 'example_seen', event_id: 'a' }, quiz]
    await post(app, [around('1', carried[0]), around('2', carried[1])])
    expect((await held(app)).map(({ raw }) => raw)).toEqual(inOrder(carried))
  })

  it('are kept whole where only some carry one, and read by what they carry', async () => {
    await using app = await startTestApp()
    const sent = [around('1', { event_type: 'example_seen' }), around('2', quiz), cloudEvent]
    await post(app, sent)
    const records = await held(app)
    expect(records.map(({ raw }) => raw)).toEqual(inOrder(sent))
    expect(records.map(({ type }) => type)).toEqual([
      'example_seen',
      'quiz_submitted',
      'example.reader.quiz.finished',
    ])
  })
})

describe('the dialect of a source', () => {
  async function withDialect(dialect: 'edx' | 'segment') {
    const app = await startTestApp()
    const { sources } = app.platform.registry
    const known = await sources.get('default', 'demo')
    await sources.put({ ...known!, dialect })
    return app
  }

  notOnAws('in process')('reads what does not show its form, and no other', async () => {
    await using app = await withDialect('edx')
    const bare = { event_type: 'play_video', username: 'ada', event: '{"id":"v1"}' }
    await post(app, [bare, { event_type: 'example_seen', user_id: 'u1' }, message])
    expect(await held(app)).toMatchObject([
      { type: 'example_seen', actorId: 'u1' },
      { profile: 'edx', actorId: 'ada', objectId: 'v1' },
      { profile: 'segment' },
    ])
  })

  notOnAws('in process')('is kept in quarantine beside what it could not read', async () => {
    await using app = await withDialect('segment')
    await post(app, [{ event: 'x', timestamp: 'noon' }])
    expect(await quarantined(app)).toMatchObject([
      { context: { dialect: 'segment' }, errors: [{ path: [0, 'timestamp'] }] },
    ])
  })
})
