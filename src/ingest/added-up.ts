import type { Withheld } from '../event/receipt'

/** Adds up counts by rule, in the order in which the rules come first. */
export function addedUp(all: readonly Withheld[]): Withheld[] {
  const counts = new Map<string, number>()
  for (const { rule, count } of all) counts.set(rule, (counts.get(rule) ?? 0) + count)
  return [...counts].map(([rule, count]) => ({ rule, count }))
}
