import { expect, it } from 'bun:test'
import { randomUUID } from 'node:crypto'
import { startConsumers } from '../../src/changes/consumers'
import { unbounded } from '../../src/memory/budget'
import { createGuard } from '../../src/outbound/guard'
import { xapi } from '../../src/standards/xapi/standard'
import { silentLog as log } from '../../src/telemetry/log'
import { createDeliverer } from '../../src/webhooks/sending/deliverer'
import { createSend } from '../../src/webhooks/sending/send'
import { startTestApp } from '../support/app'
import { aReceiver, until } from '../support/deliveries'
import { anEnvelope } from '../support/envelopes'
import { openLake } from '../support/lake'

// One thing that happened, told in each standard, and beside each something else.

const site = 'https://school.example'
const eventTime = '2026-11-21T09:30:00.000Z'

const caliper = (action: string) => ({
  '@context': 'http://purl.imsglobal.org/ctx/caliper/v1p2',
  id: `urn:uuid:${randomUUID()}`,
  type: 'AssignableEvent',
  actor: { id: `${site}/users/1`, type: 'Person' },
  action,
  object: { id: `${site}/quiz/1`, type: 'Assessment' },
  eventTime,
})

const statement = (verb: string) => ({
  id: randomUUID(),
  actor: { mbox: 'mailto:sally@school.example' },
  verb: { id: `http://adlnet.gov/expapi/verbs/${verb}` },
  object: {
    id: `${site}/quiz/1`,
    definition: { type: 'http://adlnet.gov/expapi/activities/assessment' },
  },
  timestamp: eventTime,
})

const native = (event_type: string) => ({ event_type, user_id: 'u-1', timestamp: eventTime })

it('one filter, one webhook and one SQL query find what means the same in all three standards', async () => {
  await using receiver = aReceiver()
  await using test = await startTestApp({ config: { allowPrivateWebhooks: true } })
  const { platform, clock, services } = test
  const send = createSend({ guard: createGuard({ allowPrivate: true }) })

  async function post(path: string, body: unknown) {
    const headers = { ...test.as(), 'Content-Type': 'application/json' }
    const reply = await test.request(path, { method: 'POST', headers, body: JSON.stringify(body) })
    expect(reply.ok).toBe(true)
  }

  const meant = [caliper('Completed'), statement('completed'), native('Completed')] as const
  const idsOf = (documents: unknown[]) => documents.map((one) => JSON.stringify(one)).sort()
  {
    await using deliverer = createDeliverer({ ...platform, send, clock, log })
    const following = { archiveFlushSeconds: 60, clock, log, onEnqueued: deliverer.poke }
    await using _ = startConsumers(platform, following)

    const filters = [{ commonAction: 'Completed' }]
    await post('/webhooks', { name: 'W', targetUrl: receiver.url, events: ['*'], filters })
    await post('/caliper/v1p2/events', anEnvelope([meant[0], caliper('Started')]))
    await post('/api/v1/events', [meant[2], native('lesson_completed')])
    const text = JSON.stringify([meant[1], statement('juggled')])
    await services!.ingest({
      sender: { tenantId: 'default', sourceId: 'demo', server: { requestId: randomUUID() } },
      standard: xapi,
      form: 'document',
      context: { version: '1.0.3' },
      body: { lease: unbounded, encoding: 'identity', text, hasRoom: true },
    })

    const told = () => receiver.received.flatMap(({ body }) => JSON.parse(body).data as unknown[])
    await until(() => told().length >= meant.length)
    await Bun.sleep(200) // for what should not come
    expect(idsOf(told())).toEqual(idsOf([...meant]))
  }

  const found = await test.request('/analytics/events?commonAction=Completed', {
    headers: test.as(),
  })
  const { events } = (await found.json()) as { events: unknown[] }
  expect(idsOf(events)).toEqual(idsOf([...meant]))

  await using lake = openLake(test.config.dataDir)
  const { rows } = await lake.query(
    `SELECT standard, common_action, count(*)::INTEGER FROM events WHERE kind = 'event' GROUP BY ALL ORDER BY ALL`,
  )
  expect(rows).toEqual([
    ['caliper', 'Completed', 1],
    ['caliper', 'Started', 1],
    ['native', 'Completed', 1],
    ['native', null, 1],
    ['xapi', 'Completed', 1],
    ['xapi', null, 1],
  ])
}, 60_000)
