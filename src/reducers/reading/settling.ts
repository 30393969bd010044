import type { Reducing } from '../reducers'
import type { ReducerStates } from '../states'

// Readers who come within so many ms have what they read written together.
const TOGETHER_MS = 5

/** Has states that are in memory written before they are read. */
export function settledBefore(states: ReducerStates, settle: Reducing['settle']): ReducerStates {
  const waiting = new Map<string, { learners: Set<string>; settled: Promise<void> }>()

  function settleLearner(tenantId: string, learner: string): Promise<void> {
    const before = waiting.get(tenantId)
    if (before !== undefined) {
      before.learners.add(learner)
      return before.settled
    }
    const learners = new Set([learner])
    const settled = new Promise((resolve) => setTimeout(resolve, TOGETHER_MS)).then(() => {
      waiting.delete(tenantId)
      return settle(tenantId, [...learners])
    })
    waiting.set(tenantId, { learners, settled })
    return settled
  }

  return {
    async ofLearner(tenantId, reducer, learner) {
      await settleLearner(tenantId, learner)
      return states.ofLearner(tenantId, reducer, learner)
    },
    async ofLearners(tenantId, reducer, learners) {
      await settle(tenantId, learners)
      return states.ofLearners(tenantId, reducer, learners)
    },
    async ofOther(tenantId, reducer, scope) {
      await settle(tenantId)
      return states.ofOther(tenantId, reducer, scope)
    },
    async page(tenantId, reducer, page) {
      if (page.cursor === undefined) await settle(tenantId)
      return states.page(tenantId, reducer, page)
    },
    async learnersIn(tenantId, group, page) {
      if (page.cursor === undefined) await settle(tenantId)
      return states.learnersIn(tenantId, group, page)
    },
  }
}
