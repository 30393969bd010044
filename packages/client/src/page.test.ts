import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { createClient } from './client'
import type { ClientOptions } from './contract'
import { fakePage, fakeServer, hurry, receipt, type Serve } from './fakes'

const url = 'https://events.example.edu'
const clientOf = (more: Partial<ClientOptions> = {}) =>
  createClient({ url, key: 'nk_1', sessionId: crypto.randomUUID(), ...more })

function storing() {
  const server = fakeServer()
  server.serve = ({ events }) => server.store(events)
  return server
}

const upTo = (last: number) => Array.from({ length: last }, (_, at) => at + 1)

const seqs = (server: ReturnType<typeof fakeServer>) =>
  [...server.stored.values()].map(({ seq }) => seq as number).sort((a, b) => a - b)

const turn = () => new Promise((go) => setTimeout(go, 1000))

async function until(isSo: () => boolean): Promise<void> {
  for (let at = 0; at < 4000 && !isSo(); at++) await new Promise((go) => setTimeout(go, 1))
  expect(isSo()).toBe(true)
}

const away: Serve = () => Promise.reject(new TypeError('Failed to fetch'))

/** A property whose getter throws, as `window.localStorage` does in the frame of a third party. */
function blocked(name: string) {
  Object.defineProperty(globalThis, name, {
    configurable: true,
    get() {
      throw new DOMException('The operation is insecure.', 'SecurityError')
    },
  })
}

describe('a page that ends', () => {
  it('sends what waits with requests that outlive it, without a preflight', async () => {
    using page = fakePage()
    const server = storing()
    using _ = hurry(server)
    const client = clientOf({ key: 'nk/1' })
    for (let n = 0; n < 3; n++) client.track('a', { n })
    page.emit('pagehide', { persisted: false })
    expect(server.requests.length).toBe(1)
    const [{ url: address, init } = server.requests[0]!] = server.requests
    expect(address).toBe('https://events.example.edu/api/v1/in/nk%2F1')
    expect(init).toMatchObject({ keepalive: true, credentials: 'omit', headers: {} })
    await until(() => server.stored.size === 3)
    expect(seqs(server)).toEqual(upTo(3))
    await client.close()
  })

  it('sends what its own listeners tell of the end', async () => {
    using page = fakePage()
    const server = storing()
    using _ = hurry(server)
    const client = clientOf()
    page.emit('pagehide', { persisted: false })
    client.track('page_left')
    await until(() => server.stored.size === 1)
    expect(server.requests[0]!.init.keepalive).toBe(true)
    await client.close()
  })

  it('never has more than 64 KB under way, and leaves the rest stored', async () => {
    using page = fakePage()
    const server = storing()
    using _ = hurry(server)
    server.serve = () => new Promise(() => undefined)
    const client = clientOf({ batch: { events: 1000 } })
    for (let n = 0; n < 60; n++) client.track('a', { text: 'é'.repeat(1000) })
    client.track('b', { text: 'x'.repeat(70_000) })
    await turn()
    page.document.visibilityState = 'hidden'
    page.emit('visibilitychange')
    page.emit('pagehide', { persisted: false })
    client.track('page_left')
    await turn()
    const bodies = server.requests.filter(({ init }) => init.keepalive).map(({ init }) => init.body)
    const bytes = bodies.reduce((all, body) => all + Buffer.byteLength(body), 0)
    expect(bytes).toBeWithin(50_000, 64 * 1024)

    server.serve = ({ events }) => server.store(events)
    const next = clientOf({ batch: { seconds: 0 } })
    await until(() => server.stored.size === 62)
    expect(seqs(server)).toEqual(upTo(62))
    await Promise.all([client.close(), next.close()])
  })

  it('comes back from the page cache an hour later with what nobody sent meanwhile', async () => {
    using page = fakePage()
    const server = storing()
    using _ = hurry(server)
    server.serve = away
    const client = clientOf()
    for (let n = 0; n < 5; n++) client.track('a')
    await turn()
    page.emit('pagehide', { persisted: true })
    await turn()
    server.serve = ({ events }) => server.store(events)
    page.emit('pageshow', { persisted: true })
    client.track('a')
    await client.flush()
    await until(() => server.stored.size === 6)
    expect(seqs(server)).toEqual(upTo(6))
    await client.close()
    expect(page.local.entries.size).toBe(1) // the count
  })

  it('frozen while another tab sends what it left, sends nothing of it again', async () => {
    using page = fakePage()
    const server = storing()
    using _ = hurry(server)
    server.serve = away
    const client = clientOf()
    for (let n = 0; n < 5; n++) client.track('a')
    await turn()
    page.emit('pagehide', { persisted: true })
    await turn()
    const asked = server.requests.length
    server.serve = ({ events }) => server.store(events)
    const other = clientOf()
    await until(() => server.stored.size === 5)
    await other.close()
    page.emit('pageshow', { persisted: true })
    await client.flush()
    await turn()
    const sent = server.requests.slice(asked).flatMap(({ events }) => events)
    expect(sent.length).toBe(5)
    await client.close()
  })
})

