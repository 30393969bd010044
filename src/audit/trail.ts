/** An entry says who did what to data of people, or to what protects them. */
export interface AuditEntry {
  /** Counts the entries of a tenant from 1. */
  sequence: number
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

/** The trail is append-only and hash-chained, tenant by tenant. */
export interface AuditTrail {
  /** Resolves once the entry is durable. */
  append(tenantId: string, audited: Audited): Promise<AuditEntry>
  /** Notes what happens often, such as reads: it is durable within seconds, and several may share an entry. */
  note(tenantId: string, audited: Audited): void
}
