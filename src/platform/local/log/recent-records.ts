import type { EventRecord } from '../../../event/record'
import type { Position } from './generation'

// The bytes are a second of heavy traffic, far more than a follower that is not late is behind.
const MAX_BYTES = 16 * 1024 * 1024
// Beside its text a record is some forty short strings, and the engine's objects around them.
const RECORD_BYTES = 2048

/** The newest records are in memory, so that a follower that is not late need not decode them. */
export interface RecentRecords {
  add(position: Position, records: readonly EventRecord[]): void
  /** Finds records. @returns undefined when they are no longer here */
  get(position: Position, count: number): readonly EventRecord[] | undefined
  /**
   * Removes the commits of which some record stands at `position` or one of the `count` from there.
   */
  forget(position: Position, count: number): void
}

interface Commit {
  position: Position
  records: readonly EventRecord[]
  bytes: number
}

export function createRecentRecords(): RecentRecords {
  let commits: Commit[] = []
  let held = 0
  return {
    add(position, records) {
      const bytes = records.reduce((sum, record) => sum + memoryOf(record), 0)
      commits.push({ position, records, bytes })
      held += bytes
      let gone = 0
      while (held > MAX_BYTES) held -= commits[gone++]!.bytes
      if (gone > 0) commits = commits.slice(gone)
    },

    get(position, count) {
      const commit = commits.findLast((one) => one.position <= position)
      if (!commit) return undefined
      const from = position - commit.position
      if (from + count > commit.records.length) return undefined
      return commit.records.slice(from, from + count)
    },

    forget(position, count) {
      const isOther = (one: Commit) =>
        one.position >= position + count || one.position + one.records.length <= position
      commits = commits.filter(isOther)
      held = commits.reduce((sum, { bytes }) => sum + bytes, 0)
    },
  }
}

/** Estimates the bytes of memory that a record takes: a character of text takes one or two. */
export function memoryOf({ raw }: EventRecord): number {
  return raw.length * 2 + RECORD_BYTES
}
