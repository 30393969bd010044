import { describe, expect } from 'bun:test'
import { markTokens } from '../../src/platform/local/log/position-token'
import { startTestApp, type TestApp } from '../support/app'
import { batteryOf, problemOf } from '../support/battery'
import { anEnvelope } from '../support/envelopes'
import { readStream } from '../support/event-stream'
import { aViewEvent } from '../support/events'
import { notOnAws } from '../support/not-on-aws'

const local = notOnAws('no process')
const path = '/api/v1/events/stream'

interface Streamed {
  id: string
  event_type: string
  standard: string
  payload: unknown
  position: string
}

const ask = (app: TestApp, query = '', headers: Record<string, string> = app.as()) =>
  app.request(`${path}${query}`, { headers })

async function open(app: TestApp, query = '', headers?: Record<string, string>) {
  const response = await ask(app, query, headers)
  expect(response.status).toBe(200)
  return readStream(response.body!)
}

async function send(app: TestApp, events: object[], key = app.keys.demo) {
  const headers = { ...app.as(key), 'Content-Type': 'application/json' }
  const init = { method: 'POST', headers, body: JSON.stringify(events) }
  expect((await app.request('/api/v1/events', init)).status).toBe(200)
}

const typesOf = (events: Streamed[]) => events.map(({ event_type }) => event_type)
const filtered = (condition: unknown) =>
  `?${new URLSearchParams({ filter: JSON.stringify(condition) })}`

