import type { Socket } from 'node:net'
import { createAnswerReader } from './read-answer'
import type { Head } from './read-head'

export interface Answer extends Head {
  body: Buffer
  /** This is the reason why the body is not whole, where it is not. */
  cutOff?: string | undefined
}

/** An exchange says what is sent, and how much of an answer is read. */
export interface Exchange {
  method: 'GET' | 'POST'
  headers: Record<string, string>
  body?: Uint8Array | undefined
  /**
   * The limit holds for everything that comes over the connection: informational answers, head,
   * framing and body.
   */
  maxBytes: number
  /** The body may take so long once the head is there; if left out, until the call ends. */
  bodyMs?: number | undefined
  /** So much of the body is returned; the rest is read and dropped. */
  keepsBytes: number
}

/** This is how an exchange went. */
export type Exchanged =
  /** The connection is left open, with nothing on it, where it can be used again. */
  { answer: Answer; isOpen: boolean } | { error: Error }

/**
 * Sends one request and reads its answer over a connection, which is closed afterwards, unless it may
 * be kept and can be. The promise ends when the connection is given up, so that there are never more
 * connections than calls.
 */
export function exchange(
  socket: Socket,
  url: URL,
  request: Exchange & { maySoonBeFollowed: boolean },
  signal: AbortSignal,
): Promise<Exchanged> {
  const { promise, resolve } = Promise.withResolvers<Exchanged>()
  const answer = createAnswerReader(request)
  let read = 0
  let bodyTimer: ReturnType<typeof setTimeout> | undefined
  let hasEnded = false

  function end(error?: Error) {
    if (hasEnded) return
    hasEnded = true
    clearTimeout(bodyTimer)
    signal.removeEventListener('abort', abort)
    socket.off('error', end).off('data', take).off('end', close).off('close', close)
    const head = answer.head()
    const isOpen = error === undefined && request.maySoonBeFollowed && isFree(head)
    if (!isOpen) socket.destroy()
    if (head === undefined) return resolve({ error: error ?? new Error(CLOSED) })
    const cutOff = answer.isWhole() ? undefined : (error?.message ?? 'the connection was closed')
    resolve({ answer: { ...head, body: answer.body(), cutOff }, isOpen })
  }

  /**
   * Tells whether nothing is left on the connection. Who does not say 2xx may not have read what we
   * sent, and would take the rest of it for the next request.
   */
  function isFree(head: Head | undefined): boolean {
    const isTaken = head !== undefined && head.status >= 200 && head.status < 300
    return isTaken && answer.leavesOpen() && socket.writableLength === 0 && socket.writable
  }

  function take(bytes: Buffer) {
    if (hasEnded) return
    try {
      answer.push(bytes.subarray(0, request.maxBytes - read))
    } catch (error) {
      return end(error as Error)
    }
    read += bytes.length
    if (answer.isWhole()) return end()
    if (read > request.maxBytes)
      return end(new Error(`its answer is longer than ${request.maxBytes} bytes`))
    if (answer.head() === undefined || request.bodyMs === undefined) return
    bodyTimer ??= setTimeout(end, request.bodyMs, new Error('its body takes too long'))
  }

  function close() {
    answer.close()
    end(new Error(CLOSED))
  }

  const abort = () => end(signal.reason)
  signal.addEventListener('abort', abort)
  socket.on('error', end)
  socket.on('data', take)
  // The other side has ended its answer: missing bytes do not come any more.
  socket.on('end', close)
  socket.on('close', close)
  if (signal.aborted) abort()
  else send(socket, headOf(url, request), request.body)
  return promise
}

const CLOSED = 'the connection was closed before there was an answer'

// A body that is not longer is copied behind its head, and goes out with it.
const SMALL_BYTES = 64 * 1024

function send(socket: Socket, head: string, body: Uint8Array = new Uint8Array()) {
  if (body.length <= SMALL_BYTES) socket.write(Buffer.concat([Buffer.from(head), body]))
  else {
    socket.write(head)
    socket.write(body)
  }
}

function headOf(
  { host, pathname, search }: URL,
  { method, headers, body, maySoonBeFollowed }: Exchange & { maySoonBeFollowed: boolean },
): string {
  const fields = {
    host,
    ...headers,
    ...(body && { 'content-length': String(body.length) }),
    connection: maySoonBeFollowed ? 'keep-alive' : 'close',
  }
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`)
  if (lines.some((line) => /[\r\n]/.test(line))) throw new Error('a header has more than one line')
  return `${[`${method} ${pathname}${search} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n`
}
