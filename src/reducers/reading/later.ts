import type { Clock } from '../../platform/clock'
import type { DocumentStore } from '../../platform/document-store'
import { methodsLater } from '../../syntax/methods-later'
import type { Rebuild } from '../rebuilds/rebuild'
import type { Reducing } from '../reducers'
import type { ReducerStates } from '../states'
import type { ReducersRead } from './declared'

interface Needs {
  documents: DocumentStore
  clock: Clock
  /** Tells whoever carries rebuilds on of one that was asked for. */
  wakeRebuild?: ((rebuild: Rebuild) => void) | undefined
  /** Writes what whoever reduces has in memory. Left out where nothing is. */
  settleStates?: Reducing['settle'] | undefined
}

const METHODS = ['ofLearner', 'ofLearners', 'ofOther', 'page', 'learnersIn'] as const

/** Reads states once those in memory are written, so that nobody is shown less than was handled. */
function settled(states: ReducerStates, settle: Needs['settleStates']): ReducerStates {
  if (settle === undefined) return states
  return {
    async ofLearner(tenantId, reducer, learner) {
      await settle(tenantId, [learner])
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
      await settle(tenantId)
      return states.page(tenantId, reducer, page)
    },
    async learnersIn(tenantId, groupOrCourse, page) {
      await settle(tenantId)
      return states.learnersIn(tenantId, groupOrCourse, page)
    },
  }
}

/** Reads states by code that is loaded by the first who asks. */
export function reducersLater({
  documents,
  clock,
  wakeRebuild,
  settleStates,
}: Needs): ReducersRead {
  const load = () => import('./kept-states')
  let made: Promise<ReducerStates> | undefined
  function states() {
    made ??= load().then(({ createKeptStates }) => createKeptStates({ documents, clock }))
    return made
  }
  const kept = methodsLater(states, METHODS)
  return {
    states: settled(kept, settleStates),
    catalogue: async () => (await import('../health')).readCatalogue(documents),
    ...(wakeRebuild && { wake: wakeRebuild }),
  }
}
