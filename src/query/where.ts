import type { Condition } from '../event/condition'
import {
  matcherOf,
  mayWantEntities,
  requiredBy,
  subjectOf,
  wantedBy,
  withoutAudit,
} from '../event/conditions'
import { type EventFilter, indexedFields, type Where } from '../event/filter'
import { isAuditRecord } from '../event/own'
import type { Kind } from '../event/record'

/**
 * Narrows what a store is asked for by a condition. Fields that have to hold one value go by their
 * index.
 * @param filter what is asked for beside it
 * @param kind left out, events, and entities where the condition asks for them (`wantedBy`)
 */
export function filterBy<Filter extends Partial<EventFilter>>(
  filter: Filter,
  condition: Condition | undefined,
  kind?: Kind | 'all' | undefined,
): Filter & Pick<EventFilter, 'kind' | 'where'> {
  const isOpen = condition !== undefined && mayWantEntities(condition)
  const kinds = kind ?? (isOpen ? 'all' : 'event')
  return {
    ...(condition && requiredFields(condition)),
    ...filter,
    ...(kinds !== 'all' && { kind: kinds }),
    ...(condition && { where: whereOf(condition, kind === undefined) }),
    ...(condition === undefined && kinds !== 'event' && { where: sent }),
  }
}

/** Entries of the audit trail are entities that nobody sent. */
const sent: Where = { holds: (record) => !isAuditRecord(record), toJSON: () => 'sent' }

function whereOf(condition: Condition, isDefault: boolean): Where {
  const holds = isDefault ? wantedBy(condition) : withoutAudit(condition, matcherOf(condition))
  return {
    holds: (record) => holds(subjectOf(record)),
    // The same condition finds other entities where kinds are named: that is another question.
    toJSON: () => (isDefault ? { wanted: condition } : condition),
  }
}

/** Lists fields with an index whose value is fixed by a condition; where it fixes two, the first. */
function requiredFields(condition: Condition): Partial<EventFilter> {
  const required: Partial<EventFilter> = {}
  for (const { field, value } of requiredBy(condition)) {
    const indexed = indexedFields.find((name) => name === field)
    if (indexed !== undefined) required[indexed] ??= value
  }
  return required
}
