import type { DuckDBConnection } from '@duckdb/node-api'
import { type ReservedSQL, SQL } from 'bun'
import { StorageError } from '../../../error/storage-error'
import type { Partition } from '../settle/places'
import { copyLines, KEY } from './copy-lines'
import type { FileSeen } from './lake-files'
import { positionsIn, quoted, tablesOf } from './positions'
import { type Change, type Compared, MARK, type Target, targetColumns } from './target'

const types: Record<(typeof targetColumns)[number]['type'], string> = {
  string: 'text',
  strings: 'text[]',
  double: 'double precision',
  bigint: 'bigint',
  boolean: 'boolean',
  timestamp: 'timestamptz',
  date: 'date',
}

const names = ['event_key', 'event_mark', ...targetColumns.map(({ name }) => name)].join(', ')
// PostgreSQL's own time-out is the system's, minutes.
const CONNECT_SECONDS = 15
// Any number that no other program is likely to lock by; the tenant is the second half.
export const LOCK = 0x4e4f4e49

export interface PostgresPlace {
  /** `postgres://user:password@host:port/database?sslmode=…`; what it leaves out, PGHOST and the like say. */
  url?: string | undefined
  schema: string
}

/**
 * Opens a database of PostgreSQL as a target. One load at a time has a tenant there.
 * @throws {StorageError} with what the server says
 */
