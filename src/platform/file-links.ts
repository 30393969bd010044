/**
 * Files that are given out by an address of the platform's own. A file is put together of blobs, a few at a
 * time, so that who does it may stop and go on.
 */
export interface FileLinks {
  /**
   * Puts the next blobs behind those that are there.
   * @param state what the call before gave; left out, the file begins
   * @param parts keys of blobs, in the order of the file; all of them at every call
   * @returns what to go on with; `done` where the file is there, whole
   * @throws {StorageError} the same call may be repeated
   */
  assemble(file: LinkedFile, parts: readonly string[], state?: unknown): Promise<Assembling>
  /** Leaves off, so that nothing stays behind of a file that is not whole. */
  abandon(file: LinkedFile, state: unknown): Promise<void>
  /** Writes an address that needs no key, good until then. @param seconds from now on */
  link(file: LinkedFile, seconds: number): Promise<string>
}

export interface LinkedFile {
  /** It is stored under this, as a blob is. */
  key: string
  /** Whoever fetches it saves it under this name. */
  name: string
  contentType: string
}

export interface Assembling {
  state: unknown
  done: boolean
}
