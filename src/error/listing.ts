import { boundedIssue } from './bounded-issues'
import type { Issue } from './issue'

/** An issue of a report says how much it weighs. */
type Weighed = Issue & { severity: 'error' | 'warning' }

// A reader wants no more, and a caller without a key must not make us write books.
export const MAX_LISTED = 1000
// The limit counts JSON: an issue has some 200 bytes, unless its path has long names.
export const LISTED_BYTES = 512 * 1024

/** A listing has the issues of one severity: the first ones in full, all of them by number. */
export interface Listing {
  issues: Weighed[]
  take(issue: Weighed): void
  isCut(): boolean
  /** Counts the issues by code, the most frequent first. */
  counts(): Record<string, number>
}

export function createListing(severity: Weighed['severity']): Listing {
  const issues: Weighed[] = []
  const byCode = new Map<string, number>()
  let bytes = 0
  let isCut = false

  function list(issue: Weighed) {
    const bounded = boundedIssue(issue)
    bytes += Buffer.byteLength(JSON.stringify(bounded))
    isCut = issues.length === MAX_LISTED || bytes > LISTED_BYTES
    if (!isCut) issues.push(bounded)
    else {
      const message = `More than ${issues.length}; the rest is not listed`
      issues.push({ path: [], message, code: 'too_many', severity })
    }
  }

  return {
    issues,
    take(issue) {
      byCode.set(issue.code, (byCode.get(issue.code) ?? 0) + 1)
      if (!isCut) list(issue)
    },
    isCut: () => isCut,
    counts: () => Object.fromEntries([...byCode].sort((a, b) => b[1] - a[1])),
  }
}
