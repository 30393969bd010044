import type { ShownState } from '../states'

/** Remembers which states somebody was told of, so that they are told only what changed. */
export interface ToldStates {
  /** Keeps those that changed, and says which are there no more. */
  changed(key: string, states: readonly ShownState[]): { states: ShownState[]; gone: Brief[] }
}

/** Names a state. */
export type Brief = Pick<ShownState, 'reducer' | 'learner' | 'of' | 'source' | 'group'>

interface Known {
  mark: string
  brief: Brief
}

// A class of thirty has some thousand, by document; each takes some hundred bytes. What is forgotten is told again.
const MOST_REMEMBERED = 10_000

export function createToldStates(most = MOST_REMEMBERED): ToldStates {
  const known = new Map<string, Map<string, Known>>()
  let count = 0

  return {
    changed(key, states) {
      const before = known.get(key)
      known.delete(key)
      count -= before?.size ?? 0
      const now = new Map(states.map((state) => [nameOf(state), knownOf(state)]))
      if (now.size > 0) known.set(key, now)
      count += now.size
      while (count > most) {
        const [oldest, forgotten] = known.entries().next().value!
        known.delete(oldest)
        count -= forgotten.size
      }
      const gone = [...(before ?? [])].flatMap(([name, { brief }]) =>
        now.has(name) ? [] : [brief],
      )
      const fresh = states.filter((state) => {
        const name = nameOf(state)
        return before?.get(name)?.mark !== now.get(name)!.mark
      })
      return { states: fresh, gone }
    },
  }
}

function nameOf({ learner, of, source, group }: ShownState): string {
  return JSON.stringify([learner, of, source, group])
}

function knownOf(state: ShownState): Known {
  const { reducer, version, learner, of, source, group } = state
  const { events, skipped, through, updatedAt } = state
  const mark = [version, events, skipped, through, updatedAt].join()
  return { mark, brief: { reducer, learner, of, source, group } }
}
