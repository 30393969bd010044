import type { Issue } from '../error/issue'

/** A rule of a policy withheld so many items. */
export interface Withheld {
  /** The rule by name; a name of ours for what needs no rule, such as `under13` or `erased`. */
  rule: string
  count: number
}

/** A sender is blocked by its tenant (the policy's `blocklist`), with so many of the items. */
export interface ReceiptBlocked {
  /** `MAINTAIN`: they are in quarantine. `DROP`: they are among `withheld`. */
  action: 'MAINTAIN' | 'DROP'
  timeLimit: 'MINUTES' | 'DAYS' | 'PERMANENT' | number
  rule: string
  message: string
  count: number
}

/** The receipt answers a sender, once everything named here is durable. */
export interface Receipt {
  requestId: string
  eventCount: number
  /** These events are stored now, in the order sent, duplicates included. */
  eventIds: string[]
  entityCount: number
  /** These are the entities' own ids, in the order sent. */
  entityIds: string[]
  /** So many of the events and entities were stored before. */
  duplicates: number
  /** The list has the first hundred of them. */
  quarantined: { index: number; id?: string; quarantineId: string; errors: Issue[] }[]
  /**
   * The count is of all of them; it is present when they are more than `quarantined` names, with
   * the address where the others can be seen.
   */
  quarantinedCount?: number
  quarantinedLink?: string
  /**
   * So many items wait until the stores have room for them; then nothing is named above but the ids
   * of statements, of which nothing is known yet. Each will
   * be an event, an entity or in quarantine, and need not be sent again.
   */
  acceptedForLater?: number
  /**
   * So many items the tenant's policy does not let us keep, by the rule that forbids it. They are not in
   * the lists above, and need not be sent again. The rule `unreadable` alone counts what is in quarantine:
   * its reasons, without its text.
   */
  withheld?: Withheld[]
  /** Its sender is blocked, be it with some of the items alone; of several ways, the one that keeps them, and longest. */
  blocked?: ReceiptBlocked
  /** The events stood in this wrapper, which was taken off; it carried so many bodies. */
  unwrapped?: { wrapper: string; bodies: number; requestId?: string | undefined }
  /** Milliseconds since 1970, where a sender wants the time of the answer. */
  timestamp?: number
  /** The sender should know this of its body, which was taken all the same: what was guessed of it. */
  warnings?: Issue[]
}
