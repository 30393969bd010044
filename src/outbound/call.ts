import type { Socket } from 'node:net'
import { type Answer, type Exchange, exchange } from './exchange'
import type { Guard } from './guard'
import type { IdleSockets } from './idle-sockets'
import { openSocket } from './open-socket'
import { inWords, inWordsOfNames, within } from './words'

export interface CallOptions extends Exchange {
  /**
   * The time-out counts from now on, whatever the call waits for: a name server, a connection, a
   * handshake, an answer.
   */
  timeoutMs: number
  /** The signal ends the call before; its reason is thrown. */
  signal?: AbortSignal | undefined
}

/** A call is an HTTP request to an address that we do not know. */
export type Call = (target: string, options: CallOptions) => Promise<Answer>

/**
 * Makes all calls that leave the server. A call ends within its time and its bytes, whatever the
 * other side does, and by a clock of our own. It goes to the addresses that the guard has checked
 * and to no others, verifies certificates and follows no redirect.
 *
 * HTTP is spoken here, on a plain socket, since the clients of the two runtimes cannot guarantee
 * that: Bun's neither says nor bounds what it reads before an answer, and Node's leaves the caller
 * without an event when the protocol is switched.
 *
 * The promise is rejected with an `Error` whose message tells in words why there was no answer.
 * @param idle keeps connections for the next call. For calls that may be made twice only: one that
 * fails on a kept connection before its answer began is made again on a new one.
 */
export function createCall(guard: Pick<Guard, 'pin'>, idle?: IdleSockets): Call {
  return async function call(target, { timeoutMs, signal, ...request }) {
    const ending = new AbortController()
    const endsAt = performance.now() + timeoutMs
    const timer = setTimeout(() => {
      ending.abort(new Error(`no answer ${within(timeoutMs)}`))
    }, timeoutMs)
    const stop = () => ending.abort(signal?.reason)
    signal?.addEventListener('abort', stop)
    if (signal?.aborted) stop()
    try {
      return await answerOf(target, request, endsAt, ending.signal)
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', stop)
    }
  }

  async function answerOf(target: string, request: Exchange, endsAt: number, signal: AbortSignal) {
    const { url, addresses } = await orEnd(guard.pin(target).catch(throwInWordsOfNames), signal)
    const kept = idle?.take(url, addresses)
    const first = kept && (await over(kept, url, request, signal))
    if (first && 'answer' in first) return first.answer
    const socket = await openSocket(url, addresses, endsAt, signal).catch(throwInWords)
    const last = await over(socket, url, request, signal)
    if ('answer' in last) return last.answer
    signal.throwIfAborted()
    throw inWords(last.error)
  }

  async function over(socket: Socket, url: URL, request: Exchange, signal: AbortSignal) {
    const asked = { ...request, maySoonBeFollowed: idle !== undefined }
    const exchanged = await exchange(socket, url, asked, signal)
    if ('answer' in exchanged && exchanged.isOpen) idle?.put(url, socket)
    return exchanged
  }
}

function throwInWords(error: unknown): never {
  throw inWords(error)
}

function throwInWordsOfNames(error: unknown): never {
  throw inWordsOfNames(error)
}

/** Waits for work that cannot be told to stop, or for the signal. */
async function orEnd<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  const { promise: ended, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason)
  signal.addEventListener('abort', abort)
  try {
    return await Promise.race([work, ended])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