describe('what an earlier page left', () => {
  it('is sent once by one of the pages that come after it', async () => {
    using page = fakePage()
    const server = storing()
    using _ = hurry(server)
    server.serve = away
    const sessionId = 's-1'
    const first = clientOf({ sessionId })
    for (let n = 0; n < 25; n++) first.track('a')
    await turn()
    page.emit('pagehide', { persisted: false })
    await turn()
    server.requests.length = 0
    server.serve = ({ events }) => server.store(events)
    const later = [1, 2, 3].map(() => clientOf({ sessionId }))
    await until(() => server.stored.size === 25)
    for (const client of later) client.track('b')
    await Promise.all([first, ...later].map((client) => client.close()))
    expect(server.requests.flatMap(({ events }) => events).length).toBe(28)
    expect(seqs(server)).toEqual(upTo(28))
    expect([...page.local.entries.keys()].filter((name) => !name.includes('seq/'))).toEqual([])
  })

  it('for one server or key goes to no other', async () => {
    using page = fakePage()
    const server = storing()
    using _ = hurry(server)
    server.serve = away
    const first = clientOf()
    first.track('a')
    await turn()
    page.emit('pagehide', { persisted: false })
    await first.close()
    server.serve = ({ events }) => server.store(events)
    const others = [clientOf({ key: 'nk_2' }), clientOf({ url: 'https://other.example.edu' })]
    await turn()
    await Promise.all(others.map((client) => client.close()))
    expect(server.stored.size).toBe(0)
  })
})

describe('storage that fails', () => {
  const faults: [what: string, fault: (page: ReturnType<typeof fakePage>) => void][] = [
    [
      'blocked, so that looking at it throws',
      () => {
        for (const name of ['localStorage', 'sessionStorage', 'indexedDB']) blocked(name)
      },
    ],
    ['full from the start', (page) => page.fill(0)],
    ['full soon', (page) => page.fill(700)],
    [
      'an IndexedDB that calls nobody back',
      () =>
        Object.defineProperty(globalThis, 'indexedDB', {
          configurable: true,
          value: { open: () => ({}) },
        }),
    ],
    [
      'an IndexedDB that throws',
      () => Object.defineProperty(globalThis, 'indexedDB', { configurable: true, value: {} }),
    ],
    [
      'an upgrade that is blocked',
      () => {
        const open = () => {
          const asked: Record<string, (() => void) | undefined> = {}
          queueMicrotask(() => asked.onblocked?.())
          return asked
        }
        Object.defineProperty(globalThis, 'indexedDB', { configurable: true, value: { open } })
      },
    ],
    [
      'locks that are refused',
      () => {
        const locks = { request: () => Promise.reject(new DOMException('no', 'SecurityError')) }
        Object.defineProperty(globalThis, 'navigator', { configurable: true, value: { locks } })
      },
    ],
    [
      'locks that never answer',
      () => {
        const locks = { request: () => new Promise(() => undefined) }
        Object.defineProperty(globalThis, 'navigator', { configurable: true, value: { locks } })
      },
    ],
  ]
  for (const [what, fault] of faults) {
    it(`costs no event while the page lives: ${what}`, async () => {
      using page = fakePage({ indexedDB: undefined as never })
      const server = storing()
      using _ = hurry(server)
      fault(page)
      const client = clientOf()
      for (let n = 0; n < 15; n++) client.track('a')
      await client.flush()
      client.track('a')
      await client.close()
      expect(seqs(server)).toEqual(upTo(16))
    })
  }
})

