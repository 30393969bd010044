import { describe, expect, it } from 'bun:test'
import { gzipSync } from 'node:zlib'
import { startTestApp } from '../support/app'
import { anEnvelope, anEvent } from '../support/envelopes'
import { notOnAws } from '../support/not-on-aws'
import { type SourceTest, startSourceTest } from '../support/sources-api'

interface Counts {
  accepted: number
  duplicates: number
  quarantined: number
  refused: number
  refusedFor: Record<string, number>
}

type Seen = Omit<Counts, 'duplicates'> & {
  lastSeenAt?: string
  total: Counts
  lastHour: Counts & { lag?: { medianSeconds: number; maxSeconds: number } }
  keys: (Counts & { keyId: string; lastUsedAt: string; lastSeenAt?: string })[]
}

const none: Counts = { accepted: 0, duplicates: 0, quarantined: 0, refused: 0, refusedFor: {} }

async function seen(test: SourceTest, id = 'demo'): Promise<Seen> {
  return (await (await test.call('GET', `/sources/${id}`)).json()) as Seen
}

/** What may come, and what is counted of it. */
const arrivals: [what: string, send: (test: SourceTest) => Promise<unknown>, Partial<Counts>][] = [
  [
    'events of which one is sent twice, and one is none',
    async (test) => {
      const events = [anEvent(), anEvent(), { type: 'x' }]
      await test.send(anEnvelope(events))
      await test.send(anEnvelope(events.slice(0, 1)))
    },
    { accepted: 2, duplicates: 1, quarantined: 1 },
  ],
  [
    'native events',
    (test) => test.send([{ event_type: 'opened' }, {}], '/api/v1/events'),
    { accepted: 1, quarantined: 1 },
  ],
  [
    'a body that is no JSON',
    (test) => sendText(test, '{'),
    { quarantined: 1, refused: 1, refusedFor: { invalid_json: 1 } },
  ],
  [
    'a body that is no envelope',
    (test) => test.send({ hello: 1 }),
    { quarantined: 1, refused: 1, refusedFor: { invalid_envelope: 1 } },
  ],
  [
    'a body that is too large',
    (test) => sendText(test, JSON.stringify({ padding: 'x'.repeat(70_000) })),
    { refused: 1, refusedFor: { too_large: 1 } },
  ],
  [
    'a body that bursts',
    (test) => sendText(test, gzipSync(Buffer.alloc(1e6)), { 'Content-Encoding': 'gzip' }),
    { refused: 1, refusedFor: { too_large: 1 } },
  ],
  [
    'a media type that is not taken',
    (test) => sendText(test, '<x/>', { 'Content-Type': 'application/xml' }),
    { refused: 1, refusedFor: { unsupported_media_type: 1 } },
  ],
  [
    'a question that is wrong, which brings nothing',
    (test) => test.call('GET', '/analytics/events?limit=0', undefined, test.keys.demo),
    {},
  ],
  ['a request for validation', (test) => test.send({}, '/caliper/v1p2/events/validate'), {}],
]

async function sendText(test: SourceTest, body: string | Buffer, more: object = {}) {
  const headers = { ...test.as(), 'Content-Type': 'application/json', ...more }
  return test.request('/caliper/v1p2/events', { method: 'POST', headers, body })
}

