import type { Issue } from '../../error/issue'
import type { Condition } from '../condition'
import type { FieldFilter } from '../filter'
import { itemPartsOf, partsOf } from './cost'
import { isFieldFilter, readFieldFilter } from './field-filters'
import { createRefusals, shown } from './issues'
import { MAX_CONDITION_PARTS, MAX_CONDITION_VALUES, MAX_ITEM_PARTS } from './limits'
import { readCondition } from './read'

/** The members of a message in which a reader says what it wants; all of them must hold. */
export interface PipelineFilters {
  /** The type is one of these. As clients of a real-time event pipeline are used to, none is all. */
  event_types?: unknown
  session_id?: unknown
  user_id?: unknown
  /** A condition, or several; a webhook's older forms are taken, too. */
  filter?: unknown
  filters?: unknown
}

export type FiltersRead =
  | { condition: Condition | undefined; errors?: undefined }
  | { condition?: undefined; errors: Issue[] }

// As many as the settings of a webhook may have.
export const MAX_FILTERS = 20

/**
 * Reads what somebody wants: `event_types`, `session_id` and `user_id` of a real-time event pipeline
 * (an empty value is none), `filter` and `filters`. Other members are not looked at.
 * @returns no condition where everything is wanted
 */
export function conditionOf(given: PipelineFilters, path: Issue['path'] = []): FiltersRead {
  const { errors, refuse } = createRefusals()
  const parts: Condition[] = []

  function add(filters: Filters, found: readonly Issue[]) {
    parts.push(...filters.map(asCondition))
    for (const { path: at, message, code } of found) refuse(at, message, code)
  }

  const types = given.event_types
  if (!isEmpty(types)) {
    const at = [...path, 'event_types']
    const list = typeof types === 'string' ? [types] : types
    if (!Array.isArray(list) || list.some((type) => typeof type !== 'string')) {
      refuse(at, `Must be an array of texts; got ${shown(types)}`)
    } else if (list.length > MAX_CONDITION_VALUES) {
      const rule = `Must have at most ${MAX_CONDITION_VALUES} values; got ${list.length}`
      refuse(at, rule, 'too_many')
    } else parts.push({ path: 'type', in: [...list] })
  }
  for (const [name, field] of [
    ['session_id', 'sessionId'],
    ['user_id', 'actorId'],
  ] as const) {
    const value = given[name]
    if (isEmpty(value)) continue
    if (typeof value === 'string') parts.push({ path: field, equals: value })
    else refuse([...path, name], `Must be text; got ${shown(value)}`)
  }
  if (!isNone(given.filter)) {
    const at = [...path, 'filter']
    const { filters = [], errors: found = [] } = readAny([given.filter], () => at)
    add(filters, found)
  }
  if (!isNone(given.filters)) {
    const { filters = [], errors: found = [] } = readFilters(given.filters, [...path, 'filters'])
    add(filters, found)
  }
  if (errors.length > 0) return { errors }
  if (parts.length === 0) return { condition: undefined }
  // Together they keep within the same bounds as one; which of them is beyond, nobody can say.
  const together = readCondition(parts.length === 1 ? parts[0] : { all: parts })
  return together.errors === undefined
    ? together
    : { errors: together.errors.map((issue) => ({ ...issue, path })) }
}

const isNone = (value: unknown) => value === undefined || value === null
const isEmpty = (value: unknown) =>
  isNone(value) || value === '' || (Array.isArray(value) && value.length === 0)

/** Filters are conditions, and what the older forms of webhooks say; all must hold. */
export type Filters = (Condition | FieldFilter)[]

/** Reads a list of filters: conditions, or a webhook's older forms, `{ field, in }` and `{ actorId: … }`. */
export function readFilters(
  value: unknown,
  path: Issue['path'] = [],
): { filters: Filters; errors?: undefined } | { filters?: undefined; errors: Issue[] } {
  const { errors, refuse } = createRefusals()
  if (!Array.isArray(value)) {
    refuse(path, `Must be an array of conditions; got ${shown(value)}`)
    return { errors }
  }
  if (value.length > MAX_FILTERS) {
    refuse(path, `Must have at most ${MAX_FILTERS}; got ${value.length}`, 'too_many')
    return { errors }
  }
  const read = readAny(value, (place) => [...path, place])
  if (read.errors !== undefined) return read
  // Every event meets the filters of all webhooks: those of one cost no more than one condition.
  for (const [count, most, what] of [
    [partsOf, MAX_CONDITION_PARTS, 'parts in all'],
    [itemPartsOf, MAX_ITEM_PARTS, 'parts that lead into the item'],
  ] as const) {
    const sum = read.filters.reduce((all, one) => all + count(asCondition(one)), 0)
    if (sum > most) refuse(path, `Must have at most ${most} ${what}; got ${sum}`, 'too_many')
  }
  return errors.length > 0 ? { errors } : read
}

function readAny(values: readonly unknown[], pathOf: (place: number) => Issue['path']) {
  const refusals = createRefusals()
  const filters: Filters = []
  for (const [place, value] of values.entries()) {
    const path = pathOf(place)
    if (isFieldFilter(value)) filters.push(...readFieldFilter(value, path, refusals))
    else {
      const { condition, errors = [] } = readCondition(value, path)
      if (condition !== undefined) filters.push(condition)
      for (const { path: at, message, code } of errors) refusals.refuse(at, message, code)
    }
  }
  return refusals.errors.length > 0 ? { errors: refusals.errors } : { filters }
}

/** Says as a condition what a filter says. */
export function asCondition(filter: Condition | FieldFilter): Condition {
  return 'field' in filter ? { path: filter.field, in: filter.in } : filter
}
