import type { DuckDBConnection } from '@duckdb/node-api'
import { literal } from '../../parquet/duck'

/** Writes a list of texts. */
export function listOf(texts: readonly string[]): string {
  return `[${texts.map(literal).join(', ')}]`
}

/** Reads rows as JSON values: numbers of 64 bits are text. */
export async function valuesOf(connection: DuckDBConnection, sql: string): Promise<unknown[][]> {
  return (await connection.runAndReadAll(sql)).getRowsJson()
}
