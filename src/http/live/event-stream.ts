import type { Sink, Subscriber } from '../../live/live'
import type { StoredRecord } from '../../platform/live-feed'
import type { HeldRecords } from './held-records'
import { KEEPALIVE, messageText, retryText } from './message'

// A page that lost its connection comes again after so long; the specification leaves it to us.
const RETRY_MS = 2000
// Proxies and balancers close what has been silent for a minute, some for half of one.
const KEEPALIVE_MS = 15_000
// Whoever takes nothing of what waits for so long is gone, or as good as gone: it can come again.
const STALL_MS = 60_000
// So much is held beside the queue of the subscription; it fills some packets.
const MAX_WAITING = 64
const MAX_WAITING_CHARS = 64 * 1024
// The connection has a copy of so much, which nobody shares.
const PIECE_CHARS = 16 * 1024

export interface StreamOptions {
  /** Writes the message of a record. */
  write(stored: StoredRecord): string
  /** Counts what all streams hold. */
  held: HeldRecords
  /** Is called once, when nothing is sent any more. */
  ended?(): void
  keepaliveMs?: number | undefined
  stallMs?: number | undefined
  /** It ends after so long, and its client comes again. Left out, it has no end. */
  maxMs?: number | undefined
}

/** An event stream is the other end of a subscription, and the body of an answer. */
export interface EventStream extends Disposable {
  sink: Sink
  body: ReadableStream<Uint8Array>
  /** Sends what was taken, and what is taken from now on. At its end it disposes of the subscriber. */
  begin(subscriber: Subscriber): void
}

/**
 * Makes the body of an answer of what a subscription gives. Nothing is written before the connection
 * asks for it; what has no room here is read from the feed again, so that nothing is passed over.
 */
