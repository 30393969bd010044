import { compactVerify, createLocalJWKSet, errors } from 'jose'
import type { AppError } from '../../error/app-error'
import type { PublicJwk } from '../../platform/registry/sources'
import { refusal } from './refusal'

// RFC 7518, section 3.1, without `none`, and without HMAC: verifying with a public key as the shared
// secret is the oldest trick there is (RFC 8725, section 2.1).
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']
ALGORITHMS.push('ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519')

/**
 * Header parameters that change how a JWS is to be read. The library knows `b64`; nobody who sends
 * events needs it, so it is refused with all else that has to be understood (RFC 7515, 4.1.11).
 */
const UNKNOWN = ['crit', 'b64', 'zip']

/** @returns what was signed with one of the keys. @throws {AppError} `invalid_signature` */
export async function verified(jws: string, keys: PublicJwk[]): Promise<string> {
  const options = { algorithms: ALGORITHMS }
  requireKnownHeader(jws)
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

/** @throws {AppError} `invalid_signature` */
function requireKnownHeader(jws: string): void {
  let header: unknown
  try {
    header = JSON.parse(Buffer.from(jws.slice(0, jws.indexOf('.')), 'base64url').toString('utf8'))
  } catch {
    // said below
  }
  if (typeof header !== 'object' || header === null) {
    throw refusal('invalid_jws', 'The header of the JWS is no JSON object')
  }
  const name = UNKNOWN.find((one) => Object.hasOwn(header, one))
  if (name === undefined) return
  throw refusal('invalid_jws', `The header of the JWS has ${name}, which is not known here`)
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
