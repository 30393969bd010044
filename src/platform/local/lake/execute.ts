import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DuckDBResult, DuckDBValueConverter } from '@duckdb/node-api'
import type { Foreign, LakeColumn } from '../../lake'
import { type Duck, literal } from '../parquet/duck'
import { beginReading } from '../settle/reading'
import { streamForeign } from './locked'
import { createValues } from './values'
import { viewsOf } from './view'

/** A statement is SQL over the view `events` of one tenant, or of all. */
export interface Statement {
  sql: string
  tenantId?: string | undefined
  /** The session has this time zone, UTC when left out. */
  timezone?: string | undefined
  /** The view has the events for which this condition holds, all when left out. */
  where?: string | undefined
  /** The SQL is somebody else's: it is judged, and the engine is locked for good before it runs. */
  foreign?: Foreign | undefined
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

interface ExecuteOptions {
  folder: string
  duck: Duck
  /** Makes a DuckDB for somebody else's SQL, which is locked and of no use afterwards. */
  createLocked?: () => Duck
}

/** Runs statements by DuckDB in this process, each on a connection of its own. */
export function executeWith(options: ExecuteOptions): Execute {
  async function executeOnce({ sql, foreign, ...viewer }: Statement, signal: AbortSignal) {
    const own = foreign && options.createLocked?.()
    const connection = await (own ?? options.duck).connect()
    const interrupt = () => connection.interrupt()
    signal.addEventListener('abort', interrupt)
    const reading = await beginReading(options.folder)
    async function close() {
      signal.removeEventListener('abort', interrupt)
      connection.closeSync()
      await own?.[Symbol.asyncDispose]()
      await reading[Symbol.asyncDispose]()
    }
    try {
      signal.throwIfAborted()
      // The views are this connection's only: they follow the files that are there now.
      const isForeign = foreign !== undefined
      const views = await viewsOf(options.folder, { ...viewer, isForeign }, reading.journal)
      for (const [name, view] of Object.entries(views)) {
        await connection.run(`CREATE OR REPLACE TEMP VIEW ${name} AS ${view}`)
      }
      const { timezone } = viewer
      if (timezone !== undefined) await connection.run(`SET TimeZone = ${literal(timezone)}`)
      signal.throwIfAborted()
      const { folder } = options
      const result = foreign
        ? await streamForeign(connection, { sql, folder, foreign })
        : await connection.stream(sql)
      // The engine has looked up its files by now: all from before an exchange, or all from after it.
      if (!(await reading.isSame())) throw new Exchanged()
      const names = result.columnNames()
      const columns = result.columnTypes().map((type, i) => ({ name: names[i]!, type: `${type}` }))
      const chunks = chunksOf(result, await createValues(), signal)
      return { columns, chunks, [Symbol.asyncDispose]: close }
    } catch (error) {
      await close()
      throw error
    }
  }

  return async function execute(statement, signal) {
    for (let tries = 1; ; tries += 1) {
      try {
        return await executeOnce(statement, signal)
      } catch (error) {
        // A server that starts meanwhile may give folders of a former version their names of now.
        const { message } = error as Error
        // So may a settled day take the place of its hours.
        const isMoved =
          error instanceof Exchanged ||
          (GONE.test(message) && message.includes(dirname(options.folder)))
        if (!isMoved || tries === TRIES || signal.aborted) throw error
        await sleep(PAUSE_MS)
      }
    }
  }
}

/** Files were exchanged while they were looked up. */
class Exchanged extends Error {
  override message = 'the files of the lake were exchanged; ask again'
}

// DuckDB says so of a file, or of the pattern, that it has found a moment ago.
const GONE = /^IO Error: .*(No such file|No files found)/s
// A folder is moved in an instant, and thousands of them in a second.
const TRIES = 4
const PAUSE_MS = 250

async function* chunksOf(
  result: DuckDBResult,
  values: DuckDBValueConverter<unknown>,
  signal: AbortSignal,
) {
  for await (const chunk of result.yieldConvertedRows(values)) {
    signal.throwIfAborted()
    yield chunk
  }
}
