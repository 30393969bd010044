import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { gunzipSync } from 'node:zlib'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'
import { startConsumers } from '../../src/changes/consumers'
import { createGuard } from '../../src/outbound/guard'
import { silentLog as log } from '../../src/telemetry/log'
import { createDeliverer } from '../../src/webhooks/sending/deliverer'
import { createSend } from '../../src/webhooks/sending/send'
import { startTestApp } from '../support/app'
import { aReceiver, until } from '../support/deliveries'
import { anEnvelope, anEvent } from '../support/envelopes'
import { aGradeEvent, aViewEvent } from '../support/events'
import { aRawReceiver } from '../support/posted'

/** The app with everything that follows from a stored event at work, as the server starts it. */
async function startAll() {
  await using opened = new AsyncDisposableStack()
  const test = opened.use(await startTestApp({ config: { allowPrivateWebhooks: true } }))
  const { platform, clock } = test
  const send = createSend({ guard: createGuard({ allowPrivate: true }) })
  const deliverer = opened.use(createDeliverer({ ...platform, send, clock, log }))
  const onEnqueued = deliverer.poke
  opened.use(startConsumers(platform, { archiveFlushSeconds: 60, clock, log, onEnqueued }))
  const held = opened.move()

  const call = (method: string, path: string, body: unknown) =>
    callWith(method, path, JSON.stringify(body))

  async function callWith(method: string, path: string, body: string) {
    const headers = { ...test.as(), 'Content-Type': 'application/json' }
    const reply = await test.request(path, { method, headers, body })
    expect(reply.ok).toBe(true)
    return reply.json() as Promise<Record<string, string>>
  }
  const post = (path: string, body: unknown) => call('POST', path, body)

  return {
    post,
    postText: (path: string, body: string) => callWith('POST', path, body),
    patch: (path: string, body: unknown) => call('PATCH', path, body),
    platform,
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  }
}

const idsIn = (bodies: { body: string }[]) =>
  bodies.flatMap(({ body }) => JSON.parse(body).data.map(({ id }: { id: string }) => id)).sort()

describe('A webhook, from its making to its delivery', () => {
  it('is told of the very next event, signed, as sent, and once though it was sent twice', async () => {
    await using receiver = aReceiver()
    await using all = await startAll()
    const settings = { name: 'Views', targetUrl: receiver.url, events: ['ViewEvent'] }
    const { secret } = await all.post('/webhooks', settings)
    const [view, grade] = [aViewEvent(), aGradeEvent()]
    await all.post('/caliper/v1p2/events', anEnvelope([view, grade]))
    await all.post('/caliper/v1p2/events', anEnvelope([view]))
    await until(() => receiver.received.length > 0)
    await Bun.sleep(200) // for what should not come

    const [{ headers, body } = { headers: {}, body: '' }, ...more] = receiver.received
    expect(more).toEqual([])
    for (const Verifier of [StandardWebhook, SvixWebhook]) {
      expect(new Verifier(secret!).verify(body, headers)).toMatchObject({ type: 'events' })
    }
    expect(JSON.parse(body).data).toEqual([view])
    expect(body).toContain(JSON.stringify(view))
  })

  it('is sent what it asks for, in all that it may ask for', async () => {
    using receiver = await aRawReceiver()
    await using all = await startAll()
    const made = await all.post('/webhooks', {
      targetUrl: receiver.url,
      rule: { path: 'object.name', prefix: 'Chapter' },
      ...{ signatures: ['v1', 'v1a'], format: 'cloudevents', contentEncoding: 'gzip' },
      ...{ fields: ['id', 'actor.id', 'extensions.big'], headers: { 'X-Key': 'hunter2' } },
      batch: { maxEvents: 1, maxSeconds: 0 },
    })
    const rotated = await all.post(`/webhooks/${made.id}/secret/rotate`, {})
    const object = { id: 'https://example.edu/7', type: 'Chapter', name: 'Chapter 7' }
    const view = { ...aViewEvent(), object, extensions: { big: 'BIG' } }
    const envelope = JSON.stringify(anEnvelope([aViewEvent(), view]))
    await all.postText('/caliper/v1p2/events', envelope.replace('"BIG"', '9007199254740993'))

    const { headers, body } = await receiver.posted
    expect(headers).toMatchObject({
      'content-type': 'application/cloudevents+json',
      'content-encoding': 'gzip',
      'x-key': 'hunter2',
    })
    const text = gunzipSync(body).toString()
    const { id, actor } = view as typeof view & { actor: { id: string } }
    const data = JSON.stringify({ id, actor: { id: actor.id }, extensions: { big: 0 } })
    expect(JSON.parse(text)).toMatchObject({
      specversion: '1.0',
      id,
      type: 'nonius.caliper.ViewEvent',
    })
    expect(text).toContain(`"data":${data.replace('"big":0', '"big":9007199254740993')}`)
    for (const secret of [made.secret!, rotated.secret!]) {
      expect(new StandardWebhook(secret).verify(text, headers)).toMatchObject({ id })
    }
    expect(headers['webhook-signature']!.match(/v1a,/g)).toHaveLength(2)
  })

  it('brings each of many events, in few requests', async () => {
    await using receiver = aReceiver()
    await using all = await startAll()
    await all.post('/webhooks', { name: 'All', targetUrl: receiver.url, events: ['*'] })
    const events = Array.from({ length: 400 }, () => anEvent())
    const posts = Array.from({ length: 20 }, (_, n) => events.slice(n * 20, n * 20 + 20))
    await Promise.all(posts.map((data) => all.post('/caliper/v1p2/events', anEnvelope(data))))
    await until(() => idsIn(receiver.received).length === events.length)
    expect(idsIn(receiver.received)).toEqual(events.map(({ id }) => id).sort())
    expect(receiver.received.length).toBeLessThan(20)
  })
})

