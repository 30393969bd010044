import type { Principal } from '../../src/identity/principal'

/** Whoever shows a key that may read. */
export function aPrincipal(changes: Partial<Principal> = {}): Principal {
  return {
    ...{ tenantId: 'default', sourceId: 'demo', keyId: 'key_1', hash: 'hash-1' },
    scopes: ['events:read'],
    ...changes,
  }
}
