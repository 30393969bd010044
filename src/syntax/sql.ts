/** Writes a text as a literal of standard SQL, which DuckDB and Trino share: no text ends it. */
export function sqlText(value: string): string {
  return `'${value.replaceAll("'", "''")}'`
}
