import type { Principal } from '../../identity/principal'
import type { Scope } from '../../identity/scope'
import { requireScope } from '../authenticate'
import type { AppContext, AppDeps } from '../context'
import type { Way } from '../credentials'

/** Everything that somebody may be allowed in a record store. */
export type XapiRight =
  | 'statements/write'
  | 'statements/read'
  | 'statements/read/mine'
  | 'state/read'
  | 'state/write'
  | 'profile/read'
  | 'profile/write'
  | 'define'

/**
 * Lets in whoever has one of these rights.
 * @throws {AppError} `unauthenticated`, `forbidden`
 */
export type AdmitXapi = (
  c: AppContext,
  ...rights: [XapiRight, ...XapiRight[]]
) => Promise<Principal>

const BASIC = /^basic +/i

const inHeader: Way = {
  read(c) {
    const header = c.req.header('Authorization')
    if (header === undefined || !BASIC.test(header)) return header
    const decoded = Buffer.from(header.replace(BASIC, ''), 'base64').toString()
    return decoded.slice(decoded.indexOf(':') + 1)
  },
  missing: 'Send a key: `Authorization: Basic …` with its user and password, or `Bearer KEY`.',
  unknown: 'This key is not known here, or was revoked.',
}

export function admitXapiWith(_deps: AppDeps): AdmitXapi {
  return async function admit(c, right) {
    return requireScope(c, scopeOf(right), inHeader)
  }
}

function scopeOf(right: XapiRight): Scope {
  return right.includes('read') ? 'events:read' : 'events:write'
}

/** Tells somebody who reads every statement from somebody who reads those of his own source. */
export function mayReadAll({ scopes }: Principal): boolean {
  return scopes.includes('events:read')
}
