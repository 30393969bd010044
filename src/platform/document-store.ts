import { createHash } from 'node:crypto'
import type { Page, PageRequest } from './event-store'

/**
 * A document's key is a path of one segment or more, each any text at all, also the empty one.
 * Segments are compared whole: `['a/b']` is not `['a', 'b']`, and what is under `['1']` is not
 * under `['10']`. Put first what is removed together, e.g. the learner before the course, and see
 * `deletePrefix`.
 */
export type DocumentKey = readonly string[]

/**
 * A key takes the bytes of its segments in UTF-8, one more for each segment, and one more for each
 * space, `!` and control character. A sort key of DynamoDB has at most as many (developer guide,
 * "Constraints"); the code that makes a key hashes an id that may be longer.
 */
export const MAX_KEY_BYTES = 1024

/** A document has at most 8 MB: more than a request brings (6 MB, `NONIUS_MAX_BODY_BYTES`). */
export const MAX_DOCUMENT_BYTES = 8 * 1024 * 1024

/**
 * Content type and metadata take at most so many bytes as JSON in UTF-8, 2 KB as S3 has it for
 * metadata: a list gives them for every document, and a thousand entries stay below a page's 4 MB.
 */
export const MAX_METADATA_BYTES = 2048

/**
 * `expiresAt` may be 30 days ahead, after which a rule of the bucket deletes large bodies in S3.
 */
export const MAX_LIFETIME_MS = 30 * 24 * 60 * 60 * 1000

/** The content is what a caller puts. It becomes readable whole or not at all. */
export interface DocumentContent {
  bytes: Uint8Array
  /** The type is given out as it was put; it is not interpreted. */
  contentType: string
  /** Lists give these small facts without the bytes; empty when left out. */
  metadata?: Readonly<Record<string, string>> | undefined
  /**
   * From this time on the document is as if it were deleted, ISO 8601 UTC with milliseconds; never
   * when left out. Its bytes go later: within hours on one machine, days on AWS.
   */
  expiresAt?: string | undefined
}

/** An entry describes a document without its bytes. */
export interface DocumentEntry {
  key: DocumentKey
  /** The etag is `etagOf` the bytes. */
  etag: string
  contentType: string
  metadata: Record<string, string>
  /** The size counts the bytes of the document. */
  size: number
  /** It was put at this time, ISO 8601 UTC, by the wall clock of the process that put it. */
  updatedAt: string
  expiresAt?: string | undefined
}

export interface StoredDocument extends DocumentEntry {
  bytes: Uint8Array
}

/** `ifMatch` has an etag, or `*` for any document. `ifNoneMatch` asks that there is none. */
export type PutCondition = { ifMatch: string } | { ifNoneMatch: '*' }

/** One of several documents that are put together. */
export interface DocumentPut {
  key: DocumentKey
  content: DocumentContent
  condition?: PutCondition | undefined
}

/** A mismatch changes nothing. Its `etag` is that of the document that is there, if there is one. */
export type PutOutcome =
  | { kind: 'stored'; etag: string }
  | { kind: 'mismatch'; etag?: string | undefined }

export type DeleteOutcome =
  | { kind: 'deleted' }
  | { kind: 'missing' } // with a condition, too
  | { kind: 'mismatch'; etag: string }

export interface DocumentPage extends PageRequest {
  /** The list has only documents put after this time, ISO 8601 UTC with milliseconds. */
  since?: string | undefined
}

/**
 * Computes the etag of a document: SHA-1 of its bytes, 40 hex digits, as xAPI 1.0.3 asks
 * (Communication, 3.1, Concurrency), so that a caller can tell it beforehand. It tells versions
 * apart and protects nothing.
 */
export function etagOf(bytes: Uint8Array): string {
  return createHash('sha1').update(bytes).digest('hex')
}

/**
 * The store holds small documents that change, by key, each tenant's apart: xAPI state and
 * profiles, reducers' state, jobs, policies. Every call sees all that was answered before it, from
 * any process. Every method throws `StorageError`, where `isRetriable` says whether waiting helps,
 * and `AppError` for what does not fit the limits above: `too_large` for the bytes,
 * `invalid_request` for the rest.
 */
export interface DocumentStore {
  /** @returns undefined when there is none, or it has expired */
  get(tenantId: string, key: DocumentKey): Promise<StoredDocument | undefined>

  /**
   * Resolves once durable. Bytes, content type, metadata and expiry are replaced together. Of
   * several puts of different bytes with the same condition, exactly one is `stored`; an etag knows
   * nothing but the bytes, so a caller that competes puts something of its own among them.
   *
   * A reply that is lost on the way is asked for again and is `stored`. After a `StorageError` the
   * outcome is unknown: the same put again is `stored`, or a `mismatch` with the etag of the own
   * bytes.
   */
  put(
    tenantId: string,
    key: DocumentKey,
    content: DocumentContent,
    condition?: PutCondition,
  ): Promise<PutOutcome>

  /**
   * Puts several documents of a tenant, each as by `put`: one that does not meet its condition changes
   * nothing, and the others are stored. On one machine they are one durable write. After an error some
   * may be stored. One document stands in it once.
   * @returns what became of each, in their order
   */
  putAll(tenantId: string, puts: readonly DocumentPut[]): Promise<PutOutcome[]>

  /**
   * Deletes a document; of several at once, exactly one is `deleted`.
   * @param condition.ifMatch an etag
   */
  delete(
    tenantId: string,
    key: DocumentKey,
    condition?: { ifMatch: string },
  ): Promise<DeleteOutcome>

  /**
   * Lists the documents under a prefix, itself included; `[]` is all of a tenant. They come by key,
   * segment after segment in the order of UTF-8. A page counts its entries as JSON, and may be
   * short, even empty, where thousands were looked at for `since`. A cursor stays valid while
   * others put and delete: what is there all the while is given exactly once.
   * @throws {AppError} `invalid_cursor` when it was altered or belongs to another question
   */
  list(tenantId: string, prefix: DocumentKey, page: DocumentPage): Promise<Page<DocumentEntry>>

  /**
   * Removes every document under a prefix that is there when it is called, some after others; what is
   * put meanwhile may stay. After an error some are removed, and the same call removes the rest.
   * @returns how many it removed, expired ones that were still held among them
   */
  deletePrefix(tenantId: string, prefix: DocumentKey): Promise<{ removed: number }>
}
