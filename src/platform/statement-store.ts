import type { Finder, Fragment, StatementEntry } from '../event/statement'
import type { Erased, Erasure } from './erasure'

/** A held statement, whole. */
export interface HeldStatement {
  statementId: string
  /** ISO 8601 UTC with milliseconds. */
  stored: string
  /** The text of the statement, as `StatementEntry.json` was. */
  json: string
  isVoided: boolean
}

/** All conditions must hold. A statement matches also by what it refers to (`StatementStore.query`). */
export interface StatementQuery {
  finders: readonly Finder[]
  /** Only statements stored after this time, exclusive; ISO 8601 UTC with milliseconds. */
  since?: string | undefined
  /** Only statements stored by this time, inclusive; ISO 8601 UTC with milliseconds. */
  until?: string | undefined
  /** Oldest first; newest first when false. */
  ascending: boolean
}

export interface StatementPageRequest {
  /** 1–1000. */
  limit: number
  /** A page ends before the statement with which its `json` would be larger, never without one. */
  maxBytes: number
  /** The cursor comes from an earlier page of the same query. */
  cursor?: string | undefined
}

export interface StatementPage {
  /** A page with a cursor may have fewer than `limit`, even none: the next one goes on. */
  statements: HeldStatement[]
  nextCursor?: string | undefined
  /**
   * Every statement of the tenant stored before this time can be found, ISO 8601 UTC with
   * milliseconds; it is at or after `stored` of everything in the page (Communication, 2.1.3,
   * X-Experience-API-Consistent-Through).
   */
  consistentThrough: string
}

/** Statements are being stored, which readers are told of until it has ended. */
export interface Writing {
  /**
   * Ends it, once what was written can be found or will not come. Never throws.
   * @param outcome `unknown` when a write has failed: what it stored all the same, if anything, is
   * added by who follows the feed
   */
  end(outcome?: 'unknown'): Promise<void>
}

/**
 * The store finds statements by what they say, for as long as a record store promises: a projection
 * of the event store, which alone says whether a statement is accepted. Statements are ordered by
 * `stored`, and those of one moment by the order in which they were added.
 *
 * Every method throws `StorageError`, where `isRetriable` says whether waiting helps.
 */
export interface StatementStore extends AsyncDisposable {
  /**
   * Is called before statements get their `stored`: until the writing ends, or its process has been
   * dead for some time, `consistentThrough` stays before.
   */
  begin(tenantId: string): Promise<Writing>

  /**
   * Adds statements; one that is held changes nothing, so that both who stores and who follows the
   * feed may add the same. Afterwards they can be found by whatever they or their targets say, and
   * a statement that one of them voids, whichever comes first, is voided; a voiding statement is
   * never voided.
   */
  add(entries: readonly StatementEntry[]): Promise<void>

  /**
   * Tells which of these need not be added any more. Absent where asking costs what adding again
   * does.
   */
  held?(tenantId: string, statementIds: readonly string[]): Promise<ReadonlySet<string>>

  /** @returns undefined when it is not held, has expired, or belongs to another tenant */
  get(tenantId: string, statementId: string): Promise<HeldStatement | undefined>

  /**
   * Finds statements that are not voided. A statement whose object refers to another matches
   * whatever that one matches, over any number of steps, whichever was added first and whether or
   * not a target is voided; `since` and `until` ask for its own time (Communication, 2.1.3, "Filter
   * Conditions for StatementRefs").
   *
   * A cursor stays valid for at least 24 hours and while others add: what was there when the first
   * page was read, and is not voided meanwhile, is given exactly once. A page is short where its
   * bytes are full, and where a search has looked at thousands in vain.
   * @throws {AppError} `invalid_cursor` when it was altered or belongs to another query
   */
  query(tenantId: string, query: StatementQuery, page: StatementPageRequest): Promise<StatementPage>

  /** Tells what `StatementPage` says, for an answer that has no page. */
  consistentThrough(tenantId: string): Promise<string>

  /**
   * Reads everything different that statements said of an activity, oldest first; of more than
   * `MAX_FRAGMENTS` the newest. Nothing is read but that: the number of statements does not matter.
   */
  activity(tenantId: string, activityId: string): Promise<Fragment[]>
  /** Does the same for an agent. */
  agent(tenantId: string, agentKey: string): Promise<Fragment[]>

  /** Drops statements whose time has passed. */
  expire(now: Date): Promise<{ dropped: number }>

  /** Erases every statement that `EventStore.erase` would erase, with what it said of others. */
  erase(tenantId: string, erasure: Erasure): Promise<Erased>
}

/**
 * So many definitions of one activity are remembered. A course is edited some dozen times; a sender
 * that writes the time into a name would make one with each statement.
 */
export const MAX_FRAGMENTS = 32
