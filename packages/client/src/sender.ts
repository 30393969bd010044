import type { ClientOptions, Consent, Sending } from './contract'
import { attempt, clock, isPage, page, unref } from './page'
import { createKeeper, type Kept } from './queue/keeper'
import { PREFIX } from './queue/store'
import { cut } from './send/cut'
import { hash } from './send/hash'
import { verdictOf } from './send/policy'
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
// Timers count to 2³¹ milliseconds, and go off at once beyond.
const LONGEST_TIMER = 2 ** 31 - 1

/** Takes texts, keeps them, and sends them: what all clients are built of. */
export interface Sender extends Sending {
  /**
   * Takes an event.
   * @param number writes the number into it that it gets once it is sure to be taken
   */
  take(id: string, text: string, number?: Kept['number']): void
  /** Tells in the console, if it is to. */
  tell(what: string, ...more: unknown[]): void
  /** Tells whether anything is taken at all. */
  isOpen(): boolean
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
  /** How many characters it had when it was taken. */
  size: number
  /** How it is under way: 1, with a request that ends with the page; 2, with one that does not. */
  way: 0 | 1 | 2
}

export function createSender(options: SenderOptions, wire: Wire): Sender {
  const { key, debug, maxQueued = 10_000, session, batch: { events, seconds } = {} } = options
  const url = String(options.url).replace(/\/+$/, '')
  const most = events || 10
  const delay = (seconds ?? 12) * 1000

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
  /** When the next request may begin, and whether the server said so. */
  let until = 0
  let isAsked = false
  let running: Promise<void> | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let due = 0
  /** Bytes that are under way and outlive the page. */
  let flying = 0
  /** Counts consent: answers to what was sent under an older one have no effect. */
  let era = 0

  const keeper = createKeeper({
    scope: PREFIX + hash(`${url} ${key} ${wire.path}`).toString(36),
    session,
    tell,
    ready: () => plan(),
    isFull: () => queue.length >= maxQueued,
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

  const isOpen = () => !isClosed && consent !== false

  function take(...[id, text, number]: Parameters<Sender['take']>): void {
    if (!isOpen()) return
    const { length } = text
    if (length > LONGEST) tell('refused: too long', length)
    else if (queue.length >= maxQueued || chars + length > MOST_CHARS) {
      tell('refused: full')
      gap++
    } else {
      const event = push({ id, text, number, gap })
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
    const waiting: Waiting = Object.assign(event, {
      at: ++last,
      size: event.text.length,
      way: 0,
    } as const)
    queue.push(waiting)
    chars += waiting.size
    return waiting
  }

  const isReady = ({ way, number }: Waiting) => !way && !number
  const isHidden = () => page.document?.visibilityState === 'hidden'

  /** Sets the timer for what can be sent, if there is none that goes off sooner. */
  function plan(): void {
    const first = queue.find(isReady)
    if (running || isAway || consent !== true || !first) return
    const isDue = first.at <= mark || queue.length >= most || isHidden()
    const at = Math.max(clock() + (isDue ? 0 : delay), until)
    if (timer !== undefined && due <= at) return
    clearTimeout(timer)
    due = at
    const wait = Math.min(Math.max(0, at - clock()), LONGEST_TIMER)
    timer = setTimeout(() => {
      mark = last
      void pump()
    }, wait)
    if (!isClosed) unref(timer)
  }

  /** Sends one batch after the other, until what was wanted is sent or one fails. */
  function pump(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    running ??= sendAll().finally(() => {
      running = undefined
      plan()
    })
    return running
  }

  async function sendAll(): Promise<void> {
    while (consent === true && !isAway && clock() >= until) {
      const batch = cut(queue.filter(isReady), limit)
      if (!batch.length || (batch[0]!.at > mark && queue.length < most)) return
      await send(batch, false)
    }
  }

  async function send(batch: Waiting[], isLast: boolean): Promise<void> {
    const body = wire.body(batch.map(({ text }) => text))
    const size = isPage() ? bytesOf(body) : Infinity
    const outlives = flying + size <= KEEPALIVE_BYTES
    if (outlives) flying += size
    for (const event of batch) event.way = outlives ? 2 : 1
    const begun = era
    const answer = await post({ url, key, wire, body, outlives, isLast })
    if (outlives) flying -= size
    for (const event of batch) event.way = 0
    if (begun === era) settle(batch, answer)
    plan()
  }

  function settle(batch: Waiting[], { body, ...answer }: Posted): void {
    const { status } = answer
    const count = batch.length
    const tried = { failures, count, random: Math.random(), now: Date.now() }
    const verdict = verdictOf(answer, tried)
    let { next, wait } = verdict
    if (next === 'taken') {
      const outcomes = attempt(() => wire.read(body, batch)) ?? []
      const done = batch.filter((_, at) => outcomes[at])
      drop(done)
      tell('sent', done.length)
      outcomes.forEach((why, at) => {
        if (typeof why === 'object') tell('quarantined', batch[at]!.text, why)
      })
      limit = Math.min(MOST_EVENTS, limit * 2)
      if (done.length < count) {
        // Whoever answered, it was not for all of them: a page that asks to log in, say.
        next = 'kept'
        wait = Math.max(wait, verdictOf({ status: 0 }, tried).wait)
      }
    } else if (next === 'less' || next === 'last') {
      limit = Math.max(1, count >> 1)
      if (next === 'last') queue = [...queue.filter((event) => event !== batch[0]), batch[0]!]
    } else if (next !== 'kept') {
      drop(batch)
      tell(next, status, body, ...batch.map(({ text }) => text))
    }
    const isKept = next !== 'taken' && !batch[0]!.isGone
    if (isKept) tell(`kept, for ${wait} ms`, status, body)
    failures = isKept && (wait || next !== 'less') ? failures + 1 : 0
    until = clock() + wait
    isAsked = verdict.isAsked
  }

  function drop(events: readonly Waiting[]): void {
    keeper.remove(events)
    keep(({ isGone }) => !isGone)
  }

  function keep(wanted: (event: Waiting) => unknown): void {
    queue = queue.filter(wanted)
    chars = queue.reduce((all, { size }) => all + size, 0)
  }

  /** Sends what it can before the page ends, oldest first. */
  function leave(isEnd: boolean): void {
    if (consent !== true || (isAsked && clock() < until)) return
    let room = KEEPALIVE_BYTES - flying - 2
    const batch: Waiting[] = []
    for (const event of queue) {
      if (batch.length === MOST_EVENTS) break
      if (isEnd ? event.way === 2 : event.way) continue
      const size = bytesOf(event.text) + 1
      if (size > room) continue
      room -= size
      batch.push(event)
    }
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
    if (isHidden()) {
      keeper.number(queue)
      leave(false)
    } else keeper.look()
  }

  function onEnd(): void {
    if (consent !== true) return
    options.onLeave?.(true)
    keeper.number(queue)
    keeper.close(queue)
    isAway = true
    leave(true)
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
    if (!isAsked) until = 0
    failures = 0
    mark = last
    keeper.look()
    plan()
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

  return {
    take,
    isOpen,
    tell,

    async flush() {
      await keeper.numbered()
      mark = last
      if (!isAsked) until = 0
      await running
      await pump()
    },

    async close() {
      if (isClosed) return
      isClosed = true
      const end = clock() + CLOSING_MS
      await keeper.numbered()
      while (consent === true && !isAway && queue.length) {
        mark = last
        await running
        await pump()
        if (!queue.length || until > end || clock() > end) break
        await new Promise((resolve) => setTimeout(resolve, Math.max(20, until - clock())))
      }
      if (queue.length) tell('not sent', queue.length)
      clearTimeout(timer)
      listen('removeEventListener')
      isAway = true
      keeper.close(queue)
    },

    consent(given) {
      if (isClosed || given === consent) return
      consent = given
      era++
      options.onConsent?.(given)
      if (given) return begin()
      keep(() => false)
      keeper.erase()
      clearTimeout(timer)
      timer = undefined
      tell('erased')
    },
  }
}

function bytesOf(text: string): number {
  return new Blob([text]).size
}
