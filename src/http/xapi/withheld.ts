import type { Withheld } from '../../event/receipt'

// The answer of a record store is the ids of what it stored, or nothing: what it may not keep is counted beside it.
export const WITHHELD_HEADER = 'X-Nonius-Withheld'

/** Writes counts by rule as a header has them: `no%20consent=2, under13=1`. */
export function withheldText(withheld: readonly Withheld[]): string {
  return withheld.map(({ rule, count }) => `${encodeURIComponent(rule)}=${count}`).join(', ')
}
