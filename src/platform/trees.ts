import type { RetentionClass } from '../event/record'
import type { ChangeBatch } from './change-feed'
import type { Page } from './event-store'

/** The tree of an hour (`merkle/proof.ts` says what it is), by its size and its root. */
export interface KeptHead {
  /** `2026-11-30T02`, UTC. */
  hour: string
  treeSize: number
  /** 32 bytes. */
  root: Uint8Array
  /** If true, it grows no more. */
  isClosed: boolean
}

/** A leaf as it is kept. */
export interface KeptLeaf {
  index: number
  /** Absent once the event was erased, or has expired. */
  eventId: string | undefined
  /** 32 bytes: SHA-256(0x00 ‖ salt ‖ digest). */
  hash: Uint8Array
  /** 16 bytes; forgotten with the id. */
  salt: Uint8Array | undefined
  /**
   * `sent`: its digest is that of the item as it was sent. `kept`: of `raw` as it is kept, where that is
   * another text; it follows the other one.
   */
  of: 'sent' | 'kept'
  retentionClass: RetentionClass
  /** Its sender asked that it is kept for so many days. */
  retentionDays?: number | undefined
}

/** A leaf that was found by the id of its event. */
export interface FoundLeaf extends KeptLeaf {
  hour: string
}

/**
 * Keeps a tree for each tenant and hour. A tree is append-only: a leaf stays where it is for as long as
 * its hour is kept, also when its event is erased. Hours are given as `2026-11-30T02`, and compare as text.
 */
export interface Trees {
  /**
   * Adds leaves for the records of a batch, durably, in their order; the same batch again adds nothing. A
   * record belongs to the hour in which it was stored; when that is closed, to the first after the closed
   * ones.
   * @throws {StorageError} nothing of it may be taken as added
   */
  add(batch: ChangeBatch): Promise<void>

  /** Lists the trees of a tenant, newest hour first. */
  heads(
    tenantId: string,
    page: { limit: number; cursor?: string | undefined; from?: string; until?: string },
  ): Promise<Page<KeptHead>>

  /** @returns undefined when the hour has no tree, or is kept no longer */
  head(tenantId: string, hour: string): Promise<KeptHead | undefined>

  /**
   * Finds the leaves of events, of many at once, for a search looks at all of an hour: for each event those
   * of the first hour that has any, from an hour on and before another, its `sent` one before its `kept` one.
   * @returns by the id; nothing for an event that has no leaf
   */
  find(
    tenantId: string,
    eventIds: readonly string[],
    from: string,
    until?: string,
  ): Promise<ReadonlyMap<string, readonly FoundLeaf[]>>

  /** Gives leaves in their order, some hundred at a time. */
  leaves(
    tenantId: string,
    hour: string,
    range?: { from?: number; to?: number },
  ): AsyncIterable<readonly KeptLeaf[]>

  /** Reads a tile (`merkle/tree.ts`): what it holds of a tree may grow, and never changes. */
  tile(tenantId: string, hour: string, level: number, at: number): Promise<Uint8Array | undefined>

  /** Lists trees that still grow though their hour is before this one, oldest hour first. */
  closable(before: string): Promise<{ tenantId: string; hour: string }[]>

  /**
   * Closes a tree, and those of its tenant's hours before it that still grow: they take no more leaves. The
   * caller knows that all which was stored in them has been added. Again, it answers the same.
   * @returns undefined when there is no such tree
   */
  close(tenantId: string, hour: string): Promise<KeptHead | undefined>

  /**
   * Forgets the ids and salts of these events; hashes stay. It counts the leaves. The store of events has
   * erased them before: a batch that is in hand is waited for, and later ones do not have them any more.
   */
  erase(tenantId: string, eventIds: readonly string[]): Promise<{ removed: number }>

  /**
   * Forgets what has lived its time: ids and salts of events whose days have passed, by their class or
   * as their sender asked, and all but size and root of an hour of which no event is left.
   * @param keptDays how many days the lake keeps each class for this tenant
   */
  expire(
    tenantId: string,
    now: Date,
    keptDays: Readonly<Record<RetentionClass, number>>,
  ): Promise<{ removed: number }>
}
