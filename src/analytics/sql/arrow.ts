import type { DataType } from '@uwdata/flechette'
import type { LakeColumn } from '../../platform/lake'
import { jsonText } from '../../syntax/json-text'

type Arrow = typeof import('@uwdata/flechette')

/** Writes a column of Arrow: its type, and what a value of the lake is in it. */
interface Kind {
  type(arrow: Arrow): DataType
  value(value: unknown): unknown
}

const DAY_MS = 24 * 60 * 60 * 1000

const text: Kind = {
  type: ({ utf8 }) => utf8(),
  value: (value) => (typeof value === 'string' ? value : jsonText(value)),
}
const double: Kind = { type: ({ float64 }) => float64(), value: Number }
const whole: Kind = { type: ({ int64 }) => int64(), value: (value) => BigInt(value as number) }
const truth: Kind = { type: ({ bool }) => bool(), value: Boolean }
const day: Kind = {
  type: ({ dateDay }) => dateDay(),
  value: (value) => Math.floor(Date.parse(String(value)) / DAY_MS) * DAY_MS,
}

function instant(zone: 'UTC' | null): Kind {
  return {
    type: ({ timestamp, TimeUnit }) => timestamp(TimeUnit.MICROSECOND, zone),
    // The library takes milliseconds, with fractions.
    value: (value) => Date.parse(zone === null ? `${value}Z` : String(value)),
  }
}

/** By the names that DuckDB and Athena have for types; all others are text, and lists and rows JSON in it. */
const kinds: Record<string, Kind> = {
  boolean: truth,
  ...Object.fromEntries(
    ['tinyint', 'smallint', 'integer', 'bigint', 'utinyint', 'usmallint', 'uinteger'].map(
      (name) => [name, whole],
    ),
  ),
  ...{ double, float: double, real: double },
  date: day,
  timestamp: instant(null),
  'timestamp with time zone': instant('UTC'),
}

function kindOf({ type }: LakeColumn, values: readonly unknown[]): Kind {
  const kind = kinds[type.toLowerCase().replace(/\(.*\)/, '')] ?? text
  const isTime = kind.type.length > 0 && type.toLowerCase().startsWith('timestamp')
  if (!isTime) return kind
  // Times of Athena without a zone are in UTC, and say so; those too far off for a date are text.
  const some = values.find((value) => typeof value === 'string') as string | undefined
  const isDated = values.every(
    (value) => value === null || !Number.isNaN(Date.parse(String(value))),
  )
  return isDated ? instant(some?.endsWith('Z') ? 'UTC' : null) : text
}

/** Writes an answer as a stream of Arrow (IPC): one batch. */
export async function arrowOf(
  columns: readonly LakeColumn[],
  rows: readonly unknown[][],
): Promise<Uint8Array> {
  const arrow = await import('@uwdata/flechette')
  const made = columns.map((column, at) => {
    const values = rows.map((row) => row[at] ?? null)
    const { type, value } = kindOf(column, values)
    const written = values.map((one) => (one === null ? null : value(one)))
    return [column.name, arrow.columnFromArray(written, type(arrow))] as [string, never]
  })
  const table = arrow.tableFromColumns(made)
  return arrow.tableToIPC(table, { format: 'stream' }) ?? new Uint8Array()
}
