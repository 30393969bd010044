import { describe, expect, it } from 'bun:test'
import { aRecord } from '../../../tests/support/webhooks'
import type { EventRecord } from '../../event/record'
import type { Webhook } from '../../platform/registry/webhooks'
import { compose } from './compose'

const enqueuedAt = '2026-11-29T12:00:00.000Z'
const raw =
  '{"id":"urn:a 1","type":"ViewEvent","actor":{"id":"urn:ada","name":"Ada"},"object":{"items":[{"id":"urn:i","n":1.00000000000000000001}]}}'
const fields = {
  tenantId: 'north',
  sourceId: 'canvas 1',
  eventId: 'urn:a 1',
  objectId: 'urn:o',
  raw,
}

const record = (more: Partial<EventRecord> = {}) => aRecord({ ...fields, ...more })

function composed(webhook: Partial<Webhook>, ...records: EventRecord[]) {
  const { body, headers } = compose(webhook, { enqueuedAt }, records)
  return { text: body.toString(), bytes: body.length, type: headers['content-type'] }
}

const parsed = (webhook: Partial<Webhook>, ...records: EventRecord[]) =>
  JSON.parse(composed(webhook, ...records).text)

const repair = { by: 'key_1', at: '2026-11-28T00:00:00.000Z', paths: ['/actor'] }

describe('A message', () => {
  it('has events as they were sent, to the letter', () => {
    expect(composed({}, record(), record())).toEqual({
      text: `{"type":"events","timestamp":"${enqueuedAt}","data":[${raw},${raw}]}`,
      bytes: expect.any(Number),
      type: 'application/json',
    })
  })

  it('has what is chosen of them, with all digits', () => {
    const { text } = composed({ fields: ['/actor/id', 'object.items.n'] }, record())
    expect(text).toContain(
      '"data":[{"actor":{"id":"urn:ada"},"object":{"items":[{"n":1.00000000000000000001}]}}]',
    )
  })

  it('has an empty object for an event with nothing of what is chosen', () => {
    expect(parsed({ fields: ['payload.score'] }, record()).data).toEqual([{}])
  })

  it('marks what was repaired, in each format', () => {
    const records = [record(), record({ repair })]
    const marked = { repaired: [{ index: 1, ...repair }] }
    expect(parsed({}, ...records)).toMatchObject(marked)
    expect(parsed({ format: 'record' }, ...records)).toMatchObject(marked)
    const [first, second] = parsed({ format: 'cloudevents' }, ...records)
    expect(first).not.toHaveProperty('repairedby')
    expect(second).toMatchObject({ repairedby: 'key_1', repairedat: repair.at })
  })

  it('has records as reading them has', () => {
    const { contentDigest: _, ...shown } = record({ contentDigest: 'x' })
    expect(parsed({ format: 'record' }, record({ contentDigest: 'x' })).data).toEqual([shown])
    const chosen = ['actor_id', 'eventId', 'server.requestId', 'conformant']
    const { eventId, conformant, actorId, server } = shown
    expect(parsed({ format: 'record', fields: chosen }, record()).data).toEqual([
      JSON.parse(
        JSON.stringify({ eventId, conformant, actorId, server: { requestId: server.requestId } }),
      ),
    ])
  })

  it('has ids, types and links of thin events', () => {
    const link = '/analytics/events/urn%3Aa%201'
    const { type } = record()
    expect(parsed({ format: 'thin' }, record()).data).toEqual([{ id: 'urn:a 1', type, link }])
  })

  it('is a notice of its own form, in whatever format', () => {
    const notice = { type: 'nonius.webhook.disabled', at: enqueuedAt, data: { by: 'gone' } }
    for (const format of ['raw', 'cloudevents', 'thin'] as const) {
      const { body, headers } = compose({ format, fields: ['actor'] }, { enqueuedAt, notice }, [])
      expect(headers).toEqual({ 'content-type': 'application/json' })
      const { type, data } = notice
      expect(JSON.parse(body.toString())).toEqual({ type, timestamp: enqueuedAt, data })
    }
  })
})

