import type { EventRecord } from '../../../event/record'
import type { Position } from './generation'

// What a follower that keeps up asks for: a tenth of a second at the fastest. About 30 MB.
const KEPT = 8192

/** The newest records as they were stored, so that a follower that keeps up need not decode them. */
export interface RecentRecords {
  add(position: Position, records: readonly EventRecord[]): void
  /** @returns undefined when they are no longer here */
  get(position: Position, count: number): readonly EventRecord[] | undefined
}

export function createRecentRecords(): RecentRecords {
  let commits: { position: Position; records: readonly EventRecord[] }[] = []
  let held = 0
  return {
    add(position, records) {
      commits.push({ position, records })
      held += records.length
      let gone = 0
      while (held > KEPT) held -= commits[gone++]!.records.length
      if (gone > 0) commits = commits.slice(gone)
    },

    get(position, count) {
      const commit = commits.findLast((one) => one.position <= position)
      if (!commit) return undefined
      const from = position - commit.position
      if (from + count > commit.records.length) return undefined
      return commit.records.slice(from, from + count)
    },
  }
}
