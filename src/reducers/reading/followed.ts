import { comparableId } from '../../event/person-id'
import type { EventRecord } from '../../event/record'
import type { Viewer } from '../../identity/viewer'
import type { ShownState } from '../states'
import type { DeclaredReducer } from './declared'
import { type AskedStates, MOST_LEARNERS, type StateReading } from './read-states'
import { touchedBy } from './touched'

/** States that somebody follows, each under a key. */
export interface Followed {
  /** Lists what is followed, by who may be seen now; some of it again. */
  keys(): Promise<readonly string[]>
  /** Names the state that an event changes, if it is one that is followed. */
  keyOf(record: EventRecord): string | undefined
  /** Reads the states of a key, as far as they may be seen now. */
  read(key: string): Promise<readonly ShownState[]>
}

// The state of a source or a group is one, and has no learner.
const OTHER = ''

/** @param viewer says what may be seen now */
export function createFollowed(
  reading: StateReading,
  viewer: () => Viewer,
  declared: DeclaredReducer,
  asked: AskedStates,
): Followed {
  const { name, scope } = declared
  const ids = new Map<string, readonly string[]>()
  const isOfOther = scope === 'source' || scope === 'group'
  const seesAll = viewer().visibility.kind === 'tenant'
  const { group, learner, source } = asked

  function isNew({ courseId, groupId }: EventRecord): boolean {
    if (ids.size >= MOST_LEARNERS || learner !== undefined) return false
    return group === undefined ? seesAll : courseId === group || groupId === group
  }

  return {
    async keys() {
      if (isOfOther) return [OTHER]
      const learners = await reading.learnersFor(viewer(), asked)
      // Whoever sees everybody is told of those who do something.
      if (learners === undefined) return [...ids.keys()]
      ids.clear()
      for (const own of learners) for (const id of own) ids.set(comparableId(id), own)
      return [...new Set(learners.map(([id]) => comparableId(id!)))]
    },

    keyOf(record) {
      const touched = touchedBy(declared, record)
      if (touched === undefined) return undefined
      if (isOfOther) return touched === (source ?? group) ? OTHER : undefined
      const known = ids.get(touched)
      if (known !== undefined) return comparableId(known[0]!)
      if (!isNew(record)) return undefined
      ids.set(touched, [touched])
      return touched
    },

    read(key) {
      if (isOfOther) return reading.ofOther(viewer(), name, asked)
      return reading.ofLearner(viewer(), name, ids.get(key) ?? [key])
    },
  }
}