describe('GET /api/v1/events/stream', () => {
  local('says where it begins, at once, and how to come again', async () => {
    await using app = await startTestApp()
    const response = await ask(app)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    })
    const reader = response.body!.getReader()
    const { value } = await reader.read()
    expect(new TextDecoder().decode(value)).toMatch(/^retry: 2000\n\nevent: ready\nid: \S+\ndata: /)
    await reader.cancel()
    await using stream = await open(app)
    const ready = (await stream.next())!
    expect(ready.name).toBe('ready')
    const begun = JSON.parse(ready.data)
    expect(begun).toEqual({ type: 'ready', subscriber_id: expect.any(String), position: ready.id })
  })

  local(
    'gives every event of every standard, as it is stored, and nothing from before',
    async () => {
      await using app = await startTestApp()
      await send(app, [{ event_type: 'before' }])
      await using stream = await open(app)
      await send(app, [{ event_type: 'a', payload: { score: 1 } }, { event_type: 'b' }])
      const view = aViewEvent()
      const headers = { ...app.as(), 'Content-Type': 'application/json' }
      const init = { method: 'POST', headers, body: JSON.stringify(anEnvelope([view])) }
      expect((await app.request('/caliper/v1p2/events', init)).status).toBe(200)
      const events = await stream.events<Streamed>(3)
      expect(typesOf(events)).toEqual(['a', 'b', 'ViewEvent'])
      expect(events[0]).toMatchObject({ standard: 'native', payload: { score: 1 } })
      expect(events[2]).toMatchObject({ standard: 'caliper', id: view.id, payload: view })
    },
  )

  local('goes on after a position, or after the last id, which goes before it', async () => {
    await using app = await startTestApp()
    await using stream = await open(app)
    const types = Array.from({ length: 300 }, (_, n) => `t${n}`)
    await send(
      app,
      types.map((event_type) => ({ event_type })),
    )
    const first = await stream.events<Streamed>(300)
    expect(typesOf(first)).toEqual(types)
    for (const at of [0, 1, 150, 298]) {
      const { position } = first[at]!
      const after = encodeURIComponent(position)
      const end = encodeURIComponent(first[299]!.position)
      for (const [query, last] of [
        [`?after=${after}`, ''],
        ['', position],
        [`?after=${end}`, position],
      ] as const) {
        const headers = { ...app.as(), ...(last && { 'Last-Event-ID': last }) }
        await using again = await open(app, query, headers)
        const next = await again.events<Streamed>(299 - at)
        expect(typesOf(next)).toEqual(types.slice(at + 1))
        expect(next.at(-1)!.position).toBe(first[299]!.position)
      }
    }
  })

  local('goes on after what GET /analytics/arrivals calls next', async () => {
    await using app = await startTestApp()
    const arrivals = await app.request('/analytics/arrivals', { headers: app.as() })
    const { next } = (await arrivals.json()) as { next: string }
    await send(app, [{ event_type: 'a' }])
    await using stream = await open(app, `?after=${encodeURIComponent(next)}`)
    expect(typesOf(await stream.events<Streamed>(1))).toEqual(['a'])
  })

  local('gives what all parameters let pass', async () => {
    await using app = await startTestApp()
    const sent = [
      { event_type: 'a', user_id: 'u1', session_id: 's1', payload: { score: 0.9 } },
      { event_type: 'b', user_id: 'u1', session_id: 's2', payload: { score: 0.2 } },
      { event_type: 'c', user_id: 'u2', session_id: 's2', payload: { score: 0.9 } },
    ]
    const queries: [query: string, types: string[]][] = [
      ['?event_type=a', ['a']],
      ['?event_type=a&event_type=c', ['a', 'c']],
      ['?event_type=&user_id=&session_id=', ['a', 'b', 'c']],
      ['?user_id=u1&session_id=s2', ['b']],
      [filtered({ path: 'payload.score', gte: 0.5 }), ['a', 'c']],
      [`${filtered({ path: '/payload/score', lt: 0.5 })}&event_type=a`, []],
      [`${filtered({ not: { path: 'actor_id', equals: 'u2' } })}&event_type=a`, ['a']],
    ]
    const streams = await Promise.all(
      queries.map(async ([query, types]) => ({ types, stream: await open(app, query) })),
    )
    await send(app, sent)
    await send(
      app,
      sent.map((event) => ({ ...event, payload: { ...event.payload, again: true } })),
    )
    for (const { types, stream } of streams) {
      await using ending = stream
      expect(typesOf(await ending.events(types.length * 2))).toEqual([...types, ...types])
    }
  })

  local('shows events in the form that is asked for', async () => {
    await using app = await startTestApp()
    await using raw = await open(app, '?format=raw')
    await using record = await open(app, '?format=record')
    const text = '{\r\n "event_type": "a",\n "n": 1.000000000000000000001 }'
    const headers = { ...app.as(), 'Content-Type': 'application/json' }
    await app.request('/api/v1/events', { method: 'POST', headers, body: text })
    await raw.next()
    const { data, id } = (await raw.next())!
    // Line breaks between values are spaces; nothing else is touched.
    expect(data).toBe(`{"position":"${id}","event":${text.replaceAll(/[\r\n]/g, ' ')}}`)
    const [shown] = await record.events(1)
    expect(shown).toMatchObject({ type: 'a', sourceId: 'demo', position: id })
    expect(shown!.raw).toContain('1.000000000000000000001')
  })

  local('takes the key in the address, where a page can set no header', async () => {
    await using app = await startTestApp()
    await using stream = await open(app, `?api_key=${app.keys.demo}`, {
      Origin: 'https://dashboard.example.edu',
    })
    await send(app, [{ event_type: 'a' }])
    expect(typesOf(await stream.events<Streamed>(1))).toEqual(['a'])
    const answer = await ask(app, `?api_key=${app.keys.demo}`, { Origin: 'https://x.example' })
    expect(answer.headers.get('Access-Control-Allow-Origin')).toBe('*')
    expect(answer.headers.get('Referrer-Policy')).toBe('no-referrer')
    await answer.body?.cancel()
    const preflight = await app.request(path, {
      method: 'OPTIONS',
      headers: { Origin: 'https://x.example', 'Access-Control-Request-Method': 'GET' },
    })
    expect(preflight.headers.get('Access-Control-Allow-Headers')).toContain('Last-Event-ID')
  })

  local('holds no place for who is gone, or asked for the head alone', async () => {
    await using app = await startTestApp()
    const { live } = app.services!
    const response = await app.request(path, { method: 'HEAD', headers: app.as() })
    expect(response.status).toBe(200)
    expect(response.headers.get('Content-Type')).toBe('text/event-stream')
    expect(live!.state().subscribers).toBe(0)
    {
      await using stream = await open(app)
      await stream.next()
      expect(live!.state().subscribers).toBe(1)
    }
    expect(live!.state().subscribers).toBe(0)
    const gone = new AbortController()
    const init = { headers: app.as(), signal: gone.signal }
    const cut = await app.request(path, init)
    expect(live!.state().subscribers).toBe(1)
    gone.abort()
    expect(live!.state().subscribers).toBe(0)
    await cut.body?.cancel().catch(() => {})
  })

  local(
    'says when there are as many as there may be, and takes the next when one ends',
    async () => {
      await using app = await startTestApp({ config: { maxSubscribers: 4 } })
      const theirs = await app.issue(['events:read'], 'other')
      {
        await using _first = await open(app)
        await using _second = await open(app)
        // One tenant has half of all places.
        const response = await ask(app)
        expect(response.headers.get('Retry-After')).toBe('5')
        await problemOf(response, 'busy')
        await using _other = await open(app, '', app.as(theirs))
      }
      await using _again = await open(app)
    },
  )

  local('never refuses a position that is gone, or ahead: it says so, and goes on', async () => {
    await using app = await startTestApp()
    const arrivals = await app.request('/analytics/arrivals', { headers: app.as() })
    const { next: gone } = (await arrivals.json()) as { next: string }
    await send(app, [{ event_type: 'expired' }])
    // Longer than the hot store keeps anything.
    app.clock.advance(400 * 86_400_000)
    // As from before the server was set back to an earlier day.
    const ahead = markTokens(await app.platform.tokens()).issue('default', { place: 1e9 })
    for (const [reason, position] of Object.entries({ gone, ahead })) {
      await using stream = await open(app, `?after=${encodeURIComponent(position)}`)
      expect((await stream.next())!.name).toBe('ready')
      const { name, id, data } = (await stream.next())!
      expect({ name, ...JSON.parse(data) }).toEqual({
        ...{ name: 'resync', type: 'resync', reason, after: id },
      })
      await send(app, [{ event_type: reason }])
      const [event] = await stream.events<Streamed>(1)
      expect(event!.event_type).toBe(reason)
      await using again = await open(app, `?after=${encodeURIComponent(id)}`)
      expect(typesOf(await again.events<Streamed>(1))).toEqual([reason])
    }
  })

  local("knows no other tenant's events, and takes no other tenant's position", async () => {
    await using app = await startTestApp()
    const theirs = await app.issue(['events:read', 'events:write'], 'other')
    await using mine = await open(app)
    await using other = await open(app, '', app.as(theirs))
    const { id } = (await other.next())!
    await send(app, [{ event_type: 'theirs' }], theirs)
    await send(app, [{ event_type: 'mine' }])
    expect(typesOf(await mine.events<Streamed>(1))).toEqual(['mine'])
    expect(typesOf(await other.events<Streamed>(1))).toEqual(['theirs'])
    const named = async (reply: Response) =>
      (await problemOf(reply, 'invalid_cursor')).errors.map(({ path }) => path)
    expect(await named(await ask(app, `?after=${encodeURIComponent(id)}`))).toEqual([['after']])
    const headers = { ...app.as(), 'Last-Event-ID': id }
    expect(await named(await ask(app, '', headers))).toEqual([['Last-Event-ID']])
    const altered = { ...app.as(theirs), 'Last-Event-ID': `${id}x` }
    expect(await named(await ask(app, '', altered))).toEqual([['Last-Event-ID']])
  })

  local('ends within five seconds for a key that was revoked, and says so', async () => {
    await using app = await startTestApp()
    const key = await app.issue(['events:read'])
    await using stream = await open(app, '', app.as(key))
    await stream.next()
    await app.revoke(key)
    // The memory of keys is as old as the clock says.
    app.clock.advance(5000)
    const begun = performance.now()
    const end = (await stream.next())!
    expect(end).toMatchObject({ name: 'end', data: '{"type":"end","reason":"revoked"}' })
    expect(await stream.next()).toBeUndefined()
    expect(performance.now() - begun).toBeLessThan(5000)
  })

  local('says what is wrong with a question', async () => {
    await using app = await startTestApp()
    const deep = `${'{"not":'.repeat(1000)}{"path":"type","equals":"a"}${'}'.repeat(1000)}`
    const wrong: [query: string, path: (string | number)[]][] = [
      ['?filter={', ['filter']],
      ['?filter=', ['filter']],
      ['?filter=[1]', ['filter']],
      ['?filter=5', ['filter']],
      [filtered({ path: 'type' }), ['filter']],
      [
        filtered({
          all: [
            { path: 'type', equals: 'a' },
            { path: 5, equals: 'a' },
          ],
        }),
        ['filter', 'all', 1],
      ],
      [`?filter=${encodeURIComponent(deep)}`, ['filter']],
      ['?format=xml', ['format']],
      ['?after=', ['after']],
      ['?event_typ=a', ['event_typ']],
      [`?${'event_type=a&'.repeat(101)}`, ['event_type']],
      [`?filter=5&format=xml`, ['format']],
    ]
    for (const [query, path] of wrong) {
      const response = await ask(app, query)
      expect({ query, status: response.status }).toEqual({ query, status: 400 })
      const { errors } = await problemOf(response, 'invalid_request')
      expect({ query, path: errors[0]!.path.slice(0, path.length) }).toEqual({ query, path })
    }
    expect(app.services!.live!.state().subscribers).toBe(0)
  })
})

batteryOf({ method: 'GET', path, scope: 'events:read', otherMethod: 'DELETE' })
