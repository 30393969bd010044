import type { Browser, Shelf } from './page'

/** A storage of a page, which can be full or blocked. */
export interface FakeShelf extends Shelf {
  readonly entries: Map<string, string>
  /** How many characters fit. */
  room: number
}

export function fakeShelf(): FakeShelf {
  const entries = new Map<string, string>()
  const shelf = {
    entries,
    room: Infinity,
    getItem: (name: string) => entries.get(name) ?? null,
    setItem(name: string, value: string) {
      const held = [...entries.values()].join('').length - (entries.get(name)?.length ?? 0)
      if (held + String(value).length > shelf.room)
        throw new DOMException('full', 'QuotaExceededError')
      entries.set(name, String(value))
    },
    removeItem: (name: string) => void entries.delete(name),
  }
  // As a browser's, it lists what is in it.
  return new Proxy({} as FakeShelf, {
    get: (_, member) => shelf[member as keyof typeof shelf],
    set: (_, member, value) => Reflect.set(shelf, member, value),
    ownKeys: () => [...entries.keys()],
    getOwnPropertyDescriptor: (_, name) =>
      entries.has(String(name)) ? { enumerable: true, configurable: true } : undefined,
  })
}

/** One request as a server sees it. */
export interface Seen {
  url: string
  init: RequestInit & { headers: Record<string, string>; body: string }
  events: Record<string, unknown>[]
}

export type Serve = (seen: Seen) => Response | Promise<Response>

/** Answers as the server does when it stores everything. */
export function receipt(events: readonly Record<string, unknown>[], more: object = {}): Response {
  const eventIds = events.map((event) => event.event_id)
  return Response.json({
    ...{ requestId: 'r', eventCount: events.length, eventIds, quarantined: [], duplicates: 0 },
    ...more,
  })
}

/** A server that stores each event once, by its id, and answers as `serve` says. */
export function fakeServer(serve: Serve = ({ events }) => receipt(events)) {
  const requests: Seen[] = []
  const stored = new Map<string, Record<string, unknown>>()
  const server = {
    requests,
    stored,
    serve,
    /** Keeps what a request brought; the same again changes nothing. */
    store(events: Record<string, unknown>[]) {
      for (const event of events) stored.set(String(event.event_id), event)
      return receipt(events)
    },
    async fetch(url: string, init: Seen['init']) {
      const seen = { url, init, events: JSON.parse(init.body) as Seen['events'] }
      requests.push(seen)
      return server.serve(seen)
    },
  }
  return server
}

type Listener = (event: object) => void

/** Puts a page around a test: `using page = fakePage()`. */
export function fakePage(more: Partial<Browser> = {}) {
  const listeners = new Map<string, Set<Listener>>()
  const listen = {
    addEventListener(type: string, listener: Listener) {
      listeners.set(type, (listeners.get(type) ?? new Set()).add(listener))
    },
    removeEventListener: (type: string, listener: Listener) =>
      void listeners.get(type)?.delete(listener),
  }
  const document = { visibilityState: 'visible', querySelector: () => null, ...listen }
  const local = fakeShelf()
  const session = fakeShelf()
  const put: Record<string, unknown> = {
    ...{ document, localStorage: local, sessionStorage: session },
    ...{
      location: { origin: 'https://quiz.example.edu' },
      navigator: { onLine: true, locks: fakeLocks() },
    },
    // Bun's own requests know no `keepalive`.
    Request: class {
      get keepalive() {
        return true
      }
    },
    ...listen,
    ...more,
  }
  const restore = replaceGlobals(put)
  return {
    local,
    session,
    document,
    /** Lets an event happen to the page. */
    emit(type: string, event: object = {}) {
      for (const listener of listeners.get(type) ?? []) listener(event)
    },
    /** Leaves so many characters of room in `localStorage`. */
    fill(room: number) {
      local.room = room
    },
    listening: () => [...listeners.values()].reduce((all, { size }) => all + size, 0),
    [Symbol.dispose]: restore,
  }
}

/** Web Locks, asked for with `ifAvailable`. */
function fakeLocks() {
  const held = new Set<string>()
  return {
    async request(name: string, _: object, run: (lock: object | null) => unknown) {
      if (held.has(name)) return run(null)
      held.add(name)
      await run({ name })
      held.delete(name)
    },
  }
}

/** Replaces globals, getters included. @returns what puts them back */
export function replaceGlobals(values: Record<string, unknown>): () => void {
  const before = Object.keys(values).map(
    (name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const,
  )
  for (const [name, value] of Object.entries(values)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
  }
  return () => {
    for (const [name, property] of before) {
      if (property) Object.defineProperty(globalThis, name, property)
      else delete (globalThis as Record<string, unknown>)[name]
    }
  }
}

/** Lets time pass a thousand times as fast, and dice fall low: `using _ = hurry(server)`. */
export function hurry(server: ReturnType<typeof fakeServer>) {
  const { setTimeout: later, setInterval: often } = globalThis
  const restore = replaceGlobals({
    fetch: server.fetch,
    setTimeout: (run: () => void, ms = 0) => later(run, ms / 1000),
    setInterval: (run: () => void, ms = 0) => often(run, ms / 1000),
  })
  const { random } = Math
  const { now } = performance
  performance.now = () => now.call(performance) * 1000
  Math.random = () => random() / 1000
  return {
    [Symbol.dispose]() {
      restore()
      Math.random = random
      performance.now = now
    },
  }
}
