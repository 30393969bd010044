import { AppError } from '../error/app-error'
import type { Condition } from '../event/condition'
import { spellingsOf } from '../event/person-id'
import type { Viewer } from '../identity/viewer'
import { boundsOf, conditionsOf, type Measure } from '../query/narrowing'
import { sqlVisible } from '../query/visible'
import { sqlText } from '../syntax/sql'
import type { ExportFormat, Selection } from './export'
import { type ExportField, exportFieldNames, fieldsOf, filterFields } from './fields'

export type FilterValue = string | number | boolean

/** Somebody asks for these events. */
export interface Asked {
  format: ExportFormat
  /** From a day (`2026-11-21`) or time on, to a day, the whole of it, or before a time. */
  from?: string | undefined
  to?: string | undefined
  by?: Measure | undefined
  kind?: 'event' | 'entity' | 'all' | undefined
  /** Values of fields, any of which is right. */
  values?: Readonly<Record<string, FilterValue | readonly FilterValue[] | undefined>> | undefined
  condition?: Condition | undefined
  fields?: readonly string[] | undefined
  /** Days are days of this zone, and so are those in the name of the file. */
  timezone: string
  /** An id of the one person whose events these are. */
  learner?: string | undefined
}

/**
 * Says in SQL, which DuckDB and Trino take, which events somebody asked for and may see.
 * @throws {AppError} `invalid_request`, `forbidden`
 */
export function selectionOf(viewer: Viewer, asked: Asked): Selection {
  const { from, to, by, kind = 'event', values = {}, condition, format } = asked
  const learner = learnerOf(viewer, asked.learner)
  assertOrder(asked)
  const isRanged = from !== undefined || to !== undefined
  const all = [
    isRanged && conditionsOf({ from, to, by, timezone: asked.timezone }).range,
    kind !== 'all' && `kind = ${sqlText(kind)}`,
    learner && ofLearner(learner),
    ...filterFields.map((field) => equals(field, values[field.name])),
    sqlVisible(viewer.visibility),
  ]
  const conditions = all.filter(Boolean).map((one) => `(${one})`)
  // A cell of a table is no place for a whole item, unless somebody names it.
  const usual = exportFieldNames.filter((name) => format !== 'csv' || name !== 'raw')
  const fields = asked.fields === undefined ? usual : [...new Set(asked.fields)]
  return {
    where: conditions.join(' AND ') || 'true',
    ...{ condition, fields: fieldsOf(fields).map(({ name }) => name), learner },
  }
}

/** Other people are taken out of what learners take with them, and of what is given out as a learner's. */
function learnerOf(viewer: Viewer, asked: string | undefined): string[] | undefined {
  const { role, visibility } = viewer
  if (role !== 'student') return asked === undefined ? undefined : spellingsOf(asked)
  const own = (visibility.kind === 'some' ? visibility.actorIds : []).flatMap(spellingsOf)
  if (asked !== undefined && !own.includes(asked)) {
    throw new AppError(
      'forbidden',
      'A student exports only what is their own: leave `learner` out.',
    )
  }
  return own
}

function ofLearner(ids: readonly string[]): string {
  if (ids.length === 0) return 'false'
  const list = ids.map(sqlText).join(', ')
  return `coalesce(actor_id IN (${list}), false) OR coalesce(member_id IN (${list}), false)`
}

function equals(
  { column, type }: ExportField,
  asked: FilterValue | readonly FilterValue[] | undefined,
): string | undefined {
  if (asked === undefined) return undefined
  const values = Array.isArray(asked) ? (asked as readonly FilterValue[]) : [asked as FilterValue]
  // A number stands as it is: engines compare it with either kind of column.
  const literals = values.map((value) => (type === 'string' ? sqlText(String(value)) : `${value}`))
  return `coalesce(${column} IN (${literals.join(', ')}), false)`
}

function assertOrder({ from, to, timezone }: Asked) {
  const { start, end } = boundsOf({ from, to, timezone })
  if (start === undefined || end === undefined || start < end) return
  const message = `Must not be before \`from\`, which is ${from}; got ${to}`
  const errors = [{ path: ['filters', 'to'], message, code: 'invalid_value' }]
  throw new AppError('invalid_request', `filters: to: ${message}`, { errors })
}
