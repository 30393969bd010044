import type { Scope } from './registry'

/** Who is at the other end of a connection, as it was when it was opened. */
export interface Member {
  tenantId: string
  sourceId: string
  /** Who, for the record: the key's id, or a client's. */
  keyId: string
  scopes: readonly Scope[]
  /** Under which the registry has the key, to ask whether it still does. */
  hash?: string | undefined
  /** When what it was opened with ends, ISO 8601 UTC. */
  expiresAt?: string | undefined
  ip?: string | undefined
  userAgent?: string | undefined
}

/** Where messages to connected subscribers go out. */
export interface Connections {
  /**
   * Sends one text message.
   * @returns `gone` when nobody is at the other end any more
   * @throws {StorageError} when it cannot be told whether it arrived, or it is too large ever to
   */
  send(connectionId: string, message: string): Promise<'sent' | 'gone'>
  /** Ends a connection; one that has ended already is no error. */
  close(connectionId: string): Promise<void>
}
