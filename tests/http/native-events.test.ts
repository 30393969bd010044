import { describe, expect, it } from 'bun:test'
import { startTestApp, type TestApp } from '../support/app'
import { batteryOf, problemOf } from '../support/battery'
import { receiptIn } from '../support/receipt'

const path = '/api/v1/events'
const event = { event_type: 'example_seen', user_id: 'u1', properties: { page: 7 } }

async function post(app: TestApp, body: string, type = 'application/json') {
  const headers = { ...app.as(), 'Content-Type': type }
  return app.request(path, { method: 'POST', headers, body })
}

describe('POST /api/v1/events', () => {
  it('keeps one event as the record every standard ends in', async () => {
    await using app = await startTestApp()
    const sent = { ...event, timestamp: '2026-11-21T10:30:00+01:00', source: 'reader' }
    const { eventIds, ...receipt } = await receiptIn(await post(app, JSON.stringify(sent)))
    expect(receipt).toMatchObject({ eventCount: 1, entityCount: 0, duplicates: 0, quarantined: [] })

    const record = await app.platform.events.get('default', eventIds[0]!)
    expect(record).toMatchObject({
      kind: 'event',
      standard: 'native',
      type: 'example_seen',
      actorId: 'u1',
      edAppId: 'reader',
      eventTime: '2026-11-21T09:30:00.000Z',
      raw: JSON.stringify(sent),
    })
  })

  it('keeps the good ones of an array and quarantines the others by index', async () => {
    await using app = await startTestApp()
    const receipt = await receiptIn(await post(app, JSON.stringify([event, 7, event, {}])))
    expect(receipt.eventCount).toBe(2)
    expect(receipt.quarantined).toMatchObject([
      { index: 1, errors: [{ path: [1] }] },
      { index: 3, errors: [{ path: [3, 'event_type'], message: 'Required' }] },
    ])
  })

  for (const type of ['application/x-ndjson', 'application/jsonl; charset=utf-8']) {
    it(`reads one event a line of ${type}, each line on its own`, async () => {
      await using app = await startTestApp()
      const lines = [JSON.stringify(event), '{broken', '', '{"event_type":"left"}']
      const receipt = await receiptIn(await post(app, lines.join('\r\n'), type))
      expect(receipt.eventCount).toBe(2)
      expect(receipt.quarantined).toMatchObject([{ index: 1, errors: [{ code: 'invalid_json' }] }])
    })
  }

  it('counts a resend of an event that names its time as a duplicate', async () => {
    await using app = await startTestApp()
    const text = JSON.stringify({ ...event, timestamp: 1_763_717_400 })
    const first = await receiptIn(await post(app, text))
    const again = await receiptIn(await post(app, text))
    expect(again).toMatchObject({ eventIds: first.eventIds, duplicates: 1 })
  })

  it('answers {} to Prefer: return=minimal', async () => {
    await using app = await startTestApp()
    const headers = { ...app.as(), Prefer: 'return=minimal' }
    const response = await app.request(path, { method: 'POST', headers, body: '[]' })
    expect(await response.json()).toEqual({})
  })

  it('keeps a body that is neither an object nor an array in quarantine', async () => {
    await using app = await startTestApp()
    const { quarantineId } = await problemOf(await post(app, '"text"'), 'invalid_request')
    const kept = await app.platform.quarantine.get('default', quarantineId!)
    expect(kept).toMatchObject({ scope: 'body', standard: 'native', raw: '"text"' })
  })
})

batteryOf({
  method: 'POST',
  path,
  scope: 'events:write',
  otherMethod: 'PUT',
  body: { type: 'application/json', text: JSON.stringify(event) },
})
