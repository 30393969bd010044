import type { Tally } from '../../platform/conformance-counts'
import type { Kept } from './acknowledge'
import type { Refused } from './set-aside'

/** Counts what became of a request's items, and which issues they have; each code once an item. */
export function tallyOf(kept: readonly Kept[], refused: readonly Pick<Refused, 'errors'>[]): Tally {
  const issues: Record<string, number> = {}
  const note = (code: string) => {
    issues[code] = (issues[code] ?? 0) + 1
  }
  let stored = 0
  let conformant = 0
  for (const { item, isDuplicate } of kept) {
    if (isDuplicate) continue
    stored += 1
    if (item.event.conformant) conformant += 1
    item.event.issueCodes.forEach(note)
  }
  for (const { errors } of refused) new Set(errors.map(({ code }) => code)).forEach(note)
  return { stored, conformant, quarantined: refused.length, issues }
}
