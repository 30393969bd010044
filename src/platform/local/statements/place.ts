/** The place of a statement in the order of all. */
export interface Place {
  /** ms since 1970. */
  stored: number
  seq: number
}
