import { boundedIssue } from '../../error/bounded-issues'
import type { Finding } from './check/departure'

// Nobody reads more, and whoever may ask for a report without a key must not make us write books.
export const MAX_LISTED = 1000
// As JSON: a finding has some 200 bytes, unless its path has long names.
export const LISTED_BYTES = 512 * 1024

/** Findings of one severity: the first ones in full, all of them by number. */
export interface Listing {
  findings: Finding[]
  take(finding: Finding): void
  isCut(): boolean
  /** By code, the most frequent first. */
  counts(): Record<string, number>
}

export function createListing(severity: Finding['severity']): Listing {
  const findings: Finding[] = []
  const byCode = new Map<string, number>()
  let bytes = 0
  let isCut = false

  function list(finding: Finding) {
    const bounded = boundedIssue(finding)
    bytes += Buffer.byteLength(JSON.stringify(bounded))
    isCut = findings.length === MAX_LISTED || bytes > LISTED_BYTES
    if (!isCut) findings.push(bounded)
    else {
      const message = `More than ${findings.length}; the rest is not listed`
      findings.push({ path: [], message, code: 'too_many', severity })
    }
  }

  return {
    findings,
    take(finding) {
      byCode.set(finding.code, (byCode.get(finding.code) ?? 0) + 1)
      if (!isCut) list(finding)
    },
    isCut: () => isCut,
    counts: () => Object.fromEntries([...byCode].sort((a, b) => b[1] - a[1])),
  }
}
