import type { Sink, Subscriber } from '../../live/live'
import { createDueStates } from '../../reducers/reading/due'
import type { Followed } from '../../reducers/reading/followed'
import { createToldStates } from '../../reducers/reading/told'
import { viewOfState } from '../../reducers/reading/view'
import { messageText } from '../live/message'

export interface StatesBodyOptions extends Followed {
  ended(): void
  maxMs?: number | undefined
  /** So many keys are followed at most. */
  most: number
}

/** It is the other end of a subscription, and the body of an answer, in which states take each other's place. */
export interface StatesBody extends Disposable {
  sink: Sink
  body: ReadableStream<Uint8Array>
  begin(subscriber: Subscriber, retryText: string): void
}

// A person sees a key within two seconds; what else there is to do is looked at as often.
const LOOK_MS = 100
// Proxies and balancers close what has been silent for a minute, some for half of one.
const KEEPALIVE_MS = 15_000
// Whoever takes nothing for so long is gone, or as good as gone: it can come again.
const STALL_MS = 60_000
// Who may be seen changes: a roster is loaded, somebody is erased, a reducer is rebuilt.
const AGAIN_MS = 60_000
// So many are read at once: a message each, some kilobytes.
const AT_ONCE = 16

/**
 * Makes the body of an answer of states as they change. They are read when the connection asks for
 * something, so that a slow reader holds nothing but names, and is told the latest.
 */
export function createStatesBody(options: StatesBodyOptions): StatesBody {
  const { keyOf, keys, read, ended, maxMs, most } = options
  const encoder = new TextEncoder()
  const due = createDueStates(() => performance.now(), { most })
  const told = createToldStates()
  const first: string[] = []
  let subscriber: Subscriber | undefined
  let isEnding = false
  let isOver = false
  let wake: (() => void) | undefined
  let toldAt = performance.now()
  let takenAt = performance.now()
  const life = maxMs === undefined ? undefined : setTimeout(end, maxMs)
  const looking = setInterval(look, LOOK_MS)
  const again = setInterval(() => void askAll(), AGAIN_MS)
  // The end of the process does not wait for readers.
  for (const timer of [life, looking, again]) timer?.unref?.()

  /** Gives the connection what there is, where it waits for something. */
  function look() {
    if (wake !== undefined) return wake()
    if (performance.now() - takenAt > STALL_MS) over()
  }

  async function askAll() {
    try {
      for (const key of await keys()) due.ask(key)
    } catch {
      // They are looked at again in a minute; what is followed by then is told all the same.
    }
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
    clearInterval(again)
    clearTimeout(life)
    subscriber?.[Symbol.dispose]()
    wake?.()
    ended()
  }

  /** Writes what changed of some that are due. */
  async function next(): Promise<string> {
    const said = first.shift()
    if (said !== undefined) return said
    if (isEnding) return ''
    const some = due.take(AT_ONCE)
    const texts = await Promise.all(some.map(textOf))
    const text = texts.join('')
    if (text !== '') return text
    return performance.now() - toldAt >= KEEPALIVE_MS ? ':\n\n' : ''
  }

  async function textOf(key: string): Promise<string> {
    try {
      const states = await read(key)
      due.seen(
        key,
        states
          .map(({ through }) => through)
          .toSorted()
          .at(-1),
      )
      const { states: changed, gone } = told.changed(key, states)
      const texts = changed.map((one) => messageText({ data: JSON.stringify(viewOfState(one)) }))
      const left = gone.map((one) => named('gone', one))
      return [...texts, ...left].join('')
    } catch {
      // The store is away, and is asked again with the next of its events, or in a minute.
      due.seen(key, undefined)
      return ''
    }
  }

  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        takenAt = performance.now()
        let text = await next()
        while (text === '' && !isOver && !isEnding) {
          const { promise, resolve } = Promise.withResolvers<void>()
          wake = resolve
          await promise
          wake = undefined
          text = await next()
        }
        takenAt = performance.now()
        if (isOver) return
        if (text !== '') {
          toldAt = takenAt
          controller.enqueue(encoder.encode(text))
        } else if (isEnding) {
          controller.close()
          over()
        }
      },
      cancel: over,
    },
    // Nothing is read ahead of what the connection asks for.
    { highWaterMark: 0 },
  )

  return {
    body,
    sink: {
      take(stored) {
        const key = keyOf(stored.record)
        if (key !== undefined && !isOver) due.touch(key, stored.record.receivedAt)
        return true
      },
      // States are what they are now, whatever was missed on the way.
      resync: () => void askAll(),
      end(reason) {
        first.push(named('end', { reason }))
        end()
      },
    },
    begin(given, retryText) {
      subscriber = given
      if (isOver || isEnding) given[Symbol.dispose]()
      first.unshift(retryText, named('ready', { subscriber_id: given.id }))
      void askAll()
      wake?.()
    },
    [Symbol.dispose]: over,
  }
}

function named(name: 'ready' | 'gone' | 'end', data: object): string {
  return messageText({ name, data: JSON.stringify({ type: name, ...data }) })
}
