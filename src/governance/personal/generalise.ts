import { isIPv4, isIPv6 } from 'node:net'
import type { Policy } from '../policy/policy'

/**
 * Cuts an address to its network: /24 of IPv4, /48 of IPv6, which providers give out to one customer or more. A list
 * of addresses, as proxies write it, is cut one by one.
 * @returns undefined for what is no address, or where the policy asks for none
 */
export function networkOf(text: string, policy: Policy['addresses']): string | undefined {
  // A network tells more than the country would, and nothing here knows the country of a network.
  if (policy === 'none' || policy === 'country') return undefined
  if (text.length > MOST_ADDRESSES) return undefined
  const networks = text.split(',').map((one) => networkOfOne(one.trim()))
  return networks.every((one) => one !== undefined) ? networks.join(', ') : undefined
}

// Proxies in a row are few; each takes 47 characters at most.
const MOST_ADDRESSES = 1024

const NETWORK_4 = /^(\d{1,3}\.\d{1,3}\.\d{1,3})\.0\/24$/
const NETWORK_6 = /^[0-9a-f:]{2,19}::\/48$/
const WITH_PORT = /^\[?([0-9A-Fa-f.:]{3,45}?)\]?(?::\d{1,5})?$/

function networkOfOne(text: string): string | undefined {
  if (NETWORK_4.test(text) || NETWORK_6.test(text)) return text
  const bare = isIPv6(text) ? text : (WITH_PORT.exec(text)?.[1] ?? text)
  if (isIPv4(bare)) return `${bare.slice(0, bare.lastIndexOf('.'))}.0/24`
  if (!isIPv6(bare)) return undefined
  const groups = groupsOf(bare.replace(/%.*$/, ''))
  // An IPv4 address in the form of the other (RFC 4291, 2.5.5.2).
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return `${groups[6]! >> 8}.${groups[6]! & 255}.${groups[7]! >> 8}.0/24`
  }
  const first = groups.slice(0, 3)
  while (first.length > 1 && first.at(-1) === 0) first.pop()
  const written = first.map((group) => group.toString(16)).join(':')
  return `${written === '0' ? '' : written}::/48`
}

/** Expands an IPv6 address into its eight groups. */
function groupsOf(address: string): number[] {
  const [head = '', tail] = address.split('::')
  const before = groupsIn(head)
  const after = tail === undefined ? [] : groupsIn(tail)
  return [...before, ...new Array(8 - before.length - after.length).fill(0), ...after]
}

function groupsIn(text: string): number[] {
  if (text === '') return []
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)]
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number)
    return [a * 256 + b, c * 256 + d]
  })
}

/* The first that is found counts: Edge and Opera say that they are Chrome, and Chrome that it is Safari. */
const families: readonly [name: string, sign: RegExp][] = [
  ['Bot', /bot\b|crawler|spider|headless/i],
  ['Edge', /\bEdg(?:e|A|iOS)?\//],
  ['Opera', /\bOPR\/|\bOpera\b/],
  ['Samsung Internet', /\bSamsungBrowser\//],
  ['Firefox', /\bFirefox\/|\bFxiOS\//],
  ['Chrome', /\bChrome\/|\bCriOS\/|\bChromium\//],
  ['Safari', /\bSafari\//],
  ['Internet Explorer', /\bMSIE |\bTrident\//],
  ['curl', /^curl\//],
]

const familyNames = new Set([...families.map(([name]) => name), 'Other'])

// Browsers write some 150 characters; the patterns need not look at a book.
const LONGEST_AGENT = 1024

/** Returns the family of a browser by its user agent, such as `Firefox`; `Other` where it is none of the large ones. */
export function familyOf(userAgent: string): string {
  if (familyNames.has(userAgent)) return userAgent
  const sent = userAgent.slice(0, LONGEST_AGENT)
  return families.find(([, sign]) => sign.test(sent))?.[0] ?? 'Other'
}

/** Returns the year of a date that begins or ends with it; undefined where no year can be told. */
export function yearOf(text: string): string | undefined {
  return /^(\d{4})(?:$|[-/.T ]|\d{4}$)/.exec(text)?.[1] ?? /[-/. ](\d{4})$/.exec(text)?.[1]
}

const TIME = /^(\d{4}-\d\d-\d\d)[Tt ]\d\d:?\d\d/
const DAY_MS = 24 * 60 * 60 * 1000
// Seconds reach this number in the year 5138, milliseconds reached it in March 1973.
const FIRST_MILLISECONDS = 100_000_000_000
// A number this small is no time of any event: 2001 in seconds.
const FIRST_SECONDS = 1_000_000_000

/** Cuts a time to the beginning of its day in UTC; undefined for what is none. */
export function dayOf(text: string): string | undefined {
  const day = TIME.exec(text)?.[1]
  if (day === undefined) return /^\d{4}-\d\d-\d\d$/.test(text) ? text : undefined
  const at = Date.parse(text)
  const utc = Number.isNaN(at) ? day : new Date(at).toISOString().slice(0, 10)
  return `${utc}T00:00:00.000Z`
}

/** Cuts a time in seconds or milliseconds since 1970 to the beginning of its day; undefined for another number. */
export function dayOfNumber(value: number): number | undefined {
  if (!Number.isFinite(value) || value < FIRST_SECONDS) return undefined
  const day = value < FIRST_MILLISECONDS ? DAY_MS / 1000 : DAY_MS
  return Math.floor(value / day) * day
}

/** Makes coarse what a rule names without a standard knowing what it is; undefined for what has no coarser form. */
export function coarse(value: unknown, policy: Policy['addresses']): string | number | undefined {
  if (typeof value === 'number') return dayOfNumber(value)
  if (typeof value !== 'string') return undefined
  const time = dayOf(value)
  if (time !== undefined) return time
  const network = networkOf(value, policy)
  if (network !== undefined) return network
  return /^Mozilla\/|^curl\//.test(value) || familyNames.has(value) ? familyOf(value) : undefined
}
