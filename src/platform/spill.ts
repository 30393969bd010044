import type { BlobStore } from './blob-store'

/** The spill keeps requests that the hot store cannot take, until they are read again. */
export interface Spill extends BlobStore {
  /**
   * Stores a request.
   * @param untried so many of its items were not offered to the hot store, since it was busy a moment
   * ago: whoever counts what the hot store is offered has not met them
   */
  put(key: string, bytes: Uint8Array, untried?: number): Promise<void>
}
