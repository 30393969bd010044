/**
 * An erasure names people. Every port that holds copies is asked to erase them, tenant by tenant.
 */
export interface Erasure {
  /**
   * The ids stand as they do in what was sent, compared character by character: no pattern, no
   * prefix, no other spelling of the same id. An empty id matches no one.
   */
  actorIds: readonly string[]
}

export interface Erased {
  /** Counts the copies that this call removed. A repeat finds none of them: it removes 0. */
  removed: number
}
