import { describe, expect, it } from 'bun:test'
import { startTestApp, type TestApp } from '../support/app'
import { problemOf } from '../support/battery'
import { notOnAws } from '../support/not-on-aws'
import { startPublishTest } from '../support/publish-api'
import { shared } from '../support/shared'
import { openSocket } from '../support/sockets'

const one = JSON.stringify({ event_type: 'tap', user_id: 'u' })
const origin = 'https://quiz.example.edu'

function post(app: TestApp, to: string, headers: Record<string, string> = {}, body = one) {
  return app.request(to, { method: 'POST', headers, body })
}

describe('POST /api/v1/in/{key}', () => {
  it('takes what sendBeacon sends, for which a browser asks nothing first', async () => {
    await using app = await startTestApp()
    // The Fetch standard: a request of this type and method, without other headers, is simple.
    const headers = { Origin: origin, 'Content-Type': 'text/plain;charset=UTF-8' }
    const response = await post(app, `/api/v1/in/${app.keys.demo}`, headers)
    expect(response.status).toBe(201)
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*')
    expect(await response.json()).toMatchObject({ event_type: 'tap', user_id: 'u' })
  })

  const forms: [what: string, body: string, type: string, status: number][] = [
    ['JSON', one, 'application/json', 201],
    ['a list', `[${one},${one}]`, 'text/plain', 200],
    ['lines', `${one}\n${one}`, 'text/plain', 200],
    ['lines by their type', `${one}\n`, 'application/x-ndjson', 200],
    ['events of a source', `{"source":"s","events":[${one}]}`, 'text/plain', 200],
  ]
  it('takes every form that a header could name', async () => {
    await using app = await startTestApp()
    for (const [what, body, type, status] of forms) {
      const to = `/api/v1/in/${app.keys.demo}/`
      const response = await post(app, to, { 'Content-Type': type }, body)
      expect([what, response.status]).toEqual([what, status])
    }
  })

  it('refuses an unknown key, one that may not send, a form, and an event that is none', async () => {
    await using app = await startTestApp()
    await problemOf(await post(app, '/api/v1/in/nk_wrong'), 'unauthenticated')
    const reader = await app.issue(['events:read'])
    await problemOf(await post(app, `/api/v1/in/${reader}`), 'forbidden')
    const to = `/api/v1/in/${app.keys.demo}`
    const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
    await problemOf(await post(app, to, form, 'event_type=tap'), 'unsupported_media_type')
    await problemOf(await post(app, to, {}, '{}'), 'invalid_event')
    const got = await problemOf(await app.request(to), 'method_not_allowed')
    expect(got.detail).not.toContain(app.keys.demo)
  })
})

describe('?api_key=', () => {
  it('is a key where native events go, and nowhere else', async () => {
    await using app = await startTestApp()
    const json = { 'Content-Type': 'application/json' }
    for (const to of ['/api/v1/events', '/events', '/api/v1/events/']) {
      expect((await post(app, `${to}?api_key=${app.keys.demo}`, json)).status).toBe(201)
      await problemOf(await post(app, `${to}?api_key=nk_wrong`, json), 'unauthenticated')
      await problemOf(await post(app, `${to}?api_key=`, json), 'unauthenticated')
    }
    const elsewhere = await post(app, `/caliper/v1p2/events?api_key=${app.keys.demo}`, json)
    await problemOf(elsewhere, 'unauthenticated')
  })

  it('counts after a header, as a key that may do less than it must does', async () => {
    await using app = await startTestApp()
    const reader = await app.issue(['events:read'])
    const to = `/api/v1/events?api_key=${app.keys.demo}`
    await problemOf(await post(app, to, { 'X-API-Key': reader }), 'forbidden')
    expect((await post(app, to, { 'X-API-Key': app.keys.demo })).status).toBe(201)
  })

  it('opens a WebSocket', async () => {
    await using test = await startPublishTest()
    const url = `${test.url}?api_key=${test.app.keys.demo}`
    await using socket = await openSocket(url)
    socket.send(one)
    expect(JSON.parse(await socket.next())).toMatchObject({ eventCount: 1 })
  })
})

const secret = 'nk_secret-of-the-address'
const misses: [method: string, path: string][] = [
  ['POST', `/api/v1/in/${secret}`],
  ['POST', `/api/v1/in/${secret}/`],
  ['GET', `/api/v1/in/${secret}`],
  ['DELETE', `/api/v1/in/${secret}/more`],
  ['POST', `/api/v1//in//${secret}`],
  ['POST', `/in/${secret}`],
  ['POST', `/api/v1/events?api_key=${secret}`],
  ['POST', `/events?api_key=${secret}`],
  ['PATCH', `/api/v1/events/?api_key=${secret}`],
  ['GET', `/api/v1/nothing?api_key=${secret}`],
  ['POST', `/api/v1/event?api_key=${secret}`],
  ['POST', `/caliper/v1p2/events?api_key=${secret}`],
  ['GET', `/ws/publish?api_key=${secret}`],
]

describe('a key in an address', () => {
  const rows = shared(startTestApp)
  for (const [method, path] of misses) {
    it(`is neither answered nor logged: ${method} ${path.replace(secret, 'KEY')}`, async () => {
      const app = await rows()
      const response = await app.request(path, { method })
      expect(response.status).toBeGreaterThanOrEqual(400)
      expect(response.headers.get('Referrer-Policy')).toBe('no-referrer')
      const shown = [await response.text(), ...response.headers.values(), ...app.logged]
      expect(shown.join('\n')).not.toContain(secret)
    })
  }

  notOnAws('in process')('is in nothing that is kept of what it brought', async () => {
    await using app = await startTestApp()
    const json = { 'Content-Type': 'application/json' }
    for (const body of [one, '{}', '{']) {
      await post(app, `/api/v1/events?api_key=${app.keys.demo}`, json, body)
      await post(app, `/api/v1/in/${app.keys.demo}`, json, body)
    }
    const { items } = await app.platform.quarantine.list('default', { limit: 10 })
    const events = await app.platform.events.query('default', {}, { limit: 10 })
    expect(items.length).toBeGreaterThan(0)
    expect(JSON.stringify([items, events.items, app.logged])).not.toContain(app.keys.demo)
  })
})
