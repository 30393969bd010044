import { methodsLater } from '../../syntax/methods-later'
import type { RootChain } from '../prove'
import type { RootsNeeds } from './roots'

/** Makes the chain of a process that reads it, whose code is loaded by the first who asks. */
export function rootsLater(needs: RootsNeeds): RootChain {
  const load = async () => (await import('./roots')).createRoots(needs)
  return methodsLater(load, ['list', 'ofHour'])
}
