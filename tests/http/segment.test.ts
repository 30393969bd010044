import { describe, expect, it } from 'bun:test'
import { gzipSync } from 'node:zlib'
import type { ErrorCode } from '../../src/error/codes'
import { startTestApp, type TestApp } from '../support/app'
import { problemOf } from '../support/battery'
import { notOnAws } from '../support/not-on-aws'
import { segmentMessages } from '../support/senders/dialects'
import { shared } from '../support/shared'

const messages = segmentMessages.shapes.map(({ sent }) => sent)
const sentAt = '2026-09-01T10:00:00.000Z'
const track = { userId: 'u1', event: 'Lesson Completed', messageId: 'm-1' }

const basic = (key: string) => ({ Authorization: `Basic ${btoa(`${key}:`)}` })

function post(
  app: TestApp,
  call: string,
  body: unknown,
  headers: Record<string, string> = basic(app.keys.demo),
  type = 'application/json',
) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return app.request(`/v1/${call}`, {
    method: 'POST',
    headers: { 'Content-Type': type, ...headers },
    body: text,
  })
}

async function expectTaken(response: Response) {
  expect(await response.json()).toEqual({ success: true })
  expect(response.status).toBe(200)
}

const quarantined = async (app: TestApp) =>
  (await app.platform.quarantine.list('default', { limit: 100, order: 'oldest' }, {})).items

describe('POST /v1/batch', () => {
  it('takes a batch of a server library apart, each message as it was sent', async () => {
    await using app = await startTestApp()
    await expectTaken(await post(app, 'batch', { batch: messages, sentAt }))
    for (const message of messages) {
      const id = String(message.messageId)
      const record = await app.platform.events.get('default', id)
      expect(record).toMatchObject({ profile: 'segment', raw: JSON.stringify(message) })
    }
    await expectTaken(await post(app, 'batch', { batch: messages, sentAt }))
    expect(await quarantined(app)).toEqual([])
  })

  it('knows how far the clock of its sender is off', async () => {
    await using app = await startTestApp()
    await expectTaken(await post(app, 'batch', { batch: [{ type: 'track', ...track }], sentAt }))
    const record = await app.platform.events.get('default', 'm-1')
    expect(record).toMatchObject({ sendTime: sentAt })
    expect(record?.skewMs).toBeDefined()
  })

  it('takes the example of the document', async () => {
    await using app = await startTestApp()
    const { paths } = (await (await app.request('/openapi.json')).json()) as {
      paths: Record<
        string,
        { post: { requestBody: { content: Record<string, { example: unknown }> } } }
      >
    }
    const media = paths['/v1/{call}']!.post.requestBody.content['application/json']!
    await expectTaken(await post(app, 'batch', media.example))
    expect(await quarantined(app)).toEqual([])
  })

  it('takes gzip', async () => {
    await using app = await startTestApp()
    const headers = { ...basic(app.keys.demo), 'Content-Encoding': 'gzip' }
    const body = gzipSync(JSON.stringify({ batch: messages }))
    await expectTaken(await app.request('/v1/batch', { method: 'POST', headers, body }))
    expect(await app.platform.events.get('default', 'node-next-1')).toBeDefined()
  })

  notOnAws('many writes')('takes ten thousand messages', async () => {
    await using app = await startTestApp()
    const batch = Array.from({ length: 10_000 }, (_, n) => ({
      ...{ type: 'track', event: 'a', userId: 'u', messageId: `many-${n}` },
    }))
    await expectTaken(await post(app, 'batch', { batch }))
    expect(await app.platform.events.get('default', 'many-9999')).toBeDefined()
  })

  it('quarantines alone what cannot be an event, each by its own reason', async () => {
    await using app = await startTestApp()
    const bad: [unknown, (string | number)[], string][] = [
      [7, ['batch', 0], 'not_an_object'],
      [{ userId: 'u1' }, ['batch', 1, 'type'], 'required'],
      [{ type: 'track', userId: 'u1' }, ['batch', 2, 'event'], 'required'],
      [{ ...track, type: 'track', event: 'x'.repeat(10_240) }, ['batch', 3, 'event'], 'too_long'],
      [
        { ...track, type: 'track', timestamp: 'noon' },
        ['batch', 4, 'timestamp'],
        'invalid_timestamp',
      ],
      [{ ...track, type: 'track', properties: 'none' }, ['batch', 5, 'properties'], 'wrong_type'],
      [{ batch: [{ ...track, type: 'track' }] }, ['batch', 6, 'type'], 'required'],
      [{ ...track, type: 'track', userId: {} }, ['batch', 7, 'userId'], 'wrong_type'],
    ]
    const good = { type: 'track', ...track, messageId: 'good' }
    const batch = [...bad.map(([sent]) => sent), good]
    await expectTaken(await post(app, 'batch', { batch, sentAt }))
    expect(await app.platform.events.get('default', 'good')).toBeDefined()
    const items = await quarantined(app)
    const found = items.map(({ index, errors }) => [index, errors[0]!.path, errors[0]!.code])
    const wanted = bad.map(([, path, code], index) => [index, path, code])
    expect(found.sort()).toEqual(wanted.sort())
    expect(items[0]!.context).toMatchObject({ dialect: 'segment', sentAt })
  })

  const rows = shared(startTestApp)
  for (const [body, code, path] of [
    [{ batch: 7 }, 'invalid_request', ['batch']],
    [{ batch: { type: 'track' } }, 'invalid_request', ['batch']],
    [{}, 'invalid_request', ['batch']],
    ['{"batch":[', 'invalid_json', []],
  ] as const) {
    it(`keeps in quarantine what is no batch: ${JSON.stringify(body)}`, async () => {
      const app = await rows()
      const problem = await problemOf(await post(app, 'batch', body), code as ErrorCode)
      expect(problem.errors[0]!.path).toEqual([...path])
      expect(problem.quarantineId).toBeDefined()
    })
  }
})

