import type { Issue } from '../error/issue'

/** The answer to a sender, once everything named here is durable. */
export interface Receipt {
  requestId: string
  eventCount: number
  /** Every event now held, in the order sent, duplicates included. */
  eventIds: string[]
  entityCount: number
  /** The entities' own ids, in the order sent. */
  entityIds: string[]
  /** How many of the events and entities were held already. */
  duplicates: number
  /** The first hundred of them. */
  quarantined: { index: number; id?: string; quarantineId: string; errors: Issue[] }[]
  /** All of them, when they are more than `quarantined` names, and where the others can be seen. */
  quarantinedCount?: number
  quarantinedLink?: string
  /**
   * With nothing named above: how many items wait until the stores have room for them. Each will
   * be an event, an entity or in quarantine, and need not be sent again.
   */
  acceptedForLater?: number
}