describe('CloudEvents', () => {
  const one = { maxEvents: 1, maxSeconds: 0 }

  it('are one in structured mode where one is taken at a time', () => {
    const { text, type } = composed({ format: 'cloudevents', batch: one }, record())
    expect(type).toBe('application/cloudevents+json')
    const { type: eventType, standard, eventTime, receivedAt } = record()
    expect(JSON.parse(text)).toEqual({
      specversion: '1.0',
      id: 'urn:a 1',
      source: '/tenants/north/sources/canvas%201',
      type: `nonius.${standard}.${eventType}`,
      subject: 'urn:o',
      time: eventTime,
      datacontenttype: 'application/json',
      receivedat: receivedAt,
      data: JSON.parse(raw),
    })
    expect(text).toEndWith(`"data":${raw}}`)
  })

  it('are a batch otherwise, also of one', () => {
    for (const batch of [undefined, { maxEvents: 100, maxSeconds: 1 }]) {
      const { text, type } = composed({ format: 'cloudevents', batch }, record())
      expect(type).toBe('application/cloudevents-batch+json')
      expect(JSON.parse(text)).toHaveLength(1)
    }
    // It was enqueued before the webhook took one at a time.
    const { text, type } = composed({ format: 'cloudevents', batch: one }, record(), record())
    expect(type).toBe('application/cloudevents-batch+json')
    expect(JSON.parse(text)).toHaveLength(2)
  })

  it('have no subject beside chosen fields, and those alone', () => {
    const [event] = parsed({ format: 'cloudevents', fields: ['actor.id'] }, record())
    expect(event).not.toHaveProperty('subject')
    expect(event.data).toEqual({ actor: { id: 'urn:ada' } })
  })

  it('have attributes without control characters, whatever was sent', () => {
    const odd = record({ eventId: 'a\n\u0085b\ud800', type: 'x\0', objectId: '' })
    const [event] = parsed({ format: 'cloudevents' }, odd)
    expect(event).toMatchObject({ id: 'a%0A%C2%85b\ufffd', type: expect.stringMatching(/\.x%00$/) })
    expect(event).not.toHaveProperty('subject')
  })
})

describe('A message that would be too large', () => {
  const large = (bytes: number, eventId: string) =>
    record({ eventId, raw: `{"x":"${'é'.repeat(bytes / 2)}"}` })
  const maxBytes = 16 * 1024

  it('has the largest events thin, as many as must be, and says which', () => {
    const records = [large(9000, 'a'), large(12_000, 'b'), large(2000, 'c'), large(400, 'd')]
    const { text, bytes } = composed({ maxBytes }, ...records)
    expect(bytes).toBeLessThanOrEqual(maxBytes)
    const { data, thin } = JSON.parse(text)
    const { type } = record()
    expect(data[1]).toEqual({ id: 'b', type, link: '/analytics/events/b' })
    expect([data[0], data[2], data[3]].map(({ x }) => x.length)).toEqual([4500, 1000, 200])
    expect(thin).toEqual([{ index: 1, bytes: 12_008 }])
  })

  it('has an event thin that is larger than a message, in each format', () => {
    for (const format of ['raw', 'record', 'cloudevents'] as const) {
      for (const maxEvents of [1, 100]) {
        const batch = { maxEvents, maxSeconds: 0 }
        const { text, bytes } = composed({ format, batch }, large(300_000, 'big'))
        expect(bytes).toBeLessThan(1000)
        expect(text).toContain('"link":"/analytics/events/big"')
        expect(text).toMatch(/"bytes":30\d{4}|"thinbytes":30\d{4}/)
      }
    }
    expect(composed({ maxBytes: 512 * 1024 }, large(300_000, 'big')).bytes).toBeGreaterThan(300_000)
  })

  it('is within the limit to the byte', () => {
    const fits = composed({ maxBytes }, large(16_000, 'a'))
    const spare = maxBytes - fits.bytes
    const exact = composed({ maxBytes }, large(16_000 + spare - (spare % 2), 'a'))
    expect(exact.text).not.toContain('"thin"')
    expect(maxBytes - exact.bytes).toBeLessThan(2)
    expect(composed({ maxBytes }, large(16_002 + spare, 'a')).text).toContain('"thin":[{"index":0')
  })

  it('leaves out none, also where ids alone are larger', () => {
    const many = Array.from({ length: 500 }, (_, at) =>
      record({ eventId: `${at}`, raw: `{"x":${at}}` }),
    )
    const { text } = composed({ format: 'record', maxBytes }, ...many)
    expect(JSON.parse(text).data).toHaveLength(500)
    expect(JSON.parse(composed({ format: 'thin', maxBytes }, ...many).text).data).toHaveLength(500)
  })
})
