import type { ClientOptions, Consent, Sending } from './contract'
import { attempt, clock, isPage, page, unref } from './page'
import { createKeeper, type Kept } from './queue/keeper'
import { cut } from './send/cut'
import { hash } from './send/hash'
import { type Verdict, verdictOf } from './send/policy'
import { type Posted, post } from './send/post'
import type { Wire } from './send/wire'

// One event may have so many characters; the server takes bodies of 6 MB.
const LONGEST = 1_000_000
// So many characters may wait, beside their number of events.
const MOST_CHARS = 20_000_000
// A browser lets 64 KB of requests be under way that outlive their page; the rest is for headers.
const KEEPALIVE_BYTES = 60_000
// The server names the first hundred of what it could not store.
const MOST_EVENTS = 100
const CLOSING_MS = 30_000

/** Takes texts, keeps them, and sends them: what all clients are built of. */
export interface Sender extends Sending {
  /**
   * Takes an event.
   * @param isBare whether it gets a `seq`, once it is sure to be taken
   */
  take(id: string, text: string, isBare: boolean): void
  /** Tells in the console, if it is to. */
  tell(what: string, ...more: unknown[]): void
}

type Shared = Pick<ClientOptions, 'url' | 'key' | 'batch' | 'debug' | 'maxQueued' | 'consent'>

export interface SenderOptions extends Shared {
  /** Names what is numbered. */
  session: string
  /** Called as the page ends (true), and comes back (false). */
  onLeave?(isLeft: boolean): void
  /** Called when consent was given or withdrawn. */
  onConsent?(given: boolean): void
}

interface Waiting extends Kept {
  /** Its place in the queue of this page. */
  at: number
  /** When it came into it. */
  since: number
  /** How it is under way: 1, with a request that ends with the page; 2, with one that does not. */
  way: 0 | 1 | 2
}

