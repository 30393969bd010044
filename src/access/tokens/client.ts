import { createHash, randomUUID } from 'node:crypto'
import type { ApiKey, Keys } from '../../platform/registry/keys'
import type { KeyGrant } from '../keys/key'

/**
 * By what the registry knows a client of an identity provider. A client id is no secret, so it must
 * not open anything when it is sent as a key: no hash of a key begins like this.
 */
export function clientHash(issuer: string, clientId: string): string {
  const named = JSON.stringify([issuer, clientId])
  return `client:${createHash('sha256').update(named).digest('hex')}`
}

/**
 * Lets a client of an identity provider send as a source: listed and revoked like a key, but opened
 * by the tokens of its issuer only, with the scopes that both the token and the grant name.
 * @throws {AppError} `invalid_request` when the client is registered already
 */
export async function registerClient(
  registry: { keys: Pick<Keys, 'add'> },
  grant: KeyGrant,
  { issuer, clientId, at }: { issuer: string; clientId: string; at: Date },
): Promise<ApiKey> {
  const record: ApiKey = {
    ...grant,
    keyId: `client_${randomUUID()}`,
    hash: clientHash(issuer, clientId),
    hint: clientId,
    createdAt: at.toISOString(),
  }
  await registry.keys.add(record)
  return record
}