describe('POST /v1/:call', () => {
  const calls: [string, Record<string, unknown>, string][] = [
    ['track', track, 'Lesson Completed'],
    ['t', track, 'Lesson Completed'],
    ['identify', { userId: 'u1', traits: { plan: 'school' } }, 'identify'],
    ['i', { userId: 'u1', traits: {} }, 'identify'],
    ['page', { userId: 'u1', name: 'Intro' }, 'page'],
    ['p', { anonymousId: 'a1', name: 'Intro' }, 'page'],
    ['screen', { userId: 'u1', name: 'Intro' }, 'screen'],
    ['s', { userId: 'u1', name: 'Intro' }, 'screen'],
    ['group', { userId: 'u1', groupId: 'g1' }, 'group'],
    ['g', { userId: 'u1', groupId: 'g1' }, 'group'],
    ['alias', { userId: 'u1', previousId: 'a1' }, 'alias'],
    ['a', { userId: 'u1', previousId: 'a1' }, 'alias'],
    ['b', { batch: [{ type: 'track', ...track, messageId: 'of b' }] }, 'Lesson Completed'],
    [
      'import',
      { batch: [{ type: 'track', ...track, messageId: 'of import' }] },
      'Lesson Completed',
    ],
  ]
  const rows = shared(startTestApp)
  for (const [call, message, type] of calls) {
    it(`takes a message that names no type at /v1/${call}`, async () => {
      const app = await rows()
      const messageId = `of ${call}`
      await expectTaken(await post(app, call, { ...message, messageId }))
      const record = await app.platform.events.get('default', messageId)
      expect(record).toMatchObject({ type, profile: 'segment' })
    })
  }

  it('answers 404 at an address that Segment does not have', async () => {
    await using app = await startTestApp()
    await problemOf(await post(app, 'juggle', track), 'not_found')
  })

  it('stores what a strict source can, and quarantines the rest without a word', async () => {
    await using app = await startTestApp()
    const headers = { ...app.as(app.keys.admin), 'Content-Type': 'application/json' }
    const body = JSON.stringify({ name: 'Demo', mode: 'strict' })
    const put = await app.request('/sources/demo', { method: 'PUT', headers, body })
    expect(put.ok).toBe(true)
    await expectTaken(await post(app, 'track', { userId: 'u1' }))
    expect(await quarantined(app)).toMatchObject([{ errors: [{ path: ['event'] }] }])
  })
})

