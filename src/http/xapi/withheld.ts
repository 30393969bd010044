import type { Receipt, Withheld } from '../../event/receipt'
import { BLOCKED } from '../../governance/blocklist/blocklist'
import { HELD } from '../../governance/held'

// The answer of a record store is the ids of what it stored, or nothing: what it may not keep is counted beside it.
export const WITHHELD_HEADER = 'X-Nonius-Withheld'

/** Writes counts by rule as a header has them: `no%20consent=2, under13=1`. */
export function withheldText(withheld: readonly Withheld[]): string {
  return withheld.map(({ rule, count }) => `${encodeURIComponent(rule)}=${count}`).join(', ')
}

/**
 * Counts what is not among the stored statements though nothing is wrong with it. What waits in quarantine is counted
 * by the rule by which its sender is blocked, or as `held_by_policy`.
 */
export function withheldIn({ withheld = [], blocked, quarantined }: Receipt): Withheld[] {
  const countOf = (wanted: string) =>
    quarantined.filter(({ errors }) => errors.some(({ code }) => code === wanted)).length
  const waiting = [
    { rule: blocked?.rule ?? BLOCKED, count: countOf(BLOCKED) },
    { rule: HELD, count: countOf(HELD) },
  ]
  return [...withheld, ...waiting.filter(({ count }) => count > 0)]
}
