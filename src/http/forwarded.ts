import { isIP } from 'node:net'
import type { Config } from '../config/config'
import { inNetworks, plainAddress } from '../syntax/networks'
import type { AppContext } from './context'
import type { Seen } from './seen'

export type Networks = Exclude<Config['trustProxy'], false>

/** The first step of a request, before its route is looked for. */
export type ReadForwarded = (c: AppContext, next: () => Promise<void>) => Promise<void>

// The machine itself and private networks (RFC 1918, 4193, 3927, 4291, and 6598, which some clouds
// give to their balancers): where a proxy in front of us connects from.
const nearby = ['127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16']
nearby.push('100.64.0.0/10', '::1/128', 'fc00::/7', 'fe80::/10')

// A request has passed a few proxies. Somebody may have written a thousand addresses.
const MAX_HOPS = 20
const HOST = /^(?:[a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i
const PREFIX = /^(?:\/[A-Za-z0-9._~-]{1,64}){1,8}$/

/**
 * Makes the first step of every request behind a proxy: it puts the client's address in the place of
 * the proxy's, and notes how the client reaches us. What others send in these headers says nothing.
 * @param trust true: one proxy, on this machine or in a private network; or the networks of all
 * proxies on the way
 */
export function forwardedWith(trust: Networks): ReadForwarded {
  const trusted = inNetworks(trust === true ? nearby : trust)

  return async function readForwarded(c, next) {
    const peer = addressOf(c.env.ip ?? '')
    if (peer !== undefined && trusted(peer)) {
      const hops = hopsOf(c)
      // The proxies that are not ours are not believed: the right-most of them is the client.
      c.env.ip = clientOf(hops.addresses, peer, trust === true ? () => false : trusted)
      c.env.seen = seenOf(c, hops)
    }
    await next()
  }
}

interface Hops {
  /** From the client to the last proxy but one, as each proxy added whom it was called by. */
  addresses: readonly string[]
  /** The last proxy says this in `Forwarded`. */
  last: Record<string, string>
}

/** Reads `X-Forwarded-For`, which proxies set unasked; without it, `Forwarded` (RFC 7239, section 4). */
function hopsOf(c: AppContext): Hops {
  const plain = c.req.header('X-Forwarded-For')
  if (plain !== undefined) return { addresses: plain.split(',').slice(-MAX_HOPS), last: {} }
  const elements = (c.req.header('Forwarded') ?? '').split(',').slice(-MAX_HOPS).map(pairsOf)
  return { addresses: elements.map((one) => one.for ?? ''), last: elements.at(-1) ?? {} }
}

function clientOf(
  addresses: readonly string[],
  peer: string,
  trusted: (address: string) => boolean,
): string {
  let client = peer
  for (const written of addresses.toReversed()) {
    const address = addressOf(written)
    // A proxy may hide whom it was called by (`unknown`, `_hidden`): then it is as far as we see.
    if (address === undefined) return client
    client = address
    if (!trusted(address)) return client
  }
  return client
}

function seenOf(c: AppContext, { last }: Hops): Seen {
  const header = (name: string) => c.req.header(name)?.split(',').at(-1)?.trim()
  const scheme = (header('X-Forwarded-Proto') ?? last.proto)?.toLowerCase()
  const host = header('X-Forwarded-Host') ?? last.host
  const prefix = header('X-Forwarded-Prefix')?.replace(/\/$/, '') ?? ''
  return {
    scheme: scheme === 'http' || scheme === 'https' ? scheme : undefined,
    host: host !== undefined && HOST.test(host) ? host : undefined,
    prefix: PREFIX.test(prefix) && !/\/\.{1,2}(\/|$)/.test(prefix) ? prefix : '',
  }
}

function pairsOf(element: string): Record<string, string> {
  const pairs = element.split(';').flatMap((pair) => {
    const [, name, quoted, token] = /^\s*([\w-]+)=(?:"([^"\\]*)"|([^\s";]+))\s*$/.exec(pair) ?? []
    return name === undefined ? [] : [[name.toLowerCase(), quoted ?? token ?? '']]
  })
  return Object.fromEntries(pairs)
}

/**
 * Reads an address as proxies write it: with a port or without, IPv6 in brackets or not.
 * @returns undefined for what is none
 */
function addressOf(written: string): string | undefined {
  const text = written.trim().replace(/^"|"$/g, '')
  const inBrackets = /^\[([0-9a-f:.]+)\](?::\d+)?$/i.exec(text)?.[1]
  const withPort = /^(\d[\d.]*)(?::\d+)?$/.exec(text)?.[1]
  const address = inBrackets ?? withPort ?? text
  if (isIP(address) === 0) return undefined
  return plainAddress(address)
}
