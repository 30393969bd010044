import type { Receipt, Withheld } from '../../event/receipt'
import { BLOCKED } from '../../governance/blocklist/blocklist'

// The answer of a record store is the ids of what it stored, or nothing: what it may not keep is counted beside it.
export const WITHHELD_HEADER = 'X-Nonius-Withheld'

/** Writes counts by rule as a header has them: `no%20consent=2, under13=1`. */
export function withheldText(withheld: readonly Withheld[]): string {
  return withheld.map(({ rule, count }) => `${encodeURIComponent(rule)}=${count}`).join(', ')
}

/** Counts what is not among the stored statements though nothing is wrong with it, those included that wait since their sender is blocked. */
export function withheldIn({ withheld = [], blocked, quarantined }: Receipt): Withheld[] {
  const isHeld = ({ errors }: Receipt['quarantined'][number]) =>
    errors.some(({ code }) => code === BLOCKED)
  const count = quarantined.filter(isHeld).length
  return blocked === undefined || count === 0
    ? withheld
    : [...withheld, { rule: blocked.rule, count }]
}
