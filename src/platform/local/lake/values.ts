import type { DuckDBValue, DuckDBValueConverter } from '@duckdb/node-api'
import { isoTime, wholeNumber } from '../../shared/answer-values'

// A unit of each type of time has so many nanoseconds.
const MICRO = 1000n
const MILLI = 1_000_000n
const SECOND = 1_000_000_000n

/**
 * Makes the converter of an answer's values to JSON: whole numbers of every width are numbers, and
 * times are ISO 8601, those with a zone in UTC. DuckDB's own writes numbers of 64 bits as text, and
 * times by the time zone of the process.
 */
export async function createValues(): Promise<DuckDBValueConverter<unknown>> {
  const { DuckDBTypeId: id, JsonDuckDBValueConverter } = await import('@duckdb/node-api')
  const others = JsonDuckDBValueConverter as DuckDBValueConverter<unknown>
  const wholes = new Set([id.BIGINT, id.UBIGINT, id.HUGEINT, id.UHUGEINT])
  const times = new Set([
    ...[id.TIMESTAMP, id.TIMESTAMP_S, id.TIMESTAMP_MS, id.TIMESTAMP_NS, id.TIMESTAMP_TZ],
  ])

  return function convert(value, type, converter) {
    if (value === null) return null
    if (wholes.has(type.typeId)) return wholeNumber(value as bigint)
    if (!times.has(type.typeId)) return others(value, type, converter)
    return timeText(value, type.typeId === id.TIMESTAMP_TZ ? 'Z' : '')
  }
}

function timeText(value: DuckDBValue, zone: 'Z' | ''): string {
  // "infinity" is a time in DuckDB, as are some that are too far off for a date.
  return (isFinite_(value) ? isoTime(nanosOf(value), zone) : undefined) ?? String(value)
}

const isFinite_ = (value: DuckDBValue) => (value as { isFinite?: boolean }).isFinite !== false

function nanosOf(value: DuckDBValue): bigint {
  const time = value as Partial<Record<'micros' | 'seconds' | 'millis' | 'nanos', bigint>>
  if (time.micros !== undefined) return time.micros * MICRO
  if (time.millis !== undefined) return time.millis * MILLI
  if (time.seconds !== undefined) return time.seconds * SECOND
  return time.nanos ?? 0n
}
