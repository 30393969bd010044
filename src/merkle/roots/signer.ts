import { createPrivateKey, createPublicKey, sign } from 'node:crypto'

/** The operator's key, which lives elsewhere than the data that it vouches for. */
export interface RootSigner {
  /** Signs the 32 bytes of a hash. @returns 64 bytes in base64 */
  sign(hash: string): string
  /** The public key as a JSON Web Key (RFC 8037). */
  publicKey: { kty: 'OKP'; crv: 'Ed25519'; x: string }
}

/** Makes the signer of an Ed25519 key (RFC 8032). @param key PKCS #8 DER in base64 */
export function createSigner(key: string): RootSigner {
  const privateKey = createPrivateKey({
    key: Buffer.from(key, 'base64'),
    format: 'der',
    type: 'pkcs8',
  })
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' })
  return {
    sign: (hash) => sign(null, Buffer.from(hash, 'hex'), privateKey).toString('base64'),
    publicKey: { kty: 'OKP', crv: 'Ed25519', x: x! },
  }
}
