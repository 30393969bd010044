import { createPublicKey, verify } from 'node:crypto'
import type { DocumentStore } from '../../platform/document-store'
import { canonicalJson } from '../../syntax/canonical-json'
import type { Erasure, PlaceReport, Whose } from '../erasures/erasure'
import type { CertificateKeys } from './keys'

/** It says what an erasure searched, found and removed, and what remains. It names nobody. */
export interface Certificate {
  type: 'nonius/erasure-certificate/1'
  tenantId: string
  erasureId: string
  mode: Erasure['mode']
  reason: string
  requestedBy: string
  /** ISO 8601 UTC. */
  requestedAt: string
  startedAt: string
  finishedAt: string
  subject: {
    ids: number
    spellings: number
    /** HMAC-SHA-256 of each id that was given, under a key of the tenant, in base64url. */
    digests: string[]
  }
  places: PlaceReport[]
  /** So many events were put back without the people. */
  putBack?: number | undefined
  /** So often its process ended in the midst of it; counts of the place it was at begin anew then. */
  resumed: number
  /** Sentences say what remains by design. */
  remains: string[]
}

export interface SignedCertificate {
  certificate: Certificate
  signature: { alg: 'EdDSA'; kid: string; value: string }
}

const PREFIX = ['privacy', 'certificates']

interface Needs {
  documents: Pick<DocumentStore, 'get' | 'put'>
  keys: CertificateKeys
}

export function createCertificates({ documents, keys }: Needs) {
  return {
    /** Signs a certificate and stores it; a repeat replaces it. */
    async issue(certificate: Certificate): Promise<SignedCertificate> {
      const { tenantId, erasureId } = certificate
      const value = await keys.sign(tenantId, bytesOf(certificate))
      const { kid } = await keys.publicKey(tenantId)
      const signed: SignedCertificate = { certificate, signature: { alg: 'EdDSA', kid, value } }
      const content = {
        bytes: Buffer.from(JSON.stringify(signed)),
        contentType: 'application/json',
      }
      await documents.put(tenantId, [...PREFIX, erasureId], content)
      return signed
    },

    async get({ tenantId, erasureId }: Whose): Promise<SignedCertificate | undefined> {
      const held = await documents.get(tenantId, [...PREFIX, erasureId])
      if (held === undefined) return undefined
      return JSON.parse(Buffer.from(held.bytes).toString()) as SignedCertificate
    },
  }
}

/** Writes the bytes that are signed: canonical JSON, UTF-8. */
function bytesOf(certificate: Certificate): Buffer {
  return Buffer.from(canonicalJson(JSON.stringify(certificate)))
}

/** Tells whether a certificate is as it was signed with the key of this JWK. */
export function isSigned(
  { certificate, signature }: SignedCertificate,
  jwk: { kty: string; crv: string; x: string },
): boolean {
  const key = createPublicKey({ key: { ...jwk }, format: 'jwk' })
  return verify(null, bytesOf(certificate), key, Buffer.from(signature.value, 'base64url'))
}
