/**
 * An erasure names people. Every port that holds copies is asked to erase them, tenant by tenant.
 */
export interface Erasure {
  /**
   * The ids stand as they do in what was sent, compared character by character: no pattern, no
   * prefix. An empty id matches no one. Two spellings are one all the same: the domain of a mail
   * address in any case, and an account `HOMEPAGE|NAME` as an object of these two (`event/people.ts`).
   */
  actorIds: readonly string[]
  /** If true, everything is searched and counted as it would be, and nothing is changed. */
  isDryRun?: boolean | undefined
}

export interface Erased {
  /**
   * Counts the copies that this call removed, or would remove. A repeat finds none of them: it removes 0.
   */
  removed: number
  /** Counts what was looked at: records, items, deliveries. */
  looked?: number | undefined
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
