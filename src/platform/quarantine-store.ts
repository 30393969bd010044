import type { Issue } from '../error/issue'
import type { Repair, ServerFacts, StandardName } from '../event/record'
import type { Erased, Erasure } from './erasure'
import type { Page, PageRequest } from './event-store'

export const quarantineScopes = ['item', 'body'] as const

/** An item arrived and could not be stored as an event; it has every reason. */
export interface QuarantinedItem {
  quarantineId: string
  tenantId: string
  sourceId: string
  standard: StandardName
  /** An `item` is one of a batch. A `body` is a whole request that could not be read. */
  scope: (typeof quarantineScopes)[number]
  /** The index is its place within the request; 0 for a body. */
  index: number
  /** The item's own id, when it has one. */
  id?: string | undefined
  errors: Issue[]
  receivedAt: string
  server: ServerFacts
  /** The context is needed to read an item again: e.g. the envelope's version and sendTime. */
  context: Record<string, string>
  /**
   * The text is as it was received; where `context.encoding` is `base64`, the bytes are, which were no
   * text: a body in an unknown charset, or an item with bytes in it that are none.
   */
  raw: string
  /**
   * An item that came out of a repaired body has the repair: `raw` is what the repair made of it.
   */
  repair?: Repair | undefined
  /** Notes the last attempt to replay it that failed, and why. */
  lastReplay?: { at: string; errors: Issue[] } | undefined
}

/** All conditions must hold. Times are of arrival: `from` inclusive, `to` exclusive. */
export interface QuarantineFilter {
  sourceId?: string | undefined
  /** The item's source is any of these. */
  sourceIds?: readonly string[] | undefined
  standard?: StandardName | undefined
  /** Any of the item's reasons has this code. */
  code?: string | undefined
  scope?: QuarantinedItem['scope'] | undefined
  from?: string | undefined
  to?: string | undefined
}

/** A summary is an item without its text, which may have megabytes. */
export type QuarantinedSummary = Omit<QuarantinedItem, 'raw'> & {
  /** The length is that of `raw`, in UTF-16 code units. */
  length: number
}

export interface QuarantinePage extends PageRequest {
  /** Items come by arrival. Default: `newest` first. */
  order?: 'newest' | 'oldest' | undefined
}

/** The limits say how much one source may have in quarantine. */
export interface QuarantineLimits {
  maxItems: number
  /** The bytes are those of what is stored, reasons and all. */
  maxBytes: number
}

export interface QuarantineUsage {
  sourceId: string
  items: number
  bytes: number
}

/** The quarantine stores what arrived and is no event, so that nothing is thrown away. */
export interface QuarantineStore {
  /**
   * Resolves once every item is durable. Putting an id that is held changes nothing, and takes no
   * room.
   * @throws {AppError} `quarantine_full` when a source would have more than `limits`; then nothing
   * of this call is stored, and nothing that was held before is lost
   */
  put(items: readonly QuarantinedItem[], limits?: QuarantineLimits): Promise<void>
  get(tenantId: string, quarantineId: string): Promise<QuarantinedItem | undefined>
  /**
   * A cursor stays valid while others put and release. A page is short where its bytes are full
   * (counted as the items are stored, reasons and all), and where a search has looked at thousands
   * in vain.
   * @throws {AppError} `invalid_cursor` when it was altered or belongs to another query
   */
  list(
    tenantId: string,
    page: QuarantinePage,
    filter?: QuarantineFilter,
  ): Promise<Page<QuarantinedItem>>
  /** Lists the same without reading any text. A cursor of either is good for both. */
  summaries(
    tenantId: string,
    page: QuarantinePage,
    filter?: QuarantineFilter,
  ): Promise<Page<QuarantinedSummary>>
  /** Replaces what is said of an item, not the item. @returns false when it is not held */
  amend(
    tenantId: string,
    quarantineId: string,
    said: Pick<QuarantinedItem, 'errors' | 'lastReplay'>,
  ): Promise<boolean>
  /**
   * Deletes an item that was replayed or given up and, at the same time, stores what became of it:
   * the item is held until all of that is. (Of dozens of successors, a process that dies may leave
   * some beside it.)
   * @returns false when it is not held; then nothing is stored either
   * @throws {AppError} as `put`; then the item is still held
   */
  release(
    tenantId: string,
    quarantineId: string,
    successors?: readonly QuarantinedItem[],
    limits?: QuarantineLimits,
  ): Promise<boolean>
  /** Measures every source that has something here, or one; by source. */
  usage(tenantId: string, sourceId?: string): Promise<QuarantineUsage[]>
  /** Counts the sources, of all tenants, that have used this share (0 to 1) of either limit. */
  countCrowded(limits: QuarantineLimits, share: number): Promise<number>
  /**
   * Deletes every item put before the call whose `raw` holds one of `actorIds` as a whole JSON
   * string, value or name, however escaped. Where `raw` cannot be parsed, as that of a body may be,
   * whatever stands between two quotes is taken for such a string. Bytes are decompressed and decoded
   * first, as far as they can be. An item that holds an id only as
   * a number or within a longer text stays. A body goes whole, with whatever others sent in it.
   *
   * No call gives such an item out afterwards, its source has its room back, and on one machine its
   * text is in no file of the store, the write-ahead log included; on AWS what may be left of a
   * large one is unreadable, since its key is gone.
   * @throws {StorageError} some may be deleted; a call with the same ids does the rest
   */
  erase(tenantId: string, erasure: Erasure): Promise<Erased>
}
