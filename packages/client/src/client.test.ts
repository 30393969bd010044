import { afterAll, beforeAll, describe, expect, it, spyOn } from 'bun:test'
import { createClient } from './client'
import type { ClientOptions } from './contract'
import { fakePage, fakeServer, hurry, receipt, replaceGlobals } from './fakes'

const rejected: unknown[] = []
const onRejection = (why: unknown) => rejected.push(why)
beforeAll(() => void process.on('unhandledRejection', onRejection))
afterAll(() => {
  process.off('unhandledRejection', onRejection)
  expect(rejected).toEqual([])
})

const url = 'https://events.example.edu/nonius/'
const clientOf = (more: Partial<ClientOptions> = {}) =>
  createClient({ url, key: 'nk_1', sessionId: crypto.randomUUID(), ...more })

/** Waits until something is so, for some seconds. */
async function until(isSo: () => boolean): Promise<void> {
  for (let turn = 0; turn < 4000 && !isSo(); turn++) await new Promise((go) => setTimeout(go, 1))
  expect(isSo()).toBe(true)
}

const seqs = (server: ReturnType<typeof fakeServer>) =>
  [...server.stored.values()].map(({ seq }) => seq as number).sort((a, b) => a - b)

const upTo = (last: number) => Array.from({ length: last }, (_, at) => at + 1)

function storing() {
  const server = fakeServer()
  server.serve = ({ events }) => server.store(events)
  return server
}

