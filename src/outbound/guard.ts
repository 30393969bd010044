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
   * @throws {AppError} `invalid_target`, naming the rule, and the range that an address lies in. It
   * does not tell what a name resolves to: that may be known in our network alone.
   */
  check(targetUrl: string, path?: Issue['path']): Promise<void>
  /**
   * Checks a target that someone enters to have us post to it: beside what `check` asks, it must be
   * https, and at no port of another protocol.
   * @param mayBePlain http is taken as well. It is in any case for a private target, where those are
   * allowed.
   */
  checkPosted(targetUrl: string, rules: { mayBePlain: boolean }): Promise<void>
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

  /** @throws {AppError} for a name that is none of the public internet, before anybody is asked for it */
  async function addressesOf(host: string): Promise<Address[]> {
    const family = isIP(host)
    if (family !== 0) return [{ address: host, family }]
    if (allowPrivate) return resolve(host)
    if (LOCALHOST.test(host)) return [{ address: '127.0.0.1', family: 4 }]
    if (PRIVATE_NAME.test(host)) {
      throw refusal(`${host} is a name of private networks`, 'private_name')
    }
    return resolve(host)
  }

  /** Refuses a host if one of several addresses is special: any of them may be connected to. */
  async function assertPublic(host: string, addresses: Address[]) {
    if (allowPrivate) return assertNoMetadata(host, addresses)
    for (const { address } of addresses) {
      const range = await rangeOf(address)
      if (range === undefined) continue
      const which = address === host ? `${host} is not` : `${host} is not at`
      throw refusal(`${which} a public address (range ${range})`, 'not_public')
    }
  }

  /** Refuses what no private target is either. */
  async function assertNoMetadata(host: string, addresses: Address[]) {
    const { isOfTheMachine } = await ranges()
    if (!addresses.some(({ address }) => isOfTheMachine(address))) return
    const which = addresses.some(({ address }) => address === host) ? 'is' : 'is at'
    throw refusal(`${host} ${which} an address of the machine itself (metadata)`, 'not_public')
  }

  /** Finds the addresses of a name, none where it cannot be resolved now. */
  async function addressesNow(host: string): Promise<Address[]> {
    try {
      return await addressesOf(host)
    } catch (error) {
      if (error instanceof AppError) throw error
      return []
    }
  }

  async function isPrivate(host: string): Promise<boolean> {
    const addresses = await addressesNow(host)
    const ranges = await Promise.all(addresses.map(({ address }) => rangeOf(address)))
    return ranges.length > 0 && !ranges.includes(undefined)
  }

  async function assertEncrypted({ protocol }: URL, host: string) {
    if (protocol === 'https:' || (allowPrivate && (await isPrivate(host)))) return
    const why = allowPrivate ? `, since ${host} is not known as private` : ''
    throw refusal(`It must begin with https:${why}`, 'not_https')
  }

  async function assertPort({ port }: URL) {
    const { otherPorts } = await import('./other-ports')
    if (!otherPorts.has(port)) return
    throw refusal(`Port ${port} is that of another protocol than HTTP`, 'port_not_allowed')
  }

  async function check(targetUrl: string) {
    const host = hostOf(readTarget(targetUrl))
    await assertPublic(host, await addressesNow(host))
  }

  return {
    async check(targetUrl, path) {
      try {
        await check(targetUrl)
      } catch (error) {
        throw path === undefined ? error : standingAt(path, error)
      }
    },

    async checkPosted(targetUrl, { mayBePlain }) {
      await check(targetUrl)
      const url = readTarget(targetUrl)
      if (!allowPrivate) await assertPort(url)
      if (!mayBePlain) await assertEncrypted(url, hostOf(url))
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

// RFC 6761, section 6.3: these names are loopback, whatever a name server says.
const LOCALHOST = /(^|\.)localhost\.?$/

// No public name ends so: RFC 6762 (multicast DNS), RFC 8375 (home networks), and `internal`, which
// ICANN reserves for private use (resolution 2024.07.29.06) and Google's metadata are under.
const PRIVATE_NAME = /(^|\.)(local|internal|home\.arpa)\.?$/

// The library of address ranges is large, and most requests make no call. Importing it again for each call
// shows in profiles.
let known: typeof import('./address') | undefined

async function ranges() {
  known ??= await import('./address')
  return known
}

async function rangeOf(address: string): Promise<string | undefined> {
  return (await ranges()).specialRange(address)
}

// Spaces and backslashes mean something to some parsers and nothing to others (the URL Standard drops
// tabs, and reads `\\` as `/`), and so does a scheme without two slashes. Who reads a target in a list
// must see the host that is called.
const PLAIN = /^[a-z][a-z\d+.-]*:\/\/[^\s/\\\p{Cc}][^\s\\\p{Cc}]*$/iu

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
  if (!PLAIN.test(targetUrl)) {
    const expected = 'It must be written as https://host/path, without blanks or backslashes'
    throw refusal(expected, 'not_plain')
  }
  // Nothing can be reached at it, and it must not be taken for a port that was left out.
  if (url.port === '0') throw refusal('Port 0 cannot be called', 'port_not_allowed')
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
