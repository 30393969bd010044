import { isCompactJws, verifyJwsWith } from '../access/signatures/jws'
import { rememberKeySets } from '../access/signatures/key-sets'
import { refusal } from '../access/signatures/refusal'
import { createGet } from '../outbound/get'
import type { Guard } from '../outbound/guard'
import type { Clock } from '../platform/clock'
import type { Source } from '../platform/registry'
import { mediaType } from '../syntax/media-type'

/**
 * Takes the signature off a body, where there is one and where there has to be one.
 * @returns what is to be read
 * @throws {AppError} `invalid_signature`, `unavailable` when the keys cannot be had
 */
export type OpenSigned = (
  body: string,
  source: Source | undefined,
  isSigned: boolean,
) => Promise<string>

export function openSignedWith({ guard, clock }: { guard: Guard; clock: Clock }): OpenSigned {
  const get = createGet({ guard })
  const verify = verifyJwsWith({ keySets: rememberKeySets({ get, clock }) })

  return async function openSigned(body, source, isSigned) {
    if (isSigned) return verify(body, source?.signing)
    // Also where no signed body is taken: otherwise whoever has the key only would get around it.
    if (source?.signing?.required !== true) return body
    throw refusal('not_signed', 'This source takes signed bodies only, at /caliper/in/{key}')
  }
}

// RFC 7519, section 10.3.1, and RFC 7515, section 9.2.1.
const signedTypes = new Set(['application/jwt', 'application/jose'])

/** By its form too: which media type Canvas names, it does not say. */
export function isSignedBody(contentType: string | undefined, body: string): boolean {
  return signedTypes.has(mediaType(contentType) ?? '') || isCompactJws(body)
}