describe('a client', () => {
  it('sends ten at a time, each as a native event with all that is known of it', async () => {
    const server = storing()
    using _ = hurry(server)
    const client = clientOf({ sessionId: 's', source: 'quiz', userId: 'u', organizationId: 'o' })
    const about = { questionId: 'q', context: { class_id: 'c' }, privacyLevel: 'pii' as const }
    client.track(
      'a',
      { position: 1 },
      { ...about, timestamp: '2026-01-01T00:00:00Z', eventId: 'e' },
    )
    for (let n = 1; n < 10; n++) client.track('b', { n })
    await until(() => server.stored.size === 10)
    const [{ url: address, init, events } = server.requests[0]!] = server.requests
    expect(address).toBe('https://events.example.edu/nonius/api/v1/events')
    expect(init).toMatchObject({ method: 'POST', credentials: 'omit' })
    expect(init.headers).toEqual({
      Authorization: 'Bearer nk_1',
      'Content-Type': 'application/json',
    })
    expect(events[0]).toEqual({
      ...{ event_id: 'e', event_type: 'a', timestamp: '2026-01-01T00:00:00Z', seq: 1 },
      ...{ session_id: 's', source: 'quiz', user_id: 'u', organization_id: 'o', question_id: 'q' },
      ...{ context: { class_id: 'c' }, privacy_level: 'pii', payload: { position: 1 } },
    })
    expect(seqs(server)).toEqual(upTo(10))
    await client.close()
  })

  it('waits for ten, or twelve seconds', async () => {
    const server = storing()
    using _ = hurry(server)
    const client = clientOf()
    client.track('a')
    await new Promise((go) => setTimeout(go, 5000))
    expect(server.requests).toEqual([])
    await until(() => server.stored.size === 1)
    await client.close()
  })

  it('sees nothing of what the page does with a payload later', async () => {
    const server = storing()
    using _ = hurry(server)
    const client = clientOf()
    const payload = { answer: 'a' }
    client.track('a', payload)
    payload.answer = 'b'
    await client.flush()
    expect([...server.stored.values()][0]!.payload).toEqual({ answer: 'a' })
    await client.close()
  })

  it('never throws, whatever it is given, and uses no number for what it cannot take', async () => {
    const server = storing()
    using _ = hurry(server)
    const client = clientOf()
    const circle: Record<string, unknown> = {}
    circle.self = circle
    const hostile: unknown[] = [
      circle,
      { big: 1n },
      { toJSON: () => Promise.reject.call(undefined) },
      {
        get it() {
          throw new Error('no')
        },
      },
      new Proxy({}, { ownKeys: () => null as never }),
      { long: 'x'.repeat(10_000_000) },
    ]
    for (const payload of hostile) client.track('bad', payload as object)
    client.track('odd', undefined, null as never)
    client.track(Symbol('no') as never)
    client.track('odd', 'text' as never)
    client.track('odd', JSON.parse('{"__proto__":{"isAdmin":true},"constructor":{"prototype":1}}'))
    await client.flush()
    const odd = [...server.stored.values()]
    expect(odd.filter(({ event_type }) => event_type === 'odd').length).toBe(3)
    expect(JSON.stringify(odd.at(-1)!.payload)).toBe(
      '{"__proto__":{"isAdmin":true},"constructor":{"prototype":1}}',
    )
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined()
    expect(seqs(server)).toEqual(upTo(server.stored.size))
    await client.close()
  })

  it('refuses what is too much, and shows the gap', async () => {
    const server = storing()
    using _ = hurry(server)
    server.serve = () => new Response('', { status: 503 })
    const client = clientOf({ maxQueued: 3, batch: { events: 100 } })
    for (let n = 0; n < 5; n++) client.track('a')
    server.serve = ({ events }) => server.store(events)
    await client.flush()
    client.track('a')
    await client.close()
    expect(seqs(server)).toEqual([1, 2, 3, 6])
  })

  it('makes ids where the page has no randomUUID, and where it has no crypto', async () => {
    const { getRandomValues } = crypto
    const there = [{ getRandomValues: getRandomValues.bind(crypto) }, undefined]
    for (const crypto of there) {
      const server = storing()
      const restore = replaceGlobals({ crypto, fetch: server.fetch })
      const client = createClient({ url, key: 'k' })
      client.track('a')
      client.track('a')
      await client.close()
      restore()
      const ids = [...server.stored.keys(), client.sessionId]
      expect(new Set(ids).size).toBe(3)
      for (const id of ids)
        expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
    }
  })

  it('samples by session: all of a class or none, and says the rate', async () => {
    const server = storing()
    using _ = hurry(server)
    const classes = { scroll: 'debug', constructor: 'debug' } as Record<string, string>
    let kept = 0
    for (let session = 0; session < 200; session++) {
      const sessionId = `s-${session}`
      const client = clientOf({ sessionId, classes, sample: { debug: 0.25, none: 0, all: 1 } })
      for (let n = 0; n < 3; n++) client.track('scroll')
      client.track('answer', {}, { context: { a: 1 } })
      client.track('answer', {}, { class: 'none' })
      client.track('__proto__', {}, { class: 'all' })
      client.track('toString')
      await client.close()
      const its = [...server.stored.values()].filter(({ session_id }) => session_id === sessionId)
      const scrolls = its.filter(({ event_type }) => event_type === 'scroll')
      expect([0, 3]).toContain(scrolls.length)
      kept += scrolls.length / 3
      expect(its.length - scrolls.length).toBe(3)
      for (const { context } of scrolls) expect(context).toEqual({ sample_rate: 0.25 })
      expect(its.find(({ event_type }) => event_type === 'answer')!.context).toEqual({ a: 1 })
      expect(its.map(({ seq }) => seq as number).sort()).toEqual(upTo(its.length))
    }
    // Of two hundred at a quarter, five standard deviations about fifty.
    expect(kept).toBeWithin(20, 81)
  })

  it('says nothing in the console unless asked, and never the key', async () => {
    const server = storing()
    using _ = hurry(server)
    const said: unknown[][] = []
    const spies = (['debug', 'warn', 'log', 'error', 'info'] as const).map((how) =>
      spyOn(console, how).mockImplementation((...what) => void said.push(what)),
    )
    for (const debug of [false, true]) {
      server.serve = () => Response.json({ code: 'unauthenticated' }, { status: 401 })
      const client = clientOf({ debug, key: 'nk_secret' })
      client.track('a', { n: 1n })
      client.track('b')
      await client.flush()
      await client.flush()
      if (!debug) expect(said).toEqual([])
      server.serve = ({ events }) => server.store(events)
      await client.flush()
      await client.close()
    }
    for (const spy of spies) spy.mockRestore()
    const text = said.map(([first]) => String(first))
    expect(text.filter((one) => one.startsWith('[nonius] kept')).length).toBe(1)
    for (const word of ['queued', 'refused', 'sent'])
      expect(text.join()).toContain(`[nonius] ${word}`)
    expect(Bun.inspect(said)).not.toContain('nk_secret')
  })
})