export function createEventStream(options: StreamOptions): EventStream {
  const { write, held, ended, keepaliveMs = KEEPALIVE_MS, stallMs = STALL_MS, maxMs } = options
  const encoder = new TextEncoder()
  let waiting: (StoredRecord | string)[] = []
  let waitingChars = 0
  /** The message that is being sent, and how far it is. */
  let sending: { text: string; at: number; of: StoredRecord | string } | undefined
  let subscriber: Subscriber | undefined
  /** The subscription was told that there is no room. */
  let isFull = false
  let isEnding = false
  let hasLeft = false
  let isOver = false
  /** Wakes the connection, which has taken everything. */
  let wake: (() => void) | undefined
  let takenAt = performance.now()
  let timer: ReturnType<typeof setTimeout> | undefined
  const life = maxMs === undefined ? undefined : setTimeout(end, maxMs)
  life?.unref?.()

  function add(item: StoredRecord | string, chars: number): boolean {
    if (isOver || isEnding) return true
    waiting.push(item)
    waitingChars += chars
    // Records of one batch go together.
    if (subscriber !== undefined && wake !== undefined) queueMicrotask(wake)
    isFull = waiting.length >= MAX_WAITING || waitingChars >= MAX_WAITING_CHARS
    return !isFull
  }

  function endWith(reason: string) {
    const data = JSON.stringify({ type: 'end', reason })
    add(messageText({ name: 'end', data }), data.length)
    end()
  }

  /** Too many wait for large events: the client comes again, and goes on behind what it was sent. */
  function tooMuch(): boolean {
    endWith('busy')
    return true
  }

  /** Ends once everything that waits is sent; nothing more comes, so its place is free at once. */
  function end() {
    isEnding = true
    leave()
    wake?.()
  }

  function leave() {
    if (hasLeft || subscriber === undefined) return
    hasLeft = true
    subscriber[Symbol.dispose]()
  }

  function over() {
    if (isOver) return
    isOver = true
    clearTimeout(timer)
    clearTimeout(life)
    for (const item of waiting) letGo(item)
    if (sending !== undefined) letGo(sending.of)
    waiting = []
    sending = undefined
    wake?.()
    leave()
    ended?.()
  }

  /** Looks again after so long, at the latest: one timer that stands is cheaper than one an event. */
  function watch() {
    if (isOver) return
    const ms = takenAt + (wake === undefined ? stallMs : keepaliveMs) - performance.now()
    timer = setTimeout(look, Math.max(Math.min(ms, keepaliveMs), 1))
    // The end of the process does not wait for readers.
    timer.unref?.()
  }

  /** Keeps the connection open, or cuts off who takes nothing. */
  function look() {
    const silentMs = performance.now() - takenAt
    const hasMore = waits()
    if (wake !== undefined && !hasMore && silentMs >= keepaliveMs) add(KEEPALIVE, KEEPALIVE.length)
    if (wake === undefined && (hasMore || isEnding) && silentMs >= stallMs) cut()
    watch()
  }

  let cut = over

  const waits = () => waiting.length > 0 || sending !== undefined

  function letGo(item: StoredRecord | string) {
    if (typeof item !== 'string') held.release(item)
  }

  /** Takes what the connection is given next out of what waits. */
  function nextPiece(): string {
    let piece = ''
    while (piece.length < PIECE_CHARS) {
      const of = sending?.of ?? waiting.shift()
      if (of === undefined) break
      sending ??= { text: typeof of === 'string' ? of : write(of), at: 0, of }
      const { text, at } = sending
      sending.at = endOfPiece(text, at + PIECE_CHARS - piece.length)
      piece += text.slice(at, sending.at)
      if (sending.at < text.length) break
      letGo(of)
      sending = undefined
    }
    if (waiting.length === 0) waitingChars = 0
    return piece
  }

  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        cut = () => {
          // Bytes on their way still get there, unlike after an error, and the client goes on behind them.
          controller.close()
          over()
        }
      },

      async pull(controller) {
        takenAt = performance.now()
        if (!mayGoOn()) await more()
        if (isOver) return
        const piece = written()
        if (piece.length > 0) controller.enqueue(piece)
        takenAt = performance.now()
        if (isEnding && !waits()) return cut()
        if (!isFull || isEnding || waiting.length > 0) return
        isFull = false
        subscriber?.ready()
      },

      cancel: over,
    },
    // Nothing is made ahead of what the connection asks for.
    { highWaterMark: 0 },
  )

  function written(): Uint8Array {
    try {
      return encoder.encode(nextPiece())
    } catch (thrown) {
      over()
      throw thrown
    }
  }

  const mayGoOn = () => isOver || isEnding || (subscriber !== undefined && waits())

  async function more() {
    const { promise, resolve } = Promise.withResolvers<void>()
    wake = resolve
    await promise
    wake = undefined
  }

  watch()
  return {
    body,

    sink: {
      take(stored) {
        if (isOver || isEnding) return true
        if (!held.take(stored)) return tooMuch()
        const hasRoom = add(stored, stored.record.raw.length)
        if (!held.isTight(stored.record.tenantId)) return hasRoom
        isFull = true
        return false
      },
      resync(reason, after) {
        const data = JSON.stringify({ type: 'resync', reason, after })
        add(messageText({ name: 'resync', id: after, data }), data.length)
      },
      end: endWith,
    },

    begin(given) {
      subscriber = given
      if (isOver || isEnding) leave()
      if (isOver) return
      const { id, from } = given
      const data = JSON.stringify({ type: 'ready', subscriber_id: id, position: from })
      waiting.unshift(retryText(RETRY_MS), messageText({ name: 'ready', id: from, data }))
      wake?.()
    },

    [Symbol.dispose]: over,
  }
}

/** Returns where a piece of a text ends: not within a character of two halves. */
function endOfPiece(text: string, most: number): number {
  if (most >= text.length) return text.length
  const code = text.charCodeAt(most - 1)
  return code >= 0xd800 && code < 0xdc00 ? most + 1 : most
}
