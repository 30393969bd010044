import type { Issue } from '../../error/issue'
import type { Condition } from '../condition'
import { type FieldFilter, filterFields } from '../filter'
import { createRefusals, shown } from './issues'
import { MAX_CONDITION_VALUES } from './limits'
import { type ConditionRead, readCondition } from './read'

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

  function add({ condition, errors: found = [] }: ConditionRead) {
    if (condition !== undefined) parts.push(condition)
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
  if (!isNone(given.filter)) add(readFilter(given.filter, [...path, 'filter']))
  if (!isNone(given.filters)) {
    const at = [...path, 'filters']
    if (!Array.isArray(given.filters)) {
      refuse(at, `Must be an array of conditions; got ${shown(given.filters)}`)
    } else if (given.filters.length > MAX_FILTERS) {
      refuse(at, `Must have at most ${MAX_FILTERS}; got ${given.filters.length}`, 'too_many')
    } else {
      for (const [place, one] of given.filters.entries()) add(readFilter(one, [...at, place]))
    }
  }
  if (errors.length > 0) return { errors }
  if (parts.length < 2) return { condition: parts[0] }
  // Together they keep within the same bounds as one; which of them is beyond, nobody can say.
  const together = readCondition({ all: parts })
  return together.errors === undefined
    ? together
    : { errors: together.errors.map((issue) => ({ ...issue, path })) }
}

const isNone = (value: unknown) => value === undefined || value === null
const isEmpty = (value: unknown) =>
  isNone(value) || value === '' || (Array.isArray(value) && value.length === 0)

/** Reads one filter: a condition, or a webhook's older form, `{ field, in }` or `{ actorId: … }`. */
export function readFilter(value: unknown, path: Issue['path'] = []): ConditionRead {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return readCondition(value, path)
  }
  const { field, in: values, ...others } = value as Record<string, unknown>
  if (field !== undefined && Object.keys(others).length === 0) {
    if (isField(field)) return readCondition({ path: field, in: values }, path)
    const message = `Must be one of ${filterFields.join(', ')}; got ${shown(field)}`
    return { errors: [{ path: [...path, 'field'], message, code: 'invalid_value' }] }
  }
  const entries = Object.entries(value)
  if (entries.length === 0 || !entries.every(([name]) => isField(name))) {
    return readCondition(value, path)
  }
  const all = entries.map(([name, wanted]) => {
    return Array.isArray(wanted) ? { path: name, in: wanted } : { path: name, equals: wanted }
  })
  return readCondition(all.length === 1 ? all[0] : { all }, path)
}

function isField(name: unknown): name is FieldFilter['field'] {
  return filterFields.includes(name as FieldFilter['field'])
}
