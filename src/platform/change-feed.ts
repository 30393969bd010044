import type { EventRecord } from '../event/record'

/** A stretch of the feed, by marks that the platform gave; without an end, all that is still to come. */
export interface Span {
  from: string
  until?: string | undefined
}

/** Records that were stored, in the order of the feed. */
export interface ChangeBatch {
  /** A handler that fails is given the same records again under the same id. */
  readonly id: string
  /** How many were stored; of these, `records` leaves out what was erased since, or is damaged. */
  readonly count: number
  /**
   * Decoded on first use: a handler that needs no records pays nothing for them. What was erased, and
   * what is damaged on the disk and cannot be read any more, is not among them.
   */
  records(): readonly EventRecord[]
  /**
   * Tells whether the record at this place in `records()` was stored within a span. Exact on one machine; on
   * AWS, what was stored within a minute of either end is within it, too.
   */
  isWithin(place: number, span: Span): boolean
}

export interface Consumer {
  /** Names the durable cursor; never reuse a name for something else. */
  name: string
  /** A batch is cut once it holds this many; it may hold the rest of a commit more. */
  maxRecords: number
  /** A batch is also cut once it holds so many bytes; a single commit or record may be larger. */
  maxBytes: number
  /** A batch that is not full waits this long for more, in milliseconds. */
  maxWaitMs: number
  /**
   * Whether the same batch comes again after the process died as well. Costs two durable writes a
   * batch, where the cursor is otherwise saved about once a second.
   */
  isExact?: boolean
  /** Whether a server that stops gives it everything first that is stored by then. */
  drainsAtStop?: boolean
  /** Must be idempotent by `batch.id`: it is called again until it resolves. */
  handle(batch: ChangeBatch): Promise<void>
}

/** A consumer at work. Disposing stops it after the batch in hand. */
export interface Follower extends AsyncDisposable {
  /**
   * Resolves when everything stored before the call has been handled, without waiting `maxWaitMs`.
   * @throws what the handler threw; the batch is tried again all the same
   */
  drain(): Promise<void>
  /** How many records wait, and for how long the oldest has, in milliseconds. */
  lag(): { records: number; ageMs: number }
}

/**
 * Delivers every stored record to every named consumer, at least once. On one machine in the order in
 * which they were stored; on AWS that order holds for one event id, which is stored once.
 */
export interface ChangeFeed {
  /**
   * Starts at the consumer's cursor; a new consumer starts with the oldest record still held.
   * A handler that throws is called again with the same batch, with growing pauses.
   */
  follow(consumer: Consumer): Follower
  /** The largest lag of any follower, for `/ready`. */
  lag(): { consumer?: string; records: number; ageMs: number }
}
