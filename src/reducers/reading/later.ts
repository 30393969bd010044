import type { Clock } from '../../platform/clock'
import type { DocumentStore } from '../../platform/document-store'
import { methodsLater } from '../../syntax/methods-later'
import type { Catalogue, LoadedReducer } from '../loaded'
import type { Rebuild } from '../rebuilds/rebuild'
import type { Reducing } from '../reducers'
import type { ReducerStates } from '../states'
import type { ReducersRead } from './declared'

interface Needs {
  documents: DocumentStore
  clock: Clock
  config: { reducers: 'off' | 'on-demand' | 'built-in' | object }
  /** Whoever reduces in this process. */
  reducing?: Pick<Reducing, 'settle' | 'wanted'> | undefined
  /** Tells whoever carries rebuilds on of one that was asked for. */
  wakeRebuild?: ((rebuild: Rebuild) => void) | undefined
}

/** Reads states by code that is loaded by the first who asks. */
export function reducersLater(needs: Needs): ReducersRead {
  const { documents, clock, config, reducing, wakeRebuild } = needs
  let made: Promise<ReducerStates> | undefined
  let noting: Promise<(tenantId: string, by: string) => Promise<void>> | undefined

  async function load(): Promise<ReducerStates> {
    const [{ createKeptStates }, { settledBefore }] = await Promise.all([
      import('./kept-states'),
      import('./settling'),
    ])
    const kept = createKeptStates({ documents, clock })
    return reducing === undefined ? kept : settledBefore(kept, reducing.settle)
  }

  async function loadWant() {
    const { createWant } = await import('./wanting')
    const newest = async () => newestOf((await catalogue()).reducers)
    return createWant({ documents, clock, newest, wakeRebuild, wanted: reducing?.wanted })
  }

  /** Before anything was reduced, those that come with Nonius are all there is. */
  async function catalogue(): Promise<Catalogue> {
    const found = await (await import('../health')).readCatalogue(documents)
    if (found.reducers.length > 0 || config.reducers === 'off') return found
    const { builtInReducers } = await import('../built-in')
    const reducers = builtInReducers.map(({ name, version, says, scope, sources, types }) => ({
      ...{ name, version, says, scope, sources, types },
      ...{ origin: 'nonius', code: '', skipped: 0 },
    }))
    return { ...found, reducers }
  }

  return {
    states: methodsLater(
      () => (made ??= load()),
      ['ofLearner', 'ofLearners', 'ofOther', 'page', 'learnersIn'],
    ),
    catalogue,
    async want(tenantId, by) {
      if (config.reducers !== 'on-demand') return
      noting ??= loadWant()
      await (await noting)(tenantId, by)
    },
    ...(wakeRebuild && { wake: wakeRebuild }),
  }
}

function newestOf(reducers: readonly LoadedReducer[]): LoadedReducer[] {
  const byName = Map.groupBy(reducers, ({ name }) => name)
  return [...byName.values()].map((all) => all.reduce((a, b) => (b.version > a.version ? b : a)))
}
