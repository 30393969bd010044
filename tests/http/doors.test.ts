import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { issueKey } from '../../src/access/keys/key'
import { others, sending } from '../../src/http/near-miss'
import { startTestApp, type TestApp } from '../support/app'
import { problemOf } from '../support/battery'
import { anEnvelope, anEvent } from '../support/envelopes'
import { notOnAws } from '../support/not-on-aws'

let app: TestApp
let anyKey: string
beforeAll(async () => {
  app = await startTestApp()
  const grant = { tenantId: 'default', sourceId: 'any', name: 'any', scopes: ['all' as const] }
  const scopes = [...grant.scopes, 'events:write' as const]
  const at = app.clock.now()
  anyKey = (await issueKey(app.platform.registry, { ...grant, scopes }, { at })).key
})
afterAll(() => app[Symbol.asyncDispose]())

const caliper = '/caliper/v1p2/events'
const native = '/api/v1/events'
const statements = '/xapi/statements'

const aStatement = () => ({
  actor: { mbox: 'mailto:ada@example.edu' },
  verb: { id: 'http://adlnet.gov/expapi/verbs/experienced' },
  object: { id: 'https://example.edu/1' },
})
const bodies: Record<string, () => unknown> = {
  [caliper]: () => anEnvelope(),
  [`${caliper}/validate`]: () => anEnvelope(),
  [native]: () => ({ event_type: 'seen' }),
  [`${native}/validate`]: () => ({ event_type: 'seen' }),
  [statements]: aStatement,
  [`${statements}/validate`]: aStatement,
}

function post(to: string, body: string, headers: Record<string, string>) {
  const all = { Authorization: `Bearer ${anyKey}`, 'X-Experience-API-Version': '1.0.3', ...headers }
  return app.request(to, { method: 'POST', headers: all, body: new Uint8Array(Buffer.from(body)) })
}

const types = [
  'application/json',
  'text/json',
  'application/x-json',
  'application/ld+json',
  'application/vnd.ims.caliper.v1p2+json',
  'application/cloudevents+json; charset=utf-8',
  'application/x-amz-json-1.1',
  'text/plain',
  'text/plain;charset=UTF-8',
  'application/octet-stream',
  'application/x-www-form-urlencoded',
  undefined,
]

describe('JSON is taken wherever it is meant', () => {
  for (const type of types) {
    it(`under ${type ?? 'no Content-Type'}`, async () => {
      for (const [to, body] of Object.entries(bodies)) {
        const headers: Record<string, string> = type === undefined ? {} : { 'Content-Type': type }
        const response = await post(to, JSON.stringify(body()), headers)
        expect([to, response.status]).toEqual([to, to === native ? 201 : 200])
      }
    })
  }

  notOnAws('many writes')(
    'and thousands of lines under a type that says there is one text',
    async () => {
      const lines = Array.from(
        { length: 6_500 },
        (_, n) => `{"event_type":"l","event_id":"l-${n}"}`,
      )
      const response = await post(native, `${lines.join('\n')}\n{"event_type":\n`, {
        'Content-Type': 'application/json',
      })
      expect(await response.json()).toMatchObject({
        ...{ eventCount: 6_500, warnings: [{ code: 'lines_recognised' }] },
        quarantined: [{ index: 6_500, errors: [{ code: 'invalid_json' }] }],
      })
    },
  )

  it('and a form is refused with the sentence of what to send', async () => {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
    for (const to of Object.keys(bodies)) {
      const { detail } = await problemOf(
        await post(to, 'event_type=seen', headers),
        'unsupported_media_type',
      )
      expect(detail).toContain(
        "curl -H 'Content-Type: application/json' --data-binary @events.json",
      )
    }
  })

  for (const type of [
    'application/x-ndjson',
    'text/plain',
    'application/json-seq',
    'application/jsonl',
  ]) {
    it(`one on each line, under ${type}`, async () => {
      const mark = type === 'application/json-seq' ? '\u001e' : ''
      const line = (value: unknown) => `${mark}${JSON.stringify(value)}\n`
      const events = line({ event_type: 'a' }) + line({ event_type: 'b' })
      const receipt = await (await post(native, events, { 'Content-Type': type })).json()
      expect(receipt).toMatchObject({ eventCount: 2, quarantined: [] })
      const envelopes = line(anEnvelope()) + line(anEnvelope([anEvent(), anEvent()]))
      const kept = await (await post(caliper, envelopes, { 'Content-Type': type })).json()
      expect(kept).toMatchObject({ eventCount: 3, quarantined: [] })
    })
  }
})

