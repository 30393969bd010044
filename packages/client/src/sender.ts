import type { ClientOptions, Consent, Sending } from './contract'
import { attempt, clock, isPage, page, uuid } from './page'
import { indexedStore } from './queue/indexed'
import { localStore } from './queue/local'
import type { Held, Store } from './queue/store'
import { cut } from './send/cut'
import { hash } from './send/hash'
import { type Answer, verdictOf } from './send/policy'
import { post } from './send/post'
import type { Wire } from './send/wire'
import { claim } from './tabs'

// One event may have so many characters; the server takes bodies of 6 MB.
const LONGEST = 1_000_000
// What waits in memory, beside its number.
const MOST_CHARS = 20_000_000
// A browser lets 64 KB of requests be under way that outlive their page; the rest is for headers.
const KEEPALIVE_BYTES = 60_000
// The server names the first hundred of what it could not store.
const MOST_EVENTS = 100
const CLOSING_MS = 30_000
// How often to look for what tabs left that ended meanwhile.
const ADOPTION_MS = 30_000

/** Takes texts, keeps them, and sends them: what all clients are built of. */
export interface Sender extends Sending {
  /**
   * Takes an event.
   * @param stamp adds what is only known of an event that is taken
   */
  take(id: string, text: string, stamp?: (text: string) => string): void
  /** Tells in the console why something was refused. */
  refuse(why: string, ...more: unknown[]): void
  /** Tells whether anything is taken at all. */
  isOpen(): boolean
}

export interface SenderOptions
  extends Pick<ClientOptions, 'url' | 'key' | 'batch' | 'debug' | 'maxQueued'> {
  consent?: Consent | undefined
  /** Called as the page ends (true), and comes back (false). */
  onLeave?(isLeft: boolean): void
  /** Called when consent was given after it was awaited, and when it was withdrawn. */
  onConsent?(given: boolean): void
}

/** An event that waits here: stored under an owner, perhaps, and perhaps under way. */
interface Waiting extends Held {
  /** Its place in the queue of this page. */
  at: number
  owner?: string
  store?: Store
  /** How it is under way: 1, with a request that ends with the page; 2, with one that does not. */
  way: 0 | 1 | 2
}

