import { describe, expect, it } from 'bun:test'
import { gzipSync } from 'node:zlib'
import type { Receipt } from '../../src/event/receipt'
import { startTestApp, type TestApp } from '../support/app'
import { batteryOf, problemOf } from '../support/battery'
import { aDescribe, anEnvelope, anEnvelopeText, anEvent } from '../support/envelopes'
import { notOnAws } from '../support/not-on-aws'
import { shared } from '../support/shared'

const path = '/caliper/v1p2/events'

function post(app: TestApp, body: unknown, headers: Record<string, string> = {}) {
  return app.request(path, {
    method: 'POST',
    headers: { ...app.as(), 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

async function receiptOf(response: Response): Promise<Receipt> {
  expect(response.status).toBe(200)
  return (await response.json()) as Receipt
}

describe('POST /caliper/v1p2/events', () => {
  it('answers with what is now held: events and entities, in order', async () => {
    await using app = await startTestApp()
    const [first, second] = [anEvent(), anEvent()]
    const described = aDescribe()
    const response = await post(app, anEnvelope([first, described, second]))

    expect(await receiptOf(response)).toEqual({
      requestId: response.headers.get('X-Request-Id')!,
      eventCount: 2,
      eventIds: [first.id, second.id],
      entityCount: 1,
      entityIds: [described.id],
      duplicates: 0,
      quarantined: [],
    })
    const held = await app.platform.events.get('default', first.id)
    expect(JSON.parse(held!.raw)).toEqual(first)
  })

  it('counts a resend as duplicates and still names every event', async () => {
    await using app = await startTestApp()
    const envelope = anEnvelope([anEvent(), aDescribe()])
    const first = await receiptOf(await post(app, envelope))
    const again = await receiptOf(await post(app, envelope))
    expect(again).toEqual({ ...first, requestId: again.requestId, duplicates: 2 })
  })

  it('keeps the good items of an envelope and quarantines the others with their reasons', async () => {
    await using app = await startTestApp()
    const good = anEvent()
    const { type: _, ...untyped } = anEvent()
    const receipt = await receiptOf(await post(app, anEnvelope([untyped, good, 'nonsense'])))

    expect(receipt.eventIds).toEqual([good.id])
    expect(receipt.quarantined).toMatchObject([
      { index: 0, id: untyped.id, errors: [{ path: ['data', 0, 'type'], message: 'Required' }] },
      { index: 2, errors: [{ path: ['data', 2] }] },
    ])
    const { quarantineId } = receipt.quarantined[0]!
    const item = await app.platform.quarantine.get('default', quarantineId)
    expect(JSON.parse(item!.raw)).toEqual(untyped)
  })

  it('keeps the first of two events with one id and quarantines the other', async () => {
    await using app = await startTestApp()
    const first = anEvent()
    await post(app, anEnvelope([first]))
    const other = { ...first, eventTime: '2026-01-01T00:00:00.000Z' }
    const receipt = await receiptOf(await post(app, anEnvelope([other])))
    expect(receipt).toMatchObject({ eventCount: 0, eventIds: [], quarantined: [{ id: first.id }] })
    expect(JSON.parse((await app.platform.events.get('default', first.id))!.raw)).toEqual(first)
  })

  it('stamps what the server saw, and nothing that the sender claims', async () => {
    await using app = await startTestApp()
    const event = anEvent({ server: { ip: '1.2.3.4' }, tenantId: 'other' })
    const headers = { 'User-Agent': 'sensor/1.0', 'X-Forwarded-For': '5.6.7.8' }
    const { requestId } = await receiptOf(await post(app, anEnvelope([event]), headers))

    const [key] = (await app.platform.registry.keys.list('default')).filter(
      ({ name }) => name === 'demo',
    )
    const record = await app.platform.events.get('default', event.id)
    expect(record).toMatchObject({ tenantId: 'default', sourceId: 'demo' })
    expect(record!.server).toEqual({
      subject: key!.keyId,
      ip: '192.0.2.7',
      userAgent: 'sensor/1.0',
      requestId,
    })
  })

  const asked = shared(startTestApp)
  for (const prefer of [
    'return=minimal',
    'respond-async, return=minimal',
    'RETURN="minimal"',
    'return=minimal; foo=1',
  ]) {
    it(`answers {} to "Prefer: ${prefer}", with everything stored`, async () => {
      const app = await asked()
      const event = anEvent()
      const response = await post(app, anEnvelope([event]), { Prefer: prefer })
      expect(response.status).toBe(200)
      expect(await response.json()).toEqual({})
      expect(response.headers.get('Preference-Applied')).toBe('return=minimal')
      expect(await app.platform.events.get('default', event.id)).toBeDefined()
    })
  }

  for (const prefer of ['return=representation', 'return=minimalist', 'noreturn=minimal', '']) {
    it(`answers with a receipt to "Prefer: ${prefer}"`, async () => {
      await using app = await startTestApp()
      const response = await post(app, anEnvelope(), { Prefer: prefer })
      expect(await response.json()).toHaveProperty('eventCount', 1)
      expect(response.headers.has('Preference-Applied')).toBe(false)
    })
  }

  const schemes = shared(startTestApp)
  for (const scheme of ['Bearer ', 'bearer ', 'BEARER ', '']) {
    it(`takes a key after "${scheme}"`, async () => {
      const app = await schemes()
      const Authorization = `${scheme}${app.keys.demo}`
      expect((await post(app, anEnvelope(), { Authorization })).status).toBe(200)
    })
  }

  const notEnvelopes: [name: string, body: unknown][] = [
    ['an array', [anEvent()]],
    ['an event without an envelope', anEvent()],
    ['data that is no array', { ...anEnvelope(), data: {} }],
    ['no data', {}],
    ['a string', 'text'],
    ['null', null],
  ]
  const rows = shared(startTestApp)
  for (const [name, body] of notEnvelopes) {
    it(`refuses ${name} as no envelope, and keeps it in quarantine`, async () => {
      const app = await rows()
      const text = JSON.stringify(body)
      const { errors, quarantineId } = await problemOf(await post(app, text), 'invalid_envelope')
      expect(errors.length).toBeGreaterThan(0)
      const kept = await app.platform.quarantine.get('default', quarantineId!)
      expect(kept).toMatchObject({ scope: 'body', standard: 'caliper', raw: text, errors })
    })
  }

  it('keeps a body that is not JSON in quarantine, once however often it comes', async () => {
    await using app = await startTestApp()
    const first = await problemOf(await post(app, '{"data": ['), 'invalid_json')
    const again = await problemOf(await post(app, '{"data": ['), 'invalid_json')
    expect(again.quarantineId).toBe(first.quarantineId!)
    const { items } = await app.platform.quarantine.list('default', { limit: 10 })
    expect(items).toHaveLength(1)
    expect(items[0]).toMatchObject({ raw: '{"data": [', server: { ip: '192.0.2.7' } })
  })

  it('keeps bytes that cannot be decompressed', async () => {
    await using app = await startTestApp()
    const bytes = gzipSync(anEnvelopeText()).subarray(0, 100)
    const headers = { ...app.as(), 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' }
    const response = await app.request(path, { method: 'POST', headers, body: bytes })
    const { quarantineId } = await problemOf(response, 'invalid_encoding')
    const kept = await app.platform.quarantine.get('default', quarantineId!)
    expect(Buffer.from(kept!.raw, 'base64')).toEqual(bytes)
  })

  it('refuses a version that is not supported with 422', async () => {
    await using app = await startTestApp()
    const envelope = anEnvelope([anEvent()], { dataVersion: 'http://example.org/caliper/v9' })
    const problem = await problemOf(await post(app, envelope), 'unsupported_version')
    expect(problem.errors[0]?.path).toEqual(['dataVersion'])
    expect(problem.quarantineId).toBeString()
  })

  it('keeps no body of someone whose key may not send', async () => {
    await using app = await startTestApp()
    const reader = await app.issue(['events:read'])
    await post(app, '{"data": [', app.as(reader))
    expect((await app.platform.quarantine.list('default', { limit: 1 })).items).toEqual([])
  })

  notOnAws('decoded before')('quarantines an item that is not UTF-8 alone', async () => {
    await using app = await startTestApp()
    const event = anEvent({ extensions: { city: 'Zürich', country: 'Österreich' } })
    const utf8 = Buffer.from(JSON.stringify(anEnvelope([event, anEvent()]))).toString('latin1')
    const latin1 = Buffer.from(utf8.replace('Z\xc3\xbcrich', 'Z\xfcrich'), 'latin1')
    const headers = { ...app.as(), 'Content-Type': 'application/json' }
    const response = await app.request(path, { method: 'POST', headers, body: latin1 })
    const { eventCount, quarantined } = await receiptOf(response)
    expect(eventCount).toBe(1)
    expect(quarantined).toMatchObject([{ index: 0, id: event.id }])
    expect(quarantined[0]!.errors[0]!.code).toBe('invalid_charset')
  })
})

batteryOf({
  method: 'POST',
  path,
  scope: 'events:write',
  refusal: 'insufficient_scope',
  otherMethod: 'PUT',
  body: { type: 'application/json', text: anEnvelopeText() },
})
