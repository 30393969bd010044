import { columns } from '../event/columns'
import type { Condition, Scalar } from '../event/condition'
import { type Place, placeOf } from '../event/conditions/path'
import { instantOf } from '../event/conditions/values'
import type { EventFilter } from '../event/filter'
import { indexedFields, residualFields } from '../event/filter'
import { sqlText } from '../syntax/sql'
import { equal, sqlInstant } from './narrowing'
import { sqlWhose } from './visible'

/**
 * Writes SQL over a row of the view `events` that holds wherever a condition does, for DuckDB and Trino. It may hold for
 * more rows: what the engines would compare otherwise, or cannot find in the text as it was sent, is left out. Whoever reads
 * the rows asks the condition itself of them (`matcherOf`).
 * @returns undefined where nothing is ruled out
 */
export function sqlHolding(condition: Condition): string | undefined {
  if ('all' in condition) return sqlAll(condition.all.map(sqlHolding))
  if ('any' in condition) {
    const parts = condition.any.map(sqlHolding)
    if (parts.includes(undefined)) return undefined
    return parts.length === 0 ? 'false' : `(${parts.join(' OR ')})`
  }
  if ('not' in condition) return undefined
  const column = columnAt(placeOf(condition.path))
  return column && leafOf(condition, column)
}

/** Joins conditions that must all hold; those that rule out nothing are undefined. */
export function sqlAll(parts: readonly (string | undefined)[]): string | undefined {
  const known = parts.filter((one) => one !== undefined)
  return known.length === 0 ? undefined : `(${known.join(' AND ')})`
}

/** Writes what a filter asks of a record, but for `where`, and for when it happened or arrived. */
export function sqlFilter(filter: EventFilter): string | undefined {
  const fields = [...indexedFields, ...residualFields, 'kind' as const]
  return sqlAll([
    ...fields.map((field) => equal(columnFrom(field)!.name, filter[field])),
    ...(filter.whose ?? []).map(sqlWhose),
  ])
}

interface SqlColumn {
  name: string
  type: (typeof columns)[number]['type']
}

// Both columns that a text of an item may stand in are no fields to compare.
const compared = columns.filter(({ from }) => from[0] !== 'raw')

// Records from before it was there have none, and the view says what it would be.
const filled = new Set(['occurred_at'])

function columnFrom(path: string): SqlColumn | undefined {
  return compared.find(({ from }) => from.join('.') === path)
}

function columnAt(place: Place): SqlColumn | undefined {
  return place.of === 'record' ? columnFrom(place.from.join('.')) : undefined
}

type Leaf = Extract<Condition, { path: string }>

function leafOf(leaf: Leaf, column: SqlColumn): string | undefined {
  const { name, type } = column
  if ('equals' in leaf) return equals(column, leaf.equals)
  if ('in' in leaf) {
    const each = leaf.in.map((value) => equals(column, value))
    if (each.includes(undefined)) return undefined
    return each.length === 0 ? 'false' : `(${each.join(' OR ')})`
  }
  // An empty list may be none to an engine.
  if (type === 'strings') return undefined
  if ('exists' in leaf) {
    // An empty text is none in the lake of one machine.
    if (leaf.exists ? type === 'string' : filled.has(name)) return undefined
    return `${name} IS ${leaf.exists ? 'NOT NULL' : 'NULL'}`
  }
  if ('prefix' in leaf) {
    return type === 'string' && leaf.prefix !== '' && leaf.prefix.isWellFormed()
      ? `starts_with(${name}, ${sqlText(leaf.prefix)})`
      : undefined
  }
  // Texts are in another order for the engines, who go by UTF-8.
  if (type === 'string' || type === 'boolean') return undefined
  const signs = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const
  const bounds = Object.entries(signs).map(([bound, sign]) => {
    const value = literal(column, leaf[bound as keyof typeof signs])
    return value && `${operand(column)} ${sign} ${value}`
  })
  return sqlAll(bounds)
}

function equals(column: SqlColumn, value: Scalar): string | undefined {
  const { name, type } = column
  if (value === null) {
    return type === 'strings' || filled.has(name) ? undefined : `${name} IS NULL`
  }
  if (value === '' && type === 'string') return `coalesce(${name}, '') = ''`
  if (type === 'strings') {
    const isText = typeof value === 'string' && value.isWellFormed()
    return isText ? `contains(${name}, ${sqlText(value)})` : undefined
  }
  const written = literal(column, value)
  return written && `${operand(column)} = ${written}`
}

/** Numbers are compared as JSON has them, whole ones as well. */
function operand({ name, type }: SqlColumn): string {
  return type === 'bigint' ? `CAST(${name} AS double)` : name
}

/** @returns undefined where the value is of another type: what becomes of it is not for SQL to say */
function literal({ type }: SqlColumn, value: Scalar | undefined): string | undefined {
  if (type === 'boolean') return typeof value === 'boolean' ? String(value) : undefined
  if (type === 'string') {
    return typeof value === 'string' && value.isWellFormed() ? sqlText(value) : undefined
  }
  if (type === 'double' || type === 'bigint') {
    return typeof value === 'number' ? `CAST('${value}' AS double)` : undefined
  }
  const instant = instantOf(value)
  return instant && sqlInstant(instant)
}
