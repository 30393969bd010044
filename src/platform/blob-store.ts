/** A blob without its bytes. */
export interface BlobEntry {
  key: string
  bytes: number
  /** ISO 8601 UTC. */
  storedAt: string
}

/** Bytes that a key takes in UTF-8, at most: as many as S3 takes ("Creating object key names"). */
export const MAX_BLOB_KEY_BYTES = 1024

/**
 * Bytes by key, for what is too large for a row or must not depend on the stores: bodies, requests
 * that the hot store could not take, failed batches.
 *
 * A key is one to `MAX_BLOB_KEY_BYTES` bytes of UTF-8 without control characters, and none of its
 * parts, which `/` separates, is `.` or `..`: what S3 does not take everywhere. Any other is told apart
 * from any other, also where only case or normal form differ. Many blobs are best spread over prefixes
 * that end at a slash (`attachments/4f/4f1c…`): one machine has a folder for each.
 *
 * Every method throws `StorageError`, where `isRetriable` says whether waiting helps; for such a key
 * it does not.
 */
export interface BlobStore {
  /**
   * Resolves once durable. The same key again replaces what it held, at once: who reads meanwhile gets
   * the one or the other, whole. Of several at once one stays, whole. May be repeated after any error.
   */
  put(key: string, bytes: Uint8Array): Promise<void>
  /** @returns undefined when there is none */
  get(key: string): Promise<Uint8Array | undefined>
  /**
   * By key, in the order of their UTF-8 bytes; fewer than `limit` only when there are no more. What is
   * put or deleted meanwhile may be missing or not; all the rest is there.
   * @param prefix any text, also none; it need not end at a slash
   * @param limit 1–1000
   * @param after the key that the list before ended with, or any text
   */
  list(prefix: string, limit: number, after?: string): Promise<BlobEntry[]>
  /** Forgets it, and resolves once that is durable; one that is not there is no error. */
  delete(key: string): Promise<void>
}
