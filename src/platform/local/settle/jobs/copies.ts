import { rename } from 'node:fs/promises'
import type { DuckDBConnection } from '@duckdb/node-api'
import { literal } from '../../parquet/duck'
import type { CopiesStep, SettleAnswer } from './job'
import { listOf, valuesOf } from './sql'
import { summaryOf } from './summary'
import { copyWithout } from './without'

// Eight bytes of MD5 stand for an event: they say where to look, and the ids themselves decide. An
// own hash of DuckDB's may change from version to version.
const HASH = `md5_number_lower(tenant_id || chr(1) || event_id)`

// So many ids are compared at a time: with a table over them, 64 MB.
const AT_ONCE = 1_000_000

/**
 * Leaves out of some runs what is settled already, in whatever day, and all but the first of what
 * they hold several times. Runs without copies, nearly all, stay as they are.
 */
export async function findCopies(
  step: CopiesStep,
  connection: DuckDBConnection,
): Promise<SettleAnswer> {
  const { runs, output, kept } = step
  const fresh = `${output}.fresh`
  await writeIds(connection, fresh, [idsIn(runs)])
  const [[rows] = []] = await valuesOf(connection, `SELECT count(*) FROM ${ids([fresh])}`)
  await connection.run('CREATE TEMP TABLE dropped (run VARCHAR, place BIGINT)')
  const parts = Math.max(1, Math.ceil(Number(rows) / AT_ONCE))
  for (let part = 0; part < parts; part += 1) {
    await findIn(step, connection, `SELECT h FROM ${ids([fresh])} WHERE h % ${parts} = ${part}`)
  }
  const copies = await leaveOut(runs, connection)
  const old = kept === undefined ? [] : [`SELECT h FROM ${ids([kept])}`]
  await writeIds(connection, output, [idsIn(runs), ...old])
  const summary = await summaryOf(runs, connection)
  return { kind: 'single', rows: Number(rows) - copies, copies, summary }
}

async function findIn({ runs, known }: CopiesStep, connection: DuckDBConnection, some: string) {
  await connection.run(`CREATE OR REPLACE TEMP TABLE fresh AS ${some}`)
  const settled = known.length === 0 ? undefined : ids(known.map((day) => day.ids))
  await connection.run(`CREATE OR REPLACE TEMP TABLE doubtful AS
    SELECT h FROM fresh GROUP BY h HAVING count(*) > 1
    ${settled === undefined ? '' : `UNION SELECT h FROM ${settled} WHERE h IN (SELECT h FROM fresh)`}`)
  const [[count] = []] = await valuesOf(connection, 'SELECT count(*) FROM doubtful')
  if (Number(count) === 0) return
  await connection.run(`CREATE OR REPLACE TEMP TABLE settled AS
    SELECT NULL::VARCHAR AS tenant_id, NULL::VARCHAR AS event_id WHERE false`)
  if (settled !== undefined) {
    const where = `FROM ${settled} WHERE h IN (SELECT h FROM doubtful)`
    const found = await valuesOf(connection, `SELECT DISTINCT filename ${where}`)
    const names = new Set(found.map(([name]) => String(name)))
    const files = known.filter((day) => names.has(day.ids)).flatMap((day) => day.files)
    // An event that was erased has left its eight bytes among the ids, and no row.
    if (files.length > 0) {
      await connection.run(`INSERT INTO settled SELECT DISTINCT tenant_id, event_id
        FROM ${rowsOf(files)} WHERE ${HASH} IN (SELECT h FROM doubtful)`)
    }
  }
  await connection.run(`INSERT INTO dropped
    SELECT filename, file_row_number FROM (
      SELECT filename, file_row_number, tenant_id, event_id, row_number() OVER (
        PARTITION BY tenant_id, event_id ORDER BY received_at, filename, file_row_number) AS copy
      FROM ${rowsOf(runs)} WHERE ${HASH} IN (SELECT h FROM doubtful)) AS these
    WHERE copy > 1 OR EXISTS (SELECT 1 FROM settled
      WHERE settled.tenant_id = these.tenant_id AND settled.event_id = these.event_id)`)
}

async function leaveOut(runs: readonly string[], connection: DuckDBConnection): Promise<number> {
  let copies = 0
  for (const run of runs) {
    const sql = `SELECT place FROM dropped WHERE run = ${literal(run)}`
    const places = (await valuesOf(connection, sql)).map(([place]) => Number(place))
    if (places.length === 0) continue
    copies += places.length
    await copyWithout(connection, { file: run, made: `${run}.made`, places })
    await rename(`${run}.made`, run)
  }
  return copies
}

async function writeIds(connection: DuckDBConnection, to: string, parts: readonly string[]) {
  await connection.run(
    `COPY (${parts.join(' UNION ALL ')}) TO ${literal(to)} (FORMAT parquet, COMPRESSION zstd)`,
  )
}

const idsIn = (files: readonly string[]) => `SELECT ${HASH} AS h FROM ${rowsOf(files)}`

function ids(files: readonly string[]): string {
  return `read_parquet(${listOf(files)}, filename = true, hive_partitioning = false)`
}

function rowsOf(files: readonly string[]): string {
  return `read_parquet(${listOf(files)}, filename = true, file_row_number = true,
    union_by_name = true, hive_partitioning = false)`
}
