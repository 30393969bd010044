import { type ColumnType, columns } from '../event/columns'
import type { EventRecord } from '../event/record'
import { sqlText } from '../syntax/sql'
import { conditionsOf } from './narrowing'

/** Arrivals from one time to before another, ISO 8601 UTC. */
interface Range {
  from: string
  to: string
}

// Engines differ in how they give a list; as JSON both give it whole. `raw_exact` has what was sent
// where SQL could not parse it (`event/raw-for-sql.ts`).
const selected = columns
  .filter(({ name }) => name !== 'raw' && name !== 'raw_exact')
  .map(({ name, type }) => (type === 'strings' ? `CAST(${name} AS json) AS ${name}` : name))
/** The SQL selects what `recordOf` makes a record of. */
export const SELECT_RECORDS = `SELECT ${[...selected, 'coalesce(raw_exact, raw) AS raw'].join(', ')} FROM events`

const rangeOf = (range: Range) => conditionsOf(range).range

/**
 * Writes SQL for records that arrived within a range, in the order of their arrival.
 * @param afterId of what arrived just at the beginning, only what has a later id
 */
export function recordsIn(range: Range, limit: number, afterId?: string): string {
  const from = `${range.from.replace('T', ' ').replace('Z', ' UTC')}`
  const isLater =
    afterId === undefined
      ? ''
      : ` AND (received_at > CAST('${from}' AS timestamp with time zone) OR event_id > ${sqlText(afterId)})`
  return `${SELECT_RECORDS} WHERE ${rangeOf(range)}${isLater} ORDER BY received_at, event_id LIMIT ${limit}`
}

/** Writes SQL for the records of these ids among those that arrived within a range. */
export function recordsOf(range: Range, eventIds: readonly string[]): string {
  return `${SELECT_RECORDS} WHERE ${rangeOf(range)} AND event_id IN (${eventIds.map(sqlText).join(', ')})`
}

/** Writes SQL for the records that meet a condition among those that arrived within a range. */
export function recordsWhere(range: Range, condition: string): string {
  return `${SELECT_RECORDS} WHERE ${rangeOf(range)} AND ${condition}`
}

/** Asks when the oldest event of all arrived. */
export const OLDEST = 'SELECT min(received_at) AS oldest FROM events'

/**
 * Makes a record of a row, as it was stored; but what it does not need any more, since its time in the
 * hot store is over.
 */
export function recordOf(names: readonly string[], row: readonly unknown[]): EventRecord {
  const record: Record<string, unknown> = { issueCodes: [], server: { requestId: '' } }
  for (const [at, name] of names.entries()) {
    const column = byName.get(name)
    const value = column && cellValue(column.type, row[at])
    if (value === undefined) continue
    const [first, second] = column!.from
    if (second === undefined) record[first] = value
    else record[first] = { ...(record[first] as object), [second]: value }
  }
  return { ...record, expiresAt: record.receivedAt } as unknown as EventRecord
}

const byName = new Map(columns.map((column) => [column.name, column]))

// Engines differ in how they write a time: most with a space where a record has its T.
const AS_STORED = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** Reads a value of a column of this type as a record has it. @returns undefined for NULL */
export function cellValue(type: ColumnType, value: unknown): unknown {
  if (value === null || value === undefined) return undefined
  if (type === 'strings') return typeof value === 'string' ? JSON.parse(value) : value
  if (type === 'bigint' || type === 'double') return Number(value)
  if (type !== 'timestamp') return value
  const text = String(value)
  return AS_STORED.test(text) ? text : new Date(text).toISOString()
}
