import type { Withheld } from '../event/receipt'

/** Counts by rule, in the order in which they come first. */
export function counter() {
  const counts = new Map<string, number>()
  return {
    add: (rule: string) => void counts.set(rule, (counts.get(rule) ?? 0) + 1),
    all: (): Withheld[] => [...counts].map(([rule, count]) => ({ rule, count })),
  }
}
