/**
 * Writes a time as milliseconds since 1970, a double without a fraction. DuckDB has Trino's `to_unixtime` from
 * whoever opens it here; for all that both call by one name it asks a calendar, row by row.
 */
export function millis(column: string): string {
  return `round(1e3 * to_unixtime(CAST(${column} AS timestamp with time zone)))`
}
