import { AppError } from '../error/app-error'

/** An `Authorization` header shows user and password, or a key or token alone. */
export type Shown = { user: string; password: string } | { credential: string }

const SCHEME = /^([^\s]+) +([\s\S]*)$/
// A longer word, or one with other characters, may be a secret: it is not repeated.
const REPEATABLE = /^[A-Za-z][A-Za-z-]{0,19}$/
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/

/**
 * Reads an `Authorization` header where Basic (RFC 7617) is taken beside Bearer and a key alone.
 * @throws {AppError} `unauthenticated`, in words that repeat nothing of a secret
 */
export function readAuthorization(header: string): Shown {
  const [, scheme, rest = ''] = SCHEME.exec(header.trim()) ?? []
  if (scheme === undefined || /^(bearer|token)$/i.test(scheme)) return { credential: header }
  if (scheme.toLowerCase() === 'basic') return readBasic(rest.trim())
  const got = REPEATABLE.test(scheme) ? `the scheme ${scheme}` : 'another scheme'
  throw refusal(`expected Basic or Bearer, got ${got}`)
}

function readBasic(encoded: string): Shown {
  if (!BASE64.test(encoded)) {
    throw refusal('expected Basic and the base64 of KEY:SECRET, got what is no base64')
  }
  const text = Buffer.from(encoded, 'base64').toString()
  // RFC 7617, section 2: a user has no colon in it, a password may.
  const colon = text.indexOf(':')
  if (colon < 0) {
    throw refusal('expected Basic and the base64 of KEY:SECRET, got base64 without a colon in it')
  }
  return { user: text.slice(0, colon), password: text.slice(colon + 1) }
}

function refusal(what: string): AppError {
  return new AppError('unauthenticated', `Authorization: ${what}.`)
}
