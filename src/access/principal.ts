import type { Scope } from '../platform/registry'
import type { ApiKey } from '../platform/registry/keys'

/** Who is asking, once their key or token was recognised. */
export interface Principal {
  tenantId: string
  /** Events sent by this principal are stamped with this source. */
  sourceId: string
  keyId: string
  scopes: readonly Scope[]
  /** Whose quarantine it reaches beside that of its own source; `*` for every source's. */
  sources?: readonly string[] | '*' | undefined
  /** Under which the registry has it, to ask again whether it still does. Absent when it does not. */
  hash?: string | undefined
  /** Of a token, when it ends. ISO 8601 UTC. */
  expiresAt?: string | undefined
}

export function principalOf(key: ApiKey): Principal {
  const { tenantId, sourceId, keyId, scopes, sources, hash } = key
  return { tenantId, sourceId, keyId, scopes, sources, hash }
}