describe('what came from a source is counted', () => {
  for (const [what, send, expected] of arrivals) {
    it(`after ${what}`, async () => {
      await using test = await startSourceTest({ config: { maxBodyBytes: 64 * 1024 } })
      await send(test)
      const { total, lastHour, keys, lastSeenAt, ...source } = await seen(test)
      const wanted = { ...none, ...expected }
      expect(total).toEqual(wanted)
      expect(lastHour).toMatchObject(wanted)
      const { duplicates: _, ...top } = wanted
      expect(source).toMatchObject(top)
      expect(keys.map(({ accepted }) => accepted)).toContain(wanted.accepted)
      const isSeen = Object.keys(expected).length > 0
      expect(lastSeenAt !== undefined).toBe(isSeen)
      const list = (await (await test.call('GET', '/sources')).json()) as { sources: Counts[] }
      expect(list.sources[0]).toMatchObject({ ...wanted, onDuplicate: 'refuse' })
    })
  }

  notOnAws('faults')('when its store is down', async () => {
    await using test = await startSourceTest({
      wrap: (platform) => ({
        ...platform,
        events: {
          ...platform.events,
          append: () => Promise.reject(new Error('the disk is gone')),
        },
      }),
    })
    await test.send(anEnvelope([anEvent()]))
    expect(await seen(test)).toMatchObject({ refused: 1, refusedFor: { internal: 1 }, accepted: 0 })
  })

  it('of a key that may not send', async () => {
    await using test = await startSourceTest()
    const key = await test.issue(['events:read'])
    const { status } = await test.call('POST', '/caliper/v1p2/events', {}, key)
    expect(status).toBe(401)
    expect(await seen(test)).toMatchObject({ refused: 1, refusedFor: { insufficient_scope: 1 } })
  })

  it('by the key, and tells when each was last used', async () => {
    await using test = await startSourceTest()
    const key = await test.issue(['events:write', 'events:read'])
    await test.call('POST', '/caliper/v1p2/events', anEnvelope([anEvent()]), key)
    await test.call('GET', '/analytics/events', undefined, test.keys.demo)
    const { keys } = await seen(test)
    const sending = keys.find(({ accepted }) => accepted === 1)!
    const reading = keys.filter(({ accepted }) => accepted === 0)
    expect(sending.lastSeenAt).toBe(sending.lastUsedAt)
    // The reader's, and the administrator's own.
    expect(reading).toHaveLength(2)
    for (const one of reading) expect(one).not.toHaveProperty('lastSeenAt')
  })

  it('with how late it was, by the clock of its sender', async () => {
    await using test = await startSourceTest()
    const now = test.clock.now().getTime()
    for (const seconds of [10, 10, 600]) {
      const sendTime = new Date(now - seconds * 1000).toISOString()
      await test.send({ ...anEnvelope([anEvent()]), sendTime })
    }
    const { lag } = (await seen(test)).lastHour
    expect(lag!.medianSeconds).toBeWithin(9, 60)
    expect(lag!.maxSeconds).toBeWithin(540, 760)
  })

  it('for its own tenant alone', async () => {
    await using test = await startSourceTest()
    await test.send(anEnvelope([anEvent()]))
    const theirs = await test.issue(['admin'], 'other', { sourceId: 'demo' })
    await test.platform.registry.sources.put({
      ...{ tenantId: 'other', sourceId: 'demo', name: 'Theirs' },
      createdAt: new Date().toISOString(),
    })
    const answer = await test.call('GET', '/sources/demo', undefined, theirs)
    expect(await answer.json()).toMatchObject({ accepted: 0, name: 'Theirs' })
  })
})

