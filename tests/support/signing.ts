import { CompactSign, exportJWK, generateKeyPair } from 'jose'
import type { PublicJwk } from '../../src/platform/registry/sources'
import type { TestApp } from './app'

/** Somebody who signs, with the public key that they publish. */
export interface Signer {
  jwk: PublicJwk
  sign(payload: unknown, header?: Record<string, unknown>): Promise<string>
  /** With a header that no library would write; RS256 whatever that says. */
  signAs(header: unknown, payload: unknown): Promise<string>
}

/** A sender with a key of its own; Canvas signs with RS256 and names its key by `kid`. */
export async function aSigner(kid: string | undefined, alg = 'RS256'): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), ...(kid !== undefined && { kid }) } as PublicJwk
  return {
    jwk,
    sign(payload, header = {}) {
      const text = typeof payload === 'string' ? payload : JSON.stringify(payload)
      const protectedHeader = { alg, ...(kid !== undefined && { kid }), ...header }
      return new CompactSign(new TextEncoder().encode(text))
        .setProtectedHeader(protectedHeader)
        .sign(privateKey)
    },
    async signAs(header, payload) {
      const parts = [header, payload].map((part) => Buffer.from(JSON.stringify(part)))
      const input = parts.map((part) => part.toString('base64url')).join('.')
      const bytes = new TextEncoder().encode(input)
      const signature = await crypto.subtle.sign('RSASSA-PKCS1-v1_5', privateKey, bytes)
      return `${input}.${Buffer.from(signature).toString('base64url')}`
    },
  }
}

const at = '2026-11-21T09:30:00.000Z'

/** Gives the demo source signing keys, as an administrator does. */
export async function signBy(
  app: TestApp,
  signing: { keys: PublicJwk[] } | { jwksUrl: string },
  required = true,
) {
  const source = { tenantId: 'default', sourceId: 'demo', name: 'Canvas', createdAt: at }
  await app.platform.registry.sources.put({ ...source, signing: { required, ...signing } })
  app.clock.advance(5_000) // the longest that the old settings are remembered
}

/** A compact JWS of any header and signature, as a forger would write it. */
export function forged(header: object, payload: unknown, signature = ''): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part(header)}.${part(payload)}.${signature}`
}
