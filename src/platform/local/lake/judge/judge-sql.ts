import type { DuckDBConnection } from '@duckdb/node-api'
import { MAX_SQL } from '../../../../syntax/sql'
import { notAllowed } from '../../../shared/foreign-sql'
import { literal } from '../../parquet/duck'
import { judgeTree, type Serialized } from './judge'

/**
 * Judges SQL by the parser that will run it.
 * @returns the names of its parameters
 * @throws {AppError} `invalid_request` with what is not allowed
 */
export async function judgeSql(connection: DuckDBConnection, sql: string): Promise<string[]> {
  if (sql.length > MAX_SQL) throw notAllowed(`it is longer than ${MAX_SQL} characters`)
  // The engine would read to the NUL, and no further.
  if (sql.includes('\0') || !sql.isWellFormed()) throw notAllowed('it is no text in UTF-8')
  const options = 'skip_default := true, skip_null := true, skip_empty := true'
  const asked = `SELECT json_serialize_sql(${literal(sql)}::VARCHAR, ${options})`
  const [[tree] = []] = (await connection.runAndReadAll(asked)).getRows()
  return judgeTree(JSON.parse(String(tree)) as Serialized)
}
