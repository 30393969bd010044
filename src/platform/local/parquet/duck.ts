import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import type { ColumnType } from '../../../event/columns'

/** DuckDB calls each column type of the lake so. */
export const duckTypes: Record<ColumnType, string> = {
  string: 'VARCHAR',
  strings: 'VARCHAR[]',
  double: 'DOUBLE',
  bigint: 'BIGINT',
  boolean: 'BOOLEAN',
  timestamp: 'TIMESTAMPTZ',
}

// Named queries go by seconds since 1970. DuckDB's own `epoch` asks a calendar.
const CREATE_TO_UNIXTIME =
  'CREATE OR REPLACE TEMP MACRO to_unixtime(instant) AS epoch_us(instant) / 1e6'

/**
 * DuckDB is opened on first use: loading it takes 50–100 ms and 75 MB that a start need not wait
 * for.
 */
export interface Duck extends AsyncDisposable {
  /** Makes a connection, whose time zone is UTC, and which has Trino's `to_unixtime`. */
  connect(): Promise<DuckDBConnection>
}

/**
 * Makes a DuckDB without extensions, in memory.
 * @param options.threads all cores when not given
 * @param options.memoryLimit in DuckDB's form, e.g. `128MB`; four fifths of the machine's when not given
 * @param options.spillTo a folder for what does not fit into memory; without it, that is an error
 */
export function createDuck(
  options: { threads?: number; memoryLimit?: string; spillTo?: string } = {},
): Duck {
  let instance: Promise<DuckDBInstance> | undefined

  async function open(): Promise<DuckDBInstance> {
    const { DuckDBInstance } = await import('@duckdb/node-api')
    return DuckDBInstance.create(':memory:', {
      // Extensions would be downloaded; nothing here needs one.
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      // Row groups are bounded by bytes only where the order of rows is free; one thread preserves
      // it.
      preserve_insertion_order: String(options.threads !== 1),
      temp_directory: options.spillTo ?? '',
      ...(options.threads !== undefined && { threads: String(options.threads) }),
      ...(options.memoryLimit !== undefined && { memory_limit: options.memoryLimit }),
    })
  }

  return {
    async connect() {
      instance ??= open()
      const connection = await (await instance).connect()
      // DuckDB would take that of the machine.
      await connection.run(`SET TimeZone = 'UTC'`)
      await connection.run(CREATE_TO_UNIXTIME)
      return connection
    },
    async [Symbol.asyncDispose]() {
      if (instance) (await instance).closeSync()
    },
  }
}

/** Writes the time with a zone that a TIMESTAMP in UTC means, whatever zone the session has. */
export function inUtc(timestamp: string): string {
  return `make_timestamptz(epoch_us(${timestamp}))`
}

/** Writes a string as a SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
