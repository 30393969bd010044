import { describe, expect, it } from 'bun:test'
import type { Receipt } from '../../src/event/receipt'
import { startTestApp, type TestApp } from '../support/app'
import { problemOf } from '../support/battery'
import { aDescribe, anEnvelope, anEvent } from '../support/envelopes'

const routes = {
  '/caliper/v1p2/events': (app: TestApp) => ({ path: '/caliper/v1p2/events', headers: app.as() }),
  '/caliper/in/{key}': (app: TestApp) => ({ path: `/caliper/in/${app.keys.demo}`, headers: {} }),
}

for (const [name, address] of Object.entries(routes)) {
  describe(`POST ${name} with an array of envelopes, as Open edX batches them`, () => {
    function post(app: TestApp, body: unknown) {
      const { path, headers } = address(app)
      const json = { 'Content-Type': 'application/json' }
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      return app.request(path, { method: 'POST', headers: { ...headers, ...json }, body: text })
    }

    async function receiptOf(response: Response): Promise<Receipt> {
      expect(response.status).toBe(200)
      return (await response.json()) as Receipt
    }

    it('keeps what is in all of them, and answers with one receipt', async () => {
      await using app = await startTestApp()
      const [first, second, third] = [anEvent(), anEvent(), anEvent()]
      const described = aDescribe()
      const response = await post(app, [
        anEnvelope([first]),
        anEnvelope([second, described, third]),
      ])
      expect(await receiptOf(response)).toEqual({
        requestId: response.headers.get('X-Request-Id')!,
        eventCount: 3,
        eventIds: [first.id, second.id, third.id],
        entityCount: 1,
        entityIds: [described.id],
        duplicates: 0,
        quarantined: [],
      })
    })

    it('reads each by what itself says', async () => {
      await using app = await startTestApp()
      const sendTime = '2026-11-20T10:00:00.000Z'
      const { '@context': _, ...bare } = anEvent()
      const old = 'http://purl.imsglobal.org/ctx/caliper/v1p1'
      await post(app, [anEnvelope(), anEnvelope([bare], { dataVersion: old, sendTime })])
      const held = await app.platform.events.get('default', bare.id)
      expect(held).toMatchObject({ standardVersion: '1.1', sendTime })
    })

    it('recognises what came before, also in the same array', async () => {
      await using app = await startTestApp()
      const batch = [anEnvelope([anEvent()]), anEnvelope([anEvent()])]
      expect(await receiptOf(await post(app, [...batch, batch[0]]))).toMatchObject({
        duplicates: 1,
      })
      expect(await receiptOf(await post(app, batch))).toMatchObject({
        eventCount: 2,
        duplicates: 2,
      })
    })

    it('quarantines an item alone, counted through all envelopes', async () => {
      await using app = await startTestApp()
      const good = anEvent()
      const { type: _, ...untyped } = anEvent()
      const receipt = await receiptOf(await post(app, [anEnvelope(), anEnvelope([good, untyped])]))
      expect(receipt.eventIds).toContain(good.id)
      expect(receipt.quarantined).toMatchObject([
        { index: 2, id: untyped.id, errors: [{ path: [1, 'data', 1, 'type'], code: 'required' }] },
      ])
    })

    it('quarantines an envelope alone that cannot be read, and reads it when it is repaired', async () => {
      await using app = await startTestApp()
      const [first, second, last] = [anEvent(), anEvent(), anEvent()]
      const broken = anEnvelope([second], { dataVersion: 'http://example.edu/caliper/v9' })
      const response = await post(app, [anEnvelope([first]), broken, 7, anEnvelope([last])])
      const { eventIds, quarantined } = await receiptOf(response)
      expect(eventIds).toEqual([first.id, last.id])
      expect(quarantined).toMatchObject([
        { index: 1, errors: [{ path: [1, 'dataVersion'], code: 'unsupported_version' }] },
        { index: 2, errors: [{ path: [2], code: 'wrong_type' }] },
      ])

      const replay = `/quarantine/${quarantined[0]!.quarantineId}/replay`
      const patch = [{ op: 'remove', path: '/dataVersion' }]
      const headers = { ...app.as(app.keys.admin), 'Content-Type': 'application/json' }
      const body = JSON.stringify({ patch })
      expect((await app.request(replay, { method: 'POST', headers, body })).status).toBe(200)
      expect(await app.platform.events.get('default', second.id)).toBeDefined()
    })

    it('names a hundred of what is quarantined, and says how many there are', async () => {
      await using app = await startTestApp()
      const batch = Array.from({ length: 3 }, () => anEnvelope([anEvent(), ...Array(50).fill(1)]))
      const receipt = await receiptOf(await post(app, batch))
      expect(receipt).toMatchObject({ eventCount: 3, quarantinedCount: 150 })
      expect(receipt.quarantined).toHaveLength(100)
      expect(receipt.quarantinedLink).toBe('/quarantine?sourceId=demo')
    })

    it('refuses it, and keeps it whole, when no envelope of it can be read', async () => {
      await using app = await startTestApp()
      const broken = anEnvelope([anEvent()], { dataVersion: 'http://example.edu/caliper/v9' })
      const response = await post(app, [broken, { data: 7 }])
      const problem = await problemOf(response, 'unsupported_version')
      expect(problem).toMatchObject({ errors: [{ path: [0, 'dataVersion'] }] })
      expect(problem.quarantineId).toBeString()
    })

    it('refuses more items than a request may bring, whatever they are in', async () => {
      await using app = await startTestApp()
      const half = `{"data":[${Array(26_000).fill(1).join()}]}`
      await problemOf(await post(app, `[${half},${half}]`), 'too_large')
      await problemOf(await post(app, `[${half},${Array(1_000).fill(1).join()}]`), 'too_large')
    })
  })
}
