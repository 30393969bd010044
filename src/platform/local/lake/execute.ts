import type { DuckDBResult } from '@duckdb/node-api'
import type { LakeColumn } from '../../lake'
import type { Duck } from '../parquet/duck'
import { eventsView } from './view'

/** A statement is SQL over the view `events` of one tenant, or of all. */
export interface Statement {
  sql: string
  tenantId?: string | undefined
}

/**
 * An execution has a statement's answer. Ending the iteration of `chunks`, or not beginning it,
 * frees nothing yet.
 */
export interface Execution extends AsyncDisposable {
  columns: LakeColumn[]
  /** A chunk has up to 2,048 rows (DuckDB's vector). */
  chunks: AsyncIterable<unknown[][]>
}

/**
 * Runs a statement until its first rows are known.
 * @param signal ends it, its chunks as well
 * @throws what the engine says, a plain `Error`
 */
export type Execute = (statement: Statement, signal: AbortSignal) => Promise<Execution>

/** Runs statements by DuckDB in this process, each on a connection of its own. */
export function executeWith(options: { folder: string; duck: Duck }): Execute {
  return async function execute({ sql, tenantId }, signal) {
    const connection = await options.duck.connect()
    const interrupt = () => connection.interrupt()
    signal.addEventListener('abort', interrupt)
    async function close() {
      signal.removeEventListener('abort', interrupt)
      connection.closeSync()
    }
    try {
      signal.throwIfAborted()
      // The view is this connection's only: it follows the files that are there now.
      const view = await eventsView(options.folder, tenantId)
      await connection.run(`CREATE OR REPLACE TEMP VIEW events AS ${view}`)
      signal.throwIfAborted()
      const result = await connection.stream(sql)
      const names = result.columnNames()
      const columns = result.columnTypes().map((type, i) => ({ name: names[i]!, type: `${type}` }))
      return { columns, chunks: chunksOf(result, columns, signal), [Symbol.asyncDispose]: close }
    } catch (error) {
      await close()
      throw error
    }
  }
}

const WHOLE = new Set(['BIGINT', 'UBIGINT', 'HUGEINT', 'UHUGEINT'])

async function* chunksOf(result: DuckDBResult, columns: LakeColumn[], signal: AbortSignal) {
  const isWhole = columns.map(({ type }) => WHOLE.has(type))
  for await (const chunk of result.yieldRowsJson()) {
    signal.throwIfAborted()
    yield chunk.map((row) => row.map((value, i) => (isWhole[i] ? wholeNumber(value) : value)))
  }
}

/**
 * Reads a whole number: DuckDB gives 64-bit ones as text, and those that fit are numbers in JSON.
 */
function wholeNumber(value: unknown): unknown {
  const number = Number(value)
  return typeof value === 'string' && Number.isSafeInteger(number) ? number : value
}
