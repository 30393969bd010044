/** An entry describes a blob without its bytes. */
export interface BlobEntry {
  key: string
  bytes: number
  /** The blob was put at this time, ISO 8601 UTC. */
  storedAt: string
}

/**
 * A key takes at most so many bytes of UTF-8: as many as S3 takes ("Creating object key names").
 */
export const MAX_BLOB_KEY_BYTES = 1024

/**
 * A blob store holds bytes by key: what is too large for a row or must not depend on the stores,
 * such as bodies, requests that the hot store could not take, failed batches.
 *
 * A key is one to `MAX_BLOB_KEY_BYTES` bytes of UTF-8 without control characters, and none of its
 * parts, which `/` separates, is `.` or `..`, which S3 does not take everywhere. Two keys are told
 * apart also where only case or normal form differ. Many blobs are best spread over prefixes that
 * end at a slash (`attachments/4f/4f1c…`): one machine has a folder for each.
 *
 * Every method throws `StorageError`, where `isRetriable` says whether waiting helps; for a key
 * that breaks these rules it does not.
 */
export interface BlobStore {
  /**
   * Resolves once durable. The same key again replaces what it held, at once: a reader meanwhile
   * gets the one or the other, whole. Of several at once one stays, whole. May be repeated after
   * any error.
   */
  put(key: string, bytes: Uint8Array): Promise<void>
  /** Reads a blob. @returns undefined when there is none */
  get(key: string): Promise<Uint8Array | undefined>
  /**
   * Lists blobs by key, in the order of the keys' UTF-8 bytes; gives fewer than `limit` only when
   * there are no more. A blob put or deleted meanwhile may be missing or not; all the rest is
   * there.
   * @param prefix any text, also none; it need not end at a slash
   * @param limit 1–1000
   * @param after the key that the list before ended with, or any text
   */
  list(prefix: string, limit: number, after?: string): Promise<BlobEntry[]>
  /** Deletes the blob, and resolves once that is durable; one that is not there is no error. */
  delete(key: string): Promise<void>
}
