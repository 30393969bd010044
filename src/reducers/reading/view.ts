import type { ShownState } from '../states'

/** Shows a state; in which courses its events were is ours to know. */
export function viewOfState({ places: _, morePlaces: __, ...state }: ShownState) {
  return state
}
