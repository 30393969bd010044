import { Argument, Command, InvalidArgumentError, Option } from 'commander'
import { LOAD_NAME } from '../analytics/loads/loads'
import type { TargetPlace } from '../platform/local/load/open'
import { type DataDirOption, dataDirOption } from './data-dir'
import { type LoadOptions, runLoads } from './load/run'
import { tenantOption } from './tenant-option'

interface Options extends LoadOptions, DataDirOption {
  schema: string
}

export function loadCommand(): Command {
  return new Command('load')
    .description('load the events of the lake into a database, and keep it up to date')
    .addCommand(postgresCommand())
    .addCommand(duckdbCommand())
}

function postgresCommand(): Command {
  const url = new Argument(
    '[url]',
    'postgres://user@host:port/database; without it, PGHOST, PGPORT, PGUSER, PGDATABASE say where',
  ).argParser(readUrl)
  return withOptions(new Command('postgres'), 'postgres')
    .description('load into a database of PostgreSQL 12 or newer')
    .addArgument(url)
    .addHelpText('after', `\nThe password is best given as PGPASSWORD.${HELP}`)
    .action(async (url: string | undefined, { schema, ...options }: Options) => {
      await runLoads({ kind: 'postgres', url, schema }, describePostgres(url, schema), options)
    })
}

function duckdbCommand(): Command {
  return withOptions(new Command('duckdb'), 'duckdb')
    .description('load into a file of DuckDB, which is made if there is none')
    .argument('<file>', 'e.g. warehouse.duckdb')
    .addHelpText('after', HELP)
    .action(async (file: string, { schema, ...options }: Options) => {
      const place: TargetPlace = { kind: 'duckdb', file, schema }
      await runLoads(place, `duckdb ${file}, schema ${schema}`, options)
    })
}

const HELP = `

The table \`events\` of the schema gets each event once, with the columns of \`nonius query\`; the
table \`positions\` beside it says which files of the lake it has. A second load brings what is new,
removes what was erased or kept for long enough, and adds columns of a newer version. It may be
killed at any moment (docs/warehouses.md).`

function withOptions(command: Command, name: string): Command {
  return command
    .addOption(tenantOption())
    .option('--schema <name>', 'the schema at the target', readSchema, 'nonius')
    .addOption(
      new Option('--name <name>', 'what GET /analytics/loads calls it')
        .argParser(readName)
        .default(name),
    )
    .option('--dry-run', 'say what would be done, and change nothing')
    .option('--watch', 'load again and again, until Ctrl-C')
    .addOption(
      new Option('--interval <seconds>', 'with --watch: how long to wait between two')
        .argParser(readSeconds)
        .default(60),
    )
    .option('--json', 'print JSON')
    .addOption(dataDirOption())
}

/** Says where a load goes, without the password. */
function describePostgres(url: string | undefined, schema: string): string {
  const { PGHOST = 'localhost', PGDATABASE = '' } = process.env
  if (url === undefined) return `postgres ${PGHOST}/${PGDATABASE}, schema ${schema}`
  const { host, pathname } = new URL(url)
  return `postgres ${host}${pathname}, schema ${schema}`
}

function readUrl(text: string): string {
  const url = URL.parse(text)
  if (url?.protocol === 'postgres:' || url?.protocol === 'postgresql:') return text
  throw new InvalidArgumentError('It must look like postgres://user@host:5432/database.')
}

// PostgreSQL cuts longer names.
const SCHEMA = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/

function readSchema(text: string): string {
  if (SCHEMA.test(text)) return text
  throw new InvalidArgumentError('It must be 1 to 63 letters, digits and _, no digit first.')
}

function readName(text: string): string {
  if (LOAD_NAME.test(text)) return text
  throw new InvalidArgumentError(
    'It must be 1 to 64 letters, digits and . _ -, a letter or digit first.',
  )
}

// A load that finds nothing takes a tenth of a second.
const LEAST_SECONDS = 5
const MOST_SECONDS = 86_400

function readSeconds(text: string): number {
  const seconds = Number(text)
  if (Number.isInteger(seconds) && seconds >= LEAST_SECONDS && seconds <= MOST_SECONDS) {
    return seconds
  }
  throw new InvalidArgumentError(`It must be ${LEAST_SECONDS} to ${MOST_SECONDS} seconds.`)
}
