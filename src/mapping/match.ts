/**
 * A match says how well one standard's term stands for the other's. `exact`: both mean the same.
 * `close`: the nearest term there is, which means somewhat more or less. `generic`: there is none,
 * and the most general one has to do.
 */
export type Match = 'exact' | 'close' | 'generic'

const order: readonly Match[] = ['exact', 'close', 'generic']

/** Returns the weakest of some matches: a conversion is as good as the worst of its terms. */
export function weakest(...matches: readonly Match[]): Match {
  return order[Math.max(...matches.map((match) => order.indexOf(match)))]!
}