describe('the log', () => {
  const traces = (logged: readonly string[], message: string) =>
    logged
      .filter((line) => line.startsWith(`info ${message} `))
      .map((line) => JSON.parse(line.slice(`info ${message} `.length)))

  notOnAws('clock')('has a line a minute and source when something came', async () => {
    await using test = await startSourceTest()
    const other = await test.issue(['events:write'], 'default', { sourceId: 'moodle' })
    await test.send(anEnvelope([anEvent(), anEvent(), {}]))
    await sendText(test, '{')
    await sendText(test, '', { 'Content-Type': 'image/png' })
    await test.call('POST', '/caliper/v1p2/events', anEnvelope([anEvent()]), other)
    expect(traces(test.logged, 'arrivals')).toEqual([])
    test.clock.advance(60_000)
    await test.send(anEnvelope([anEvent()]))
    const about = { tenantId: 'default', duplicates: 0 }
    expect(traces(test.logged, 'arrivals')).toEqual([
      {
        ...{ ...about, sourceId: 'demo', accepted: 2, quarantined: 2, refused: 2 },
        why: 'invalid_json:1,unsupported_media_type:1',
      },
      { ...about, sourceId: 'moodle', accepted: 1, quarantined: 0, refused: 0 },
    ])
    test.clock.advance(60_000)
    await test.services![Symbol.asyncDispose]()
    expect(traces(test.logged, 'arrivals').slice(2)).toEqual([
      { ...about, sourceId: 'demo', accepted: 1, quarantined: 0, refused: 0 },
    ])
  })

  it('names the address of a stranger and how the key begins, and no more of it', async () => {
    await using app = await startTestApp()
    const wrong = 'nk_wrong_key_that_nobody_has_0123456789'
    await app.request('/analytics/events', { headers: { Authorization: `Bearer ${wrong}` } })
    const said = traces(app.logged, 'answered 401')
    const code = 'unauthenticated'
    expect(said).toEqual([{ ip: '192.0.2.7', keyPrefix: 'nk_wron', code }])
    expect(app.logged.join()).not.toContain(wrong.slice(0, 8))
  })

  it('names a key that is known by its id, and says nothing of it', async () => {
    await using app = await startTestApp()
    const key = await app.issue(['events:read'])
    await app.request('/caliper/v1p2/events', { method: 'POST', headers: app.as(key), body: '{}' })
    const [said] = traces(app.logged, 'answered 401')
    expect(said).toMatchObject({ ip: '192.0.2.7', code: 'insufficient_scope' })
    expect(said.keyId).toMatch(/^key_/)
    expect(said).not.toHaveProperty('keyPrefix')
  })

  for (const [shown, keyPrefix] of [
    ['Bearer secret', 's'],
    ['Bearer abc', ''],
    ['Token nk_wrong_key_that_nobody_has_0123456789', 'nk_wron'],
    ['nk_wrong_key_that_nobody_has_0123456789', 'nk_wron'],
    [`Basic ${btoa('user:nk_wrong_key_that_nobody_has_0123456789')}`, 'nk_wron'],
    ['Basic nk_wrong_key_that_nobody_has_0123456789', undefined],
    ['Bearer Bearer nk_wrong_key_that_nobody_has_0123456789', undefined],
    [undefined, undefined],
  ] as const) {
    it(`has ${keyPrefix ? `"${keyPrefix}"` : 'nothing'} of ${shown ?? 'no key'}`, async () => {
      await using app = await startTestApp()
      const headers = shown === undefined ? {} : { Authorization: shown }
      await app.request('/analytics/events', { headers })
      const [said] = traces(app.logged, 'answered 401')
      expect(said.keyPrefix).toBe(keyPrefix as string)
    })
  }

  notOnAws('in process')('has one line a minute and address, and counts the others', async () => {
    await using app = await startTestApp()
    const from = (ip: string) => app.app.request('/sources', {}, { ip })
    for (let n = 0; n < 50; n += 1) await from('192.0.2.1')
    for (let n = 0; n < 100; n += 1) await from(`198.51.100.${n}`)
    expect(traces(app.logged, 'answered 401')).toHaveLength(60)
    app.clock.advance(60_000)
    await from('192.0.2.1')
    expect(traces(app.logged, 'answered 401')).toHaveLength(61)
    expect(traces(app.logged, 'more were answered 401')).toEqual([
      { requests: 49 + 41, fromOthers: 41 },
    ])
  })

  notOnAws('in process')('has at most so many lines of sources a minute', async () => {
    await using app = await startTestApp()
    const { watch } = app.services!
    for (let n = 0; n < 1000; n += 1) {
      watch.refused({ tenantId: 'default', sourceId: `s${n}`, keyId: 'key_1' }, 'busy')
    }
    watch[Symbol.dispose]()
    const said = traces(app.logged, 'arrivals')
    expect(said).toHaveLength(201)
    expect(said.at(-1)).toMatchObject({ sourceId: '(others)', refused: 800, why: 'busy:800' })
  })
})
