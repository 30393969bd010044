import { AppError } from '../error/app-error'
import { looksLikeToken } from './tokens/token-form'

/** The ways to show a key in `Authorization`, for those who did it otherwise. */
export const EXPECTED = 'expected Bearer KEY'

// RFC 9110, section 11.1: the scheme's name is case-insensitive, and white space follows it.
const SCHEME = /^([^\s]+)\s+([\s\S]*)$/
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/

/** Schemes after which the key stands alone; RFC 6750, 2.1, has the first. */
const plainSchemes = new Set(['bearer', 'token', 'apikey', 'api-key', 'key'])

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

// RFC 9110, section 16.4.1, and senders of AWS and Azure; any other word may be part of a secret.
const NAMED =
  /^(digest|negotiate|ntlm|oauth|hoba|mutual|dpop|gnap|privatetoken|vapid|scram-sha-(1|256)|aws4-hmac-sha256|sharedkey|sharedaccesssignature)$/i

// `nk_` and the base64url of 32 bytes.
const KEY_LENGTH = 46

/**
 * Describes a credential that is not known here, by its scheme and its shape: nothing of the secret is
 * in it.
 */
export function describeShown(header: string): string {
  const shown = header.trim()
  const [, scheme = ''] = SCHEME.exec(shown) ?? []
  if (/^(bearer|token|basic)$/i.test(shown)) return `${EXPECTED}, got ${shown} and no key after it`
  if (/^bearer[:=]/i.test(shown)) return `${EXPECTED}, got another sign than a space after Bearer`
  if (/^bearer\S/i.test(shown)) return `${EXPECTED}, got no space after Bearer`
  if (NAMED.test(scheme)) return `${EXPECTED}, got the scheme ${scheme}`
  const isPlain = plainSchemes.has(scheme.toLowerCase()) || scheme.toLowerCase() === 'basic'
  if (scheme !== '' && !isPlain)
    return `${EXPECTED}, got another scheme, or a key with a space in it`
  const way = scheme === '' ? '' : ` after ${scheme}`
  return `Seen was ${shapeOf(readShown(header))}${way}`
}

function shapeOf(credential: string): string {
  const { length } = credential
  if (length === 0) return 'no key'
  if (/^(\$|%|<|\{|\[object |your|key$|undefined$|null$|none$)/i.test(credential)) {
    return 'a placeholder that nobody has filled in'
  }
  if (credential.startsWith('key_')) {
    return 'the id of a key, which opens nothing; the key itself begins with nk_'
  }
  if (credential.startsWith('whsec_')) return 'the secret of a webhook, which is no key'
  if (looksLikeToken(credential)) return 'a token of an identity provider, and none is set here'
  if (!credential.startsWith('nk_'))
    return `something of ${length} characters that does not begin with nk_`
  const whole = length === KEY_LENGTH ? '' : `, where one that was made here has ${KEY_LENGTH}`
  return `a key that begins with nk_, of ${length} characters${whole}`
}

function refusal(what: string): AppError {
  return new AppError('unauthenticated', `Authorization: ${EXPECTED}, ${what}.`)
}
