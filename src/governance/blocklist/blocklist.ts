/** A sender is blocked by these facts of what it sends; all that a rule names must hold. */
export interface BlockFacts {
  tenantId: string
  /** The source of its key. */
  sourceId: string
  /** The client calls its source so (`source` of a frame, `edApp`), where it says one. */
  source?: string | undefined
  /** The part of the person's address of e-mail after the `@`, where one is sent. */
  domain?: string | undefined
  /** The address that it sends from. */
  ip?: string | undefined
}

/** A client waits for so many minutes or days of its own choice, for ever, or for so many milliseconds. */
export type TimeLimit = 'MINUTES' | 'DAYS' | 'PERMANENT' | number

/** `MAINTAIN` keeps in quarantine what arrives all the same; `DROP` counts it and keeps nothing. */
export interface Blocked {
  action: 'MAINTAIN' | 'DROP'
  timeLimit: TimeLimit
  /** The name of the rule of the tenant's policy. */
  rule: string
  /** The sender is told so. */
  message: string
}

/** Tells who may not send now, by the policy of its tenant (`Policy.blocklist`). */
export interface Blocklist {
  /**
   * @returns undefined for who may send
   * @throws {StorageError} when it cannot be told
   */
  verdict(facts: BlockFacts): Promise<Blocked | undefined>
}
