import { Command, Option } from 'commander'
import type { Lake, LakeQuery } from '../platform/lake'
import { openLake } from '../platform/local/lake'
import { askLake, type LakeAnswer } from '../query/ask-lake'
import { conditionOf, type Narrowing } from '../query/narrowing'
import { narrowed } from '../query/sql/named-query'
import type { ChartAsked } from './chart/plan'
import { type DataDirOption, dataDirOption, requireDataDir } from './data-dir'
import { CommandError } from './failure'
import { namedList, namedQueryOf } from './named-query'
import { showQuery } from './progress'
import { type ChartOptions, chartAsked, chartOptions, drawnInTerminal } from './query-chart'
import { helpAfter } from './query-help'
import { copyToParquet, isCopied, type Output, openOutput, writeAnswer } from './query-output'
import { type Format, formats, print } from './query-print'
import { anySql, hint, narrowingOptions, reversed, said, spanSql, toNarrowing } from './query-range'
import { readSql } from './query-text'
import { stopSignal } from './stop-signal'

/** A lake place says where the lake is. */
export interface LakePlace {
  /** These options name the place. */
  options(): Option[]
  /** @param options the options of the command, with those of the place among them */
  open(options: object): Lake
  /** This text below the help says which SQL the lake takes. */
  about: string
  /** Whoever asks pays for each question, so that none is asked which the person can do without. */
  isPaid?: true
  /** DuckDB in this process answers, and writes files by itself. */
  writesFiles?: true
  /** Puts what is stored by now into the lake, where that can be done. */
  freshen?(options: object, signal: AbortSignal): Promise<void>
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
  writesFiles: true,
  async freshen(options, signal) {
    const { archiveNow } = await import('./archive-now')
    await archiveNow(requireDataDir(options as DataDirOption), { signal })
  },
  whenEmpty:
    'Nothing has been archived yet: a server does so after NONIUS_ARCHIVE_FLUSH_SECONDS (60) and when it stops; --fresh asks it to do so now.',
}

interface Options extends Narrowing, ChartOptions {
  named?: string
  file?: string
  format: Format
  /** The format, where the person named it. */
  chosen?: Format
  output?: string
  list?: true
  fresh?: true
}

/** @param place the data directory of one machine, unless told otherwise */
export function queryCommand(place: LakePlace = dataDir): Command {
  const command = new Command('query')
    .description('run SQL over the lake: the view `events` has every archived event')
    .argument('[sql]', 'e.g. "SELECT type, count(*) AS n FROM events GROUP BY type"; - reads stdin')
    .option('--file <file>', 'read the SQL from a file')
    .option('-n, --named <id>', 'run a named query instead, e.g. activity-by-day')
    .option('-l, --list', 'list the named queries; with --format json, their SQL as well')
  for (const option of narrowingOptions()) command.addOption(option)
  command
    .addOption(
      new Option('-f, --format <format>', 'how to print').choices(formats).default('table'),
    )
    .option(
      '-o, --output <file>',
      'write a file instead: .parquet, .csv, .json or .ndjson; of a chart .svg or .html',
    )
  for (const option of chartOptions()) command.addOption(option)
  if (place.freshen) command.option('--fresh', 'put what is stored by now into the lake first')
  for (const option of place.options()) command.addOption(option)
  return command
    .addHelpText('after', helpAfter(place.about))
    .action((sql: string | undefined, options: Options) => {
      const isChosen = command.getOptionValueSource('format') === 'cli'
      return query(place, sql, { ...options, ...(isChosen && { chosen: options.format }) })
    })
}

