import type { EventFilter } from '../event/filter'
import type { EventRecord } from '../event/record'
import type { Erased, Erasure } from './erasure'

/**
 * The outcome says what became of one record. All five are answers; a store that cannot answer
 * throws.
 */
export type AppendOutcome =
  | { kind: 'stored' }
  | { kind: 'duplicate' } // same id, same content
  | { kind: 'conflict' } // same id, other content: the first stands
  | { kind: 'throttled' } // busy; the caller may try again
  | { kind: 'withheld' } // not stored, because another record of a whole call is in conflict

/**
 * A whole call has at most so many records: one commit of the log on one machine.
 */
export const MAX_WHOLE = 2048

/**
 * A page holds so many bytes when no fewer are asked for. A thousand events of 1.5 KB are 1.5 MB,
 * so that a reader of usual events never meets the limit; of the largest events it is one.
 */
export const PAGE_BYTES = 4 * 1024 * 1024

export interface PageRequest {
  /** 1–1000. */
  limit: number
  /** The cursor comes from an earlier page of the same query. */
  cursor?: string | undefined
  /**
   * A page ends before the item with which it would hold more than this, though never without an
   * item; `PAGE_BYTES` when left out. It counts `raw` as UTF-8, unless `sizeOf` counts otherwise.
   */
  maxBytes?: number | undefined
}

export interface EventPageRequest extends PageRequest {
  /**
   * Tells what a record counts against `maxBytes`, where it is answered in another form than `raw`.
   */
  sizeOf?: ((record: EventRecord) => number) | undefined
}

/** Queries can be asked in either order, and for a cursor at each of their items. */
export interface QueryPageRequest extends EventPageRequest {
  /** Newest `eventTime` first (`desc`) when left out; oldest first is the same order backwards. */
  order?: 'asc' | 'desc' | undefined
  /** If true, the page has `cursors`. */
  withCursors?: boolean | undefined
}

export interface QueriedPage extends Page<EventRecord> {
  /** With each item, a cursor after which the next question goes on behind it. */
  cursors?: string[] | undefined
}

/** Arrivals can be narrowed by their source as well, and not by times. */
export type ArrivalFilter = Omit<EventFilter, 'from' | 'to'> & { sourceId?: string | undefined }

export interface ArrivalRequest extends Omit<EventPageRequest, 'cursor'> {
  /** The place comes from the answer before; without it, the answer is the end of the log. */
  after?: string | undefined
  /**
   * If true, an answer without a place begins where what the filter asks by arrival begins
   * (`receivedFrom`), or with the oldest that is held.
   */
  beginsWithin?: boolean | undefined
}

export interface ArrivalPage {
  items: EventRecord[]
  /** The next question goes on after this place. */
  next: string
  /** If true, the page has reached the end of what was stored when it was asked for. */
  isAll: boolean
}

/** A page with a cursor may have fewer than `limit` items, even none: the next one goes on. */
export interface Page<Item> {
  items: Item[]
  /** Absent on the last page. */
  nextCursor?: string | undefined
}

/**
 * The store holds the hot copy of every event, and is the log that everything downstream follows.
 */
export interface EventStore extends AsyncDisposable {
  /**
   * Resolves once every `stored` record is durable. First write wins within a tenant: an id that is
   * held never changes. Content is compared as JSON (order of keys and white space do not count).
   * Outcomes come in the order of the records; records of one call may repeat an id.
   *
   * A `whole` call is stored as one or not at all: when a record is in conflict, none is stored and
   * those beside it are `withheld`; when one is throttled, all are. No reader and no follower ever
   * has a part of it, also after a kill.
   * @throws {StorageError} nothing of this call may be taken as stored; `isRetriable` says whether
   * waiting helps
   * @throws {AppError} `too_large` for a whole call of more than `MAX_WHOLE` records
   */
  append(records: readonly EventRecord[], options?: { whole?: boolean }): Promise<AppendOutcome[]>

  /** @returns undefined when it is not held, has expired, or belongs to another tenant */
  get(tenantId: string, eventId: string): Promise<EventRecord | undefined>

  /**
   * Finds events, newest `eventTime` first; of equal times the later arrival first; or all of that backwards
   * (`order`). A cursor stays valid while others append: what was there when the first page was read is given exactly once. A
   * page is short where its bytes are full, and where a search has looked at thousands of records
   * in vain.
   * @throws {AppError} `invalid_cursor` when the cursor was altered or belongs to another query
   */
  query(tenantId: string, filter: EventFilter, page: QueryPageRequest): Promise<QueriedPage>

  /**
   * Finds events, the latest arrival first: in the order in which they were stored, backwards, with
   * what was stored before the call. On AWS, where the table knows no such order, pages go by
   * `eventTime` as those of `query` do, and the events of each stand in the order of `receivedAt`.
   * Cursors and short pages are as with `query`.
   * @throws {AppError} as `query` does
   */
  latest(tenantId: string, filter: EventFilter, page: EventPageRequest): Promise<Page<EventRecord>>

  /**
   * Reads events in the order in which they were stored: each that is stored after a place is given
   * once by the answers that follow it, also when its own time is long past. Absent where the store
   * has no such order (on AWS).
   * @throws {AppError} `invalid_cursor` when the place was altered, or is another tenant's
   */
  arrivals?(tenantId: string, filter: ArrivalFilter, request: ArrivalRequest): Promise<ArrivalPage>

  /** Drops hot copies whose time has passed and that every follower of the change feed has had. */
  expire(now: Date): Promise<{ dropped: number }>

  /**
   * Erases every record of these people that was stored before the call: its `actorId` is one of
   * `actorIds`, or its `raw` holds one of them as a whole JSON string, value or name, however escaped.
   * Another person's event that names them goes, too; one that names them only within a longer text
   * stays.
   *
   * Once it resolves without a cursor, neither `get` nor `query` nor the change feed gives such a
   * record out; a consumer may finish what it had in hand. On one machine its text is in no file of
   * the store either, the write-ahead log included, except in those of `damaged/`, which cannot be
   * read. All other records stay as they are and where they are, and appending, reading and
   * following go on.
   *
   * An erased id is forgotten with its event: sent again, it is stored anew. A caller that must not
   * have it back remembers the ids that `leaving` is told.
   * @throws {StorageError} a part may be erased; a call with the same ids does the rest
   */
  erase(tenantId: string, erasure: EventErasure): Promise<EventsErased>
}

export interface EventErasure extends Erasure {
  /**
   * Is told the ids of events, some at a time, before they go; they go once it resolves. After a
   * failure it may be told some again. A dry run tells them as well.
   */
  leaving?(eventIds: readonly string[]): Promise<void>
  /** The cursor comes from an earlier call with the same `actorIds`. */
  cursor?: string | undefined
}

export interface EventsErased extends Erased {
  /**
   * The next call goes on from this cursor; absent when all is done. One machine does all in one
   * call; on AWS a call ends after a gigabyte of the table, so that a function of limited time can
   * do it.
   */
  nextCursor?: string | undefined
}
