import type { DuckDBConnection } from '@duckdb/node-api'
import type { Summary } from './job'
import { listOf, valuesOf } from './sql'

/** Counts the rows of each tenant in some files. */
export async function summaryOf(
  files: readonly string[],
  connection: DuckDBConnection,
): Promise<Summary> {
  if (files.length === 0) return {}
  const found = await valuesOf(
    connection,
    `SELECT tenant_id, count(*), min(retention_days)
     FROM (SELECT NULL::VARCHAR AS tenant_id, NULL::BIGINT AS retention_days WHERE false
       UNION ALL BY NAME SELECT COLUMNS(lambda name: name IN ('tenant_id', 'retention_days'))
       FROM read_parquet(${listOf(files)}, union_by_name = true, hive_partitioning = false))
     GROUP BY tenant_id`,
  )
  return Object.fromEntries(
    found.map(([tenantId, rows, days]) => {
      return [
        String(tenantId),
        { rows: Number(rows), ...(days !== null && { leastDays: Number(days) }) },
      ]
    }),
  )
}
