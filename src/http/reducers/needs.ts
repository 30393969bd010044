import { type States, statesOf } from '../../reducers/reading/assemble'
import type { AppDeps } from '../context'

/** Finds what reads states, which routes share. */
export function stateRoutesOf({ services, platform, options }: AppDeps): States {
  const { reducers, rosters } = services
  return statesOf({ reducers, rosters, platform, clock: options.clock })
}
