import { Command, Option } from 'commander'
import type { Lake } from '../platform/lake'
import { openLake } from '../platform/local/lake'
import { askLake, type LakeAnswer } from '../query/ask-lake'
import { jsonText } from '../syntax/json-text'
import { type DataDirOption, dataDirOption, requireDataDir } from './data-dir'
import { chosenSql, type NamedOptions, namedList, toDay } from './named-query'
import { showQuery } from './progress'
import { stopSignal } from './stop-signal'
import { renderTable } from './table'

const formats = ['table', 'json', 'ndjson', 'csv'] as const

/** A lake place says where the lake is. */
export interface LakePlace {
  /** These options name the place. */
  options(): Option[]
  /** @param options the options of the command, with those of the place among them */
  open(options: object): Lake
  /** This text below the help says which SQL the lake takes. */
  about: string
  /** The command prints this when the lake is empty; without it, the command does not check. */
  whenEmpty?: string
}

const dataDir: LakePlace = {
  options: () => [dataDirOption()],
  open: (options) => openLake(requireDataDir(options as DataDirOption)),
  about: `
The SQL is DuckDB's. Besides the columns of a record (event_id, type, actor_id, event_time, …),
\`raw\` holds each event as it was sent: SELECT raw->>'$.object.name' FROM events (to the letter:
coalesce(raw_exact, raw); docs/sql.md says when they differ), and \`day\` the day of arrival:
WHERE day >= '2026-11-01' opens only the files of those days.
\`DESCRIBE events\` lists the columns. The table format cuts long values; the others cut nothing.`,
  whenEmpty:
    'Nothing has been archived yet: a server does so after NONIUS_ARCHIVE_FLUSH_SECONDS (60) and when it stops.',
}

interface Options extends NamedOptions {
  format: (typeof formats)[number]
  list?: true
}

/** @param place the data directory of one machine, unless told otherwise */
export function queryCommand(place: LakePlace = dataDir): Command {
  const command = new Command('query')
    .description('run SQL over the lake: the view `events` has every archived event')
    .argument('[sql]', 'e.g. "SELECT type, count(*) AS n FROM events GROUP BY type"')
    .option('-n, --named <id>', 'run a named query instead, e.g. activity-by-day')
    .option('--from <day>', 'of a named query: the first day of arrival, e.g. 2026-11-01', toDay)
    .option('--to <day>', 'of a named query: the last day of arrival', toDay)
    .option('-l, --list', 'list the named queries; with --format json, their SQL as well')
    .addOption(
      new Option('-f, --format <format>', 'how to print').choices(formats).default('table'),
    )
  for (const option of place.options()) command.addOption(option)
  return command
    .addHelpText('after', place.about)
    .action((sql: string | undefined, options: Options) => query(place, sql, options))
}

async function query(place: LakePlace, given: string | undefined, options: Options) {
  const { format } = options
  if (options.list) {
    process.stdout.write(print[format](namedList({ isWhole: format !== 'table' })))
    return
  }
  const sql = chosenSql(given, options)
  await using lake = place.open(options)
  const answer = await askAsOperator(lake, sql)
  if (answer === undefined) return
  process.stdout.write(print[format](answer))

  if (place.whenEmpty === undefined) return
  const { rows } = await askLake(lake, { reader: 'operator', sql: 'SELECT 1 FROM events LIMIT 1' })
  if (rows.length === 0) process.stderr.write(`${place.whenEmpty}\n`)
}

// Shells report a program that Ctrl-C ended so: 128 and the number of the signal.
const CANCELLED = 130

/** @returns undefined when the person stopped it: the query is cancelled, and the exit code says so */
async function askAsOperator(lake: Lake, sql: string): Promise<LakeAnswer | undefined> {
  const stopped = new AbortController()
  void stopSignal(() => process.exit(CANCELLED)).then(() => stopped.abort())
  using progress = showQuery(process.stderr)
  try {
    const options = { signal: stopped.signal, onProgress: progress.show }
    return await askLake(lake, { reader: 'operator', sql }, options)
  } catch (error) {
    if (!stopped.signal.aborted) throw error
    process.stderr.write('The query was cancelled.\n')
    process.exitCode = CANCELLED
    return undefined
  }
}

const print: Record<Options['format'], (answer: LakeAnswer) => string> = {
  table({ columns, rows }) {
    const names = columns.map(({ name }) => name)
    return `${renderTable(names, rows)}\n(${rows.length} ${rows.length === 1 ? 'row' : 'rows'})\n`
  },
  json: (answer) => `${jsonText(objects(answer), 2)}\n`,
  ndjson: (answer) => lines(objects(answer).map((row) => jsonText(row))),
  // The format is RFC 4180's, with the line ends that tools on Unix expect.
  csv: ({ columns, rows }) =>
    lines([columns.map(({ name }) => name), ...rows].map((row) => row.map(csvField).join(','))),
}

function objects({ columns, rows }: LakeAnswer): Record<string, unknown>[] {
  return rows.map((row) => Object.fromEntries(columns.map(({ name }, i) => [name, row[i]])))
}

/** Writes nothing for NULL and `""` for empty text, so that the two stay apart. */
function csvField(value: unknown): string {
  if (value === null || value === undefined) return ''
  const text = typeof value === 'object' ? jsonText(value) : String(value)
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function lines(all: string[]): string {
  return all.map((line) => `${line}\n`).join('')
}
