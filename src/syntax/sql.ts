/**
 * Writes a text as a literal of standard SQL, which DuckDB and Trino share: no text ends it. DuckDB's own reader ends a
 * statement at NUL, which therefore stands beside literals.
 */
export function sqlText(value: string): string {
  const literals = value.split('\0').map((part) => `'${part.replaceAll("'", "''")}'`)
  return literals.length === 1 ? literals[0]! : `(${literals.join(' || chr(0) || ')})`
}
