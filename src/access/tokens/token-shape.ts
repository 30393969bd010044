import { unauthenticated } from './token-form'

// Tokens of the providers known have one to four kilobytes; HTTP servers take header lines of eight.
const MAX_TOKEN = 8 * 1024
// Ids of clients and of keys are a few dozen characters, addresses at most.
const MAX_NAME = 256
const MAX_AUDIENCES = 100
// 9999-12-31T23:59:59Z: the last second that ISO 8601 writes with four digits.
const LAST_SECOND = 253_402_300_799

/** RFC 7519, 5.1, and RFC 9068, 2.1. Any other type is a JWT for another use (RFC 8725, 3.11). */
const types = new Set(['jwt', 'at+jwt', 'application/at+jwt'])

type Fields = Record<string, unknown>
type Check = (value: unknown) => boolean

const isName: Check = (value) =>
  typeof value === 'string' && value !== '' && value.length <= MAX_NAME
const isText: Check = (value) => typeof value === 'string'
const isTexts: Check = (value) => Array.isArray(value) && value.every(isText)
// RFC 7519, section 2: seconds since 1970, which may have a fraction.
const isTime: Check = (value) => typeof value === 'number' && value >= 0 && value <= LAST_SECOND
const isAudience: Check = (value) =>
  isText(value) || (isTexts(value) && (value as string[]).length <= MAX_AUDIENCES)

/** Each of these claims has a form where it stands. Others are the issuer's affair (RFC 7519, section 4). */
const claims: Record<string, Check> = {
  iss: isText,
  sub: isText,
  aud: isAudience,
  exp: isTime,
  nbf: isTime,
  iat: isTime,
  client_id: isName,
  azp: isName,
  scope: isText,
  scp: (value) => isText(value) || isTexts(value),
  token_use: isText,
}

const header: Record<string, Check> = {
  alg: isName,
  kid: isName,
  typ: (value) => isText(value) && types.has((value as string).toLowerCase()),
}

/**
 * Names that change how a token is to be read. None of them is known here, and who reads a token as
 * if they were not there reads another one (RFC 7515, 4.1.11; RFC 7797, 6; RFC 7516, 4.1.3).
 */
const unknown = ['crit', 'b64', 'zip']

/**
 * Before anything is verified: whether all that is read later is of its type and in its range.
 * @throws {AppError} `unauthenticated` with the reason
 */
export function requireTokenShape(token: string): void {
  if (token.length > MAX_TOKEN) throw unauthenticated(`is longer than ${MAX_TOKEN} characters`)
  const [first = '', second = ''] = token.split('.')
  const head = fieldsOf(first, 'header')
  for (const name of unknown) {
    if (Object.hasOwn(head, name)) throw unauthenticated(`has a header ${name}, unknown here`)
  }
  requireFields(head, header, 'header')
  requireFields(fieldsOf(second, 'claims'), claims, 'claim')
}

function requireFields(fields: Fields, checks: Record<string, Check>, kind: string): void {
  for (const [name, isGood] of Object.entries(checks)) {
    if (!Object.hasOwn(fields, name) || isGood(fields[name])) continue
    throw unauthenticated(`has a ${kind} ${name} that cannot be one`)
  }
}

function fieldsOf(part: string, kind: string): Fields {
  try {
    const fields: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    if (typeof fields === 'object' && fields !== null && !Array.isArray(fields)) {
      return fields as Fields
    }
  } catch {
    // said below
  }
  throw unauthenticated(`has a ${kind} that is no JSON object`)
}
