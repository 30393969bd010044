import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { open, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { createDuck, literal } from '../platform/local/parquet/duck'
import type { LakeAnswer } from '../query/ask-lake'
import { jsonText } from '../syntax/json-text'
import type { ChartAsked } from './chart/plan'
import { CommandError } from './failure'
import { drawn } from './query-chart'
import { print } from './query-print'

const kinds = ['parquet', 'csv', 'json', 'ndjson', 'svg', 'html'] as const
export type Kind = (typeof kinds)[number]

/** An output is the file that an answer goes into instead of the terminal. */
export interface Output {
  kind: Kind
  /**
   * Makes the file whole, or leaves what was there before.
   * @param make writes to the path that it is given
   */
  write(make: (path: string) => Promise<void>): Promise<void>
}

/**
 * Finds how to write a file by the ending of its name.
 * @throws {CommandError} when the ending is of no kind that we write, or there is no such folder
 */
export async function openOutput(file: string): Promise<Output> {
  const kind = kinds.find((one) => file.toLowerCase().endsWith(`.${one}`))
  if (kind === undefined) {
    const endings = kinds.map((one) => `.${one}`).join(', ')
    throw new CommandError(
      `--output ${JSON.stringify(file)}: the ending of the name says how it is written, and must be one of ${endings}`,
    )
  }
  const folder = dirname(file)
  const found = await stat(folder).catch(() => undefined)
  if (!found?.isDirectory()) {
    throw new CommandError(`--output ${JSON.stringify(file)}: there is no folder ${folder}`)
  }
  if ((await stat(file).catch(() => undefined))?.isDirectory()) {
    throw new CommandError(`--output ${JSON.stringify(file)} is a folder`)
  }
  return {
    kind,
    async write(make) {
      // Beside it, since a file is renamed within one file system only.
      const part = join(folder, `.${basename(file)}.${randomUUID()}.part`)
      try {
        await make(part)
        await sync(part)
        await rename(part, file)
      } finally {
        await rm(part, { force: true })
      }
    },
  }
}

async function sync(path: string) {
  const handle = await open(path, 'r+')
  await handle.sync()
  await handle.close()
}

/** Writes an answer that is held to a file. @param to.chart how to draw it, for a kind that is drawn */
export async function writeAnswer(
  answer: LakeAnswer,
  kind: Kind,
  { path, chart }: { path: string; chart?: ChartAsked | undefined },
): Promise<void> {
  if (kind === 'parquet') return writeParquet(answer, path)
  const text =
    kind === 'svg' || kind === 'html' ? await drawn(answer, kind, chart ?? {}) : print[kind](answer)
  await writeFile(path, text, { flag: 'wx' })
}

// A COPY takes a query only, and no DESCRIBE.
const IS_QUERY =
  /^(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*(?:(?:with|select|from|values|table)\b|\()/i

/** Judges by its first word whether DuckDB can write the answer of a statement itself. */
export function isCopied(sql: string): boolean {
  return IS_QUERY.test(sql)
}

/** Writes the SQL by which DuckDB writes the answer of a query to a Parquet file, of any size. */
export function copyToParquet(sql: string, path: string): string {
  // A comment may end the query.
  return `COPY (${sql}\n) TO ${literal(path)} (FORMAT parquet, COMPRESSION zstd)`
}

async function writeParquet({ columns, rows }: LakeAnswer, path: string) {
  const folder = mkdtempSync(join(tmpdir(), 'nonius-query-'))
  try {
    const lines = join(folder, 'rows.ndjson')
    const names = columns.map((_, i) => `c${i}`)
    const objects = rows.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i]])))
    await writeFile(lines, objects.map((row) => `${jsonText(row)}\n`).join(''))
    const types = columns.map(({ type }, i) => {
      const values = rows.map((row) => row[i])
      return `c${i}: ${literal(duckType(type, values))}`
    })
    const renamed = columns.map(({ name }, i) => `c${i} AS "${name.replaceAll('"', '""')}"`)
    await using duck = createDuck({ spillTo: folder })
    const connection = await duck.connect()
    try {
      const from = `read_json(${literal(lines)}, format = 'newline_delimited', columns = {${types.join(', ')}})`
      await connection.run(copyToParquet(`SELECT ${renamed.join(', ')} FROM ${from}`, path))
    } finally {
      connection.closeSync()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Names the type of DuckDB that holds the values of a column. Athena gives lists as text. */
function duckType(type: string, values: unknown[]): string {
  const name = type.toLowerCase()
  if (name.startsWith('timestamp')) {
    const areInstants = values.every((value) => value === null || String(value).endsWith('Z'))
    return areInstants ? 'TIMESTAMPTZ' : 'TIMESTAMP'
  }
  if (/^(decimal\(\d+, ?\d+\)|bigint|integer|smallint|tinyint|double|boolean|date)$/.test(name)) {
    return name.toUpperCase()
  }
  return name === 'float' || name === 'real' ? 'FLOAT' : 'VARCHAR'
}
