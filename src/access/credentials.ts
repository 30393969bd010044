import { AppError } from '../error/app-error'
import type { Principal } from '../identity/principal'
import { hashKey } from './keys/key'
import { isGood, type Keyring } from './keys/keyring'
import { readShown } from './shown'
import { looksLikeToken } from './tokens/token-form'

/**
 * Recognises whoever shows a credential: `Bearer KEY`, the key alone (several Caliper sensors send it
 * so), in any other way of `readShown`, or a token of an identity provider in any of them.
 * @returns undefined when it is no key that is known and not revoked
 * @throws {AppError} `unauthenticated` for a token, a key that has expired, or what is not shown as
 * it should be, with the reason; `unavailable`
 */
export type Authenticate = (credential: string) => Promise<Principal | undefined>

interface Needs {
  keyring: Keyring
  /** Left out, tokens of an identity provider are not taken. */
  verifyToken?: ((token: string) => Promise<Principal | undefined>) | undefined
}

export function authenticateWith({ keyring, verifyToken }: Needs): Authenticate {
  return async function authenticate(shown) {
    const credential = readShown(shown)
    if (verifyToken !== undefined && looksLikeToken(credential)) {
      const verified = await verifyToken(credential)
      if (verified !== undefined) return verified
    }
    const found = await keyring(hashKey(credential))
    if (isGood(found)) return found
    if (found === undefined || found === 'revoked') return undefined
    throw new AppError('unauthenticated', `This key expired at ${found.expiredAt}.`)
  }
}
