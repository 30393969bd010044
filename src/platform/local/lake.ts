import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../../error/app-error'
import type { Lake, QueryResult } from '../lake'
import { viewColumns } from '../shared/events-view'
import { createDuck, type Duck, duckTypes, literal } from './parquet/duck'
import { openSpillFolder } from './spill-folder'

/** The lake of a data directory, for the CLI: needs no running server and takes no lock. */
export function openLake(dataDir: string): Lake {
  const spill = openSpillFolder()
  const lake = createLake({
    folder: lakeFolder(dataDir),
    duck: createDuck({ spillTo: spill.path }),
  })
  return {
    ...lake,
    async [Symbol.asyncDispose]() {
      await lake[Symbol.asyncDispose]()
      spill[Symbol.dispose]()
    },
  }
}

export function lakeFolder(dataDir: string): string {
  return join(dataDir, 'lake', 'events')
}

/** How much of an answer is held at once, before anything of it is printed. */
export interface AnswerLimits {
  rows: number
  /** Of the values as JSON, in UTF-16 units. */
  size: number
}

// A million rows of counts is more than anybody reads, and their values are held with 300 MB; of long
// texts it is the size that counts.
const ANSWER: AnswerLimits = { rows: 1_000_000, size: 128 * 1024 * 1024 }

/** @throws {AppError} from `query`: `invalid_request` also for an answer beyond `limits` */
export function createLake(options: { folder: string; duck: Duck; limits?: AnswerLimits }): Lake {
  const { folder, duck, limits = ANSWER } = options
  return {
    async query(sql) {
      const connection = await duck.connect()
      try {
        // A view of this connection only: it follows the files that are there now.
        await connection.run(`CREATE OR REPLACE TEMP VIEW events AS ${await eventsView(folder)}`)
        const result = await connection.stream(sql)
        const names = result.columnNames()
        const columns = result
          .columnTypes()
          .map((type, i) => ({ name: names[i]!, type: `${type}` }))
        return { columns, rows: await rowsOf(result.yieldRowsJson(), columns, limits) }
      } catch (error) {
        if (error instanceof AppError) throw error
        throw new AppError('invalid_request', (error as Error).message, { cause: error })
      } finally {
        connection.closeSync()
      }
    },
    [Symbol.asyncDispose]: () => duck[Symbol.asyncDispose](),
  }
}

const WHOLE = new Set(['BIGINT', 'UBIGINT', 'HUGEINT', 'UHUGEINT'])

async function rowsOf(
  chunks: AsyncIterable<unknown[][]>,
  columns: QueryResult['columns'],
  limits: AnswerLimits,
): Promise<unknown[][]> {
  const isWhole = columns.map(({ type }) => WHOLE.has(type))
  const rows: unknown[][] = []
  let size = 0
  for await (const chunk of chunks) {
    for (const row of chunk) {
      for (const value of row) size += sizeOf(value)
      if (rows.length >= limits.rows || size > limits.size) throw tooLarge(limits)
      rows.push(row.map((value, i) => (isWhole[i] ? wholeNumber(value) : value)))
    }
  }
  return rows
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length
  // A number or nothing; what is in a list or a struct is counted as JSON.
  return typeof value === 'object' && value !== null ? JSON.stringify(value).length : 0
}

function tooLarge({ rows, size }: AnswerLimits): AppError {
  const most = `${rows.toLocaleString('en')} rows or ${Math.round(size / 1024 / 1024)} MB`
  return new AppError(
    'invalid_request',
    `The answer is larger than ${most}: narrow it, or let DuckDB write it: COPY (SELECT …) TO 'file.parquet'`,
  )
}

/** DuckDB gives 64-bit numbers as text; those that fit are numbers to whoever reads JSON. */
function wholeNumber(value: unknown): unknown {
  const number = Number(value)
  return typeof value === 'string' && Number.isSafeInteger(number) ? number : value
}

// Files of before `raw_exact` hold half surrogate pairs in `raw`, which would make every query fail
// that reads into it. Only a text with a backslash before a u is parsed to find out. One such becomes
// U+FFFD for every half and whole pair; chr(1) stands in no JSON text.
const IS_ODD = `contains(raw, '\\u') AND NOT json_valid(raw)`
const EVENED = String.raw`replace(regexp_replace(replace(raw, '\\', chr(1)),
  '\\u[dD][89a-fA-F][0-9a-fA-F]{2}', '\\ufffd', 'g'), chr(1), '\\')`

// Copies are not looked for, as they are in `shared/events-view.ts`: this archive writes each record
// once (`archive.write` repeats none), and a window over everything costs what it reads.
async function eventsView(folder: string): Promise<string> {
  const typed = viewColumns.map(({ name, type }) => `NULL::${duckTypes[type]} AS ${name}`)
  const nothing = `SELECT ${typed.join(', ')} WHERE false`
  if (!(await hasFiles(folder))) return nothing
  // By name: a file written before a column was added lacks it, one of Firehose what its path says.
  // A filter on what is in the path opens only the files below it.
  const files = literal(`${folder}/*/*/*/*.parquet`)
  return `SELECT * REPLACE (
      CASE WHEN ${IS_ODD} THEN ${EVENED} ELSE raw END AS raw,
      CASE WHEN ${IS_ODD} THEN raw ELSE raw_exact END AS raw_exact)
    FROM (${nothing} UNION ALL BY NAME
    SELECT COLUMNS(lambda name: name NOT IN ('retention_class', 'filename')),
      parse_path(filename, 'both_slash')[-4] AS retention_class,
      parse_path(filename, 'both_slash')[-3] AS day
    FROM read_parquet(${files}, union_by_name = true, filename = true))`
}

async function hasFiles(folder: string): Promise<boolean> {
  if (!existsSync(folder)) return false
  for await (const _ of new Bun.Glob('*/*/*/*.parquet').scan(folder)) return true
  return false
}
