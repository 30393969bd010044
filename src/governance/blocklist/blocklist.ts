import type { Transmission } from '../policy/policy'

/** A sender is blocked by these facts of what it sends; all that a rule names must hold. */
export interface BlockFacts {
  tenantId: string
  /** The source of its key. */
  sourceId: string
  /** The client calls its source so (`source` of a frame, `edApp`), where it says one. */
  source?: string | undefined
  /** The part of the person's address of e-mail after the `@`, where one is sent; several where it is of several. */
  domain?: string | readonly string[] | undefined
  /** The address that it sends from. */
  ip?: string | undefined
}

/** A client waits for so many minutes or days of its own choice, for ever, or for so many milliseconds. */
export type TimeLimit = 'MINUTES' | 'DAYS' | 'PERMANENT' | number

export const timeLimits = ['MINUTES', 'DAYS', 'PERMANENT'] as const

/** Rules of a blocklist name these facts of a sender. */
export const blockNames = ['tenant', 'source', 'domain', 'address'] as const
export type BlockName = (typeof blockNames)[number]

/** Stands for any value that is there at all. */
export const ANY = '*'

/**
 * A rule says one thing or several of the senders that it names: of each, the rule counts that names the most facts, and
 * of those the last.
 */
export interface BlockRule {
  /** Unique among all rules of its policy; it stands in receipts and counts. */
  name: string
  /** All must hold; of the values of one name, any. A rule that names none is for every sender. */
  when: { readonly [Name in BlockName]?: readonly string[] }
  action?: Transmission | undefined
  timeLimit?: TimeLimit | undefined
  message?: string | undefined
}

/** `MAINTAIN` keeps in quarantine what arrives all the same; `DROP` counts it and keeps nothing. */
export interface Blocked {
  action: 'MAINTAIN' | 'DROP'
  /** It is `PERMANENT` of what is dropped. */
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

/** An item that waits because its sender is blocked is refused by this code. */
export const BLOCKED = 'sender_blocked'

// Clients of Learning Observer show these.
export const usualMessages = {
  MAINTAIN: 'You are blocked for now',
  DROP: 'Do not send more messages to me',
} as const
