import type { EventRecord } from '../event/record'

/** A record with its place in the feed of its tenant. */
export interface StoredRecord {
  readonly record: EventRecord
  /**
   * Returns the position behind the record: who reads on after it gets what was stored later. It is
   * opaque, good for the tenant of the record alone, and made on first use.
   */
  position(): string
}

export interface LiveRequest {
  /** The position comes from a record, a page or `end`. */
  after: string
  /** 1–1000. */
  limit: number
  /** A page ends before the record with which its `raw` would hold more; never without a record. */
  maxBytes: number
}

export interface LivePage {
  items: StoredRecord[]
  /** The next page goes on after this position. */
  next: string
  /** If true, the page has reached the end of what was stored when it was asked for. */
  isAll: boolean
  /**
   * Says why `next` does not follow on from `after`; such a page is empty. `gone`: what came next is
   * not held any more, and `next` is before the oldest that is. `ahead`: the feed has never been so
   * far (it was restored from an earlier day), and `next` is its end.
   */
  resync?: 'gone' | 'ahead' | undefined
}

/**
 * The feed of stored records as readers follow it: in the order in which they were stored on one
 * machine; on AWS in the order in which the stream of the table brought them, each at least once.
 * What is hidden from readers (`query/hidden.ts`) is in it.
 */
export interface LiveFeed {
  /** Returns the position behind everything that a tenant has stored by now. */
  end(tenantId: string): Promise<string>
  /**
   * Reads what a tenant stored after a position.
   * @throws {AppError} `invalid_cursor` for a position that was altered, or is another tenant's
   */
  read(tenantId: string, request: LiveRequest): Promise<LivePage>
  /**
   * Compares two positions of a tenant. @returns below 0 when `a` stands before `b`, above when after
   * @throws {AppError} `invalid_cursor` as `read` does
   */
  order(tenantId: string, a: string, b: string): number
  /**
   * Calls the listener with what a tenant stores from now on, in the order of the feed, some records
   * at a time and never within the call that stores them; the position that is returned is before
   * the first of them. A listener must not throw. Disposing ends it.
   */
  follow(
    tenantId: string,
    listener: (stored: readonly StoredRecord[]) => void,
  ): Promise<{ from: string } & AsyncDisposable>
}
