import { sign } from 'node:crypto'
import type { DocumentStore } from '../../platform/document-store'
import type { SecretBox } from '../../platform/secret-box'
import { jwkOf, type KeyPair, newKeyPair, privateKeyOf } from '../../webhooks/message/key-pair'

/** Certificates of a tenant are signed with a key of its own, by Ed25519 (RFC 8032). */
export interface CertificateKeys {
  /** Returns the public key as a JSON Web Key (RFC 8037). */
  publicKey(tenantId: string): Promise<ReturnType<typeof jwkOf>>
  /** Signs bytes. @returns 64 bytes in base64url */
  sign(tenantId: string, bytes: Uint8Array): Promise<string>
}

const KEY = ['privacy', 'keys']

interface Needs {
  documents: Pick<DocumentStore, 'get' | 'put'>
  box(): Promise<SecretBox>
}

/** The key is drawn when it is first asked for, and kept sealed. */
export function createCertificateKeys({ documents, box }: Needs): CertificateKeys {
  const labelOf = (tenantId: string) => `certificates of ${tenantId}`

  async function read(tenantId: string): Promise<KeyPair | undefined> {
    const held = await documents.get(tenantId, KEY)
    if (held === undefined) return undefined
    return JSON.parse((await box()).open(held.bytes, labelOf(tenantId))) as KeyPair
  }

  async function pairOf(tenantId: string): Promise<KeyPair> {
    const held = await read(tenantId)
    if (held !== undefined) return held
    const bytes = (await box()).seal(JSON.stringify(newKeyPair()), labelOf(tenantId))
    const content = { bytes, contentType: 'application/octet-stream' }
    await documents.put(tenantId, KEY, content, { ifNoneMatch: '*' })
    // One of two processes that drew one was heard.
    return (await read(tenantId))!
  }

  return {
    publicKey: async (tenantId) => jwkOf((await pairOf(tenantId)).publicKey),
    async sign(tenantId, bytes) {
      const { privateKey } = await pairOf(tenantId)
      return sign(null, bytes, privateKeyOf(privateKey)).toString('base64url')
    },
  }
}
