import type { Issue } from '../error/issue'
import type { Repair, ServerFacts, StandardName } from '../event/record'
import type { Erased, Erasure } from './erasure'
import type { Page, PageRequest } from './event-store'

export const quarantineScopes = ['item', 'body'] as const

/** Something that arrived and could not be kept as an event, with every reason. */
export interface QuarantinedItem {
  quarantineId: string
  tenantId: string
  sourceId: string
  standard: StandardName
  /** `item`: one of a batch. `body`: a whole request that could not be read. */
  scope: (typeof quarantineScopes)[number]
  /** Place within the request; 0 for a body. */
  index: number
  /** The item's own id, when it has one. */
  id?: string | undefined
  errors: Issue[]
  receivedAt: string
  server: ServerFacts
  /** What an item needs beside itself to be read again: e.g. the envelope's version and sendTime. */
  context: Record<string, string>
  /** As received, text. */
  raw: string
  /** Of what came out of a body that was repaired: `raw` is what the repair made of it. */
  repair?: Repair | undefined
  /** The last attempt to replay it that failed, and why. */
  lastReplay?: { at: string; errors: Issue[] } | undefined
}

/** All conditions must hold. Times are of arrival: `from` inclusive, `to` exclusive. */
export interface QuarantineFilter {
  sourceId?: string | undefined
  /** Any of these, and no others. */
  sourceIds?: readonly string[] | undefined
  standard?: StandardName | undefined
  /** Of any of the reasons. */
  code?: string | undefined
  scope?: QuarantinedItem['scope'] | undefined
  from?: string | undefined
  to?: string | undefined
}

/** An item without its text, which may have megabytes. */
export type QuarantinedSummary = Omit<QuarantinedItem, 'raw'> & {
  /** Of `raw`, in UTF-16 code units. */
  length: number
}

export interface QuarantinePage extends PageRequest {
  /** By arrival. Default: `newest` first. */
  order?: 'newest' | 'oldest' | undefined
}

/** How much one source may have in quarantine. */
export interface QuarantineLimits {
  maxItems: number
  /** Of what is kept, reasons and all. */
  maxBytes: number
}

export interface QuarantineUsage {
  sourceId: string
  items: number
  bytes: number
}

/** Where nothing is thrown away. */
export interface QuarantineStore {
  /**
   * Resolves once every item is durable. Putting an id that is held changes nothing, and takes no
   * room.
   * @throws {AppError} `quarantine_full` when a source would have more than `limits`; then nothing of
   * this call is kept, and nothing that was held before is lost
   */
  put(items: readonly QuarantinedItem[], limits?: QuarantineLimits): Promise<void>
  get(tenantId: string, quarantineId: string): Promise<QuarantinedItem | undefined>
  /**
   * A cursor stays valid while others put and release. A page is short where its bytes are full
   * (counted as the items are kept, reasons and all), and where a search has looked at thousands in
   * vain.
   * @throws {AppError} `invalid_cursor` when it was altered or belongs to another query
   */
  list(
    tenantId: string,
    page: QuarantinePage,
    filter?: QuarantineFilter,
  ): Promise<Page<QuarantinedItem>>
  /** The same, without reading any text. A cursor of either is good for both. */
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
   * Forgets an item that was replayed or given up and, in the same breath, keeps what became of it:
   * it is held until all of that is. (Of dozens, a process that dies may leave some beside it.)
   * @returns false when it is not held; then nothing is kept either
   * @throws {AppError} as `put`; then the item is still held
   */
  release(
    tenantId: string,
    quarantineId: string,
    successors?: readonly QuarantinedItem[],
    limits?: QuarantineLimits,
  ): Promise<boolean>
  /** Of every source that has something here, or of one; by source. */
  usage(tenantId: string, sourceId?: string): Promise<QuarantineUsage[]>
  /** How many sources, of all tenants, have used this share (0 to 1) of either limit. */
  countCrowded(limits: QuarantineLimits, share: number): Promise<number>
  /**
   * Forgets every item put before the call whose `raw` holds one of `actorIds` as a whole JSON string,
   * value or name, however escaped. Where `raw` cannot be parsed, as of a body may be, whatever stands
   * between two quotes is taken for such a string. What holds an id only as a number or within a longer
   * text stays. A body goes whole, with whatever others sent in it.
   *
   * Nothing that is asked afterwards gives such an item out, its source has its room back, and on one
   * machine its text is in no file of the store, the write-ahead log included; on AWS what may be left
   * of a large one is unreadable, since its key is gone.
   * @throws {StorageError} some may be forgotten; a call with the same ids does the rest
   */
  erase(tenantId: string, erasure: Erasure): Promise<Erased>
}