describe('the key of a message', () => {
  it('may be in the body, as pages send it, and is no part of what is stored', async () => {
    await using app = await startTestApp()
    const key = app.keys.demo
    const message = { ...track, type: 'track', writeKey: key }
    await expectTaken(await post(app, 't', message, {}, 'text/plain;charset=UTF-8'))
    const record = await app.platform.events.get('default', 'm-1')
    expect(record?.raw).toBe(JSON.stringify({ ...message, writeKey: '' }))

    const batch = { batch: [{ ...message, messageId: 'm-2' }], writeKey: key }
    await expectTaken(await post(app, 'b', batch, {}, 'text/plain'))
    const own = { batch: [{ ...message, messageId: 'm-3' }] }
    await expectTaken(await post(app, 'b', own, {}, 'text/plain'))
    for (const id of ['m-2', 'm-3']) {
      expect((await app.platform.events.get('default', id))?.raw).not.toContain(key)
    }
  })

  const refused: [string, (app: TestApp) => Promise<Response>, ErrorCode][] = [
    ['is asked for', (app) => post(app, 't', track, {}), 'unauthenticated'],
    [
      'is one that is known',
      (app) => post(app, 't', { ...track, writeKey: 'nk_unknown' }, {}),
      'unauthenticated',
    ],
    ['is a text', (app) => post(app, 't', { ...track, writeKey: 7 }, {}), 'unauthenticated'],
    [
      'may send',
      async (app) => post(app, 't', track, basic(await app.issue(['events:read']))),
      'forbidden',
    ],
    [
      'may send, in the body, too',
      async (app) => post(app, 't', { ...track, writeKey: await app.issue(['events:read']) }, {}),
      'forbidden',
    ],
    [
      'comes with no more than 512 KB where it is in the body',
      (app) => post(app, 't', { ...track, writeKey: app.keys.demo, x: 'x'.repeat(600_000) }, {}),
      'too_large',
    ],
    ['comes with JSON', (app) => post(app, 't', 'x', {}, 'image/png'), 'unsupported_media_type'],
  ]
  const rows = shared(startTestApp)
  for (const [says, ask, code] of refused) {
    it(says, async () => {
      const app = await rows()
      await problemOf(await ask(app), code)
      expect(await app.platform.events.get('default', 'm-1')).toBeUndefined()
    })
  }

  it('leads to its own tenant', async () => {
    await using app = await startTestApp()
    await expectTaken(
      await post(app, 't', track, basic(await app.issue(['events:write'], 'other'))),
    )
    expect(await app.platform.events.get('default', 'm-1')).toBeUndefined()
    expect(await app.platform.events.get('other', 'm-1')).toBeDefined()
  })

  it('may be shown by a page of another origin', async () => {
    await using app = await startTestApp()
    const headers = { Origin: 'https://reader.example' }
    const response = await post(app, 't', { ...track, writeKey: app.keys.demo }, headers)
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*')
  })
})

describe('a tenant that rejects types that are not registered', () => {
  it('takes the kinds of call, and refuses what is tracked until it is registered', async () => {
    await using app = await startTestApp({ config: { unknownTypes: 'reject' } })
    await expectTaken(await post(app, 'page', { userId: 'u1', name: 'Home', messageId: 'm-2' }))
    expect(await quarantined(app)).toEqual([])
    await expectTaken(await post(app, 'track', track))
    const [kept] = await quarantined(app)
    expect(kept!.errors.map(({ code }) => code)).toEqual(['unknown_type'])
  })
})
