import type { Clock } from '../../platform/clock'
import type { DocumentStore } from '../../platform/document-store'
import { methodsLater } from '../../syntax/methods-later'
import type { Rebuild } from '../rebuilds/rebuild'
import type { ReducerStates } from '../states'
import type { ReducersRead } from './declared'

interface Needs {
  documents: DocumentStore
  clock: Clock
  /** Tells whoever carries rebuilds on of one that was asked for. */
  wakeRebuild?: ((rebuild: Rebuild) => void) | undefined
}

/** Reads states by code that is loaded by the first who asks. */
export function reducersLater({ documents, clock, wakeRebuild }: Needs): ReducersRead {
  const load = () => import('./kept-states')
  let made: Promise<ReducerStates> | undefined
  function states() {
    made ??= load().then(({ createKeptStates }) => createKeptStates({ documents, clock }))
    return made
  }
  return {
    states: methodsLater(states, ['ofLearner', 'ofLearners', 'ofOther', 'page', 'learnersIn']),
    catalogue: async () => (await import('../health')).readCatalogue(documents),
    ...(wakeRebuild && { wake: wakeRebuild }),
  }
}
