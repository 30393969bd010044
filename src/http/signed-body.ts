import { isCompactJws, refusal, type VerifyJws } from '../access/jws'
import type { Source } from '../platform/registry'
import { mediaType } from '../syntax/media-type'
import type { AppContext } from './context'

// RFC 7519, section 10.3.1, and RFC 7515, section 9.2.1.
const signedTypes = new Set(['application/jwt', 'application/jose'])

/** Takes the signature off a body, where there is one and where there has to be one. */
export function openSignedWith(verify: VerifyJws) {
  /**
   * @param takesSigned whether this address takes signed bodies at all
   * @returns what is to be read
   * @throws {AppError} `invalid_signature`, `unavailable` when the keys cannot be had
   */
  return async function openSigned(
    c: AppContext,
    body: string,
    source: Source | undefined,
    takesSigned: boolean,
  ): Promise<string> {
    if (takesSigned && isSigned(c, body)) return verify(body, source?.signing)
    // Also where no signed body is taken: otherwise whoever has the key only would get around it.
    if (source?.signing?.required !== true) return body
    throw refusal('not_signed', 'This source takes signed bodies only, at /caliper/in/{key}')
  }
}

/** By its form, since Canvas has been seen to send it under more than one media type. */
function isSigned(c: AppContext, body: string): boolean {
  return signedTypes.has(mediaType(c.req.header('Content-Type')) ?? '') || isCompactJws(body)
}
