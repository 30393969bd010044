import type { EventRecord } from '../event/record'
import { reducedEventOf } from './event'
import { MAX_FIELD_VALUE, type Scope } from './kept/places'
import { learnerOf } from './learner'
import type { LoadedReducer } from './loaded'
import { memberOf, textOf } from './members'
import type { ReducedEvent, ReducerScope } from './reducer'

type Wanting = Pick<LoadedReducer, 'scope' | 'sources' | 'types'>

/**
 * Says which state of a reducer an event belongs to.
 * @returns undefined when the reducer does not want it, or it does not say whose it is
 */
export function scopeOf(reducer: Wanting, event: ReducedEvent): Scope | undefined {
  return wants(reducer, event) ? whoseBy(reducer.scope, event) : undefined
}

/** The same for a record that is not parsed yet. */
export function scopeOfRecord(reducer: Wanting, record: EventRecord): Scope | undefined {
  const { sources, types } = reducer
  if (record.kind !== 'event') return undefined
  if (types !== undefined && !isAmong(types, record.type, record.commonAction)) return undefined
  // Nothing of what was sent has to be read for it.
  if (sources === undefined && reducer.scope === 'source') return { source: record.sourceId }
  return scopeOf(reducer, reducedEventOf(record))
}

/** Tells whether a reducer is to be given an event, if that says whose it is. */
export function wants({ sources, types }: Wanting, event: ReducedEvent): boolean {
  if (event.kind !== 'event') return false
  if (types !== undefined && !isAmong(types, event.type, event.commonAction)) return false
  return (
    sources === undefined ||
    isAmong(sources, event.sourceId, event.edAppId, memberOf(event.fields, 'source'))
  )
}

function isAmong(list: readonly string[], ...values: unknown[]): boolean {
  return values.some((value) => typeof value === 'string' && list.includes(value))
}

/** Says whose an event is. @returns undefined when it does not say */
export function whoseBy(scope: ReducerScope, event: ReducedEvent): Scope | undefined {
  if (scope === 'source') return { source: event.sourceId }
  if (scope === 'group') {
    const group = event.groupId ?? event.courseId
    return group === undefined ? undefined : { group }
  }
  const learner = learnerOf(event)
  if (learner === undefined) return undefined
  if (scope === 'learner') return { learner }
  const field = scope.learnerAnd
  const said = memberOf(event, field) ?? memberOf(event.fields, field)
  const value = textOf(said, MAX_FIELD_VALUE)
  return value === undefined ? undefined : { learner, field, value }
}
