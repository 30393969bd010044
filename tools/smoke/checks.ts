import { randomUUID } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { type Answer, type Deployment, equal, expect, sendJson } from './calling'

/** A check tests one promise. `run` throws a sentence when the promise is broken. */
export interface Check {
  promise: string
  run(deployment: Deployment): Promise<void>
}

const EVENTS = '/caliper/v1p2/events'
const CONTEXT = 'http://purl.imsglobal.org/ctx/caliper/v1p2'

// So many events fit no single write: a request that is stored in parts must still be answered as
// one.
const LARGE_BATCH = 300

/** The checks test everything that a sender is promised, the most important first. */
export const checks: Check[] = [
  {
    promise: 'it is up, and ready to take events',
    async run({ call }) {
      expect(await call('/health'), 200)
      expect(await call('/ready'), 200)
    },
  },
  {
    promise: 'an event is acknowledged, and can be read back as it was sent',
    async run(deployment) {
      const event = anEvent()
      const { eventIds } = receiptOf(await post(deployment, envelopeOf([event])))
      equal(eventIds, [event.id], 'eventIds')
      const path = `/analytics/events/${encodeURIComponent(event.id)}`
      equal(expect(await deployment.call(path), 200), event, 'the event')
    },
  },
  {
    promise: 'the same event again is recognised',
    async run(deployment) {
      const envelope = envelopeOf([anEvent()])
      equal(receiptOf(await post(deployment, envelope)).duplicates, 0, 'duplicates')
      equal(receiptOf(await post(deployment, envelope)).duplicates, 1, 'duplicates')
    },
  },
  {
    promise: `${LARGE_BATCH} events in one compressed envelope are all kept`,
    async run({ call }) {
      const events = Array.from({ length: LARGE_BATCH }, anEvent)
      const body = gzipSync(JSON.stringify(envelopeOf(events)))
      const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
      const answer = await call(EVENTS, { method: 'POST', headers, body })
      equal(receiptOf(answer).eventIds.length, LARGE_BATCH, 'eventIds')
    },
  },
  {
    promise: 'an item that is no event is set aside, and its neighbours are kept',
    async run(deployment) {
      const { eventIds, quarantined } = receiptOf(
        await post(deployment, envelopeOf([anEvent(), {}])),
      )
      equal(eventIds.length, 1, 'eventIds')
      equal(quarantined[0]?.index, 1, 'the index of the quarantined item')
    },
  },
  {
    promise: 'a document is explained by the standard’s text',
    async run(deployment) {
      const { type, ...untyped } = anEvent()
      const answer = await post(deployment, envelopeOf([untyped]), `${EVENTS}/validate`)
      const text = JSON.stringify(expect(answer, 400))
      if (!text.includes('["data",0,"type"]'))
        throw new Error(`no word of the missing type: ${text}`)
    },
  },
  {
    promise: 'nobody gets in without a key, or with a wrong one',
    async run({ call }) {
      expect(await call('/analytics/events', { key: '' }), 401)
      expect(await call('/analytics/events', { key: 'nk_wrong' }), 401)
    },
  },
  {
    promise: 'its API is described, and the description can be read',
    async run({ call }) {
      const document = expect(await call('/openapi.json'), 200) as { openapi?: string }
      equal(document.openapi, '3.1.0', 'openapi')
      expect(await call('/docs'), 200)
    },
  },
]

function anEvent() {
  return {
    '@context': CONTEXT,
    id: `urn:uuid:${randomUUID()}`,
    type: 'ViewEvent',
    profile: 'ReadingProfile',
    actor: { id: 'https://nonius.example/smoke-test/learner', type: 'Person' },
    action: 'Viewed',
    object: { id: 'https://nonius.example/smoke-test/page', type: 'Document' },
    eventTime: new Date().toISOString(),
  }
}

function envelopeOf(data: unknown[]) {
  const sensor = 'https://nonius.example/smoke-test'
  return { sensor, sendTime: new Date().toISOString(), dataVersion: CONTEXT, data }
}

function post(deployment: Deployment, envelope: unknown, path = EVENTS): Promise<Answer> {
  return sendJson(deployment, 'POST', path, envelope)
}

interface SeenReceipt {
  eventIds: string[]
  duplicates: number
  quarantined: { index: number }[]
}

function receiptOf(answer: Answer): SeenReceipt {
  return expect(answer, 200) as SeenReceipt
}