describe('a client keeps what is not acknowledged', () => {
  const answers: [what: string, answer: () => Response | Promise<Response>][] = [
    ['a page that asks to log in', () => new Response('<html>Welcome</html>')],
    ['204', () => new Response(null, { status: 204 })],
    ['other JSON', () => Response.json({ ok: true })],
    ['a redirect that may not be followed', () => Response.error()],
    ['429', () => Response.json({ code: 'rate_limited' }, { status: 429 })],
    ['503', () => Response.json({ code: 'busy' }, { status: 503 })],
    ['400 of a proxy', () => new Response('<html>Bad Request</html>', { status: 400 })],
    ['a connection that ends', () => Promise.reject(new TypeError('Failed to fetch'))],
    ['no answer, for ever', () => new Promise<Response>(() => undefined)],
    [
      'a body that never ends',
      () => new Response(new ReadableStream({ start: (to) => to.enqueue(new Uint8Array(9)) })),
    ],
    [
      'a fetch that throws',
      () => {
        throw new Error('patched')
      },
    ],
  ]
  for (const [what, answer] of answers) {
    it(`after ${what}`, async () => {
      const server = storing()
      using _ = hurry(server)
      server.serve = answer
      const client = clientOf()
      for (let n = 0; n < 12; n++) client.track('a')
      await client.flush()
      expect(server.stored.size).toBe(0)
      server.serve = ({ events }) => server.store(events)
      await until(() => server.stored.size === 12)
      expect(seqs(server)).toEqual(upTo(12))
      await client.close()
    })
  }

  it('after a receipt that names fewer, and sends only the others', async () => {
    const server = storing()
    using _ = hurry(server)
    const client = clientOf({ batch: { events: 4 } })
    server.serve = ({ events }) => server.store(events.slice(0, 1))
    for (let n = 0; n < 4; n++) client.track('a')
    await until(() => server.stored.size === 4)
    expect(server.requests.map(({ events }) => events.length)).toEqual([4, 3, 2, 1])
    await client.close()
  })

  it('but not what the server has in quarantine', async () => {
    const server = storing()
    using _ = hurry(server)
    server.serve = ({ events }) =>
      receipt(events.slice(1), { quarantined: [{ index: 0, quarantineId: 'q', errors: [] }] })
    const client = clientOf()
    client.track('bad')
    client.track('good')
    await client.flush()
    await client.flush()
    expect(server.requests.length).toBe(1)
    await client.close()
  })

  it('and asks no more often than the server wishes, also when it is told to flush', async () => {
    const server = storing()
    using _ = hurry(server)
    const headers = { 'Retry-After': '3600' }
    server.serve = () => Response.json({ code: 'busy' }, { status: 503, headers })
    const client = clientOf()
    client.track('a')
    for (let n = 0; n < 5; n++) await client.flush()
    expect(server.requests.length).toBe(1)
    await client.close()
    expect(server.requests.length).toBe(1)
  })
})

describe('one event that is refused', () => {
  const poisons: [status: number, code: string | undefined, isDropped: boolean][] = [
    [400, 'invalid_request', true],
    [413, undefined, true],
    [422, 'invalid_event', true],
    [500, undefined, false],
  ]
  for (const [status, code, isDropped] of poisons) {
    it(`${status} holds up no other`, async () => {
      const server = storing()
      using _ = hurry(server)
      server.serve = ({ events }) =>
        events.some(({ event_type }) => event_type === 'bad')
          ? Response.json({ code }, { status })
          : server.store(events)
      const client = clientOf({ batch: { events: 40 } })
      for (let n = 0; n < 40; n++) client.track(n === 17 ? 'bad' : 'good')
      await until(() => server.stored.size === 39)
      client.track('good')
      await until(() => server.stored.size === 40)
      const before = server.requests.length
      if (isDropped) await client.flush()
      if (isDropped) expect(server.requests.length).toBe(before)
      server.serve = ({ events }) => server.store(events)
      await client.close()
      expect(server.stored.size).toBe(isDropped ? 40 : 41)
    })
  }
})

describe('closing', () => {
  it('sends what waits, with further tries, and takes no more', async () => {
    const server = storing()
    using _ = hurry(server)
    let tries = 0
    server.serve = ({ events }) =>
      ++tries < 4 ? new Response('', { status: 503 }) : server.store(events)
    const client = clientOf()
    for (let n = 0; n < 250; n++) client.track('a')
    await Promise.all([client.close(), client.close()])
    client.track('late')
    await client.flush()
    expect(seqs(server)).toEqual(upTo(250))
    expect(server.requests.every(({ events }) => events.length <= 100)).toBe(true)
  })

  it('leaves no listener on the page', async () => {
    using page = fakePage()
    const server = storing()
    using _ = hurry(server)
    const client = clientOf()
    expect(page.listening()).toBe(4)
    await client.close()
    expect(page.listening()).toBe(0)
  })
})
