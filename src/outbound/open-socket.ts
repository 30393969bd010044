import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Address } from './guard'

// A name may have hundreds of addresses. A target that is not reached at one of these counts as
// unreachable.
const MAX_ADDRESSES = 8

/**
 * Connects to the first address that accepts; each is given its share of the remaining time. A TLS
 * connection is not verified yet: `secureConnect` comes once its certificate was found to be that
 * of the name in the URL.
 * @param endsAt on the clock of `performance.now()`
 * @throws {Error} why the last of them could not be reached, or why `signal` was aborted
 */
export async function openSocket(
  url: URL,
  addresses: readonly Address[],
  endsAt: number,
  signal: AbortSignal,
): Promise<Socket> {
  const tried = addresses.slice(0, MAX_ADDRESSES)
  for (const [place, { address }] of tried.entries()) {
    const share = (endsAt - performance.now()) / (tried.length - place)
    try {
      return await connect(url, address, share, signal)
    } catch (error) {
      if (signal.aborted || place === tried.length - 1) throw error
    }
  }
  throw new Error('it has no address')
}

function connect(url: URL, host: string, withinMs: number, signal: AbortSignal): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  const isSecure = url.protocol === 'https:'
  const port = Number(url.port) || (isSecure ? 443 : 80)
  signal.throwIfAborted()
  const socket = isSecure ? connectTls({ host, port, ...namedBy(url) }) : connectTcp({ host, port })
  const abort = () => fail(signal.reason)
  const timer = setTimeout(() => fail(new Error('it cannot be reached in time')), withinMs)
  signal.addEventListener('abort', abort)
  // The listener stays, so that a late error is never unhandled.
  socket.on('error', fail)
  socket.once('close', () => fail(new Error('the connection was closed')))
  socket.once('connect', () => end(() => resolve(socket)))

  function end(tell: () => void) {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
    tell()
  }

  function fail(error: Error) {
    end(() => reject(error))
    socket.destroy()
  }

  return promise
}

/**
 * Names who must be at the other end. Where the URL has an address, which is no server name
 * (RFC 6066, 3), the certificate must have the address itself.
 */
function namedBy({ hostname }: URL): { servername?: string } {
  const isAddress = hostname.startsWith('[') || /^[\d.]+$/.test(hostname)
  return isAddress ? {} : { servername: hostname }
}
