import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
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
  keepsBody: boolean
}

/**
 * Sends one request and reads its answer over an open connection, which is closed whatever happens.
 * The promise ends when the connection is given up, so that there are never more connections than
 * calls.
 * @throws {Error} when the connection ended before there was a final head; or the reason of
 * `signal`
 */
export function exchange(
  socket: Socket,
  url: URL,
  request: Exchange,
  signal: AbortSignal,
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const answer = createAnswerReader(request)
  let read = 0
  let bodyTimer: ReturnType<typeof setTimeout> | undefined
  let hasEnded = false

  function end(error?: Error) {
    if (hasEnded) return
    hasEnded = true
    clearTimeout(bodyTimer)
    signal.removeEventListener('abort', abort)
    socket.destroy()
    const head = answer.head()
    if (head === undefined) return reject(error)
    const cutOff = answer.isWhole() ? undefined : (error?.message ?? 'the connection was closed')
    resolve({ ...head, body: answer.body(), cutOff })
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
      return end(new Error(`it is longer than ${request.maxBytes} bytes`))
    if (answer.head() === undefined || request.bodyMs === undefined) return
    bodyTimer ??= setTimeout(end, request.bodyMs, new Error('its body takes too long'))
  }

  function close() {
    answer.close()
    end(new Error('the connection was closed before there was an answer'))
  }

  const abort = () => end(signal.reason)
  signal.addEventListener('abort', abort)
  socket.on('error', end)
  socket.on('data', take)
  // The other side has ended its answer: missing bytes do not come any more.
  socket.once('end', close)
  socket.once('close', close)
  if (signal.aborted) abort()

  function send() {
    if (hasEnded) return
    socket.setNoDelay(true)
    socket.write(headOf(url, request))
    if (request.body !== undefined) socket.write(request.body)
  }
  // The request is sent only once the certificate has been verified.
  if (socket instanceof TLSSocket) socket.once('secureConnect', send)
  else send()
  return promise
}

function headOf({ host, pathname, search }: URL, { method, headers, body }: Exchange): string {
  const fields = {
    host,
    ...headers,
    ...(body && { 'content-length': String(body.length) }),
    // Each call has its own connection: an idle one may have been closed just before we write.
    connection: 'close',
  }
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`)
  if (lines.some((line) => /[\r\n]/.test(line))) throw new Error('a header has more than one line')
  return `${[`${method} ${pathname}${search} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n`
}
