import type { Connection } from './connection'
import type { Ending } from './ending'
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
  { answer: Answer; isOpen: boolean } | { error: unknown }

/**
 * Sends one request and reads its answer over a connection, which is closed afterwards, unless it may
 * be kept and can be. The promise ends when the connection is given up, so that there are never more
 * connections than calls.
 * @throws {Error} when the request cannot be written
 */
export function exchange(
  connection: Connection,
  url: URL,
  request: Exchange & { mayBeKept: boolean },
  ending: Ending,
): Promise<Exchanged> {
  const { promise, resolve } = Promise.withResolvers<Exchanged>()
  const head = headOf(url, request)
  const answer = createAnswerReader(request)
  let read = 0
  let bodyTimer: ReturnType<typeof setTimeout> | undefined
  let hasEnded = false

  function end(error?: unknown) {
    if (hasEnded) return
    hasEnded = true
    if (bodyTimer !== undefined) clearTimeout(bodyTimer)
    ending.rest()
    const found = answer.head()
    const isOpen = error === undefined && request.mayBeKept && isFree(found)
    if (isOpen) connection.rest()
    else connection.close()
    if (found === undefined) return resolve({ error })
    const cutOff = answer.isWhole() ? undefined : ((error as Error)?.message ?? 'it was cut off')
    resolve({ answer: { ...found, body: answer.body(), cutOff }, isOpen })
  }

  /**
   * Tells whether nothing is left on the connection. Who does not say 2xx may not have read what we
   * sent, and would take the rest of it for the next request.
   */
  function isFree(head: Head | undefined): boolean {
    const isTaken = head !== undefined && head.status >= 200 && head.status < 300
    return isTaken && answer.leavesOpen() && connection.isWritten() && connection.isOpen()
  }

  function data(bytes: Buffer) {
    if (hasEnded) return
    try {
      answer.push(bytes.subarray(0, request.maxBytes - read))
    } catch (error) {
      return end(error)
    }
    read += bytes.length
    if (answer.isWhole()) return end()
    if (read > request.maxBytes)
      return end(new Error(`its answer is longer than ${request.maxBytes} bytes`))
    if (answer.head() === undefined || request.bodyMs === undefined) return
    bodyTimer ??= setTimeout(() => end(new Error('its body takes too long')), request.bodyMs)
  }

  function over(error?: Error) {
    answer.close()
    end(error ?? new Error('the connection was closed before there was an answer'))
  }

  connection.use({ data, over })
  ending.wait(end)
  if (!hasEnded) connection.write(head, request.body)
  return promise
}

function headOf(
  { host, pathname, search }: URL,
  { method, headers, body, mayBeKept }: Exchange & { mayBeKept: boolean },
): string {
  let lines = `${method} ${pathname}${search} HTTP/1.1\r\nhost: ${host}\r\n`
  for (const name in headers) {
    const line = `${name}: ${headers[name]}`
    if (line.includes('\n') || line.includes('\r')) {
      throw new Error('a header has more than one line')
    }
    lines += `${line}\r\n`
  }
  if (body !== undefined) lines += `content-length: ${body.length}\r\n`
  return `${lines}connection: ${mayBeKept ? 'keep-alive' : 'close'}\r\n\r\n`
}
