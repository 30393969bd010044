import { existsSync } from 'node:fs'
import type { DuckDBConnection } from '@duckdb/node-api'
import { StorageError } from '../../../error/storage-error'
import { duckTypes, literal } from '../parquet/duck'
import type { Partition } from '../settle/places'
import type { FileSeen } from './lake-files'
import { positionsIn, quoted, tablesOf } from './positions'
import { type Change, type Compared, MARK, type Target, targetColumns } from './target'

const typeOf = (type: (typeof targetColumns)[number]['type']) =>
  type === 'date' ? 'DATE' : duckTypes[type]

// The file is attached to the engine that reads the lake, under this name.
const CATALOG = 'target'
const names = targetColumns.map(({ name }) => name).join(', ')

/**
 * Opens a file of DuckDB as a target. Nobody else writes or reads it meanwhile: DuckDB locks it. No index says that an
 * event is there once, since one over all ids has to fit into memory; each insert looks for them instead.
 * @throws {StorageError} when it is locked, or is no such file
 */
export async function openDuckdbTarget(options: {
  connection: DuckDBConnection
  file: string
  schema: string
  tenantId: string
  isDryRun: boolean
}): Promise<Target> {
  const { connection, file, schema, tenantId, isDryRun } = options
  const isThere = existsSync(file)
  // A dry run makes no file.
  const attached = isDryRun && !isThere ? ':memory:' : file
  const mode = isDryRun && isThere ? ' (READ_ONLY)' : ''
  await connection.run(`ATTACH ${literal(attached)} AS ${CATALOG}${mode}`).catch((error: Error) => {
    throw new StorageError(reasonOf(file, error), { isRetriable: true, cause: error })
  })
  const place = `${CATALOG}.${quoted(schema)}`
  const { events, positions, lakes } = tablesOf(place)
  const tenant = literal(tenantId)

  async function rowsOf(sql: string): Promise<unknown[][]> {
    return (await connection.runAndReadAll(sql)).getRowsJson()
  }
  const countOf = async (sql: string) => Number((await rowsOf(sql))[0]?.[0] ?? 0)
  const changedBy = async (sql: string) => (await connection.run(sql)).rowsChanged

  async function columnsOf(table: string): Promise<Set<string>> {
    const found = await rowsOf(`SELECT column_name FROM duckdb_columns()
      WHERE database_name = '${CATALOG}' AND schema_name = ${literal(schema)} AND table_name = '${table}'`)
    return new Set(found.map(([name]) => String(name)))
  }

  async function makeTables(added: typeof targetColumns) {
    const columns = targetColumns.map(({ name, type }) => `${name} ${typeOf(type)}`)
    const more = added.map(({ name, type }) => {
      return `ALTER TABLE ${events} ADD COLUMN IF NOT EXISTS ${name} ${typeOf(type)}`
    })
    const statements = [
      `CREATE SCHEMA IF NOT EXISTS ${place}`,
      `CREATE TABLE IF NOT EXISTS ${events} (${columns.join(', ')})`,
      `CREATE TABLE IF NOT EXISTS ${positions} (tenant_id VARCHAR, retention_class VARCHAR, day DATE,
        file VARCHAR, bytes BIGINT, changed VARCHAR, loaded_at TIMESTAMPTZ)`,
      `CREATE TABLE IF NOT EXISTS ${lakes} (tenant_id VARCHAR, lake_id VARCHAR)`,
      ...more,
    ]
    for (const statement of statements) await connection.run(statement)
  }

  const dayIn = ({ retentionClass, day }: Partition) =>
    `tenant_id = ${tenant} AND retention_class = ${literal(retentionClass)} AND day = ${literal(day)}::DATE`

  async function insert(rows: string): Promise<number> {
    const isNew = `NOT EXISTS (SELECT 1 FROM ${events} AS there
      WHERE there.tenant_id = ${tenant} AND there.event_id = came.event_id)`
    // Copies are rare: only their rows are sorted.
    await connection.run(`CREATE OR REPLACE TEMP TABLE copies AS
      SELECT event_id FROM (${rows}) GROUP BY event_id HAVING count(*) > 1`)
    const singles =
      await changedBy(`INSERT INTO ${events} (${names}) SELECT ${names} FROM (${rows}) AS came
      WHERE ${isNew} AND event_id NOT IN (SELECT event_id FROM copies)`)
    if ((await countOf('SELECT count(*) FROM copies')) === 0) return singles
    return (
      singles +
      (await changedBy(`INSERT INTO ${events} (${names}) SELECT ${names} FROM (${rows}) AS came
        WHERE ${isNew} AND event_id IN (SELECT event_id FROM copies)
        QUALIFY row_number() OVER (PARTITION BY event_id ORDER BY received_at) = 1`))
    )
  }

  async function compare(
    one: Partition,
    rows: string,
    elsewhere: () => Promise<string>,
  ): Promise<Compared> {
    const ofDay = dayIn(one)
    const among = (table: string) => `event_id IN (SELECT event_id FROM ${table})`
    await connection.run(`CREATE OR REPLACE TEMP TABLE ids AS
      SELECT event_id, ${MARK} AS mark FROM (${rows})`)
    await connection.run(`CREATE OR REPLACE TEMP TABLE extra AS
      SELECT event_id FROM (SELECT event_id, ${MARK} AS mark FROM ${events} WHERE ${ofDay}) AS there
      WHERE NOT EXISTS (SELECT 1 FROM ids
        WHERE ids.event_id = there.event_id AND ids.mark = there.mark)`)
    const extra = await countOf('SELECT count(*) FROM extra')
    if (extra > 0)
      await connection.run(`DELETE FROM ${events} WHERE ${ofDay} AND ${among('extra')}`)
    await connection.run(`CREATE OR REPLACE TEMP TABLE missing AS SELECT DISTINCT event_id FROM ids
      WHERE NOT EXISTS (SELECT 1 FROM ${events} AS there
        WHERE there.tenant_id = ${tenant} AND there.event_id = ids.event_id)`)
    let came = 0
    if ((await countOf('SELECT count(*) FROM missing')) > 0) {
      came += await insert(`SELECT * FROM (${rows}) WHERE ${among('missing')}`)
    }
    if (extra === 0) return { inserted: came, removed: 0, changed: 0 }
    await connection.run(`CREATE OR REPLACE TEMP TABLE gone AS
      SELECT event_id FROM extra EXCEPT SELECT event_id FROM ids`)
    if ((await countOf('SELECT count(*) FROM gone')) > 0) {
      came += await insert(`SELECT * FROM (${await elsewhere()}) WHERE ${among('gone')}`)
    }
    const changed = await countOf(`SELECT count(*) FROM ${events}
      WHERE tenant_id = ${tenant} AND ${among('extra')}`)
    return { inserted: came - changed, removed: extra - changed, changed }
  }

  async function note(one: Partition, files: readonly FileSeen[], { isAll }: { isAll: boolean }) {
    const ofDay = dayIn(one)
    const listed = files.map(({ file }) => literal(file)).join(', ')
    if (isAll) await connection.run(`DELETE FROM ${positions} WHERE ${ofDay}`)
    else await connection.run(`DELETE FROM ${positions} WHERE ${ofDay} AND file IN (${listed})`)
    if (files.length === 0) return
    const rows = files.map(({ file, bytes, changed }) => {
      return `(${tenant}, ${literal(one.retentionClass)}, ${literal(one.day)}::DATE, ${literal(file)}, ${bytes}, ${literal(changed)}, now())`
    })
    await connection.run(`INSERT INTO ${positions} VALUES ${rows.join(', ')}`)
  }

  return {
    async prepare() {
      const there = await columnsOf('events')
      const added = targetColumns.filter(({ name }) => !there.has(name))
      if (!isDryRun) await makeTables(there.size === 0 ? [] : added)
      return there.size === 0
        ? [`table ${schema}.events`]
        : added.map(({ name }) => `column ${name}`)
    },

    async held() {
      if ((await columnsOf('positions')).size === 0) return { positions: [], lakeId: undefined }
      const rows =
        await rowsOf(`SELECT strftime(day, '%Y-%m-%d') || ' ' || retention_class, file, bytes, changed
        FROM ${positions} WHERE tenant_id = ${tenant}`)
      const [lake] = await rowsOf(`SELECT lake_id FROM ${lakes} WHERE tenant_id = ${tenant}`)
      return { positions: positionsIn(rows), lakeId: lake && String(lake[0]) }
    },

    async claim(lakeId) {
      await connection.run(`INSERT INTO ${lakes} VALUES (${tenant}, ${literal(lakeId)})`)
    },

    async transaction(work) {
      await connection.run('BEGIN')
      try {
        const change: Change = { insert, compare, note }
        const result = await work(change)
        await connection.run('COMMIT')
        return result
      } catch (error) {
        // A failure of the engine may have ended it already.
        await connection.run('ROLLBACK').catch(() => {})
        throw error
      }
    },

    async [Symbol.asyncDispose]() {
      await connection.run(`DETACH ${CATALOG}`).catch(() => {})
    },
  }
}

function reasonOf(file: string, { message }: Error): string {
  if (/Could not set lock/.test(message))
    return `${file} is open in another program: close it there`
  return `${file} cannot be opened: ${message.split('\n')[0]}`
}
