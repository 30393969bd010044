import { comparableId } from '../../event/person-id'
import type { DocumentKey } from '../../platform/document-store'
import { segmentOf } from '../../rosters/keys'

/** All states of a tenant stand under this. */
export const REDUCERS: DocumentKey = ['reducers']
/** States of learners: what is under one of them is theirs. */
export const LEARNERS: DocumentKey = [...REDUCERS, 'learner']
/** A learner who has states with events of a course or group has a document here, by both. */
export const MEMBERS: DocumentKey = [...REDUCERS, 'members']
/** Nothing else is kept of what people did: it is forgotten when they have not been heard of for long. */
export const STATES: readonly DocumentKey[] = [
  LEARNERS,
  MEMBERS,
  [...REDUCERS, 'source'],
  [...REDUCERS, 'group'],
]
/** The document says which build of each reducer readers are shown, and which is being made. */
export const VERSIONS: DocumentKey = [...REDUCERS, 'versions']
/** One document of the tenant `default` says what a server has loaded, and how that fares. */
export const CATALOGUE: DocumentKey = ['reducers-loaded']

// As long as an id may be; a longer text is cut, and stands for all that begin with it.
export const MAX_FIELD_VALUE = 2048

/** Says whose a state is: a learner's, one of theirs for a value of a field, a source's, a group's. */
export type Scope =
  | { learner: string }
  | { learner: string; field: string; value: string }
  | { source: string }
  | { group: string }

/** Everything of one scope, by all reducers that have it, is in one document under this key. */
export function keyOf(scope: Scope): DocumentKey {
  if ('learner' in scope) {
    const theirs = learnerPrefix(scope.learner)
    return 'field' in scope ? [...theirs, scope.field, segmentOf(scope.value)] : theirs
  }
  if ('source' in scope) return [...REDUCERS, 'source', segmentOf(scope.source)]
  return [...REDUCERS, 'group', segmentOf(scope.group)]
}

/** Every spelling of one id has the same place (`comparableId`). */
export function learnerPrefix(learner: string): DocumentKey {
  return [...LEARNERS, segmentOf(comparableId(learner))]
}
