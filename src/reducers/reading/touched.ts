import { comparableId } from '../../event/person-id'
import type { EventRecord } from '../../event/record'
import type { LoadedReducer } from '../loaded'
import { scopeOfRecord } from '../scope'

type Wanting = Pick<LoadedReducer, 'name' | 'scope' | 'sources' | 'types'>

// Many may follow one reducer: an event is looked into once for all of them.
const known = new WeakMap<EventRecord, Map<string, string | undefined>>()

/** Tells which state of a reducer an event changes: a learner's, by their comparable id, a source's or a group's. */
export function touchedBy(reducer: Wanting, record: EventRecord): string | undefined {
  const { name, scope, sources, types } = reducer
  const asked = JSON.stringify([name, scope, sources, types])
  const found = known.get(record) ?? new Map<string, string | undefined>()
  if (found.has(asked)) return found.get(asked)
  const touched = keyOf(reducer, record)
  known.set(record, found.set(asked, touched))
  return touched
}

function keyOf(reducer: Wanting, record: EventRecord): string | undefined {
  const whose = scopeOfRecord(reducer, record)
  if (whose === undefined) return undefined
  if ('learner' in whose) return comparableId(whose.learner)
  return 'source' in whose ? whose.source : whose.group
}
