import { describe, expect, it } from 'bun:test'
import { gzipSync } from 'node:zlib'
import { StorageError } from '../../src/error/storage-error'
import type { Receipt } from '../../src/event/receipt'
import { startTestApp, type TestApp } from '../support/app'
import { problemOf } from '../support/battery'
import { aDescribe, anEnvelope, anEvent } from '../support/envelopes'
import { notOnAws } from '../support/not-on-aws'
import { shared } from '../support/shared'

function post(app: TestApp, body: unknown, more: RequestInit = {}, key = app.keys.demo) {
  return app.request(`/caliper/in/${key}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...more,
  })
}

async function receiptOf(response: Response): Promise<Receipt> {
  expect(response.status).toBe(200)
  return (await response.json()) as Receipt
}

describe('POST /caliper/in/{key}', () => {
  it('takes an envelope without any header', async () => {
    await using app = await startTestApp()
    const event = anEvent()
    expect(await receiptOf(await post(app, anEnvelope([event])))).toMatchObject({
      eventIds: [event.id],
    })
    const held = await app.platform.events.get('default', event.id)
    expect(held).toMatchObject({ sourceId: 'demo', standardVersion: '1.2' })
  })

  it('takes an event on its own, as Canvas sends it, and keeps its text as sent', async () => {
    await using app = await startTestApp()
    const event = anEvent()
    const text = ` ${JSON.stringify(event).replace(',', ' , ')} `
    expect(await receiptOf(await post(app, text))).toMatchObject({ eventIds: [event.id] })
    const held = await app.platform.events.get('default', event.id)
    expect(held!.raw).toBe(text.trim())
    expect(held!.sendTime).toBeUndefined()
  })

  it('takes an array of events and entities', async () => {
    await using app = await startTestApp()
    const [first, described, second] = [anEvent(), aDescribe(), anEvent()]
    const receipt = await receiptOf(await post(app, [first, described, second]))
    expect(receipt).toMatchObject({
      eventIds: [first.id, second.id],
      entityIds: [described.id],
      quarantined: [],
    })
  })

  it('recognises an event that came in an envelope before', async () => {
    await using app = await startTestApp()
    const event = anEvent()
    await post(app, anEnvelope([event]))
    expect(await receiptOf(await post(app, event))).toMatchObject({ duplicates: 1 })
  })

  const versions: [context: string | undefined, version: string][] = [
    ['http://purl.imsglobal.org/ctx/caliper/v1p1', '1.1'],
    ['http://purl.imsglobal.org/ctx/caliper/v1p2', '1.2'],
    [undefined, '1.2'],
  ]
  for (const [context, version] of versions) {
    it(`takes an event whose context is ${context ?? 'missing'} for one of ${version}`, async () => {
      await using app = await startTestApp()
      const event = anEvent({ '@context': context })
      await receiptOf(await post(app, event))
      const held = await app.platform.events.get('default', event.id)
      expect(held!.standardVersion).toBe(version)
    })
  }

  it('takes an event of 1.0, which has @type and no id', async () => {
    await using app = await startTestApp()
    const event = {
      '@context': 'http://purl.imsglobal.org/ctx/caliper/v1/Context',
      '@type': 'http://purl.imsglobal.org/caliper/v1/ViewEvent',
      actor: { '@id': 'https://example.edu/users/1', '@type': 'Person' },
      action: 'Viewed',
      object: { '@id': 'https://example.edu/pages/1', '@type': 'WebPage' },
      eventTime: '2026-11-21T09:30:00.000Z',
    }
    const { eventIds } = await receiptOf(await post(app, event))
    const held = await app.platform.events.get('default', eventIds[0]!)
    expect(held!.standardVersion).toBe('1.0')
  })

  it('quarantines an object that is no event, and does not refuse the request for it', async () => {
    await using app = await startTestApp()
    const canvasRaw = { metadata: { event_name: 'logged_in' }, body: { user_id: '1' } }
    const { quarantined } = await receiptOf(await post(app, canvasRaw))
    const kept = await app.platform.quarantine.get('default', quarantined[0]!.quarantineId)
    expect(JSON.parse(kept!.raw)).toEqual(canvasRaw)
  })

  const refused: [name: string, body: unknown, code: 'invalid_envelope' | 'invalid_json'][] = [
    ['an envelope whose data is no array', { ...anEnvelope(), data: {} }, 'invalid_envelope'],
    ['an envelope without data', { sensor: 'https://example.edu' }, 'invalid_envelope'],
    ['a number', 7, 'invalid_envelope'],
    ['half an event', '{"id":', 'invalid_json'],
    ['what would end our brackets early', '{"id":1}],"data":[{"id":2}', 'invalid_json'],
  ]
  const rows = shared(startTestApp)
  for (const [name, body, code] of refused) {
    it(`refuses ${name} and keeps it in quarantine`, async () => {
      const app = await rows()
      const { quarantineId } = await problemOf(await post(app, body), code)
      expect(await app.platform.quarantine.get('default', quarantineId!)).toBeDefined()
    })
  }

  const typed = shared(startTestApp)
  for (const type of ['application/json; charset=utf-8', 'text/plain', 'TEXT/PLAIN;a=b']) {
    it(`reads JSON under ${type}`, async () => {
      const app = await typed()
      await receiptOf(await post(app, anEvent(), { headers: { 'Content-Type': type } }))
    })
  }

  it('reads gzip, and answers {} to Prefer: return=minimal', async () => {
    await using app = await startTestApp()
    const headers = { 'Content-Encoding': 'gzip', Prefer: 'return=minimal' }
    const body = gzipSync(JSON.stringify(anEvent()))
    const response = await post(app, '', { headers, body })
    expect(await response.json()).toEqual({})
  })

  it('refuses other media types, and bodies that are too large', async () => {
    await using app = await startTestApp({ config: { maxBodyBytes: 100 } })
    const headers = { 'Content-Type': 'application/xml' }
    await problemOf(await post(app, '<a/>', { headers }), 'unsupported_media_type')
    await problemOf(await post(app, anEnvelope()), 'too_large')
  })

  notOnAws('read before')(
    'answers 401 to a key that is unknown, revoked, or may not send, without reading',
    async () => {
      await using app = await startTestApp()
      await problemOf(await post(app, anEvent(), {}, 'nk_wrong'), 'unauthenticated')
      const reader = await app.issue(['events:read'])
      await problemOf(await post(app, anEvent(), {}, reader), 'insufficient_scope')
      const revoked = await app.issue(['events:write', 'events:read'])
      await app.revoke(revoked)
      await problemOf(await post(app, anEvent(), {}, revoked), 'unauthenticated')

      const request = new Request('http://localhost/caliper/in/nk_wrong', {
        method: 'POST',
        body: '{}',
      })
      expect((await app.app.fetch(request, {})).status).toBe(401)
      expect(request.bodyUsed).toBe(false)
    },
  )
})

describe('a key in an address', () => {
  const secret = 'nk_secret-of-the-address'
  const misses: [method: string, path: string][] = [
    ['POST', `/caliper/in/${secret}`],
    ['POST', `/caliper/in/${secret}/`],
    ['GET', `/caliper/in/${secret}`],
    ['DELETE', `/caliper/in/${secret}/`],
    ['POST', `/caliper/in/${secret}/message`],
    ['POST', `/caliper//in//${secret}`],
    ['POST', `/Caliper/In/${secret}`],
    ['POST', `/x/caliper/in/${secret}`],
    ['POST', `/caliper/%69n/${secret}`],
  ]
  const rows = shared(startTestApp)
  for (const [method, path] of misses) {
    it(`is neither answered nor logged: ${method} ${path.replace(secret, 'KEY')}`, async () => {
      const app = await rows()
      const response = await app.request(path, { method })
      expect(response.status).toBeGreaterThanOrEqual(400)
      const shown = [await response.text(), ...response.headers.values(), ...app.logged]
      expect(shown.join('\n')).not.toContain(secret)
    })
  }

  notOnAws('faults')(
    'is neither answered nor logged nor kept when the store fails or breaks',
    async () => {
      for (const isRetriable of [true, false]) {
        const error = new StorageError('no', { isRetriable })
        await using app = await startTestApp({
          wrap: (platform) => {
            const append = async () => Promise.reject(error)
            return { ...platform, events: { ...platform.events, append } }
          },
        })
        const response = await post(app, anEvent())
        expect(response.status).toBe(isRetriable ? 503 : 500)
        expect(app.logged.length).toBeGreaterThan(0)
        expect([await response.text(), ...app.logged].join('\n')).not.toContain(app.keys.demo)
      }
    },
  )

  it('is not in what is kept of an event or of what cannot be read', async () => {
    await using app = await startTestApp()
    const event = anEvent()
    await post(app, event)
    await post(app, '{')
    const held = await app.platform.events.get('default', event.id)
    const { items } = await app.platform.quarantine.list('default', { limit: 10 })
    expect(items).toHaveLength(1)
    expect(JSON.stringify([held, items])).not.toContain(app.keys.demo)
  })
})
