import { createHash, createPrivateKey, generateKeyPairSync } from 'node:crypto'

/** A key pair of `v1a`, as a webhook holds it. */
export interface KeyPair {
  /** `whpk_` and the 32 bytes of the key in base64 (Standard Webhooks, "Signature scheme"). */
  publicKey: string
  /** PKCS #8 DER in base64. */
  privateKey: string
}

const PREFIX = 'whpk_'

/** Draws an Ed25519 key pair (RFC 8032). */
export function newKeyPair(): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const { x } = publicKey.export({ format: 'jwk' })
  return {
    publicKey: PREFIX + Buffer.from(x!, 'base64url').toString('base64'),
    privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
  }
}

export function privateKeyOf(text: string) {
  return createPrivateKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'pkcs8' })
}

/** Writes a public key as a JSON Web Key (RFC 8037), named by its thumbprint (RFC 7638). */
export function jwkOf(publicKey: string) {
  const x = Buffer.from(publicKey.slice(PREFIX.length), 'base64').toString('base64url')
  const named = { crv: 'Ed25519', kty: 'OKP', x } as const
  const kid = createHash('sha256').update(JSON.stringify(named)).digest('base64url')
  return { ...named, alg: 'EdDSA', use: 'sig', kid } as const
}
