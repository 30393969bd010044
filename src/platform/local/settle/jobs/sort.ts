import type { DuckDBConnection } from '@duckdb/node-api'
import { columns } from '../../../../event/columns'
import { IN_PATH } from '../../../shared/lake-layout'
import { PARQUET } from '../../parquet/copy-statement'
import { duckTypes, literal } from '../../parquet/duck'
import type { SettleAnswer, SortStep } from './job'
import { listOf, valuesOf } from './sql'

/**
 * A course stands together, and in it a person: a course is found by the least and the greatest
 * value of a row group, a person in the few row groups of their courses by Bloom filters, which
 * DuckDB writes where values repeat. By person first, the row groups of a course would be all.
 */
const ORDER = 'tenant_id, coalesce(course_id, group_id), actor_id, event_time'

// Events so large fill a row group by a few hundred: they are found as they are, and a sort would hold
// each of them several times.
const LARGE_ROW = 32 * 1024

const own = columns.filter(({ name }) => name !== IN_PATH)
const known = new Set(columns.map(({ name }) => name))

/** Sorts the next rows of some files into a run. */
export async function sortRun(step: SortStep, connection: DuckDBConnection): Promise<SettleAnswer> {
  // Footers are read once: of files of a minute, they are a tenth of the work.
  await connection.run(`CREATE TEMP TABLE footers AS
    SELECT file_name, split_part(path_in_schema, ',', 1) AS name, row_group_num_rows AS rows,
      total_uncompressed_size AS bytes,
      coalesce(stats_null_count = num_values, false) AND NOT contains(path_in_schema, ',') AS is_empty
    FROM parquet_metadata(${listOf(step.files)})`)
  const { files, rows, bytes, done, end } = choose(step, await weigh(step.files, connection))
  const isSorted = step.isSorted && bytes < rows * LARGE_ROW
  const filled = await filledIn(files, connection)
  const where =
    end === undefined ? '' : `WHERE file_row_number >= ${step.skip} AND file_row_number < ${end}`
  const inner = own.filter(({ name }) => filled.has(name)).map(({ name }) => name)
  const outer = own.map(({ name, type }) => {
    return filled.has(name) ? name : `NULL::${duckTypes[type]} AS ${name}`
  })
  // The sort does not carry what no row has: half of the columns, as a rule.
  await connection.run(`COPY (
    SELECT ${outer.join(', ')} FROM (
      SELECT ${inner.join(', ')} FROM (${nothing} UNION ALL BY NAME
        SELECT * FROM read_parquet(${listOf(files)}, union_by_name = true,
          hive_partitioning = false, file_row_number = true))
      ${where} ${isSorted ? `ORDER BY ${ORDER}` : ''}))
    TO ${literal(step.output)} ${PARQUET}`)
  return { kind: 'sorted', rows, ...done }
}

const nothing = `SELECT ${own.map(({ name, type }) => `NULL::${duckTypes[type]} AS ${name}`).join(', ')},
  NULL::BIGINT AS file_row_number WHERE false`

interface Weight {
  file: string
  rows: number
  bytes: number
}

async function weigh(files: readonly string[], connection: DuckDBConnection) {
  const found = await valuesOf(
    connection,
    `SELECT file_name, sum(bytes), sum(rows) FILTER (name = 'tenant_id')
     FROM footers GROUP BY file_name`,
  )
  const weights = new Map(found.map(([file, bytes, rows]) => [String(file), { bytes, rows }]))
  // A file without rows has no row group to tell of.
  return files.map((file): Weight => {
    const { bytes = 0, rows = 0 } = weights.get(file) ?? {}
    return { file, bytes: Number(bytes), rows: Number(rows) }
  })
}

/** Chooses as many files as fit, or some rows of the first where it does not. */
function choose({ skip, most }: SortStep, weights: readonly Weight[]) {
  const [first] = weights as [Weight]
  if (skip > 0 || first.rows > most.rows || first.bytes > most.bytes) {
    const share = Math.min(most.rows / first.rows, most.bytes / first.bytes)
    const end = Math.min(first.rows, skip + Math.max(1, Math.floor(first.rows * share)))
    const isDone = end === first.rows
    const done = { files: isDone ? 1 : 0, skip: isDone ? 0 : end }
    return { files: [first.file], rows: end - skip, bytes: first.bytes * share, done, end }
  }
  let rows = 0
  let bytes = 0
  const files: string[] = []
  for (const one of weights) {
    if (files.length > 0 && (rows + one.rows > most.rows || bytes + one.bytes > most.bytes)) break
    files.push(one.file)
    rows += one.rows
    bytes += one.bytes
  }
  return { files, rows, bytes, done: { files: files.length, skip: 0 }, end: undefined }
}

/**
 * Finds the columns of which some row of the files has a value.
 * @throws {Error} when a file has a column that this version does not know, which would be lost
 */
async function filledIn(
  files: readonly string[],
  connection: DuckDBConnection,
): Promise<Set<string>> {
  const found = await valuesOf(
    connection,
    `SELECT name, bool_and(is_empty) FROM footers WHERE file_name IN ${listOf(files)} GROUP BY name`,
  )
  const names = new Set<string>()
  for (const [name, isEmpty] of found) {
    if (!known.has(String(name))) {
      throw new Error(`a file of the lake has a column of a later version: ${name}`)
    }
    if (isEmpty !== true && name !== IN_PATH) names.add(String(name))
  }
  // The order names these.
  for (const name of ['tenant_id', 'course_id', 'group_id', 'actor_id', 'event_time']) {
    names.add(name)
  }
  return names
}
