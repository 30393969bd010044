import { describe, expect, it } from 'bun:test'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'
import { startConsumers } from '../../src/changes/consumers'
import { createGuard } from '../../src/outbound/guard'
import { silentLog as log } from '../../src/telemetry/log'
import { createDeliverer } from '../../src/webhooks/deliverer'
import { createSend } from '../../src/webhooks/send'
import { startTestApp } from '../support/app'
import { aReceiver, until } from '../support/deliveries'
import { anEnvelope, anEvent } from '../support/envelopes'
import { aGradeEvent, aViewEvent } from '../support/events'

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

  async function post(path: string, body: unknown) {
    const headers = { ...test.as(), 'Content-Type': 'application/json' }
    const reply = await test.request(path, { method: 'POST', headers, body: JSON.stringify(body) })
    expect(reply.ok).toBe(true)
    return reply.json() as Promise<Record<string, string>>
  }

  return { post, [Symbol.asyncDispose]: () => held.disposeAsync() }
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
