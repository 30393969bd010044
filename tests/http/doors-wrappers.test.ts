import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { gzipSync } from 'node:zlib'
import type { Receipt } from '../../src/event/receipt'
import { startTestApp, type TestApp } from '../support/app'
import { problemOf } from '../support/battery'
import { anEnvelope, anEvent } from '../support/envelopes'
import { receiptIn } from '../support/receipt'

const path = '/caliper/v1p2/events'
const native = '/api/v1/events'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app[Symbol.asyncDispose]())

function post(to: string, body: unknown, headers: Record<string, string> = {}) {
  return app.request(to, {
    method: 'POST',
    headers: { ...app.as(), 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

async function receiptOf(response: Response) {
  expect(response.status).toBe(200)
  return (await response.json()) as Receipt
}

const base64 = (text: string | Uint8Array) => Buffer.from(text).toString('base64')

/** A wrapper of two contents, each the text or the value of one, and how it is named. */
const several: [name: string, wrap: (first: object, second: object) => unknown, type?: string][] = [
  [
    'Kafka REST',
    (first, second) => ({
      records: [
        { key: 'a', value: first },
        { value: second, partition: 1 },
      ],
    }),
    'application/vnd.kafka.json.v2+json',
  ],
  [
    'Kafka REST',
    (first, second) => ({
      records: [
        { value: base64(JSON.stringify(first)) },
        { value: base64(JSON.stringify(second)) },
      ],
    }),
    'application/vnd.kafka.binary.v2+json',
  ],
  [
    'Kafka REST',
    (first, second) => ({
      records: [
        { value: { type: 'JSON', data: first } },
        { value: { type: 'BINARY', data: base64(JSON.stringify(second)) } },
      ],
    }),
  ],
  [
    'Kafka REST',
    (...both) =>
      both.map((value, offset) => ({ topic: 't', key: null, value, partition: 0, offset })),
  ],
  [
    'Amazon Data Firehose',
    (first, second) => ({
      requestId: 'ed4acda5-034f-9f42-bba1-f29aea6d7d8f',
      timestamp: 1578090901599,
      records: [
        { data: base64(`${JSON.stringify(first)}\n`) },
        { data: base64(gzipSync(JSON.stringify(second))) },
      ],
    }),
  ],
  [
    'Amazon SQS',
    (...both) => ({
      Records: both.map((one) => ({
        messageId: 'm',
        body: JSON.stringify(one),
        eventSource: 'aws:sqs',
      })),
    }),
  ],
  ['Amazon SQS', (...both) => ({ Messages: both.map((one) => ({ Body: JSON.stringify(one) })) })],
  [
    'Amazon SNS',
    (...both) => ({ Records: both.map((one) => ({ Sns: { Message: JSON.stringify(one) } })) }),
  ],
  [
    'Amazon Kinesis',
    (...both) => ({
      Records: both.map((one) => ({ kinesis: { data: base64(JSON.stringify(one)) } })),
    }),
  ],
  [
    'CloudEvents',
    (...both) =>
      both.map((data, n) => ({ specversion: '1.0', id: `${n}`, source: '/a', type: 'a.b', data })),
    'application/cloudevents-batch+json',
  ],
  [
    'Azure Event Grid',
    (...both) =>
      both.map((data) => ({
        ...{ id: '1', topic: 't', subject: 's', eventType: 'a.b', dataVersion: '1' },
        ...{ eventTime: '2026-11-28T10:00:00Z', data },
      })),
  ],
  [
    'several JSON texts',
    (...both) => both.map((one) => JSON.stringify(one)).join('\n'),
    'application/x-ndjson',
  ],
  ['several JSON texts', (...both) => both.map((one) => JSON.stringify(one, null, 2)).join('')],
]

const single: [name: string, wrap: (inner: object) => unknown, type?: string][] = [
  ['Kafka REST', (data) => ({ key: { type: 'STRING', data: 'k' }, value: { type: 'JSON', data } })],
  [
    'Amazon SNS',
    (inner) => ({
      ...{ Type: 'Notification', MessageId: 'm', TopicArn: 'arn:aws:sns:a:1:t', Subject: 's' },
      Message: JSON.stringify(inner),
    }),
    'text/plain; charset=UTF-8',
  ],
  [
    'Amazon EventBridge',
    (detail) => ({
      version: '0',
      id: 'i',
      'detail-type': 'a',
      source: 'lms',
      resources: [],
      detail,
    }),
  ],
  [
    'Google Pub/Sub',
    (inner) => ({
      message: { data: base64(JSON.stringify(inner)), messageId: '1', attributes: {} },
      subscription: 'projects/p/subscriptions/s',
    }),
  ],
  [
    'CloudEvents',
    (inner) => ({
      ...{ specversion: '1.0', id: '1', source: '/a', type: 'a.b' },
      data_base64: base64(JSON.stringify(inner)),
    }),
    'application/cloudevents+json',
  ],
  ['a JSON string', (inner) => JSON.stringify(JSON.stringify(inner))],
  [
    'Amazon SQS, Amazon SNS',
    (inner) => ({
      Records: [
        {
          body: JSON.stringify({
            ...{ Type: 'Notification', MessageId: 'm', TopicArn: 't' },
            Message: JSON.stringify(inner),
          }),
        },
      ],
    }),
  ],
]

const all = [
  ...several,
  ...single.map(
    ([name, wrap, type]) =>
      [name, (first: object) => wrap(first), type] as (typeof several)[number],
  ),
]

let number = 0
function anId(): string {
  number += 1
  return `w-${number}`
}
const aNative = () => ({ event_type: 'seen', event_id: anId() })

describe('events in a wrapper', () => {
  for (const [at, [wrapper, wrap, type]] of all.entries()) {
    const bodies = at < several.length ? 2 : 1
    const headers: Record<string, string> = type === undefined ? {} : { 'Content-Type': type }

    it(`are taken out of it and said so: ${wrapper}, Caliper (${at})`, async () => {
      const events = [anEvent(), anEvent()] as const
      const body = wrap(anEnvelope([events[0]]), anEnvelope([events[1]]))
      const receipt = await receiptOf(await post(path, body, headers))
      const ids = events.slice(0, bodies).map(({ id }) => id)
      expect(receipt).toMatchObject({ eventIds: ids, quarantined: [] })
      expect(receipt.unwrapped).toMatchObject({ wrapper, bodies })

      const report = await post(`${path}/validate`, body, headers)
      expect(await report.json()).toMatchObject({
        ...{ valid: true, eventCount: bodies },
        warnings: expect.arrayContaining([expect.objectContaining({ code: 'unwrapped' })]),
      })
    })

    it(`are taken out without an envelope, too: ${wrapper}, Caliper (${at})`, async () => {
      const events = [anEvent(), anEvent()] as const
      const receipt = await receiptOf(await post(path, wrap(...events), headers))
      expect(receipt.eventIds).toEqual(events.slice(0, bodies).map(({ id }) => id))
      const byUrl = `/caliper/in/${app.keys.demo}`
      expect(await receiptOf(await post(byUrl, wrap(...events), headers))).toMatchObject({
        duplicates: bodies,
      })
      expect((await post(`${path}/validate`, wrap(...events), headers)).status).toBe(200)
    })

    it(`are taken out of it and said so: ${wrapper}, native (${at})`, async () => {
      const events = [aNative(), aNative()] as const
      const receipt = await receiptOf(await post(native, wrap(...events), headers))
      expect(receipt.eventIds).toEqual(events.slice(0, bodies).map((one) => one.event_id))
      const report = await post(`${native}/validate`, wrap(...events), headers)
      expect(await report.json()).toMatchObject({ valid: true, eventCount: bodies })
    })
  }

  it('cost the others nothing when one cannot be read, whose part is kept as it came', async () => {
    const good = anEvent()
    const parts = ['{ "no":  "envelope" }', 'not JSON']
    const records = [
      { value: anEnvelope([good]) },
      { value: JSON.parse(parts[0]!) },
      { value: parts[1] },
    ]
    const text = JSON.stringify({ records }).replace('{"no":"envelope"}', parts[0]!)
    const receipt = await receiptOf(await post(path, text))
    expect(receipt.eventIds).toEqual([good.id])
    expect(receipt.quarantined.map(({ index }) => index)).toEqual([1, 2])
    expect(receipt.quarantined[1]!.errors[0]).toMatchObject({ path: [2], code: 'invalid_json' })
    for (const [at, { quarantineId }] of receipt.quarantined.entries()) {
      const held = await app.platform.quarantine.get('default', quarantineId)
      const scope = at === 0 ? 'item' : 'body'
      expect(held).toMatchObject({ raw: parts[at], scope })
    }
  })

  it('keep the bytes of a part that is no text', async () => {
    const bytes = Buffer.from([0x1f, 0x8b, 0xff, 0, 1, 2])
    const record = { data: base64(bytes) }
    const body = { requestId: 'r', timestamp: 1, records: [record] }
    const { quarantined } = await receiptOf(await post(path, body))
    const held = await app.platform.quarantine.get('default', quarantined[0]!.quarantineId)
    expect(Buffer.from(held!.raw, 'base64').equals(bytes)).toBe(true)
  })

  const questions: [name: string, body: unknown, said: string][] = [
    [
      'Amazon SNS',
      {
        ...{ Type: 'SubscriptionConfirmation', MessageId: 'm', TopicArn: 't', Token: 'x' },
        ...{ Message: 'You have chosen', SubscribeURL: 'https://sns.example/?Action=Confirm' },
      },
      'SubscribeURL',
    ],
    [
      'Azure Event Grid',
      [
        {
          ...{ id: '1', topic: 't', subject: '', eventTime: '2026-11-28T10:00:00Z' },
          eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent',
          data: { validationCode: '1', validationUrl: 'https://grid.example/' },
        },
      ],
      'validationUrl',
    ],
  ]
  for (const [name, body, said] of questions) {
    for (const to of [path, native]) {
      it(`are announced by a question of ${name}, which is answered in words at ${to}`, async () => {
        const problem = await problemOf(await post(to, body), 'invalid_request')
        expect(problem.detail).toContain(said)
        expect(problem.errors[0]!.code).toBe('subscription_question')
        const held = await app.platform.quarantine.get('default', problem.quarantineId!)
        expect(held!.raw).toBe(JSON.stringify(body))
        const report = await post(`${to}/validate`, body)
        expect(await report.json()).toMatchObject({
          ...{ valid: false, errors: [{ code: 'subscription_question' }] },
        })
      })
    }
  }

  it('are no wrapper when they only look like one', async () => {
    const event = { event_type: 'sent', records: [{ value: { event_type: 'inner' } }] }
    const receipt = await receiptIn(await post(native, event))
    expect(receipt.eventCount).toBe(1)
    expect(receipt).not.toHaveProperty('unwrapped')
  })
})

describe('Amazon Data Firehose', () => {
  const requestId = 'ed4acda5-034f-9f42-bba1-f29aea6d7d8f'
  const headers = { 'X-Amz-Firehose-Request-Id': requestId, 'Content-Type': 'application/json' }
  const send = (records: unknown[], more: Record<string, string>) =>
    app.request(path, {
      method: 'POST',
      headers: { ...headers, ...more },
      body: JSON.stringify({ requestId, timestamp: 1578090901599, records }),
    })

  it('is told by its own name of the request, with the time, what became of it', async () => {
    const data = base64(JSON.stringify(anEnvelope()))
    const access = { 'X-Amz-Firehose-Access-Key': app.keys.demo }
    for (const more of [access, { ...access, Prefer: 'return=minimal' }]) {
      const response = await send([{ data }], more)
      expect(response.status).toBe(200)
      expect(response.headers.get('Content-Type')).toContain('application/json')
      const answer = (await response.json()) as Record<string, unknown>
      expect(answer).toMatchObject({ requestId, eventCount: 1 })
      expect(Math.abs(Number(answer.timestamp) - Date.now())).toBeLessThan(60_000)
    }
  })

  it('is told so, too, when it is refused', async () => {
    const response = await send([], { 'X-Amz-Firehose-Access-Key': 'nk_wrong' })
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({
      ...{ requestId, timestamp: expect.any(Number), errorMessage: expect.any(String) },
    })
  })
})
