import { type Answered, parsed } from '../ask-server'
import { createMessages, type Message } from './messages'

export type Opened = { messages: AsyncGenerator<Message> } | { trouble: Answered }

interface Asked {
  url: URL
  key: string
  /** The parameters of the question, beside where it goes on. */
  query: URLSearchParams
  /** The id of the last message that came. */
  after: string
  signal: AbortSignal
}

// A server has a keepalive each 15 s: three that do not come are a connection that is no more.
const SILENT_MS = 45_000
// The API of AWS sends us on to the function that streams.
const MAX_REDIRECTS = 2

/** Opens the event stream of a server, which may be away. */
export async function openStream({ url, key, query, after, signal }: Asked): Promise<Opened> {
  const patience = createPatience(signal)
  const headers = {
    accept: 'text/event-stream',
    authorization: `Bearer ${key}`,
    ...(after !== '' && { 'last-event-id': after }),
  }
  try {
    let response = await ask(new URL(`api/v1/events/stream?${query}`, url))
    // Another origin is not shown the key by `fetch` itself; whom the server names may have it.
    for (let turn = 0; turn < MAX_REDIRECTS && isRedirect(response); turn += 1) {
      response = await ask(new URL(response.headers.get('location')!, response.url))
    }
    const type = response.headers.get('content-type') ?? ''
    if (response.status === 200 && type.startsWith('text/event-stream') && response.body) {
      return { messages: read(response.body) }
    }
    const text = await response.text()
    // A page that is there at every address is no event stream.
    const status = response.status === 200 ? 404 : response.status
    return { trouble: { status, text, body: parsed(text) } }
  } catch (error) {
    const reason = patience.isOver() ? `nothing for ${SILENT_MS / 1000} s` : messageOf(error)
    return { trouble: { status: undefined, reason } }
  } finally {
    patience.rest()
  }

  function ask(address: URL) {
    patience.start()
    return fetch(address, { headers, redirect: 'manual', signal: patience.signal })
  }

  /** Gives messages until the stream ends or is cut off: both mean to come again. */
  async function* read(body: ReadableStream<Uint8Array>): AsyncGenerator<Message> {
    const messages = createMessages()
    const reader = body.getReader()
    try {
      for (;;) {
        patience.start()
        const { value, done } = await reader.read()
        // Who reads slowly is not to blame on the server.
        patience.rest()
        if (done) return
        yield* messages.add(value)
      }
    } catch {
      return
    } finally {
      patience.rest()
      await reader.cancel().catch(() => {})
    }
  }
}

const isRedirect = ({ status, headers }: Response) =>
  status >= 300 && status < 400 && headers.has('location')

const messageOf = (error: unknown) => (error as Error).message

function createPatience(signal: AbortSignal) {
  const late = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const rest = () => clearTimeout(timer)
  return {
    signal: AbortSignal.any([signal, late.signal]),
    isOver: () => late.signal.aborted,
    rest,
    start() {
      rest()
      timer = setTimeout(() => late.abort(), SILENT_MS)
    },
  }
}
