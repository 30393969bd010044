import type { ApiKey, Scope } from '../platform/registry'

/** Who is asking, once their key was recognised. */
export interface Principal {
  tenantId: string
  /** Events sent by this principal are stamped with this source. */
  sourceId: string
  keyId: string
  scopes: readonly Scope[]
}

export function principalOf(key: ApiKey): Principal {
  const { tenantId, sourceId, keyId, scopes } = key
  return { tenantId, sourceId, keyId, scopes }
}
