import { createMessages, type Message } from '../../src/cli/tail/messages'

/** An event stream as a page reads it. */
export interface OpenStream extends AsyncDisposable {
  /** @returns undefined at its end */
  next(): Promise<Message | undefined>
  /** Reads so many events; messages with a name stand between them, and are passed over. */
  events<Event = Record<string, unknown>>(count: number): Promise<Event[]>
}

// A message that does not come is a failure, not a test that hangs.
const PATIENCE_MS = 10_000

export function readStream(body: ReadableStream<Uint8Array>): OpenStream {
  const reader = body.getReader()
  const messages = createMessages()
  const read: Message[] = []

  async function next(): Promise<Message | undefined> {
    while (read.length === 0) {
      const { value, done } = await withPatience(reader.read())
      if (done) return undefined
      read.push(...messages.add(value))
    }
    return read.shift()
  }

  return {
    next,
    async events<Event>(count: number) {
      const events: Event[] = []
      while (events.length < count) {
        const message = await next()
        if (message === undefined) throw new Error(`the stream ended after ${events.length} events`)
        if (message.name === 'message') events.push(JSON.parse(message.data) as Event)
      }
      return events
    },
    async [Symbol.asyncDispose]() {
      await reader.cancel().catch(() => {})
    },
  }
}

async function withPatience<T>(reading: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error('nothing came')), PATIENCE_MS)
  try {
    return await Promise.race([reading, promise])
  } finally {
    clearTimeout(timer)
  }
}
