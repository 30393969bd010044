/**
 * An erasure names people. Every port that holds copies is asked to erase them, tenant by tenant.
 */
export interface Erasure {
  /**
   * The ids stand as they do in what was sent, compared character by character: no pattern, no
   * prefix, no other spelling of the same id. An empty id matches no one.
   */
  actorIds: readonly string[]
}

export interface Erased {
  /** Counts the copies that this call removed. A repeat finds none of them: it removes 0. */
  removed: number
  /** The files that were written anew, or are gone, where the copies stand in files. */
  files?: FileChange[] | undefined
}

/** A file of the lake was changed by an erasure. */
export interface FileChange {
  /** Its path within the lake, or its key in the bucket. */
  path: string
  /** SHA-256 of its bytes, 64 hex digits. */
  before: string
  /** Absent when the file is gone. */
  after?: string | undefined
  removed: number
}
