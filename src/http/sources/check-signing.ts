import { createPublicKey, type JsonWebKeyInput } from 'node:crypto'
import { isPublicKey } from '../../access/signatures/key-sets'
import { AppError } from '../../error/app-error'
import type { PublicJwk, Signing } from '../../platform/registry/sources'
import type { Services } from '../../services'

// RFC 7518, section 3.3: "A key of size 2048 bits or larger MUST be used".
const MIN_RSA_BITS = 2048

/**
 * Checks that signatures can be verified with these settings. Nothing of a key is repeated: somebody
 * may have pasted their private one.
 * @throws {AppError} `invalid_request`, `invalid_target`
 */
export function checkSigningWith({ guard, config }: Pick<Services, 'guard' | 'config'>) {
  const mayBePlain = config.allowPrivateWebhooks

  return async function checkSigning(signing: Signing | undefined): Promise<void> {
    if (signing?.jwksUrl !== undefined) {
      const path = ['signing', 'jwksUrl']
      // Whoever can change the answer on its way chooses the keys.
      if (!mayBePlain && !/^https:/i.test(signing.jwksUrl)) {
        throw invalid(path, 'Must begin with https:', 'not_https')
      }
      await guard.check(signing.jwksUrl, path)
    }
    signing?.keys?.forEach(checkKey)
  }
}

function checkKey(key: PublicJwk, index: number): void {
  const path = ['signing', 'keys', index]
  if (!isPublicKey(key)) {
    const message = 'Must be a public RSA, EC or OKP key, without its private part'
    throw invalid(path, message, 'not_a_public_key')
  }
  const bits = readableBits(key)
  if (bits === undefined) throw invalid(path, 'Cannot be read as a key (RFC 7517)', 'invalid_key')
  if (key.kty === 'RSA' && bits < MIN_RSA_BITS) {
    throw invalid(path, `Must have at least ${MIN_RSA_BITS} bits`, 'weak_key')
  }
}

/** @returns of an RSA key its length, of others 0; undefined when it cannot be read */
function readableBits(key: PublicJwk): number | undefined {
  try {
    const read = createPublicKey({ key: key as JsonWebKeyInput['key'], format: 'jwk' })
    return read.asymmetricKeyDetails?.modulusLength ?? 0
  } catch {
    return undefined
  }
}

function invalid(path: (string | number)[], message: string, code: string): AppError {
  return new AppError('invalid_request', `${path.join('.')}: ${message}.`, {
    errors: [{ path, message, code }],
  })
}
