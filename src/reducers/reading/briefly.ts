import type { ReducerStates, ShownState } from '../states'

// A dashboard is read twice a second for each learner who types, and a class may have some dashboards.
const KNOWN_MS = 150
const MOST_KNOWN = 2_000

type Kept = Pick<ReducerStates, 'ofLearner' | 'page' | 'learnersIn' | 'ofOther' | 'ofLearners'>

/** Asks once for what many ask at the same time; what is given was true a moment ago. */
export function rememberedBriefly(states: ReducerStates, monotonic: () => number): Kept {
  const known = new Map<string, { found: Promise<ShownState[]>; until: number }>()

  function forgetOld(now: number) {
    // They stand in the order in which they end.
    for (const [name, { until }] of known) {
      if (until > now && known.size <= MOST_KNOWN) return
      known.delete(name)
    }
  }

  return {
    ...states,
    ofLearner(tenantId, reducer, learner) {
      const name = JSON.stringify([tenantId, reducer, learner])
      const now = monotonic()
      forgetOld(now)
      const before = known.get(name)
      if (before !== undefined) return before.found
      const found = states.ofLearner(tenantId, reducer, learner)
      known.set(name, { found, until: now + KNOWN_MS })
      found.catch(() => known.delete(name))
      return found
    },
  }
}
