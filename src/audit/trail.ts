/** An entry says who did what to data of people, or to what protects them. */
export interface AuditEntry {
  /** Counts the entries of a tenant from 1. */
  sequence: number
  /** `aud_` and 32 hex digits; the record in the lake has the same. */
  id: string
  /** ISO 8601 UTC. */
  at: string
  /** It says what was done: `policy.changed`, `key.created`, `person.revealed`, `erasure.begun`, `data.read`, … */
  action: string
  /** The id of the key, or of the person's token, that did it; `nonius` for what it does by itself. */
  by: string
  /** It was done to this, an id of ours. People are in it by pseudonym only. */
  target?: string | undefined
  details: Readonly<Record<string, unknown>>
  /** SHA-256 over the entry before it and this one, 64 hex digits. */
  hash: string
  previous: string
}

export type Audited = Pick<AuditEntry, 'action' | 'by' | 'target'> & {
  details?: Readonly<Record<string, unknown>> | undefined
}

/** Whoever does something offline, by a command on the machine, is named so. */
export const OPERATOR = 'operator'

/** All conditions must hold. */
export interface AuditFilter {
  /** The action, or the beginning of actions: `key.*`. */
  action?: string | undefined
  by?: string | undefined
  target?: string | undefined
  /** Entries about one person, by any of these names in `details.person`. */
  people?: readonly string[] | undefined
  /** ISO 8601 UTC with milliseconds, inclusive. */
  from?: string | undefined
  /** ISO 8601 UTC with milliseconds, exclusive. */
  to?: string | undefined
}

export interface AuditPage {
  /** The latest first. A page may be short, even empty, where a search has looked at a thousand in vain. */
  items: AuditEntry[]
  nextCursor?: string | undefined
}

/** A fault is what somebody did to the trail itself. */
export interface AuditFault {
  kind: 'altered' | 'removed' | 'added'
  /** The first entry that was; of several that are missing, the first. */
  sequence: number
  /** It says in a sentence what is wrong. */
  message: string
}

export interface AuditVerdict {
  /** The number of entries that were looked at. */
  entries: number
  /** The first and the last of them; 0 while there is none. */
  first: number
  last: number
  /** The hash of the last: kept elsewhere, it proves later that nothing before it was changed. */
  hash: string
  /** Absent when the trail is whole. */
  fault?: AuditFault | undefined
  /** The next call goes on from here; absent when all was looked at, or a fault was found. */
  nextCursor?: string | undefined
}

/** The trail is append-only and hash-chained, tenant by tenant. */
export interface AuditTrail extends AsyncDisposable {
  /**
   * Resolves once the entry is durable.
   * @throws {StorageError} it may be durable all the same
   */
  append(tenantId: string, audited: Audited): Promise<AuditEntry>
  /**
   * Notes what happens often, such as reads: it is durable within seconds, and several may share an entry.
   * Those are alike in everything but the numbers among their details, which are summed.
   */
  note(tenantId: string, audited: Audited): void
  /**
   * Resolves once there is room for what is noted next.
   * @throws {StorageError} while what was noted cannot be written
   */
  room(): Promise<void>
  /** Makes durable what was noted and is due. Where a process may stop unasked, after each request. */
  settle(): Promise<void>
  /** @throws {AppError} `invalid_cursor` */
  list(
    tenantId: string,
    page: { limit: number; cursor?: string | undefined },
    filter?: AuditFilter,
  ): Promise<AuditPage>
  /**
   * Looks at entries in their order, and names the first that was altered, removed or added by another
   * hand. A call looks at some ten thousand at most.
   * @throws {AppError} `invalid_cursor`
   */
  verify(tenantId: string, page?: { cursor?: string | undefined }): Promise<AuditVerdict>
  /** Brings entries into the lake that a process which died, or had no lake, left behind. */
  catchUp(tenantId: string): Promise<void>
  /** Removes entries from before a time; what stays is verified as before. */
  forget(tenantId: string, before: Date): Promise<{ removed: number }>
}
