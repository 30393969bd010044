import { createHash } from 'node:crypto'
import {
  type ObserverMethod,
  type ObserverSettings,
  observerMethods,
} from '../platform/registry/sources'
import type { ObservedIdentity } from './identity'
import { isObject, type Members, own } from './members'

/** Identity is looked for under these names, in a frame and in what is locked. */
export const claimNames = ['chrome_identity', 'user_tag', 'hash', 'user_id'] as const

export function isClaim(name: string): boolean {
  return claimNames.some((claim) => claim === name)
}

/** A learner is told by these. */
export interface Claims {
  /** Frames say this, under `claimNames`. */
  said: Members
  /** The person whose token opened the connection. */
  personId?: string | undefined
  settings: ObserverSettings | undefined
}

/** The methods of a source that has no settings. A guest is somebody else with each connection. */
export const usualMethods = observerMethods.filter((method) => method !== 'guest')

// With its prefix it stays far below what an id of an event may have.
const MAX_CLAIM = 512

type Found = ObservedIdentity | { refusal: string } | undefined

const methods: Record<Exclude<ObserverMethod, 'guest'>, (claims: Claims) => Found> = {
  token: ({ personId }) =>
    personId === undefined
      ? undefined
      : identity('token', personId, { sec: 'authenticated', providence: 'token' }),

  chromebook({ said, settings }) {
    const claim = own(said, 'chrome_identity')
    if (!isObject(claim)) return refusedUnlessAbsent('chrome_identity', claim, 'an object')
    const id = own(claim, 'id')
    // `int(id)` of theirs takes digits, and a number.
    const text = Number.isSafeInteger(id) ? String(id) : typeof id === 'string' ? id.trim() : ''
    if (text === '') return refused('chrome_identity.id is empty: nobody is signed in to Chrome')
    if (!/^\d{1,40}$/.test(text)) return refused('chrome_identity.id: Expected digits')
    const userId = `gc-${text.replace(/^0+(?=\d)/, '')}`
    const sec = isVouchedFor(said, settings) ? 'authenticated' : 'unauthenticated'
    const domain = domainOf(said)
    const about = { sec, providence: 'gcu', method: 'chromebook' } as const
    return { userId, safeUserId: userId, ...about, ...(domain !== undefined && { domain }) }
  },

  local_storage({ said, settings }) {
    const tag = textIn(said, 'user_tag')
    if (typeof tag !== 'string') return tag
    const isKnown = isVouchedFor(said, settings)
    const mayBeAnybody = settings?.userTags === undefined || hasGuests(settings)
    if (!isKnown && !mayBeAnybody) return refused('user_tag is none that this source knows')
    const sec = isKnown ? 'authenticated' : 'unauthenticated'
    return identity('local_storage', `ls-${tag}`, { sec, providence: 'ls' })
  },

  hash_identify({ said }) {
    const hash = textIn(said, 'hash')
    if (typeof hash !== 'string') return hash
    return identity('hash_identify', `hi-${hash}`, { sec: 'unauthenticated', providence: 'mch' })
  },

  testcase_auth({ said }) {
    const userId = textIn(said, 'user_id')
    if (typeof userId !== 'string') return userId
    const about = { sec: 'unauthenticated', providence: 'tc' } as const
    return identity('testcase_auth', `testcase-${userId}`, about)
  },
}

/**
 * Tells who the learner is, by the first method of the source that can. Guests are not among them: see
 * `guestOf`.
 * @returns the reasons of the methods whose key was there and is not good; none when no key was
 */
export function identify(claims: Claims): ObservedIdentity | { reasons: string[] } {
  const reasons: string[] = []
  for (const method of claims.settings?.auth ?? usualMethods) {
    const found = method === 'guest' ? undefined : methods[method](claims)
    if (found === undefined) continue
    if (!('refusal' in found)) return found
    reasons.push(found.refusal)
  }
  return { reasons }
}

export function hasGuests(settings: ObserverSettings | undefined): boolean {
  return settings?.auth?.includes('guest') === true
}

/** Makes up a learner for a connection: 32 hexadecimal digits, as theirs. */
export function guestOf(connectionId: string): ObservedIdentity {
  const userId = createHash('sha256').update(connectionId).digest('hex').slice(0, 32)
  return identity('guest', userId, { sec: 'none', providence: 'guest' })
}

/** Says in words what a client that is not known could send. */
export function sayUnknown(reasons: readonly string[], settings: ObserverSettings | undefined) {
  if (reasons.length > 0) return reasons.join('; ')
  const keys = (settings?.auth ?? usualMethods).flatMap((method) => keyOf[method] ?? [])
  const wanted = keys.length === 0 ? 'this source takes nobody' : `send ${keys.join(', or ')}`
  return `Who is this? By lock_fields or in an event, ${wanted}`
}

const keyOf: Partial<Record<ObserverMethod, string>> = {
  chromebook: 'chrome_identity',
  local_storage: 'user_tag',
  hash_identify: 'hash',
  testcase_auth: 'user_id',
}

function identity(
  method: ObserverMethod,
  userId: string,
  { sec, providence }: Pick<ObservedIdentity, 'sec' | 'providence'>,
): ObservedIdentity {
  const safeUserId = `${providence}-${quoted(userId)}`
  return { userId, safeUserId, sec, providence, method }
}

/** Finds the part of an address of e-mail that follows its last `@`, where a client sends one. */
export function domainOf(said: Members): string | undefined {
  const claim = own(said, 'chrome_identity')
  const email = isObject(claim) ? own(claim, 'email') : undefined
  if (typeof email !== 'string' || email.length > MAX_CLAIM) return undefined
  const at = email.lastIndexOf('@')
  return at < 0 || at === email.length - 1 ? undefined : email.slice(at + 1).toWellFormed()
}

/** Quotes as Python's `urllib.parse.quote` with `@` safe. */
function quoted(text: string): string {
  const hex = (char: string) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`
  return encodeURIComponent(text)
    .replaceAll('%40', '@')
    .replace(/[!'()*]/g, hex)
}

function isVouchedFor(said: Members, settings: ObserverSettings | undefined): boolean {
  const tag = own(said, 'user_tag')
  return typeof tag === 'string' && settings?.userTags?.includes(tag) === true
}

function textIn(said: Members, name: string): string | { refusal: string } | undefined {
  const value = own(said, name)
  const text = Number.isSafeInteger(value) ? String(value) : value
  if (typeof text !== 'string') return refusedUnlessAbsent(name, value, 'a string')
  if (text === '') return refused(`${name} is empty`)
  if (text.length > MAX_CLAIM) return refused(`${name}: Expected at most ${MAX_CLAIM} characters`)
  return text.toWellFormed()
}

function refusedUnlessAbsent(name: string, value: unknown, expected: string) {
  return value === undefined || value === null
    ? undefined
    : refused(`${name}: Expected ${expected}`)
}

function refused(refusal: string): { refusal: string } {
  return { refusal }
}
