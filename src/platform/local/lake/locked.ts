import type { DuckDBConnection, DuckDBResult, DuckDBType, DuckDBValue } from '@duckdb/node-api'
import type { Foreign, SqlValue } from '../../lake'
import { checkParameters } from '../../shared/foreign-sql'
import { literal } from '../parquet/duck'
import { judgeSql } from './judge/judge-sql'

// Somebody else's query may take so much of the disk for what it cannot hold in memory.
const MOST_SPILLED = '1GB'

/**
 * Locks an engine before somebody else's SQL runs in it: no file but the lake's, no extension, no other setting, and no
 * way back.
 * @param folder the lake's
 */
export async function lock(connection: DuckDBConnection, folder: string): Promise<void> {
  const settings = [
    `allowed_directories = [${literal(`${folder}/`)}]`,
    `max_temp_directory_size = '${MOST_SPILLED}'`,
    'allow_community_extensions = false',
    'enable_external_access = false',
    'lock_configuration = true',
  ]
  for (const setting of settings) await connection.run(`SET ${setting}`)
}

/** Judges and runs somebody else's SQL. @throws {AppError} `invalid_request` when it is not allowed */
export async function streamForeign(
  connection: DuckDBConnection,
  { sql, folder, foreign: { parameters } }: { sql: string; folder: string; foreign: Foreign },
): Promise<DuckDBResult> {
  checkParameters(await judgeSql(connection, sql), parameters)
  await lock(connection, folder)
  const values: Record<string, DuckDBValue> = {}
  const types: Record<string, DuckDBType> = {}
  for (const [name, given] of Object.entries(parameters)) {
    const [value, type] = await bound(given)
    values[name] = value
    types[name] = type
  }
  return connection.stream(sql, values, types)
}

const MICROS = 1000n

async function bound(given: SqlValue): Promise<[DuckDBValue, DuckDBType]> {
  const duck = await import('@duckdb/node-api')
  switch (given.type) {
    case 'text':
      return [given.value, duck.VARCHAR]
    case 'date': {
      const [year = 0, month = 1, day = 1] = given.value.split('-').map(Number)
      return [duck.DuckDBDateValue.fromParts({ year, month, day }), duck.DATE]
    }
    case 'time': {
      const micros = BigInt(Date.parse(given.value)) * MICROS
      return [new duck.DuckDBTimestampTZValue(micros), duck.TIMESTAMPTZ]
    }
    case 'number':
      return [given.value, duck.DOUBLE]
    case 'integer':
      return [BigInt(given.value), duck.BIGINT]
    case 'boolean':
      return [given.value, duck.BOOLEAN]
    case 'null':
      return [null, duck.SQLNULL]
  }
}
