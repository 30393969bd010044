import { type Connection, createConnection } from './connection'
import { createEnding, type Ending } from './ending'
import { type Answer, type Exchange, exchange } from './exchange'
import type { Guard } from './guard'
import type { IdleConnections } from './idle-connections'
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
export function createCall(guard: Pick<Guard, 'pin'>, idle?: IdleConnections): Call {
  return async function call(target, { timeoutMs, signal, ...request }) {
    const endsAt = performance.now() + timeoutMs
    const late = () => new Error(`no answer ${within(timeoutMs)}`)
    using ending = createEnding(timeoutMs, late, signal)
    const { url, addresses } = await pin(target, ending)
    const kept = idle?.take(url, addresses)
    const first = kept && (await over(kept, url, request, ending))
    if (first && 'answer' in first) return first.answer
    const socket = await openSocket(url, addresses, endsAt, ending).catch(throwInWords)
    const last = await over(createConnection(socket), url, request, ending)
    if ('answer' in last) return last.answer
    ending.throwIfOver()
    throw inWords(last.error)
  }

  /** A name server cannot be told to stop, so its answer is waited for as long as the call may take. */
  function pin(target: string, ending: Ending) {
    const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<Guard['pin']>>>()
    ending.wait(reject)
    if (!ending.isOver()) {
      guard.pin(target).then(resolve, (error) => reject(inWordsOfNames(error)))
    }
    return promise.finally(ending.rest)
  }

  async function over(connection: Connection, url: URL, request: Exchange, ending: Ending) {
    const asked = { ...request, mayBeKept: idle !== undefined }
    const exchanged = await exchange(connection, url, asked, ending)
    if ('answer' in exchanged && exchanged.isOpen) idle?.put(url, connection)
    return exchanged
  }
}

function throwInWords(error: unknown): never {
  throw inWords(error)
}
