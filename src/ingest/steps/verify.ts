import { isCompactJws, type VerifyJws, verifyJwsWith } from '../../access/signatures/jws'
import { rememberKeySets } from '../../access/signatures/key-sets'
import { refusal } from '../../access/signatures/refusal'
import { createGet } from '../../outbound/get'
import type { Guard } from '../../outbound/guard'
import type { Clock } from '../../platform/clock'
import type { Source } from '../../platform/registry/sources'
import { mediaType } from '../../syntax/media-type'
import { type Arrival, isUnreadable, type Unreadable, unreadableOr } from '../arrival'

// Signed bodies have these media types (RFC 7519, section 10.3.1, and RFC 7515, section 9.2.1).
const signedTypes = new Set(['application/jwt', 'application/jose'])

/**
 * Verifies and removes the signature of a body, where there is one and where there has to be one.
 */
export function verifyWith({ verifyJws }: { verifyJws: VerifyJws }) {
  /** @returns the text that is to be read */
  return async function verify(
    decoded: string | Unreadable,
    arrival: Pick<Arrival, 'standard' | 'form' | 'contentType'>,
    source: Source | undefined,
  ): Promise<string | Unreadable> {
    if (isUnreadable(decoded)) return decoded
    const signing = source?.signing
    try {
      if (isSigned(decoded, arrival)) return await verifyJws(decoded, signing)
      // The check also holds where no signed body is accepted: otherwise a sender that has only the
      // key would get around it.
      if (signing?.required !== true) return decoded
      throw refusal('not_signed', 'This source takes signed bodies only, at /caliper/in/{key}')
    } catch (thrown) {
      return unreadableOr(thrown)
    }
  }
}

/** Tells whether a body is signed, by its form too: Canvas does not document its media type. */
function isSigned(
  text: string,
  { standard, form, contentType }: Pick<Arrival, 'standard' | 'form' | 'contentType'>,
): boolean {
  if (!standard.signedForms.includes(form)) return false
  return signedTypes.has(mediaType(contentType) ?? '') || isCompactJws(text)
}

/** Verifies with the keys of sources; keys at an address are fetched through the guard. */
export function createVerifyJws({ guard, clock }: { guard: Guard; clock: Clock }): VerifyJws {
  const get = createGet({ guard })
  return verifyJwsWith({ keySets: rememberKeySets({ get, clock }) })
}
