import type { Tally, TallyNews } from '../../analytics/stream/tally'
import type { Sink, Subscriber } from '../../live/live'
import type { StoredRecord } from '../../platform/live-feed'

export interface MetricsBodyOptions {
  tally: Tally
  /** Tells whether an event is one of those that are counted. */
  isWanted(stored: StoredRecord): boolean
  write(news: TallyNews): string
  /** Writes a message with a name. */
  message(name: 'ready' | 'resync' | 'end', data: object): string
  now(): Date
  ended(): void
  maxMs?: number | undefined
  /** News of one interval come so far apart. */
  everyMs?: number
}

/** It is the other end of a subscription, and the body of an answer, in which numbers take each other's place. */
export interface MetricsBody extends Disposable {
  sink: Sink
  body: ReadableStream<Uint8Array>
  begin(subscriber: Subscriber, retryText: string): void
}

// Within five seconds of its arrival an event is told of; a second leaves time to all that comes before.
const EVERY_MS = 1000
// Proxies and balancers close what has been silent for a minute, some for half of one.
const KEEPALIVE_MS = 15_000
// Whoever takes nothing for so long is gone, or as good as gone: it can come again.
const STALL_MS = 60_000

/**
 * Makes the body of an answer of what a tally has to tell. A slow reader is told of the latest numbers only:
 * nothing waits for it but these.
 */
export function createMetricsBody(options: MetricsBodyOptions): MetricsBody {
  const { tally, isWanted, write, message, now, ended, maxMs, everyMs = EVERY_MS } = options
  const encoder = new TextEncoder()
  const first: string[] = []
  let subscriber: Subscriber | undefined
  let isFull = false
  let isEnding = false
  let isOver = false
  let wake: (() => void) | undefined
  let toldAt = performance.now()
  let takenAt = performance.now()
  const life = maxMs === undefined ? undefined : setTimeout(end, maxMs)
  const timer = setInterval(look, everyMs)
  // The end of the process does not wait for readers.
  timer.unref?.()
  life?.unref?.()

  /** Gives the connection what there is, where it waits for something. */
  function look() {
    if (wake !== undefined) return wake()
    if (performance.now() - takenAt > STALL_MS) over()
  }

  function end() {
    isEnding = true
    subscriber?.[Symbol.dispose]()
    wake?.()
  }

  function over() {
    if (isOver) return
    isOver = true
    clearInterval(timer)
    clearTimeout(life)
    subscriber?.[Symbol.dispose]()
    tally[Symbol.dispose]()
    wake?.()
    ended()
  }

  function next(): string | undefined {
    const said = first.shift()
    if (said !== undefined) return said
    const news = tally.news(now())
    if (news !== undefined) return write(news)
    return performance.now() - toldAt >= KEEPALIVE_MS ? ':\n\n' : undefined
  }

  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        takenAt = performance.now()
        let text = next()
        while (text === undefined && !isOver && !isEnding) {
          const { promise, resolve } = Promise.withResolvers<void>()
          wake = resolve
          await promise
          wake = undefined
          text = next()
        }
        takenAt = performance.now()
        if (isOver) return
        if (text !== undefined) {
          toldAt = takenAt
          controller.enqueue(encoder.encode(text))
        }
        if (text === undefined && isEnding) {
          controller.close()
          over()
        }
        if (!isFull || isEnding) return
        isFull = false
        subscriber?.ready()
      },
      cancel: over,
    },
    // Nothing is made ahead of what the connection asks for.
    { highWaterMark: 0 },
  )

  return {
    body,
    sink: {
      take(stored) {
        if (isOver || isEnding) return true
        if (!isWanted(stored)) return true
        isFull = !tally.add(stored)
        return !isFull
      },
      resync(reason, after) {
        tally.resume(after)
        first.push(message('resync', { type: 'resync', reason }))
      },
      end(reason) {
        first.push(message('end', { type: 'end', reason }))
        end()
      },
    },
    begin(given, retryText) {
      subscriber = given
      if (isOver || isEnding) given[Symbol.dispose]()
      first.unshift(retryText, message('ready', { type: 'ready', subscriber_id: given.id }))
      wake?.()
    },
    [Symbol.dispose]: over,
  }
}
