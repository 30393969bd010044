/** A place in the store of blobs. */
export interface BlobEntry {
  key: string
  bytes: number
  /** ISO 8601 UTC. */
  storedAt: string
}

/**
 * Bytes by key, for what is too large for a row or must not depend on the stores: bodies, requests
 * that the hot store could not take, failed batches. Keys are `/`-separated; every method throws
 * `StorageError`.
 */
export interface BlobStore {
  /** Resolves once durable. The same key again replaces what it held. */
  put(key: string, bytes: Uint8Array): Promise<void>
  /** @returns undefined when there is none */
  get(key: string): Promise<Uint8Array | undefined>
  /** By key, in the order of their UTF-8 bytes. @param limit 1–1000 */
  list(prefix: string, limit: number, after?: string): Promise<BlobEntry[]>
  /** Forgets it; one that is not there is no error. */
  delete(key: string): Promise<void>
}
