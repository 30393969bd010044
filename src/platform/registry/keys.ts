import type { Role } from '../../identity/role'
import type { Scope } from '../../identity/scope'

/** The registry stores a key by its hash: the secret itself is shown once, and never stored. */
export interface ApiKey {
  keyId: string
  tenantId: string
  /** Events that are sent with the key are stamped with this source. */
  sourceId: string
  name: string
  scopes: Scope[]
  /**
   * The key reaches the quarantine of these sources beside that of its own; `*` stands for every
   * source of its tenant. An administrator's key reaches all of them anyway.
   */
  sources?: string[] | '*' | undefined
  /** Whoever shows the key reads as this role. Absent for the keys of systems, which have scopes. */
  role?: Role | undefined
  /** The person whose key it is, as events name them. */
  actorId?: string | undefined
  /** If true, answers to it hold nothing of single people. */
  isAggregateOnly?: boolean | undefined
  /** The hash is SHA-256, hex. Keys are random, so a fast hash is enough (no dictionary to try). */
  hash: string
  /** The hint has the key's first characters, so that people can tell keys apart. */
  hint: string
  createdAt: string
  /** Pages of these origins may use the key, and nobody else; absent for a key of any place. */
  origins?: string[] | undefined
  revokedAt?: string | undefined
  /** From then on the key is good for nothing, ISO 8601 UTC. Absent for a key without an end. */
  expiresAt?: string | undefined
  /** The id of the key that was made in its place. */
  replacedBy?: string | undefined
}

/** A key that was rotated ends with its overlap, and names the key that goes on in its place. */
export interface Retirement {
  expiresAt: string
  replacedBy: string
}

/** This stands in the place of the name of a key whose person was erased: it may have theirs. */
export const ERASED_NAME = 'erased'

export interface Keys {
  /** @throws {AppError} `invalid_request` when the hash is already in use */
  add(key: ApiKey): Promise<void>
  /** Finds a key; revoked ones are found, too. */
  findByHash(hash: string): Promise<ApiKey | undefined>
  /** Lists keys in the order in which they were added, revoked ones included. */
  list(tenantId: string): Promise<ApiKey[]>
  /** Revokes a key. @returns false when there is no such key that is not revoked */
  revoke(tenantId: string, keyId: string, at: string): Promise<boolean>
  /**
   * Revokes a key, if it is not revoked, and forgets the person whose it was, and its name.
   * @returns false when there is no such key
   */
  forgetActor(tenantId: string, keyId: string, at: string): Promise<boolean>
  /**
   * Retires a key; of two calls at once, one does.
   * @returns false when there is no such key that is neither revoked nor retired
   */
  retire(tenantId: string, keyId: string, retirement: Retirement): Promise<boolean>
}