describe('consent', () => {
  it('that is awaited touches no storage and no network, and then brings all', async () => {
    using page = fakePage()
    const touched: string[] = []
    const spy = (name: string) =>
      new Proxy(
        {},
        {
          get: (_, member) => void touched.push(`${name}.${String(member)}`),
        },
      )
    const { local, session } = page
    for (const name of ['localStorage', 'sessionStorage', 'indexedDB'])
      Object.defineProperty(globalThis, name, { configurable: true, value: spy(name) })
    const server = storing()
    using _ = hurry(server)
    const client = createClient({ url, key: 'k', consent: 'pending' })
    for (let n = 0; n < 12; n++) client.track('a', {}, { timestamp: n })
    page.document.visibilityState = 'hidden'
    page.emit('visibilitychange')
    page.document.visibilityState = 'visible'
    page.emit('visibilitychange')
    await client.flush()
    await turn()
    expect([touched, server.requests]).toEqual([[], []])

    Object.defineProperty(globalThis, 'localStorage', { configurable: true, value: local })
    Object.defineProperty(globalThis, 'sessionStorage', { configurable: true, value: session })
    Object.defineProperty(globalThis, 'indexedDB', { configurable: true, value: undefined })
    client.consent(true)
    await client.flush()
    expect(seqs(server)).toEqual(upTo(12))
    expect([...server.stored.values()].map(({ timestamp }) => timestamp)).toEqual(
      upTo(12).map((n) => n - 1),
    )
    await client.close()
  })

  it('that is awaited when the client is closed leaves nothing behind', async () => {
    using page = fakePage()
    const client = clientOf({ consent: 'pending' })
    client.track('a')
    page.emit('pagehide', { persisted: false })
    await client.close()
    expect([page.local.entries.size, page.session.entries.size]).toEqual([0, 0])
  })

  it('that is refused drops what waited, erases what was stored, and begins anew when given', async () => {
    using page = fakePage()
    const server = storing()
    using _ = hurry(server)
    server.serve = away
    const client = clientOf()
    page.local.setItem('theirs', '1')
    for (let n = 0; n < 12; n++) client.track('a')
    await turn()
    expect(page.local.entries.size).toBeGreaterThan(12)
    client.consent(false)
    await turn()
    expect([...page.local.entries.keys()]).toEqual(['theirs'])
    expect(page.session.entries.size).toBe(0)
    const asked = server.requests.length
    client.track('ignored')
    await client.flush()
    page.emit('pagehide', { persisted: false })
    page.emit('pageshow', { persisted: true })
    await turn()
    expect(server.requests.length).toBe(asked)
    expect([...page.local.entries.keys()]).toEqual(['theirs'])

    server.serve = ({ events }) => server.store(events)
    client.consent(true)
    client.track('b')
    await client.close()
    expect([...server.stored.values()].map(({ event_type }) => event_type)).toEqual(['b'])
    // No number is given twice in one session, though twelve of them never arrive.
    expect(seqs(server)[0]).toBeGreaterThan(12)
  })

  it('that is refused from the start erases what an earlier page left', async () => {
    using page = fakePage()
    page.local.setItem('nonius:other/a/000000001/x', '{}')
    const client = clientOf({ consent: false })
    client.track('a')
    await new Promise((go) => setTimeout(go, 5))
    expect(page.local.entries.size).toBe(0)
    await client.close()
  })
})

describe('the session of a tab', () => {
  it('survives a reload, and is not there to be copied meanwhile', async () => {
    using page = fakePage()
    const server = storing()
    using _ = hurry(server)
    const client = createClient({ url, key: 'k' })
    expect(page.session.entries.size).toBe(0)
    page.emit('pagehide', { persisted: false })
    expect([...page.session.entries.values()]).toEqual([client.sessionId])
    page.emit('pageshow', { persisted: true })
    expect(page.session.entries.size).toBe(0)
    await client.close()
  })
})

// A server does each of these to a request, in turn.
const faults: Record<string, (server: ReturnType<typeof fakeServer>) => Serve> = {
  good:
    (server) =>
    ({ events }) =>
      server.store(events),
  busy: () => () => Response.json({ code: 'busy' }, { status: 503 }),
  limited: () => () => Response.json({ code: 'rate_limited' }, { status: 429 }),
  portal: () => () => new Response('<html>'),
  away: () => away,
  cut:
    (server) =>
    ({ events }) => {
      server.store(events)
      throw new TypeError('the connection was reset after it took the batch')
    },
  half:
    (server) =>
    ({ events }) =>
      server.store(events.slice(0, events.length >> 1)),
  large:
    (server) =>
    ({ events }) =>
      events.length > 2 ? new Response('', { status: 413 }) : server.store(events),
  broken: () => () => new Response('', { status: 500 }),
}

describe('whatever a server does, in whatever order', () => {
  it('each event arrives, with each number once', async () => {
    const steps = fc.array(
      fc.oneof(
        fc.constantFrom(...Object.keys(faults)).map((fault) => ({ fault })),
        fc.integer({ min: 1, max: 15 }).map((track) => ({ track })),
        fc.constantFrom('flush', 'hide', 'freeze', 'reload').map((what) => ({ what })),
      ),
      { minLength: 5, maxLength: 25 },
    )
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        using page = fakePage()
        const server = storing()
        using _ = hurry(server)
        const sessionId = crypto.randomUUID()
        let client = clientOf({ sessionId })
        let taken = 0
        for (const step of all) {
          if ('fault' in step) server.serve = faults[step.fault]!(server)
          else if ('track' in step) {
            for (let n = 0; n < step.track; n++) client.track('a', { n: ++taken })
          } else if (step.what === 'flush') await client.flush()
          else if (step.what === 'hide') page.emit('visibilitychange')
          else {
            const isReload = step.what === 'reload'
            page.emit('pagehide', { persisted: !isReload })
            await turn()
            if (isReload) {
              await client.close() // its page is no more
              client = clientOf({ sessionId })
            } else page.emit('pageshow', { persisted: true })
          }
        }
        server.serve = faults.good!(server)
        client.track('a', { n: ++taken })
        page.emit('online')
        for (let at = 0; at < 60 && server.stored.size < taken; at++) await client.flush()
        await until(() => server.stored.size === taken)
        await client.close()
        const payloads = [...server.stored.values()].map(
          ({ payload }) => (payload as { n: number }).n,
        )
        expect(payloads.sort((a, b) => a - b)).toEqual(upTo(taken))
        expect(seqs(server)).toEqual(upTo(taken))
      }),
      { numRuns: 25 },
    )
  }, 30_000)
})

it('a receipt of the fakes is one', async () => {
  expect(await receipt([{ event_id: 'a' }]).json()).toMatchObject({ eventIds: ['a'] })
})
