import { type Column, type ColumnType, columns } from '../../../event/columns'
import { rawForSql } from '../../../event/raw-for-sql'
import type { EventRecord } from '../../../event/record'
import { isUtcMillis } from '../../../syntax/timestamp'

/** The document is a record as the JSON that Firehose converts to a row of Parquet. */
export interface ArchiveDocument {
  /** The bytes are UTF-8, with a line feed at their end. */
  bytes: Uint8Array
  /** Tells whether every value was of its column's type; otherwise some are left out. */
  isWhole: boolean
}

const encoder = new TextEncoder()

/**
 * Makes the document of a record. It contains only what its columns can hold, since a document that
 * does not match the schema fails ("Handling errors for data format conversion", Firehose developer
 * guide).
 * @param raw in place of the record's own
 */
export function documentOf(record: EventRecord, raw: string = record.raw): ArchiveDocument {
  const row: Record<string, unknown> = {}
  let isWhole = true
  // A record that lay in a queue may have anything as its `raw`, too.
  const forSql = typeof raw === 'string' ? rawForSql(raw) : undefined
  const texts: Record<string, string | undefined> = {
    raw: forSql ?? raw,
    raw_exact: forSql === undefined ? undefined : raw,
  }
  for (const column of columns) {
    const value = column.from[0] === 'raw' ? texts[column.name] : columnValue(record, column)
    if (value === undefined || value === null) continue
    const held = holders[column.type](value)
    if (held === undefined) isWhole = false
    else row[column.name] = held
  }
  return { bytes: encoder.encode(`${JSON.stringify(row)}\n`), isWhole }
}

function columnValue(record: EventRecord, { from: [outer, inner] }: Column): unknown {
  const value: unknown = record[outer]
  return inner === undefined ? value : (value as Record<string, unknown> | undefined)?.[inner]
}

/** Each holder gives what a column of its type can hold of a value; undefined when it cannot. */
const holders: Record<ColumnType, (value: unknown) => unknown> = {
  string: textOf,
  strings(value) {
    if (!Array.isArray(value)) return undefined
    const texts = value.map(textOf)
    return texts.includes(undefined) ? undefined : texts
  },
  // JSON can write neither NaN nor the infinities.
  double: (value) => (Number.isFinite(value) ? value : undefined),
  // A number beyond it has lost digits already, and JSON would show it with an exponent.
  bigint: (value) => (Number.isSafeInteger(value) ? value : undefined),
  boolean: (value) => (typeof value === 'boolean' ? value : undefined),
  // Our form of time is among those that the OpenX SerDe reads: `2026-11-21T09:30:00.000Z`.
  timestamp: (value) => (typeof value === 'string' && isUtcMillis(value) ? value : undefined),
}

/**
 * Gives a text without half a surrogate pair: JSON.stringify would escape it, which not every
 * parser takes.
 */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value.toWellFormed() : undefined
}
