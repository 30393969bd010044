import type { Condition, Scalar } from '../condition'
import { type Matches, matcherOf } from './match'
import { keyOfPlace, placeOf } from './path'

/** A condition asks for entities by the kind of a record, or by naming these types. */
interface Asked {
  kind: boolean
  types: ReadonlySet<Scalar>
}

const isEvent: Matches = ({ record }) => record.kind === 'event'

/**
 * Makes the matcher of who follows or lists records: every event for which the condition holds, and
 * entities that were described only where it asks for `kind`, or names their type (`equals`, `in`).
 */
export function wantedBy(condition: Condition | undefined): Matches {
  if (condition === undefined) return isEvent
  const holds = matcherOf(condition)
  const { kind, types } = askedBy(condition)
  if (kind) return holds
  if (types.size === 0) return (subject) => isEvent(subject) && holds(subject)
  return (subject) => (isEvent(subject) || types.has(subject.record.type)) && holds(subject)
}

/** Tells whether `wantedBy` may take an entity. */
export function mayWantEntities(condition: Condition): boolean {
  const { kind, types } = askedBy(condition)
  return kind || types.size > 0
}

function askedBy(condition: Condition): Asked {
  const types = new Set<Scalar>()
  let kind = false
  function look(part: Condition) {
    if ('all' in part) part.all.forEach(look)
    else if ('any' in part) part.any.forEach(look)
    else if ('not' in part) look(part.not)
    else {
      const place = keyOfPlace(placeOf(part.path))
      kind ||= place === 'kind'
      if (place !== 'type') return
      if ('equals' in part) types.add(part.equals)
      if ('in' in part) for (const type of part.in) types.add(type)
    }
  }
  look(condition)
  return { kind, types }
}