async function query(place: LakePlace, given: string | undefined, options: Options) {
  if (options.list) {
    const { format } = options
    process.stdout.write(print[format](namedList({ isWhole: format !== 'table' })))
    return
  }
  const narrowing = toNarrowing(options)
  const question = await questionOf(given, options, narrowing)
  const output = options.output === undefined ? undefined : await openOutput(options.output)
  const chart = chartAsked(options, output?.kind)
  if (output && options.chosen !== undefined && options.chosen !== output.kind) {
    throw new CommandError(
      `--format ${options.chosen} and --output ${options.output} are two formats: give one of them`,
    )
  }
  await using lake = place.open(options)
  const ask = (sql: string) => askLake(lake, { reader: 'operator', sql })

  const mistake = reversed(narrowing)
  if (mistake !== undefined) {
    const where = place.isPaid ? '' : `. ${hint(narrowing, await ask(spanSql(narrowing))).trim()}`
    throw new CommandError(mistake + where)
  }
  process.stderr.write(said(narrowing) ?? '')
  const count = await answerTo(place, lake, question, { options, output, chart })
  if (count === undefined) return

  // An aggregate over nothing has a row: only the lake knows whether anything was meant.
  const isNarrow = conditionOf(narrowing) !== undefined
  if (isNarrow && (place.isPaid ? count === 0 : (await ask(anySql(narrowing))).rows.length === 0)) {
    const span = await ask(spanSql(narrowing))
    process.stderr.write(`No event is in what was asked for. ${hint(narrowing, span)}`)
  }
  if (place.whenEmpty === undefined) return
  const { rows } = await ask('SELECT 1 FROM events LIMIT 1')
  if (rows.length === 0) process.stderr.write(`${place.whenEmpty}\n`)
}

/** Makes the question of what was given. A named query says itself what a filter means in it. */
async function questionOf(
  given: string | undefined,
  { named, file }: Options,
  narrowing: Narrowing,
): Promise<LakeQuery> {
  const reader = 'operator'
  if (named !== undefined) {
    if (given !== undefined || file !== undefined) {
      throw new CommandError('give SQL or --named, not both')
    }
    return { reader, sql: narrowed(namedQueryOf(named).sql, narrowing) }
  }
  const sql = await readSql(given, file)
  if (sql === undefined) {
    throw new CommandError('give SQL, or a named query with --named; --list lists them')
  }
  const { timezone } = narrowing
  // Athena gives other types to times in a zone: they are as they were where none is asked for.
  const zone = timezone === 'UTC' ? undefined : timezone
  return { reader, sql, where: conditionOf(narrowing), timezone: zone }
}

interface Wanted {
  options: Options
  /** Absent where rows are asked for, and no chart. */
  chart: ChartAsked | undefined
  output: Output | undefined
}

/** Answers on stdout or into a file. @returns how many rows; undefined when the person stopped it */
async function answerTo(
  place: LakePlace,
  lake: Lake,
  question: LakeQuery,
  { options, output, chart }: Wanted,
): Promise<number | undefined> {
  const stopped = new AbortController()
  void stopSignal(() => process.exit(CANCELLED)).then(() => stopped.abort())
  const { signal } = stopped
  using progress = showQuery(process.stderr)
  const ask = (one: LakeQuery) => askLake(lake, one, { signal, onProgress: progress.show })
  try {
    if (options.fresh) await place.freshen?.(options, signal)
    if (output === undefined) {
      const answer = await ask(question)
      progress[Symbol.dispose]()
      process.stdout.write(
        chart ? await drawnInTerminal(answer, chart) : print[options.format](answer),
      )
      return answer.rows.length
    }
    const byEngine = place.writesFiles === true
    const count = await writeTo(output, question, { ask, byEngine, chart })
    process.stderr.write(`${options.output}: ${count} ${count === 1 ? 'row' : 'rows'}.\n`)
    return count
  } catch (error) {
    if (!signal.aborted) throw error
    process.stderr.write('The query was cancelled.\n')
    process.exitCode = CANCELLED
    return undefined
  }
}

// Shells report a program that Ctrl-C ended so: 128 and the number of the signal.
const CANCELLED = 130

interface Writing extends Pick<Wanted, 'chart'> {
  ask(one: LakeQuery): Promise<LakeAnswer>
  byEngine: boolean
}

async function writeTo(
  output: Output,
  question: LakeQuery,
  { ask, byEngine, chart }: Writing,
): Promise<number> {
  let count = 0
  await output.write(async (path) => {
    if (byEngine && output.kind === 'parquet' && isCopied(question.sql)) {
      const { rows } = await ask({ ...question, sql: copyToParquet(question.sql, path) })
      count = Number(rows[0]?.[0] ?? 0)
      return
    }
    const answer = await ask(question)
    count = answer.rows.length
    await writeAnswer(answer, output.kind, { path, chart })
  })
  return count
}
