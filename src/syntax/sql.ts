/**
 * Writes a text as a literal of standard SQL, which DuckDB and Trino share: no text ends it. A statement
 * ends with its first NUL for DuckDB, so that is written as what it is.
 */
export function sqlText(value: string): string {
  const quoted = `'${value.replaceAll("'", "''")}'`
  return value.includes('\0') ? `(${quoted.replaceAll('\0', "' || chr(0) || '")})` : quoted
}
