import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { AppError } from '../error/app-error'
import type { Issue } from '../error/issue'

export interface Address {
  address: string
  family: number
}

/** Finds all addresses of a name, as connecting to it would find them. */
export type Resolve = (host: string) => Promise<Address[]>

/** Decides which addresses may be called, so that nobody can make us call our own network. */
export interface Guard {
  /**
   * Checks a target that someone enters. A name that does not resolve is let through: it may be set
   * up later, and `pin` asks again before every attempt.
   * @param path where the target stands in what was entered
   * @throws {AppError} `invalid_target`, naming the address and the range it lies in
   */
  check(targetUrl: string, path?: Issue['path']): Promise<void>
  /**
   * Finds where to connect to for a target about to be called. Connect to nothing else, or a name
   * that resolves differently a moment later (DNS rebinding) gets around the check.
   * @throws {AppError} `invalid_target`
   * @throws {Error} when the name does not resolve
   */
  pin(targetUrl: string): Promise<{ url: URL; addresses: Address[] }>
}

export function createGuard(options: { allowPrivate: boolean; resolve?: Resolve }): Guard {
  const { allowPrivate, resolve = resolveBySystem } = options

  async function addressesOf(host: string): Promise<Address[]> {
    const family = isIP(host)
    if (family !== 0) return [{ address: host, family }]
    // RFC 6761, section 6.3: these names are loopback, whatever a name server says.
    if (!allowPrivate && /(^|\.)localhost\.?$/.test(host))
      return [{ address: '127.0.0.1', family: 4 }]
    return resolve(host)
  }

  /** Refuses a host if one of several addresses is special: any of them may be connected to. */
  async function assertPublic(host: string, addresses: Address[]) {
    if (allowPrivate) return
    // The library of address ranges is large, and most requests make no call.
    const { specialRange } = await import('./address')
    for (const { address } of addresses) {
      const range = specialRange(address)
      if (range === undefined) continue
      const which = address === host ? address : `${host} is ${address}, which`
      throw refusal(`${which} is not a public address (range ${range})`, 'not_public')
    }
  }

  return {
    async check(targetUrl, path) {
      try {
        const host = hostOf(readTarget(targetUrl))
        if (!allowPrivate) await assertPublic(host, await addressesOf(host).catch(() => []))
      } catch (error) {
        throw path === undefined ? error : standingAt(path, error)
      }
    },

    async pin(targetUrl) {
      const url = readTarget(targetUrl)
      const host = hostOf(url)
      const addresses = await addressesOf(host)
      if (addresses.length === 0) throw new Error(`${host} has no address`)
      await assertPublic(host, addresses)
      return { url, addresses }
    },
  }
}

// The parser has already turned every spelling of an address (`0x7f.1`, `2130706433`, `127.1`) into
// the usual one (URL Standard, "host parsing"), so the check and the connection see the same.
function readTarget(targetUrl: string): URL {
  const url = URL.parse(targetUrl)
  if (url === null) throw refusal('It must be an absolute URL', 'not_a_url')
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw refusal(`It must begin with https: or http:, not ${url.protocol}`, 'not_http')
  }
  if (url.username !== '' || url.password !== '') {
    throw refusal('It may not hold a user name or password', 'has_credentials')
  }
  return url
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '')
}

// A name server that does not answer must not hold up the person who adds a webhook; those that do
// answer take milliseconds.
const RESOLVE_MS = 5000

function resolveBySystem(host: string): Promise<Address[]> {
  const { promise, resolve, reject } = Promise.withResolvers<Address[]>()
  const timer = setTimeout(reject, RESOLVE_MS, new Error(`${host} did not resolve in time`))
  lookup(host, { all: true })
    .then(resolve, reject)
    .finally(() => clearTimeout(timer))
  return promise
}

function standingAt(path: Issue['path'], error: unknown) {
  if (!(error instanceof AppError)) return error
  const errors = error.errors.map((issue) => ({ ...issue, path }))
  return new AppError(error.code, error.message, { errors })
}

function refusal(message: string, code: string) {
  return new AppError('invalid_target', message, {
    errors: [{ path: ['targetUrl'], message, code }],
  })
}