describe('A webhook, by its own settings,', () => {
  let all: Awaited<ReturnType<typeof startAll>>
  beforeAll(async () => {
    all = await startAll()
  })
  afterAll(() => all[Symbol.asyncDispose]())

  /** An event whose type no other test has. */
  const aNative = (event_type: string, n: number, user_id = 'u') => ({
    ...{ event_type, user_id, event_id: `${event_type}-${n}` },
  })
  type Told = { actorId: string; eventId: string }
  const messagesIn = (received: { body: string }[]) =>
    received.map(({ body }) => JSON.parse(body).data as Told[])

  it('waits for more as long as it has patience, and no longer once it is full', async () => {
    await using patient = aReceiver()
    await using hasty = aReceiver()
    for (const [{ url }, batch] of [
      [patient, { maxEvents: 2, maxSeconds: 60 }],
      [hasty, { maxEvents: 500, maxSeconds: 0.4 }],
    ] as const) {
      await all.post('/webhooks', { targetUrl: url, events: ['waits'], batch })
    }
    const began = performance.now()
    // Each is a batch of the feed by itself, which waits a tenth of a second.
    await all.post('/api/v1/events', aNative('waits', 1))
    await Bun.sleep(150)
    await all.post('/api/v1/events', aNative('waits', 2))
    await until(() => patient.received.length > 0)
    expect(messagesIn(patient.received).map(({ length }) => length)).toEqual([2])
    await until(() => hasty.received.length > 0)
    expect(performance.now() - began).toBeGreaterThanOrEqual(390)
    await until(() => messagesIn(hasty.received).flat().length === 2)
  })

  it('is owed what came while it was disabled, in full messages', async () => {
    await using receiver = aReceiver()
    const settings = { targetUrl: receiver.url, events: ['owed'], format: 'record' }
    const { id } = await all.post('/webhooks', { ...settings, enabled: false })
    for (const n of [0, 1]) {
      await all.post('/api/v1/events', aNative('owed', n))
      await Bun.sleep(110)
    }
    const more = Array.from({ length: 9 }, (_, n) => aNative('owed', n + 2))
    await all.post('/api/v1/events', more)
    const held = async () => {
      const parked = await all.platform.deliveries.listParked('default', id!, 10)
      return parked.map(({ eventIds }) => eventIds.length)
    }
    await until(async () => (await held()).reduce((sum, one) => sum + one, 0) === 11)
    expect(await held()).toEqual([11])
    expect(receiver.received).toEqual([])
    await all.patch(`/webhooks/${id}`, { enabled: true })
    await until(() => receiver.received.length > 0)
    const ids = messagesIn(receiver.received)
      .flat()
      .map(({ eventId }) => eventId)
    expect(ids).toEqual(Array.from({ length: 11 }, (_, n) => `owed-${n}`))
  })

  it('has the events of each actor in their order, and none of another actor with them', async () => {
    await using receiver = aReceiver()
    const settings = { targetUrl: receiver.url, events: ['ordered'], format: 'record' }
    await all.post('/webhooks', { ...settings, ordered: true })
    const told = [...'abacba'].map((user, n) => aNative('ordered', n, user))
    await all.post('/api/v1/events', told)
    const messages = () => messagesIn(receiver.received)
    await until(() => messages().flat().length === told.length)
    for (const data of messages()) expect(new Set(data.map((one) => one.actorId)).size).toBe(1)
    const of = (user: string) =>
      messages()
        .flat()
        .flatMap(({ actorId, eventId }) => (actorId === user ? [eventId] : []))
    expect([...'abc'].map(of)).toEqual([
      ['ordered-0', 'ordered-2', 'ordered-5'],
      ['ordered-1', 'ordered-4'],
      ['ordered-3'],
    ])
  })
})
