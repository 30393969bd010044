import { AppError } from '../../error/app-error'
import type { Signing } from '../../platform/registry/sources'
import type { KeySets } from './key-sets'
import { refusal } from './refusal'

// RFC 7515, section 7.1: three parts in base64url. No JSON text looks like it.
const COMPACT = /^\s*[\w-]+\.[\w-]*\.[\w-]*\s*$/

// Longer than any body is long before its first full stop: the header names a key and an algorithm.
const MAX_HEADER = 16 * 1024

/** Tells whether a body is a JWS in compact form, signed well or not. */
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
    // The library is large, and few bodies are signed.
    const { verified } = await import('./verified-jws')
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

function unreachable(cause: unknown): never {
  const reason = cause instanceof Error ? cause.message : 'unknown'
  const message = `The key set of this source cannot be read: ${reason}`
  throw new AppError('unavailable', `${message}.`, {
    errors: [{ path: [], message, code: 'keys_unavailable' }],
    cause,
  })
}
