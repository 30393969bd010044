import { compactVerify, createLocalJWKSet, errors } from 'jose'
import type { AppError } from '../error/app-error'
import type { PublicJwk } from '../platform/registry'
import { refusal } from './signature-refusal'

// RFC 7518, section 3.1, without `none`, and without HMAC: verifying with a public key as the shared
// secret is the oldest trick there is (RFC 8725, section 2.1).
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']
ALGORITHMS.push('ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519')

/** @returns what was signed with one of the keys. @throws {AppError} `invalid_signature` */
export async function verified(jws: string, keys: PublicJwk[]): Promise<string> {
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
