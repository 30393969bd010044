import { compactVerify, createLocalJWKSet, errors } from 'jose'
import { AppError } from '../error/app-error'
import type { PublicJwk, Signing } from '../platform/registry'
import type { KeySets } from './key-sets'

// RFC 7518, section 3.1, without `none`, and without HMAC: verifying with a public key as the shared
// secret is the oldest trick there is (RFC 8725, section 2.1).
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']
ALGORITHMS.push('ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519')

// RFC 7515, section 7.1: three parts in base64url. No JSON text looks like it.
const COMPACT = /^\s*[\w-]+\.[\w-]*\.[\w-]*\s*$/

// Longer than any body is long before its first full stop: the header names a key and an algorithm.
const MAX_HEADER = 16 * 1024

/** Whether a body is a JWS in compact form, signed well or not. */
export function isCompactJws(text: string): boolean {
  const dot = text.indexOf('.')
  return dot > 0 && dot < MAX_HEADER && COMPACT.test(text)
}

/** @returns what was signed. @throws {AppError} `invalid_signature`, `unavailable` */
export type VerifyJws = (jws: string, signing: Signing | undefined) => Promise<string>

/**
 * Verifies against the keys of the source, and no others: keys or addresses that the JWS itself
 * brings (`jwk`, `jku`, `x5c`) are never looked at. Times in the claims are not either: an event that
 * comes late is still an event, and one that comes twice is recognised.
 */
export function verifyJwsWith({ keySets }: { keySets: KeySets }): VerifyJws {
  return async function verifyJws(jws, signing) {
    if (signing === undefined) {
      throw refusal(
        'no_signing_keys',
        'The body is signed, and this source has no keys to verify it',
      )
    }
    if (signing.keys !== undefined) return verified(jws.trim(), signing.keys)

    const url = signing.jwksUrl ?? ''
    const keys = await keySets.at(url).catch(unreachable)
    try {
      return await verified(jws.trim(), keys)
    } catch (error) {
      if (!(error instanceof AppError) || error.errors[0]?.code !== 'unknown_key') throw error
      const newer = await keySets.again(url).catch(unreachable)
      if (newer === undefined) throw error
      return verified(jws.trim(), newer)
    }
  }
}

async function verified(jws: string, keys: PublicJwk[]): Promise<string> {
  const options = { algorithms: ALGORITHMS }
  try {
    const { payload } = await compactVerify(jws, createLocalJWKSet({ keys }), options)
    return decode(payload)
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw translated(error)
    // It names no key: each that fits its algorithm is tried.
    for await (const key of error) {
      const result = await compactVerify(jws, key, options).catch(() => undefined)
      if (result !== undefined) return decode(result.payload)
    }
    throw refusal('bad_signature', 'The signature does not fit any key of this source')
  }
}

function decode(payload: Uint8Array): string {
  return new TextDecoder().decode(payload)
}

function translated(error: unknown): AppError {
  if (error instanceof errors.JWKSNoMatchingKey) {
    return refusal('unknown_key', 'The body is signed with a key that this source does not have')
  }
  if (error instanceof errors.JOSEAlgNotAllowed) {
    return refusal('unsupported_algorithm', `Must be signed with one of ${ALGORITHMS.join(', ')}`)
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return refusal('bad_signature', 'The signature does not fit the key that it names')
  }
  // A header that is no JSON, an unknown `crit`, a key that cannot be used: all of them the sender's.
  return refusal('invalid_jws', 'The body is not a JWS in compact form that can be verified')
}

export function refusal(code: string, message: string): AppError {
  return new AppError('invalid_signature', `${message}.`, { errors: [{ path: [], message, code }] })
}

function unreachable(cause: unknown): never {
  const reason = cause instanceof Error ? cause.message : 'unknown'
  const message = `The key set of this source cannot be read: ${reason}`
  throw new AppError('unavailable', `${message}.`, {
    errors: [{ path: [], message, code: 'keys_unavailable' }],
    cause,
  })
}
