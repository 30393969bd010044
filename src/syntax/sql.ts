/**
 * Writes a text as a literal of standard SQL, which DuckDB and Trino share: no text ends it. A statement
 * ends with its first NUL for DuckDB, so that is written as what it is.
 */
export function sqlText(value: string): string {
  const quoted = `'${value.replaceAll("'", "''")}'`
  return value.includes('\0') ? `(${quoted.replaceAll('\0', "' || chr(0) || '")})` : quoted
}

/** SQL of somebody else's has at most so many UTF-16 units: longer ones are made by programs. */
export const MAX_SQL = 20_000

/** A parameter of it is `$` and such a name. */
export const SQL_PARAMETER = /^[a-z_][a-z0-9_]{0,62}$/i
