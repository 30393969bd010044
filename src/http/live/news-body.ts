import type { Subscriber } from '../../live/live'
import { KEEPALIVE, messageText } from './message'

/** Whoever has news of which the latest takes the place of those before. */
export interface News {
  /**
   * Writes what there is to tell by now, as messages; undefined when there is nothing.
   * @param isEnding nothing more is asked for once there is nothing
   */
  next(isEnding: boolean): string | undefined | Promise<string | undefined>
  /** The connection has taken what was written. */
  taken?(isEnding: boolean): void
  /** So often it is looked whether there is something. */
  everyMs: number
  maxMs?: number | undefined
  /** Nobody asks for news any more. It is called once. */
  ended(): void
}

/** The body of an answer of news, which are written when the connection asks for something. */
export interface NewsBody extends Disposable {
  body: ReadableStream<Uint8Array>
  begin(subscriber: Subscriber, retryText: string): void
  /** Says this before all news. */
  say(name: 'resync' | 'end', data: object): void
  /** Ends the answer after what is said, and says why where that is not its time. */
  end(reason?: string): void
  isOver(): boolean
  isEnding(): boolean
}

// Proxies and balancers close what has been silent for a minute, some for half of one.
const KEEPALIVE_MS = 15_000
// Whoever takes nothing for so long is gone, or as good as gone: it can come again.
const STALL_MS = 60_000

/** Makes the body. A slow reader is told the latest only: nothing waits for it but that. */
export function createNewsBody({ next, taken, everyMs, maxMs, ended }: News): NewsBody {
  const encoder = new TextEncoder()
  const first: string[] = []
  let subscriber: Subscriber | undefined
  let isEnding = false
  let isOver = false
  let wake: (() => void) | undefined
  let toldAt = performance.now()
  let takenAt = performance.now()
  const life = maxMs === undefined ? undefined : setTimeout(end, maxMs)
  const looking = setInterval(look, everyMs)
  // The end of the process does not wait for readers.
  for (const timer of [life, looking]) timer?.unref?.()

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
    clearInterval(looking)
    clearTimeout(life)
    subscriber?.[Symbol.dispose]()
    wake?.()
    ended()
  }

  async function textNow(): Promise<string | undefined> {
    const text = first.shift() ?? (await next(isEnding))
    if (text !== undefined) return text
    return performance.now() - toldAt >= KEEPALIVE_MS ? KEEPALIVE : undefined
  }

  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        takenAt = performance.now()
        let text = await textNow()
        while (text === undefined && !isOver && !isEnding) {
          const { promise, resolve } = Promise.withResolvers<void>()
          wake = resolve
          await promise
          wake = undefined
          text = await textNow()
        }
        takenAt = performance.now()
        if (isOver) return
        if (text !== undefined) {
          toldAt = takenAt
          controller.enqueue(encoder.encode(text))
        } else if (isEnding) {
          controller.close()
          over()
        }
        taken?.(isEnding)
      },
      cancel: over,
    },
    // Nothing is made ahead of what the connection asks for.
    { highWaterMark: 0 },
  )

  return {
    body,
    isOver: () => isOver,
    isEnding: () => isEnding,
    say: (name, data) => void first.push(namedText(name, data)),
    end(reason) {
      if (reason !== undefined) first.push(namedText('end', { reason }))
      end()
    },
    begin(given, retryText) {
      subscriber = given
      if (isOver || isEnding) given[Symbol.dispose]()
      first.unshift(retryText, namedText('ready', { subscriber_id: given.id }))
      wake?.()
    },
    [Symbol.dispose]: over,
  }
}

/** Writes a message with a name, which its data say again. */
export function namedText(name: 'ready' | 'resync' | 'gone' | 'end', data: object): string {
  return messageText({ name, data: JSON.stringify({ type: name, ...data }) })
}
