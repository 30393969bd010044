import type { Principal } from '../identity/principal'
import { hashKey } from './keys/key'
import type { Keyring } from './keys/keyring'
import { looksLikeToken, type VerifyToken } from './tokens/token-form'

// RFC 6750, section 2.1, and RFC 9110, section 11.1: the scheme's name is case-insensitive.
const BEARER = /^bearer +/i

/**
 * Recognises whoever shows a credential: `Bearer KEY`, the key alone (several Caliper sensors send it
 * so), or a token of an identity provider in either way.
 * @returns undefined when it is no key that is known and not revoked
 * @throws {AppError} `unauthenticated` for a token, with the reason; `unavailable`
 */
export type Authenticate = (credential: string) => Promise<Principal | undefined>

interface Needs {
  keyring: Keyring
  /** Left out, tokens of an identity provider are not taken. */
  verifyToken?: VerifyToken | undefined
}

export function authenticateWith({ keyring, verifyToken }: Needs): Authenticate {
  return async function authenticate(shown) {
    const credential = shown.replace(BEARER, '').trim()
    if (verifyToken !== undefined && looksLikeToken(credential)) return verifyToken(credential)
    const found = await keyring(hashKey(credential))
    return found === 'revoked' ? undefined : found
  }
}