describe('a check takes what its address takes', () => {
  it('an array of envelopes, with the place of each in its paths', async () => {
    const wrong = { ...anEnvelope(), sensor: undefined }
    const good = await post(`${caliper}/validate`, JSON.stringify([anEnvelope(), anEnvelope()]), {})
    expect(await good.json()).toMatchObject({ valid: true, eventCount: 2 })
    const bad = await post(`${caliper}/validate`, JSON.stringify([anEnvelope(), wrong]), {})
    expect(bad.status).toBe(400)
    expect(await bad.json()).toMatchObject({
      errors: [{ path: [1, 'sensor'], message: 'Required', severity: 'error' }],
    })
  })

  it('events of your own making, with every reason that would quarantine one', async () => {
    const before = await app.platform.quarantine.usage('default')
    const body = JSON.stringify([{ event_type: 'a' }, { timestamp: 'x' }, 1])
    const response = await post(`${native}/validate`, body, {})
    expect(response.status).toBe(400)
    const { errors } = (await response.json()) as { errors: object[] }
    expect(errors).toEqual([
      expect.objectContaining({ path: [1, 'event_type'], code: 'required', severity: 'error' }),
      expect.objectContaining({ path: [1, 'timestamp'], code: 'invalid_timestamp' }),
      expect.objectContaining({ path: [2], code: 'not_an_object' }),
    ])
    expect(await app.platform.quarantine.usage('default')).toEqual(before)
  })

  it('and says where a body is no JSON, as its address does', async () => {
    const cut = JSON.stringify(anEnvelope(), null, 2).slice(0, 100)
    const where = /The text ends too early, .* at line \d+, column \d+ \(offset 100\): /
    for (const to of Object.keys(bodies)) {
      const response = await post(to, cut, { 'Content-Type': 'application/json' })
      expect([to, response.status]).toEqual([to, 400])
      const { errors } = (await response.json()) as { errors: { message: string }[] }
      expect(errors[0]!.message).toMatch(where)
    }
    expect(app.logged.join()).not.toContain('ends too early')
  })
})

const base64 = (text: string) => Buffer.from(text).toString('base64')

describe('a key is taken however it is shown', () => {
  const ways: [name: string, headers: () => Record<string, string>][] = [
    ['Bearer', () => ({ Authorization: `Bearer ${anyKey}` })],
    ['alone', () => ({ Authorization: anyKey })],
    ['Basic, as the password', () => ({ Authorization: `Basic ${base64(`moodle:${anyKey}`)}` })],
    ['Basic, as the user', () => ({ Authorization: `Basic ${base64(`${anyKey}:`)}` })],
    ['Token', () => ({ Authorization: `Token ${anyKey}` })],
    ['X-API-Key', () => ({ 'X-API-Key': anyKey })],
    ['Firehose', () => ({ 'X-Amz-Firehose-Access-Key': anyKey })],
  ]
  for (const [name, headers] of ways) {
    it(name, async () => {
      for (const to of [caliper, native]) {
        const all = { 'Content-Type': 'application/json', ...headers() }
        const body = JSON.stringify(bodies[to]!())
        const { status } = await app.request(to, { method: 'POST', headers: all, body })
        expect(status).toBe(to === native ? 201 : 200)
      }
      if (name.startsWith('Basic')) return
      const asked = { 'X-Experience-API-Version': '1.0.3', ...headers() }
      const body = JSON.stringify(aStatement())
      expect((await app.request(statements, { method: 'POST', headers: asked, body })).status).toBe(
        200,
      )
    })
  }

  const wrong: [header: () => string, said: string][] = [
    [() => `Bearer Bearer ${anyKey}`, 'expected Bearer KEY, got Bearer twice'],
    [() => `Bearer "${anyKey}"`, 'got the key in quotes'],
    [() => `Basic ${anyKey}`, 'got the scheme Basic without the base64 of USER:KEY'],
    [() => 'Digest username="a"', 'got the scheme Digest'],
    [() => `Bearer ${anyKey.slice(0, -3)}`, 'a key that begins with nk_, of 43 characters, where'],
    [() => `Bearer: ${anyKey}`, 'another sign than a space after Bearer'],
  ]
  for (const [header, said] of wrong) {
    it(`and told apart in words when it is not: ${said}`, async () => {
      const init = { method: 'POST', headers: { Authorization: header() }, body: '{}' }
      const response = await app.request(caliper, init)
      const problem = await problemOf(response, 'unauthenticated')
      expect(problem.detail).toContain(said)
      expect(JSON.stringify(problem)).not.toContain(anyKey.slice(3, 12))
    })
  }
})

describe('an address', () => {
  const doubled = [
    ['/caliper/caliper/v1p2/events', caliper],
    [`${caliper}${caliper}`, caliper],
    ['/api/v1/api/v1/events', native],
    ['/xapi/xapi/statements', statements],
    [`${caliper}/`, caliper],
  ] as const
  for (const [sent, meant] of doubled) {
    it(`with a part twice is the one that is meant: ${sent}`, async () => {
      const { status } = await post(sent, JSON.stringify(bodies[meant]!()), {})
      expect(status).toBe(meant === native ? 201 : 200)
    })
  }

  notOnAws('two slashes')('with two slashes is the one that is meant', async () => {
    for (const sent of [`/${caliper}`, '/caliper//v1p2/events']) {
      expect((await post(sent, JSON.stringify(anEnvelope()), {})).status).toBe(200)
    }
  })

  it('that is none names those that are', async () => {
    for (const [sent, named] of [
      ['/caliper', caliper],
      ['/', caliper],
      ['/event', native],
      ['/xapi/statement', statements],
      ['/caliper/v1p1/events', caliper],
    ] as const) {
      const response = await post(sent, '{}', {})
      expect([404, 405]).toContain(response.status)
      expect(((await response.json()) as { detail: string }).detail).toContain(named)
    }
  })

  it('that is named is one', async () => {
    for (const { method, path } of [...sending, ...others]) {
      const response = await app.request(path.replace('{key}', 'nk_a'), { method })
      expect([path, [404, 405].includes(response.status)]).toEqual([path, false])
    }
  })

  it('names its methods where it is asked with another', async () => {
    const response = await app.request(caliper, { method: 'PUT', headers: app.as() })
    const { detail } = await problemOf(response, 'method_not_allowed')
    expect(detail).toContain('takes GET, POST, HEAD, OPTIONS, not PUT')
  })
})
