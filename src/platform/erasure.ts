/** Whose data is to go. Every port that holds copies is asked the same question, tenant by tenant. */
export interface Erasure {
  /**
   * Ids of people as they stand in what was sent, compared character by character: no pattern, no
   * prefix, no other spelling of the same id. An empty one is nobody's.
   */
  actorIds: readonly string[]
}

export interface Erased {
  /** How many copies this call removed. A repeat finds none of them: it removes 0. */
  removed: number
}
