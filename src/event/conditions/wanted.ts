import type { Condition, Scalar } from '../condition'
import { AUDIT_TYPES, isAuditRecord, OWN_SOURCE } from '../own'
import { type Matches, matcherOf } from './match'
import { keyOfPlace, placeOf } from './path'

/** A condition asks for entities by the kind of a record, or by naming these types. */
interface Asked {
  kind: boolean
  types: ReadonlySet<Scalar>
  /** If true, it names types of the audit trail, or the source of its entries. */
  audit: boolean
}

const isEvent: Matches = ({ record }) => record.kind === 'event'

/**
 * Makes the matcher of who follows or lists records: every event for which the condition holds, and
 * entities that were described only where it asks for `kind`, or names their type (`equals`, `in`). Entries of the
 * audit trail have to be named.
 */
export function wantedBy(condition: Condition | undefined): Matches {
  if (condition === undefined) return isEvent
  const holds = matcherOf(condition)
  const { kind, types } = askedBy(condition)
  if (kind) return withoutAudit(condition, holds)
  if (types.size === 0) return (subject) => isEvent(subject) && holds(subject)
  return (subject) => (isEvent(subject) || types.has(subject.record.type)) && holds(subject)
}

/** Leaves entries of the audit trail out where a condition does not name them. */
export function withoutAudit(condition: Condition | undefined, holds: Matches): Matches {
  if (condition !== undefined && askedBy(condition).audit) return holds
  return (subject) => !isAuditRecord(subject.record) && holds(subject)
}

/** Tells whether `wantedBy` may take an entity. */
export function mayWantEntities(condition: Condition): boolean {
  const { kind, types } = askedBy(condition)
  return kind || types.size > 0
}

function askedBy(condition: Condition): Asked {
  const types = new Set<Scalar>()
  let kind = false
  let audit = false
  function look(part: Condition) {
    if ('all' in part) part.all.forEach(look)
    else if ('any' in part) part.any.forEach(look)
    else if ('not' in part) look(part.not)
    else {
      const place = keyOfPlace(placeOf(part.path))
      kind ||= place === 'kind'
      const named = 'equals' in part ? [part.equals] : 'in' in part ? part.in : []
      if (place === 'sourceId') audit ||= named.includes(OWN_SOURCE)
      if (place !== 'type') return
      const isPrefix = 'prefix' in part && part.prefix.startsWith(AUDIT_TYPES)
      audit ||= isPrefix || named.some((type) => `${type}`.startsWith(AUDIT_TYPES))
      for (const type of named) types.add(type)
    }
  }
  look(condition)
  return { kind, types, audit }
}
