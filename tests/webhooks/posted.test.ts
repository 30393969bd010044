import { describe, expect, it } from 'bun:test'
import { gunzipSync } from 'node:zlib'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'
import type { EventRecord } from '../../src/event/record'
import type { DeliveryFormat, Webhook } from '../../src/platform/registry/webhooks'
import { compose } from '../../src/webhooks/message/compose'
import { newKeyPair } from '../../src/webhooks/message/key-pair'
import { newWebhookSecret } from '../../src/webhooks/message/secret'
import { ENVELOPE_BYTES, sizeIn } from '../../src/webhooks/message/sizes'
import { aRecord, start } from '../support/deliveries'
import { posted } from '../support/posted'

const raw = '{"id":"urn:a","type":"ViewEvent","name":"Jürgen ☕ 🎓","n":1.00000000000000000001}'
const repair = { by: 'key_1', at: start.toISOString() }
const secret = newWebhookSecret()

describe('A message as it is posted', () => {
  it('is compressed when that is asked for, and signed as it was before', async () => {
    const records = Array.from({ length: 50 }, () => aRecord({ raw }))
    const plain = await posted({ secret }, records)
    const { headers, body } = await posted({ secret, contentEncoding: 'gzip' }, records)
    expect(plain.headers).not.toHaveProperty('content-encoding')
    expect(headers).toMatchObject({
      'content-encoding': 'gzip',
      'content-length': `${body.length}`,
      'content-type': 'application/json',
    })
    expect(body.length).toBeLessThan(plain.body.length / 10)
    expect(gunzipSync(body).equals(plain.body)).toBe(true)
    const text = gunzipSync(body).toString()
    for (const Verifier of [StandardWebhook, SvixWebhook]) {
      expect(new Verifier(secret).verify(text, headers)).toEqual(JSON.parse(text))
    }
  })

  it('has the headers of its webhook, but none in the place of ours', async () => {
    // Such names are refused; a registry might hold them all the same.
    const own = {
      authorization: 'Bearer x',
      'user-agent': 'evil',
      'webhook-id': 'evil',
      'content-type': 'evil',
    }
    const { headers } = await posted({ secret, headers: own }, [aRecord({ raw })])
    expect(headers).toMatchObject({
      authorization: 'Bearer x',
      'user-agent': 'Nonius-Webhooks',
      'content-type': 'application/json',
      'webhook-id': expect.stringMatching(/^msg_/),
    })
  })

  it('says what CloudEvents are', async () => {
    const one = { format: 'cloudevents', batch: { maxEvents: 1, maxSeconds: 0 } } as const
    const { headers } = await posted(one, [aRecord({ raw })])
    expect(headers['content-type']).toBe('application/cloudevents+json')
    const { headers: several } = await posted({ format: 'cloudevents' }, [aRecord({ raw })])
    expect(several['content-type']).toBe('application/cloudevents-batch+json')
  })

  it('is signed when it is sent, with all that is good then', async () => {
    const [first, second] = [newKeyPair(), newKeyPair()]
    const [before, long] = [newWebhookSecret(), newWebhookSecret()]
    const at = (ms: number) => new Date(Date.now() + ms).toISOString()
    const { headers, body } = await posted(
      {
        ...{ secret, signatures: ['v1', 'v1a'], privateKey: first.privateKey },
        former: [
          { secret: before, privateKey: second.privateKey, until: at(10_000) },
          { secret: long, until: at(-1) },
        ],
      },
      [aRecord({ raw })],
    )
    const schemes = headers['webhook-signature']!.split(' ').map((one) => one.split(',')[0])
    expect(schemes).toEqual(['v1', 'v1', 'v1a', 'v1a'])
    for (const good of [secret, before]) new StandardWebhook(good).verify(body.toString(), headers)
    expect(() => new StandardWebhook(long).verify(body.toString(), headers)).toThrow()
  })

  it('is a notice without events', async () => {
    const notice = {
      type: 'nonius.webhook.failing',
      at: start.toISOString(),
      data: { failures: 3 },
    }
    const { headers, body } = await posted({ secret, contentEncoding: 'gzip' }, [], notice)
    const text = gunzipSync(body).toString()
    expect(new StandardWebhook(secret).verify(text, headers)).toEqual({
      ...{ type: notice.type, timestamp: notice.at, data: notice.data },
    })
  })
})

describe('What an event is said to take of a body', () => {
  const odd = '"\\\n é ☕ 🎓'.repeat(30)
  const records: EventRecord[] = [
    aRecord({ raw }),
    aRecord({ raw: JSON.stringify({ odd }), repair }),
    aRecord({ eventId: odd, type: odd, objectId: odd, actorName: odd, raw: '{}' }),
    aRecord({ eventId: 'x'.repeat(2048), raw: JSON.stringify({ odd }), repair }),
  ]
  const formats: DeliveryFormat[] = ['raw', 'record', 'thin', 'cloudevents']
  const settings: Partial<Webhook>[] = formats.flatMap((format) => [
    { format },
    ...(format === 'raw' || format === 'cloudevents' ? [{ format, fields: ['odd'] }] : []),
    ...(format === 'record' ? [{ format, fields: ['raw', 'eventId'] }] : []),
  ])
  for (const webhook of settings) {
    it(`is enough, with ${JSON.stringify(webhook)}`, () => {
      for (const some of [
        ...records.map((one) => [one]),
        records,
        records.flatMap((one) => Array(100).fill(one)),
      ]) {
        const said = some.reduce((sum, one) => sum + sizeIn(webhook, one), ENVELOPE_BYTES)
        const roomy = { ...webhook, maxBytes: 6 * 1024 * 1024 }
        const { body } = compose(roomy, { enqueuedAt: start.toISOString() }, some)
        expect(body.length).toBeLessThanOrEqual(said)
      }
    })
  }
})
