import type { Scope } from '../../identity/scope'

/** A key as the registry stores it: the secret itself is shown once, and only its hash is stored. */
export interface ApiKey {
  keyId: string
  tenantId: string
  /** Events sent with the key are stamped with this source. */
  sourceId: string
  name: string
  scopes: Scope[]
  /**
   * Whose quarantine it reaches beside that of its own source; `*` for that of every source of its
   * tenant. An administrator's reaches all of them anyway.
   */
  sources?: string[] | '*' | undefined
  /** SHA-256 of the key, hex. Keys are random, so a fast hash is enough (no dictionary to try). */
  hash: string
  /** The first characters, so that people can tell keys apart. */
  hint: string
  createdAt: string
  revokedAt?: string | undefined
}

export interface Keys {
  /** @throws {AppError} `invalid_request` when the hash is already in use */
  add(key: ApiKey): Promise<void>
  /** Revoked keys are found too. */
  findByHash(hash: string): Promise<ApiKey | undefined>
  /** In the order in which they were added, revoked ones included. */
  list(tenantId: string): Promise<ApiKey[]>
  /** @returns false when there is no such key that is not revoked */
  revoke(tenantId: string, keyId: string, at: string): Promise<boolean>
}
