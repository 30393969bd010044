import { type Answer, type Exchange, exchange } from './exchange'
import type { Guard } from './guard'
import { openSocket } from './open-socket'

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
 * The promise is rejected with an `Error` whose message tells why there was no answer.
 */
export function createCall(guard: Pick<Guard, 'pin'>): Call {
  return async function call(target, { timeoutMs, signal, ...request }) {
    const ending = new AbortController()
    const endsAt = performance.now() + timeoutMs
    const late = new Error(`no reply within ${timeoutMs} ms`)
    const timer = setTimeout(() => ending.abort(late), timeoutMs)
    const stop = () => ending.abort(signal?.reason)
    signal?.addEventListener('abort', stop)
    if (signal?.aborted) stop()
    try {
      const { url, addresses } = await orEnd(guard.pin(target), ending.signal)
      const socket = await openSocket(url, addresses, endsAt, ending.signal)
      return await exchange(socket, url, request, ending.signal)
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', stop)
    }
  }
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