export function createSender(options: SenderOptions, wire: Wire): Sender {
  const { key, debug, maxQueued = 10_000 } = options
  const url = String(options.url).replace(/\/+$/, '')
  const most = options.batch?.events ?? 10
  const delay = (options.batch?.seconds ?? 12) * 1000
  // What waits for one server, key and standard is never sent to another.
  const scope = `nonius:${hash(`${url} ${key} ${wire.path}`).toString(36)}`

  let consent: Consent = options.consent ?? true
  let isClosed = false
  let isAway = false
  /** Events from before consent: [id, text, stamp]. */
  let awaiting: Parameters<Sender['take']>[] = []
  let queue: Waiting[] = []
  let chars = 0
  let last = 0
  /** Everything up to here is sent without waiting for more. */
  let mark = 0
  let failures = 0
  let limit = MOST_EVENTS
  /** When the next request may begin, and whether the server said so. */
  let until = 0
  let isAsked = false
  let running: Promise<void> | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let due = 0
  let flying = 0
  let wasRefused = false

  let stores: Store[] = []
  let owner = uuid()
  const releases: (() => void)[] = []
  let unsaved: Waiting[] = []
  let isOpening = false
  /** Counts consent: what was begun under an older one has no effect. */
  let era = 0
  let looking: ReturnType<typeof setInterval> | undefined

  function tell(how: 'debug' | 'warn', ...what: unknown[]): void {
    if (debug) attempt(() => console[how](`[nonius] ${what[0]}`, ...what.slice(1)))
  }

  // -- what is taken

  function take(...event: Parameters<Sender['take']>): void {
    if (!isOpen()) return
    const { length } = event[1]
    if (length > LONGEST) tell('warn', 'refused: an event of so many characters', length)
    else if (consent !== 'pending') admit(event)
    else if (awaiting.length < maxQueued && chars + length <= MOST_CHARS) {
      chars += length
      awaiting.push(event)
    } else tell('warn', 'refused: too many events wait for consent')
  }

  function admit([id, unstamped, stamp]: Parameters<Sender['take']>): void {
    const text = stamp ? stamp(unstamped) : unstamped
    if (queue.length >= maxQueued || chars + text.length > MOST_CHARS) {
      tell('warn', 'refused: too many events wait', queue.length)
      return
    }
    const event: Waiting = { n: ++last, at: last, id, text, way: 0 }
    queue.push(event)
    chars += text.length
    tell('debug', 'queued', text)
    save(event)
    plan(queue.length >= most ? 0 : delay)
  }

  const isOpen = () => !isClosed && consent !== false

  // -- what is stored

  function save(...events: Waiting[]): void {
    if (!stores[0]) return
    if (!unsaved.length) queueMicrotask(saveNow)
    unsaved.push(...events)
  }

  function saveNow(): void {
    const [store] = stores
    const events = unsaved.splice(0)
    if (!store || !events.length) return
    for (const event of events) {
      event.owner = owner
      event.store = store
    }
    store.put(owner, events).catch((why) => tell('warn', 'kept in memory alone', why))
  }

  async function open(): Promise<void> {
    if (!isPage() || isOpening) return
    isOpening = true
    const begun = era
    const found = await openStores(scope)
    const release = found.length ? await claim(`${scope}/${owner}`) : undefined
    isOpening = false
    if (begun !== era || isClosed) return release?.()
    if (release) releases.push(release)
    stores = found
    if (!found.length) tell('warn', 'kept in memory alone: this page has no storage')
    save(...queue)
    await adopt()
    looking = setInterval(() => void adopt(), ADOPTION_MS)
    unref(looking)
  }

  /** Takes over what pages left that are no more. It stays where it is stored until it is acknowledged. */
  async function adopt(): Promise<void> {
    const begun = era
    for (const store of stores) {
      const owners = await store.owners().catch(() => [])
      for (const other of owners) {
        if (isMine(other) || queue.length >= maxQueued) continue
        const release = await claim(`${scope}/${other}`)
        if (!release) continue
        const left = await store.read(other).catch(() => [])
        if (begun !== era || isClosed) return release()
        releases.push(release)
        adopted.add(other)
        if (!left.length) continue
        tell('debug', 'found what an earlier page left', left.length)
        for (const event of left) {
          queue.push({ ...event, at: ++last, owner: other, store, way: 0 })
          chars += event.text.length
        }
        mark = last
        plan(0)
      }
    }
  }

  const adopted = new Set<string>()
  const isMine = (other: string) => other === owner || adopted.has(other)

  function remove(events: readonly Waiting[]): void {
    const gone = new Set(events)
    queue = queue.filter((event) => !gone.has(event))
    const stored = new Map<Store, Map<string, number[]>>()
    for (const event of gone) {
      chars -= event.text.length
      if (!event.store || !event.owner) continue
      const owners = stored.get(event.store) ?? new Map<string, number[]>()
      stored.set(event.store, owners)
      owners.set(event.owner, [...(owners.get(event.owner) ?? []), event.n])
    }
    unsaved = unsaved.filter((event) => !gone.has(event))
    for (const [store, owners] of stored)
      for (const [of, places] of owners)
        store.remove(of, places).catch((why) => tell('warn', 'stays stored', why))
  }

  // -- what is sent

  /** Sets the timer, if there is none that goes off sooner. */
  function plan(ms: number): void {
    if (running || isAway || consent !== true || !queue.length) return
    const at = Math.max(clock() + ms, until)
    if (timer !== undefined && due <= at) return
    clearTimeout(timer)
    due = at
    timer = setTimeout(
      () => {
        mark = last
        void pump()
      },
      Math.max(0, at - clock()),
    )
    if (!isClosed) unref(timer)
  }

  /** Sends one batch after the other, until what was wanted is sent or one fails. */
  function pump(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    running ??= sendAll().finally(() => {
      running = undefined
      plan(queue.length >= most ? 0 : delay)
    })
    return running
  }

  async function sendAll(): Promise<void> {
    while (consent === true && !isAway && clock() >= until) {
      const batch = cut(
        queue.filter((event) => !event.way),
        limit,
      )
      if (!batch.length || (batch[0]!.at > mark && queue.length < most)) return
      await send(batch)
    }
  }

  async function send(batch: Waiting[], isLast = false): Promise<void> {
    const body = wire.body(batch.map(({ text }) => text))
    const size = isPage() ? bytesOf(body) : Infinity
    const outlives = flying + size <= KEEPALIVE_BYTES
    if (outlives) flying += size
    for (const event of batch) event.way = outlives ? 2 : 1
    const begun = era
    const answer = await post({ url, key, wire, body, outlives, byKey: isLast && isElsewhere(url) })
    if (outlives) flying -= size
    for (const event of batch) event.way = 0
    if (begun === era) settle(batch, answer)
  }

  function settle(batch: Waiting[], answer: Answer & { body?: unknown; why?: unknown }): void {
    const count = batch.length
    const tried = { failures, count, random: Math.random(), now: Date.now() }
    const { next, ...verdict } = verdictOf(answer, tried)
    let wait = verdict.wait
    let hasFailed = next !== 'taken'
    if (next === 'taken') {
      const settled = attempt(() => wire.read(answer.body, batch))
      const { stored = [], quarantined = [] } = settled ?? {}
      const done = [...stored, ...quarantined.map(({ event }) => event)] as Waiting[]
      remove(done)
      if (stored.length) tell('debug', 'sent', stored.length)
      for (const { event, why } of quarantined) tell('warn', 'quarantined', event.text, why)
      hasFailed = done.length < count
      if (hasFailed) {
        tell(
          'warn',
          settled ? 'kept: a receipt without all events' : 'kept: no receipt',
          answer.status,
        )
        wait = Math.max(wait, verdictOf({ status: 0 }, tried).wait)
      }
    } else if (next === 'refused' || next === 'quarantined') {
      remove(batch)
      tell('warn', next, answer.status, answer.body, ...batch.map(({ text }) => text))
    } else {
      if (next === 'last') queue = [...queue.filter((event) => event !== batch[0]), batch[0]!]
      if (next === 'less' || next === 'last') limit = Math.max(1, count >> 1)
      const isKey = answer.status === 401 || answer.status === 403
      if (!isKey || !wasRefused) tell('warn', 'kept', answer.status, answer.body ?? answer.why)
      wasRefused ||= isKey
    }
    // What was refused for its content says nothing of the server.
    const isContent = next === 'refused' || next === 'quarantined' || (next === 'less' && !wait)
    failures = hasFailed && !isContent ? failures + 1 : 0
    if (!hasFailed) limit = Math.min(MOST_EVENTS, limit * 2)
    until = clock() + wait
    isAsked = verdict.isAsked
    plan(0)
  }

  // -- the page

  /** Sends what it can before the page ends, oldest first. */
  function leave(isEnd: boolean): void {
    if (consent !== true || isAway || (isAsked && clock() < until)) return
    let room = KEEPALIVE_BYTES - flying - 1000
    const batch: Waiting[] = []
    for (const event of queue) {
      if (batch.length === MOST_EVENTS || room < 0) break
      if (isEnd ? event.way === 2 : event.way) continue
      const size = bytesOf(event.text) + 1
      if (size > room) continue
      room -= size
      batch.push(event)
    }
    if (batch.length) void send(batch, true)
  }

  function onHidden(): void {
    const isHidden = page.document?.visibilityState === 'hidden'
    options.onLeave?.(isHidden)
    if (isHidden) leave(false)
    else void adopt()
  }

  function onEnd(): void {
    options.onLeave?.(true)
    saveNow()
    leave(true)
    isAway = true
  }

  function onBack({ persisted }: { persisted?: boolean }): void {
    if (!persisted) return
    options.onLeave?.(false)
    isAway = false
    plan(0)
  }

  function onOnline(): void {
    if (!isAsked) until = 0
    failures = 0
    void adopt()
    mark = last
    plan(0)
  }

  function listen(how: 'addEventListener' | 'removeEventListener'): void {
    attempt(() => {
      page.document?.[how]('visibilitychange', onHidden)
      page[how]?.('pagehide', onEnd)
      page[how]?.('pageshow', onBack)
      page[how]?.('online', onOnline)
    })
  }

  if (isPage()) listen('addEventListener')
  if (consent === true) void open()
  if (consent === false) void erase()

  async function erase(): Promise<void> {
    const all = stores.length ? stores : everyStore(scope)
    stores = []
    for (const store of all) await store.erase().catch(() => undefined)
  }

  const self: Sender = {
    take,
    isOpen,
    refuse: (why, ...more) => tell('warn', `refused: ${why}`, ...more),

    async flush() {
      mark = last
      if (!isAsked) until = 0
      await running
      if (consent === true) await pump()
    },

    async close() {
      if (isClosed) return
      isClosed = true
      const end = clock() + CLOSING_MS
      while (consent === true && queue.length) {
        mark = last
        await running
        await pump()
        if (!queue.length || until > end || clock() > end) break
        await new Promise((resolve) => setTimeout(resolve, Math.max(20, until - clock())))
      }
      if (queue.length) tell('warn', 'closed, and not sent', queue.length)
      clearTimeout(timer)
      clearInterval(looking)
      listen('removeEventListener')
      isAway = true
      for (const release of releases) release()
    },

    consent(given) {
      if (isClosed || given === consent) return
      consent = given
      era++
      options.onConsent?.(given)
      const waited = awaiting
      awaiting = []
      chars = 0
      if (given) {
        for (const event of waited) admit(event)
        void open()
        return
      }
      queue = []
      unsaved = []
      clearTimeout(timer)
      timer = undefined
      clearInterval(looking)
      void erase()
      for (const release of releases.splice(0)) release()
      owner = uuid()
      tell('debug', 'no consent: what waited is erased')
    },
  }
  return self
}

function everyStore(scope: string): Store[] {
  const hasIndexed = attempt(() => !!page.indexedDB)
  return [...(hasIndexed ? [indexedStore(scope)] : []), localStore(scope)]
}

/** Finds the stores that answer, the best first. */
async function openStores(scope: string): Promise<Store[]> {
  const found: Store[] = []
  for (const store of everyStore(scope)) {
    const answers = await store.owners().then(
      () => true,
      () => false,
    )
    if (answers) found.push(store)
  }
  return found
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length
}

function isElsewhere(url: string): boolean {
  return !`${url}/`.startsWith(`${page.location?.origin}/`)
}

/** Lets a program end that has nothing else to do. */
function unref(timer: unknown): void {
  ;(timer as { unref?(): void }).unref?.()
}
