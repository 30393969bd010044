import type { EventRecord } from '../event/record'

/**
 * A span is a stretch of the feed between marks that the platform gave; without an end it goes on.
 */
export interface Span {
  from: string
  until?: string | undefined
}

/** A batch holds records that were stored, in the order of the feed. */
export interface ChangeBatch {
  /** A handler that fails is given the same records again under the same id. */
  readonly id: string
  /**
   * Counts what was stored; of these, `records` leaves out what was erased since, or is damaged.
   */
  readonly count: number
  /**
   * Decodes the records on first use: a handler that needs none pays nothing for them. Records that
   * were erased, or are damaged on the disk and cannot be read any more, are not among them.
   */
  records(): readonly EventRecord[]
  /**
   * Lists the places of `records()` in the feed, each greater than that of the record before it and the
   * same whenever it comes. Absent on AWS, whose feed has no order.
   */
  positions?(): readonly number[]
  /**
   * Tells whether the record at this place in `records()` was stored within a span. The answer is
   * exact on one machine; on AWS, what was stored within a minute of either end is within it, too.
   */
  isWithin(place: number, span: Span): boolean
  /**
   * Tells when the record at this place in `records()` was stored, ms since 1970, by the clock of the
   * server; on AWS to the second.
   */
  storedAt(place: number): number
}

export interface Consumer {
  /** Names the durable cursor; never reuse a name for something else. */
  name: string
  /** A batch is cut once it holds this many; it may hold the rest of a commit more. */
  maxRecords: number
  /** A batch is also cut once it holds so many bytes; a single commit or record may be larger. */
  maxBytes: number
  /** A batch that is not full waits this long for more, in milliseconds; asked for each batch. */
  readonly maxWaitMs: number
  /**
   * An exact consumer is given the same batch again also after the process died. That costs two
   * durable writes a batch, where the cursor is otherwise saved about once a second.
   */
  isExact?: boolean
  /** If true, a server that stops first gives it everything that is stored by then. */
  drainsAtStop?: boolean
  /**
   * Makes durable what was handled. A consumer that has it may keep its work in memory: its cursor is saved
   * every ten seconds, at a drain and at a stop, after this. Whenever it or `handle` throws, the follower goes
   * back to the cursor that was saved last. The stream on AWS does not ask.
   */
  settle?(): Promise<void>
  /** Handles a batch. Must be idempotent by `batch.id`: it is called again until it resolves. */
  handle(batch: ChangeBatch): Promise<void>
}

/** A follower is a consumer at work. Disposing stops it after the batch in hand. */
export interface Follower extends AsyncDisposable {
  /**
   * Resolves when everything stored before the call has been handled, without waiting `maxWaitMs`.
   * @throws what the handler threw; the batch is tried again all the same
   */
  drain(): Promise<void>
  /** Tells how many records wait, and for how long the oldest has, in milliseconds. */
  lag(): { records: number; ageMs: number }
}

/**
 * Delivers every stored record to every named consumer, at least once. On one machine records come
 * in the order in which they were stored; on AWS that order holds for one event id, which is stored
 * once.
 */
export interface ChangeFeed {
  /**
   * Starts at the consumer's cursor; a new consumer starts with the oldest record still held.
   * A handler that throws is called again with the same batch, with growing pauses.
   */
  follow(consumer: Consumer): Follower
  /** Tells the largest lag of any follower, for `/ready`. */
  lag(): { consumer?: string; records: number; ageMs: number }
  /** Tells the lag of each follower, in no promised order. */
  lags(): { consumer: string; records: number; ageMs: number }[]
}
