import { type Attributes, keyOf, primaryKey } from '../dynamo/attributes'

// A tenant's log has a partition of its own: a head, and rows in the order of their numbers.
const HEAD = 'head'
const ROW = 'row#'
// Numbers begin with the time in ms (`log.ts`), which has 13 digits until the year 2286.
const DIGITS = 15

/** Names the partition of a tenant's log. */
export function logOf(tenantId: string): string {
  return keyOf('log', tenantId)
}

/** Makes the key of the head, which says how far the log is, and until when it is wanted. */
export function headKey(tenantId: string): Attributes {
  return primaryKey(logOf(tenantId), HEAD)
}

export function rowKey(tenantId: string, row: number): Attributes {
  return primaryKey(logOf(tenantId), rowName(row))
}

/** Makes the sort key of a row; the larger number is the larger text. */
export function rowName(row: number): string {
  return ROW + String(row).padStart(DIGITS, '0')
}

/** Sorts behind every row. */
export const LAST_ROW = `${ROW}~`

export function rowIn(sortKey: string): number {
  return Number(sortKey.slice(ROW.length))
}