export async function openPostgresTarget(
  options: PostgresPlace & {
    connection: DuckDBConnection
    tenantId: string
    isDryRun: boolean
  },
): Promise<Target> {
  const { connection: lake, url, schema, tenantId, isDryRun } = options
  const place = quoted(schema)
  const { events, positions, lakes } = tablesOf(place)
  const settings = { max: 1, connectionTimeout: CONNECT_SECONDS, prepare: false, bigint: true }
  const parameters = { TimeZone: 'UTC', DateStyle: 'ISO', application_name: 'nonius load' }
  const sql =
    url === undefined
      ? new SQL({ ...fromEnvironment(), ...settings, connection: parameters })
      : new SQL(withPassword(url), { ...settings, connection: parameters })
  const server: ReservedSQL = await translated(() => sql.reserve())

  const run = (text: string, values: unknown[] = []) =>
    translated<Row[] & { affectedRows: number }>(() => server.unsafe(text, values))
  type Row = Record<string, unknown>

  const [locked] = await run(`SELECT pg_try_advisory_lock(${LOCK}, hashtext($1)) AS is_ours`, [
    `${schema}/${tenantId}`,
  ])
  if (locked?.is_ours !== true) {
    await sql.close({ timeout: 0 })
    throw new StorageError(`another load of ${tenantId} is at work there`, { isRetriable: true })
  }

  async function columnsOf(table: string): Promise<Set<string>> {
    const found = await run(
      'SELECT column_name FROM information_schema.columns WHERE table_schema = $1 AND table_name = $2',
      [schema, table],
    )
    return new Set(found.map(({ column_name }) => String(column_name)))
  }

  /** Copies lines that DuckDB writes, `line` of each row, into a table. */
  async function copyInto(table: string, lines: string) {
    const found = await lake.stream(lines)
    const writer = server.unsafe(`COPY ${table} FROM STDIN`).writable().getWriter()
    try {
      for await (const chunk of found.yieldRowsJs()) {
        await writer.write(chunk.map(([line]) => line).join(''))
      }
    } catch (error) {
      await writer.abort(error).catch(() => {})
      throw error
    }
    await writer.close()
  }

  /** Copies keys that the server selects into a table of this engine. */
  async function copyKeys(table: string, select: string) {
    await lake.run(`CREATE OR REPLACE TEMP TABLE ${table} (key VARCHAR)`)
    const appender = await lake.createAppender(table)
    const decoder = new TextDecoderStream()
    const stream = server.unsafe(`COPY (${select}) TO STDOUT`).readable()
    let rest = ''
    for await (const part of stream.pipeThrough(decoder as never) as AsyncIterable<string>) {
      const lines = (rest + part).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        appender.appendVarchar(line.replaceAll('-', ''))
        appender.endRow()
      }
    }
    appender.closeSync()
  }

  async function insert(rows: string): Promise<number> {
    await run(`CREATE TEMP TABLE IF NOT EXISTS came (LIKE ${events}) ON COMMIT DROP`)
    await run('TRUNCATE came')
    await translated(() => copyInto(`came (${names})`, copyLines(rows)))
    const { affectedRows } = await run(`INSERT INTO ${events} (${names}) SELECT ${names} FROM came
      ORDER BY received_at ON CONFLICT DO NOTHING`)
    return Number(affectedRows)
  }

  async function compare(
    one: Partition,
    rows: string,
    elsewhere: () => Promise<string>,
  ): Promise<Compared> {
    const day = [tenantId, one.retentionClass, one.day]
    for (const columns of ['ids (key uuid, mark uuid)', 'extra (key uuid)', 'keys (key uuid)']) {
      await run(`CREATE TEMP TABLE IF NOT EXISTS ${columns} ON COMMIT DROP`)
    }
    const lines = `SELECT ${KEY} || chr(9) || ${MARK} || chr(10) AS line FROM (${rows})`
    await translated(() => copyInto('ids', lines))
    await run('ANALYZE ids')
    const extra = await run(
      `WITH gone AS (
        DELETE FROM ${events} AS there
        WHERE tenant_id = $1 AND retention_class = $2 AND day = $3::date AND NOT EXISTS (
          SELECT 1 FROM ids WHERE ids.key = there.event_key AND ids.mark = there.event_mark)
        RETURNING event_key)
      INSERT INTO extra SELECT event_key FROM gone`,
      day,
    )
    const missing = await run(
      `INSERT INTO keys SELECT DISTINCT key FROM ids WHERE NOT EXISTS (
        SELECT 1 FROM ${events} WHERE tenant_id = $1 AND event_key = ids.key)`,
      [tenantId],
    )
    let came = await insertKeys(rows, Number(missing.affectedRows))
    if (Number(extra.affectedRows) === 0) return { inserted: came, removed: 0, changed: 0 }
    const gone = await run('INSERT INTO keys SELECT key FROM extra EXCEPT SELECT key FROM ids')
    if (Number(gone.affectedRows) > 0) {
      came += await insertKeys(await elsewhere(), Number(gone.affectedRows))
    }
    const [back] = await run(
      `SELECT count(*)::int AS count FROM ${events}
        WHERE tenant_id = $1 AND event_key IN (SELECT key FROM extra)`,
      [tenantId],
    )
    const changed = Number(back?.count)
    return { inserted: came - changed, removed: Number(extra.affectedRows) - changed, changed }
  }

  /** Inserts those rows whose keys are in the table `keys`, and empties it. */
  async function insertKeys(rows: string, count: number): Promise<number> {
    if (count === 0) return 0
    await translated(() => copyKeys('wanted', 'SELECT key FROM keys'))
    await run('TRUNCATE keys')
    return insert(`SELECT * FROM (${rows}) WHERE ${KEY} IN (SELECT key FROM wanted)`)
  }

  async function note(one: Partition, files: readonly FileSeen[], { isAll }: { isAll: boolean }) {
    const day = [tenantId, one.retentionClass, one.day]
    const ofDay = 'tenant_id = $1 AND retention_class = $2 AND day = $3::date'
    const listed = JSON.stringify(
      files.map(({ file, bytes, changed }) => ({ file, bytes, changed })),
    )
    const rows = 'jsonb_to_recordset($4::text::jsonb) AS one(file text, bytes bigint, changed text)'
    if (isAll) await run(`DELETE FROM ${positions} WHERE ${ofDay}`, day)
    else {
      const some = `DELETE FROM ${positions} WHERE ${ofDay} AND file IN (SELECT file FROM ${rows})`
      await run(some, [...day, listed])
    }
    const added = `INSERT INTO ${positions} SELECT $1, $2, $3::date, file, bytes, changed, now() FROM ${rows}`
    await run(added, [...day, listed])
  }

  async function makeTables(added: typeof targetColumns) {
    const columns = targetColumns.map(({ name, type }) => `${name} ${types[type]}`)
    await run('BEGIN')
    // Whoever may only use a schema that is there may not even ask for it to be made.
    const [namespace] = await run('SELECT 1 AS one FROM pg_namespace WHERE nspname = $1', [schema])
    if (namespace === undefined) await run(`CREATE SCHEMA ${place}`)
    const statements = [
      `CREATE TABLE IF NOT EXISTS ${events} (event_key uuid NOT NULL, event_mark uuid NOT NULL, ${columns.join(', ')},
        PRIMARY KEY (tenant_id, event_key))`,
      `CREATE INDEX IF NOT EXISTS events_by_day ON ${events} (tenant_id, day, retention_class)`,
      `CREATE TABLE IF NOT EXISTS ${positions} (tenant_id text, retention_class text, day date, file text,
        bytes bigint, changed text, loaded_at timestamptz, PRIMARY KEY (tenant_id, retention_class, day, file))`,
      `CREATE TABLE IF NOT EXISTS ${lakes} (tenant_id text PRIMARY KEY, lake_id text)`,
      ...added.map(({ name, type }) => {
        return `ALTER TABLE ${events} ADD COLUMN IF NOT EXISTS ${name} ${types[type]}`
      }),
    ]
    for (const statement of statements) await run(statement)
    await run('COMMIT')
  }

  return {
    async prepare() {
      const there = await columnsOf('events')
      const added = targetColumns.filter(({ name }) => !there.has(name))
      if (!isDryRun && (added.length > 0 || (await columnsOf('lakes')).size === 0)) {
        await makeTables(there.size === 0 ? [] : added)
      }
      return there.size === 0
        ? [`table ${schema}.events`]
        : added.map(({ name }) => `column ${name}`)
    },

    async held() {
      if ((await columnsOf('positions')).size === 0) return { positions: [], lakeId: undefined }
      const rows = await run(
        `SELECT to_char(day, 'YYYY-MM-DD') || ' ' || retention_class AS name, file, bytes::text, changed
          FROM ${positions} WHERE tenant_id = $1`,
        [tenantId],
      )
      const [lake] = await run(`SELECT lake_id FROM ${lakes} WHERE tenant_id = $1`, [tenantId])
      return {
        positions: positionsIn(
          rows.map(({ name, file, bytes, changed }) => [name, file, bytes, changed]),
        ),
        lakeId: lake && String(lake.lake_id),
      }
    },

    async claim(lakeId) {
      await run(`INSERT INTO ${lakes} VALUES ($1, $2)`, [tenantId, lakeId])
    },

    async transaction(work) {
      await run('BEGIN')
      try {
        const change: Change = { insert, compare, note }
        const result = await work(change)
        await run('COMMIT')
        return result
      } catch (error) {
        await run('ROLLBACK').catch(() => {})
        throw error
      }
    },

    async [Symbol.asyncDispose]() {
      await sql.close({ timeout: 0 }).catch(() => {})
    },
  }
}

/** An address without a password has that of PostgreSQL's own programs. */
function withPassword(url: string): string {
  const { PGPASSWORD } = process.env
  const place = new URL(url)
  if (place.password !== '' || !PGPASSWORD) return url
  place.password = encodeURIComponent(PGPASSWORD)
  return place.href
}

/** Where no address is given, the variables of PostgreSQL's own programs say it. */
function fromEnvironment() {
  const { PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE, PGSSLMODE } = process.env
  return {
    adapter: 'postgres' as const,
    hostname: PGHOST || 'localhost',
    port: Number(PGPORT || 5432),
    username: PGUSER || process.env.USER || 'postgres',
    password: PGPASSWORD ?? '',
    database: PGDATABASE || PGUSER || process.env.USER || 'postgres',
    ...(PGSSLMODE !== undefined && { tls: PGSSLMODE as 'require' }),
  }
}

async function translated<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work()
  } catch (error) {
    const { code, message, detail } = error as Error & { code?: string; detail?: string }
    if (!code?.startsWith('ERR_POSTGRES')) throw error
    const more = detail === undefined ? '' : `: ${detail}`
    throw new StorageError(`PostgreSQL says: ${message}${more}`, {
      isRetriable: true,
      cause: error,
    })
  }
}