export function createSender(options: SenderOptions, wire: Wire): Sender {
  const {
    key,
    debug,
    maxQueued = 10_000,
    session,
    batch: { events = 10, seconds = 12 } = {},
  } = options
  const url = `${options.url}`.replace(/\/+$/, '')
  const delay = seconds * 1000

  let consent: Consent = options.consent ?? true
  let isClosed = false
  let isAway = false
  /** So many were refused since the last one that was not. */
  let gap = 0
  let queue: Waiting[] = []
  let chars = 0
  let last = 0
  /** Everything up to here is sent without waiting for more. */
  let mark = 0
  let failures = 0
  let limit = MOST_EVENTS
  /** When the next request may begin. */
  let until = 0
  /** What was made of the last answer. */
  let verdict: Partial<Verdict> = {}
  let running: Promise<void> | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  /** Bytes that are under way and outlive the page. */
  let flying = 0

  const keeper = createKeeper({
    scope: hash(`${url} ${key} ${wire.path}`).toString(36),
    session,
    tell,
    ready: () => plan(),
    found(left) {
      tell('found', left.length)
      for (const event of left) push(event)
      mark = last
      plan()
    },
  })

  function tell(what: string, ...more: unknown[]): void {
    if (debug) attempt(() => console.info(`[nonius] ${what}`, ...more))
  }

  function take(id: string, text: string, isBare: boolean): void {
    if (isClosed || consent === false) return
    const { length } = text
    if (length > LONGEST) tell('refused: long', length)
    else if (queue.length >= maxQueued || chars + length > MOST_CHARS) {
      tell('refused: full')
      gap++
    } else {
      const event = push({ id, text, isBare, gap })
      gap = 0
      tell('queued', text)
      if (consent !== true) return
      keeper.save(event)
      // The page tells of its own end; its other listeners may as well.
      if (isAway) queueMicrotask(onEnd)
      plan()
    }
  }

  function push(event: Kept): Waiting {
    const waiting: Waiting = { ...event, at: ++last, since: clock(), way: 0 }
    queue.push(waiting)
    chars += event.text.length
    return waiting
  }

  const isReady = ({ way, isBare }: Waiting) => !way && !isBare
  const isHidden = () => page.document?.visibilityState === 'hidden'

  /** Sets the timer for what can be sent. */
  function plan(): void {
    const first = queue.find(isReady)
    if (running || isAway || consent !== true || !first) return
    const isDue = first.at <= mark || queue.length >= events || isHidden()
    const wait = Math.max(isDue ? 0 : first.since + delay - clock(), until - clock(), 0)
    clearTimeout(timer)
    timer = setTimeout(() => {
      mark = last
      void pump()
    }, wait)
    if (!isClosed) unref(timer)
  }

  /** Sends one batch after the other, until what was wanted is sent or one fails. */
  async function pump(): Promise<void> {
    clearTimeout(timer)
    running ??= (async () => {
      while (consent === true && !isAway && clock() >= until) {
        const batch = cut(queue.filter(isReady), limit)
        if (!batch.length || (batch[0]!.at > mark && queue.length < events)) return
        await send(batch, false)
      }
    })()
    await running
    running = undefined
    plan()
  }

  async function send(batch: Waiting[], isLast: boolean): Promise<void> {
    const body = wire.body(batch.map(({ text }) => text))
    const size = isPage() ? bytesOf(body) : Infinity
    const outlives = flying + size <= KEEPALIVE_BYTES
    if (outlives) flying += size
    for (const event of batch) event.way = outlives ? 2 : 1
    const answer = await post({ url, key, wire, body, outlives, isLast })
    if (outlives) flying -= size
    for (const event of batch) event.way = 0
    settle(batch, answer)
    plan()
  }

  function settle(batch: Waiting[], { body, ...answer }: Posted): void {
    const count = batch.length
    const outcomes = (answer.status < 300 && attempt(() => wire.read(body, batch))) || []
    const done = batch.filter((_, at) => outcomes[at])
    drop(done)
    outcomes.forEach((why, at) => {
      if (typeof why === 'object') tell('quarantined', batch[at]!.text, why)
    })
    const { status } = answer
    // Whoever answered well, but not for all of them, was not this server: a page that asks to log in, say.
    if (status < 300 && done.length < count) answer.status = 0
    const tried = { failures, count, dice: Math.random(), now: Date.now() }
    const told = verdict.wait
    verdict = verdictOf(answer, tried)
    const { next, wait } = verdict as Verdict
    // A key that is refused has to be told once: only then is the wait twice the same.
    if (!wait || wait !== told) tell(next, done.length || count, status, wait, body)
    if (next === 'refused') drop(batch)
    if (next === 'last') queue.push(...queue.splice(queue.indexOf(batch[0]!), 1))
    limit =
      next === 'less' ? count >> 1 : next === 'sent' ? Math.min(MOST_EVENTS, limit * 2) : limit
    failures = next === 'sent' || !wait ? 0 : failures + 1
    until = clock() + wait
  }

  function drop(events: readonly Waiting[]): void {
    keeper.remove(events)
    keep(({ isGone }) => !isGone)
  }

  function keep(wanted: (event: Waiting) => unknown): void {
    queue = queue.filter(wanted)
    chars = queue.reduce((all, { text }) => all + text.length, 0)
  }

  /** Sends what it can before the page ends, oldest first. */
  function leave(isEnd: boolean): void {
    keeper.number(queue)
    if (verdict.isAsked && clock() < until) return
    const left = queue.filter(({ way }) => (isEnd ? way < 2 : !way))
    const batch = cut(left, MOST_EVENTS, KEEPALIVE_BYTES - flying - 2, bytesOf)
    if (batch.length) void send(batch, true)
  }

  /** Stores and sends what waits. */
  function begin(): void {
    keeper.open()
    queue.forEach(keeper.save)
    plan()
  }

  function onVisibility(): void {
    if (consent !== true) return
    options.onLeave?.(isHidden())
    if (isHidden()) leave(false)
    else keeper.look()
  }

  function onEnd(): void {
    if (consent !== true) return
    options.onLeave?.(true)
    isAway = true
    leave(true)
    keeper.close(queue)
  }

  function onBack({ persisted }: { persisted?: boolean }): void {
    if (!persisted) return
    isAway = false
    if (consent !== true) return
    options.onLeave?.(false)
    // What is stored may have been sent by another page meanwhile; it is found if it was not.
    keep(({ isStored }) => !isStored)
    begin()
  }

  function onOnline(): void {
    keeper.look()
    void flush()
  }

  function listen(how: 'addEventListener' | 'removeEventListener'): void {
    attempt(() => {
      page.document?.[how]('visibilitychange', onVisibility)
      page[how]?.('pagehide', onEnd)
      page[how]?.('pageshow', onBack)
      page[how]?.('online', onOnline)
    })
  }

  if (isPage()) listen('addEventListener')
  if (consent === true) begin()
  if (consent === false) keeper.erase()

  async function flush(hurries = true): Promise<void> {
    await keeper.numbered()
    mark = last
    if (hurries && !verdict.isAsked) until = 0
    await running
    await pump()
  }

  return {
    take,
    tell,

    flush: () => flush(),

    async close() {
      if (isClosed) return
      isClosed = true
      const end = clock() + CLOSING_MS
      for (;;) {
        await flush(false)
        if (!queue.length || consent !== true || isAway || Math.max(until, clock()) > end) break
        await new Promise((resolve) => setTimeout(resolve, Math.max(until - clock(), 0)))
      }
      if (queue.length) tell('not sent', queue.length)
      clearTimeout(timer)
      listen('removeEventListener')
      isAway = true
      if (consent === true) keeper.close(queue)
    },

    consent(given) {
      if (isClosed || given === consent) return
      consent = given
      options.onConsent?.(given)
      if (given) return begin()
      keep(() => false)
      keeper.erase()
      clearTimeout(timer)
      tell('erased')
    },
  }
}

function bytesOf(text: string): number {
  return new Blob([text]).size
}
