import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { whyUntrusted } from './certificate'
import type { Ending } from './ending'
import type { Address } from './guard'

// A name may have hundreds of addresses. A target that is not reached at one of these counts as
// unreachable.
const MAX_ADDRESSES = 8

/**
 * Connects to the first address that accepts; each is given its share of the remaining time. A TLS
 * connection is good once its certificate was found to be that of the name in the URL: nothing is
 * written before.
 * @param endsAt on the clock of `performance.now()`
 * @throws {Error} why the last of them could not be reached, or why the call is over
 */
export async function openSocket(
  url: URL,
  addresses: readonly Address[],
  endsAt: number,
  ending: Ending,
): Promise<Socket> {
  const tried = addresses.slice(0, MAX_ADDRESSES)
  for (const [place, { address }] of tried.entries()) {
    const left = tried.length - place
    // The last one has all that is left, and the call's own clock.
    const share = left === 1 ? undefined : (endsAt - performance.now()) / left
    try {
      return await connect(url, address, share, ending)
    } catch (error) {
      if (ending.isOver() || place === tried.length - 1) throw error
    }
  }
  throw new Error('it has no address')
}

function connect(
  url: URL,
  host: string,
  withinMs: number | undefined,
  ending: Ending,
): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  ending.throwIfOver()
  const socket = begin(url, host)
  let isSettled = false
  const late = () => fail(new Error('it cannot be reached in time'))
  const timer = withinMs === undefined ? undefined : setTimeout(late, withinMs)
  ending.wait((reason) => fail(reason as Error))
  // The listener stays, so that a late error is never unhandled.
  socket.on('error', fail)
  socket.once('close', closed)
  if (url.protocol === 'https:') socket.once('secureConnect', verify)
  else socket.once('connect', succeed)

  function verify() {
    const secure = socket as TLSSocket
    if (secure.authorized) succeed()
    else fail(new Error(whyUntrusted(secure, url.hostname)))
  }

  function end() {
    isSettled = true
    clearTimeout(timer)
    ending.rest()
    socket.off('close', closed)
  }

  function succeed() {
    end()
    resolve(socket)
  }

  function fail(error: Error) {
    if (isSettled) return
    end()
    reject(error)
    socket.destroy()
  }

  function closed() {
    fail(new Error('the connection was closed before there was an answer'))
  }

  return promise
}

function begin(url: URL, host: string): Socket {
  const isSecure = url.protocol === 'https:'
  const port = Number(url.port) || (isSecure ? 443 : 80)
  if (!isSecure) return connectTcp({ host, port })
  // Verified as always, and told of: whoever gave the certificate away is asked for its days and names,
  // which an error has not. `verify` lets nothing go on that is not authorized.
  return connectTls({ host, port, ...namedBy(url), rejectUnauthorized: false })
}

/**
 * Names who must be at the other end. Where the URL has an address, which is no server name
 * (RFC 6066, 3), the certificate must have the address itself. A server name has no full stop at
 * its end.
 */
function namedBy({ hostname }: URL): { servername?: string } {
  const isAddress = hostname.startsWith('[') || /^[\d.]+$/.test(hostname)
  return isAddress ? {} : { servername: hostname.replace(/\.$/, '') }
}
