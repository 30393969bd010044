import type { IndexName } from './resources'

/**
 * An index profile says which indexes a deployment pays for. Each one written costs what the event
 * itself costs: one write unit, $0.625 a million (DynamoDB on demand, us-east-1). Small as they are
 * (keys only), each is below 1 KB.
 */
export const indexProfiles = {
  /**
   * It costs $0.625 a million in write units: read by id, and over SQL. With one index more it is
   * $1.25.
   */
  lean: [],
  /**
   * It costs $1.875: what pages of events need most. A third index, with its storage, would pass
   * $3.00 in all.
   */
  standard: ['actor', 'time'],
  /** It costs $4.375: every list that the API offers, from an index of its own. */
  full: ['actor', 'object', 'type', 'session', 'group', 'time'],
} as const satisfies Record<string, readonly IndexName[]>

export type IndexProfile = keyof typeof indexProfiles
