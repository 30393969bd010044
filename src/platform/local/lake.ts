import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../../error/app-error'
import type { Lake } from '../lake'
import { viewColumns } from '../shared/events-view'
import { createDuck, type Duck, duckTypes, literal } from './parquet/duck'

/** The lake of a data directory, for the CLI: needs no running server and takes no lock. */
export function openLake(dataDir: string): Lake {
  return createLake({ folder: lakeFolder(dataDir), duck: createDuck() })
}

export function lakeFolder(dataDir: string): string {
  return join(dataDir, 'lake', 'events')
}

export function createLake(options: { folder: string; duck: Duck }): Lake {
  const { folder, duck } = options
  return {
    async query(sql) {
      const connection = await duck.connect()
      try {
        // A view of this connection only: it follows the files that are there now.
        await connection.run(`CREATE OR REPLACE TEMP VIEW events AS ${await eventsView(folder)}`)
        const result = await connection.runAndReadAll(sql)
        const names = result.columnNames()
        const columns = result
          .columnTypes()
          .map((type, i) => ({ name: names[i]!, type: `${type}` }))
        const isWhole = columns.map(({ type }) => WHOLE.has(type))
        const rows = result.getRowsJson().map((row) =>
          row.map((value, i) => {
            return isWhole[i] ? wholeNumber(value) : value
          }),
        )
        return { columns, rows }
      } catch (error) {
        throw new AppError('invalid_request', (error as Error).message, { cause: error })
      } finally {
        connection.closeSync()
      }
    },
    [Symbol.asyncDispose]: () => duck[Symbol.asyncDispose](),
  }
}

const WHOLE = new Set(['BIGINT', 'UBIGINT', 'HUGEINT', 'UHUGEINT'])

/** DuckDB gives 64-bit numbers as text; those that fit are numbers to whoever reads JSON. */
function wholeNumber(value: unknown): unknown {
  const number = Number(value)
  return typeof value === 'string' && Number.isSafeInteger(number) ? number : value
}

// Copies are not looked for, as they are in `shared/events-view.ts`: this archive writes each record
// once (`archive.write` replaces its own files), and a window over everything costs what it reads.
async function eventsView(folder: string): Promise<string> {
  const typed = viewColumns.map(({ name, type }) => `NULL::${duckTypes[type]} AS ${name}`)
  const nothing = `SELECT ${typed.join(', ')} WHERE false`
  if (!(await hasFiles(folder))) return nothing
  // By name: a file written before a column was added lacks it, one of Firehose what its path says.
  // A filter on what is in the path opens only the files below it.
  const files = literal(`${folder}/*/*/*/*.parquet`)
  return `${nothing} UNION ALL BY NAME
    SELECT COLUMNS(lambda name: name NOT IN ('retention_class', 'filename')),
      parse_path(filename, 'both_slash')[-4] AS retention_class,
      parse_path(filename, 'both_slash')[-3] AS day
    FROM read_parquet(${files}, union_by_name = true, filename = true)`
}

async function hasFiles(folder: string): Promise<boolean> {
  if (!existsSync(folder)) return false
  for await (const _ of new Bun.Glob('*/*/*/*.parquet').scan(folder)) return true
  return false
}
