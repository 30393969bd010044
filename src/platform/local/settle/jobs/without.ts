import type { DuckDBConnection } from '@duckdb/node-api'
import { PARQUET } from '../../parquet/copy-statement'
import { literal } from '../../parquet/duck'
import { valuesOf } from './sql'

const STAYS = 0x30 // '0'
const GOES = 0x31 // '1'

/** Writes a Parquet file without the rows at some places, in the order in which they are. */
export async function copyWithout(
  connection: DuckDBConnection,
  { file, made, places }: { file: string; made: string; places: readonly number[] },
) {
  const sql = `SELECT num_rows FROM parquet_file_metadata(${literal(file)})`
  const [[rows] = []] = await valuesOf(connection, sql)
  const marks = Buffer.alloc(Number(rows), STAYS)
  for (const place of places) marks[place] = GOES
  // Bits stand instead of a join, which is free to change the order of rows.
  await connection.run(`SET VARIABLE gone = '${marks.toString('latin1')}'::BIT`)
  await connection.run(`COPY (SELECT * EXCLUDE (file_row_number)
    FROM read_parquet(${literal(file)}, file_row_number = true, hive_partitioning = false)
    WHERE get_bit(getvariable('gone'), file_row_number::INTEGER) = 0)
    TO ${literal(made)} ${PARQUET}`)
}
