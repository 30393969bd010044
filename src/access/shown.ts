import { AppError } from '../error/app-error'

/** The ways to show a key in `Authorization`, for those who did it otherwise. */
export const EXPECTED = 'expected Bearer KEY'

// RFC 9110, section 11.1: the scheme's name is case-insensitive, and white space follows it.
export const SCHEME = /^([^\s]+)\s+([\s\S]*)$/
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/

/** Schemes after which the key stands alone; RFC 6750, 2.1, has the first. */
export const plainSchemes = new Set(['bearer', 'token', 'apikey', 'api-key', 'key'])

/**
 * Reads the key out of an `Authorization` header or of one that has the key alone: `Bearer KEY`, `Token
 * KEY`, `Basic` (RFC 7617) with the key as its password, or as its user before an empty one, and
 * `KEY`.
 * @returns the key; the whole header where its first word is no scheme known here, since a key that a
 * person chose may have a space in it
 * @throws {AppError} `unauthenticated` for a mistake that can be told, in words that repeat nothing of
 * a secret
 */
export function readShown(header: string): string {
  const shown = header.trim()
  const [, scheme = '', rest = ''] = SCHEME.exec(shown) ?? []
  const name = scheme.toLowerCase()
  if (name === 'basic') return unquoted(readBasic(rest.trim()))
  if (!plainSchemes.has(name)) return unquoted(shown)
  const credential = rest.trim()
  const [, again = ''] = SCHEME.exec(credential) ?? []
  if (plainSchemes.has(again.toLowerCase()) || again.toLowerCase() === 'basic') {
    const twice = again.toLowerCase() === name
    throw refusal(twice ? `got ${scheme} twice` : `got two schemes, ${scheme} and ${again}`)
  }
  // RFC 6750 has no parameters; Rails writes a token as one.
  const parameter = name === 'token' ? /^token="?([^"\s,]+)"?/i.exec(credential)?.[1] : undefined
  return unquoted(parameter ?? credential)
}

function readBasic(encoded: string): string {
  const isBare = encoded.startsWith('nk_') || !BASE64.test(encoded)
  if (isBare) throw refusal('got the scheme Basic without the base64 of USER:KEY')
  const text = Buffer.from(encoded, 'base64').toString()
  // RFC 7617, section 2: a user has no colon in it, a password may.
  const colon = text.indexOf(':')
  if (colon < 0) throw refusal('got the scheme Basic without a colon in its base64')
  const [user, password] = [text.slice(0, colon), text.slice(colon + 1)]
  return password === '' ? user : password
}

function unquoted(credential: string): string {
  if (!/^(["'“”‘’`]).*["'“”‘’`]$/s.test(credential)) return credential
  throw refusal('got the key in quotes; leave them out')
}

function refusal(what: string): AppError {
  return new AppError('unauthenticated', `Authorization: ${EXPECTED}, ${what}.`)
}
