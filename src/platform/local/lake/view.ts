import { columns } from '../../../event/columns'
import { filledColumns, isAudit, isSent, viewColumns } from '../../shared/events-view'
import { IN_PATH } from '../../shared/lake-layout'
import { duckTypes, inUtc, literal } from '../parquet/duck'
import type { Journal } from '../settle/journal'
import { type Sources, sourcesOf } from './sources'

// Files from before `raw_exact` hold half surrogate pairs in `raw`, which would make every query
// fail that reads into it. Only a text with a backslash before a u is parsed to find out. Every
// half and whole pair of such a text becomes U+FFFD; chr(1) stands in no JSON text.
const IS_ODD = `contains(raw, '\\u') AND NOT json_valid(raw)`
const EVENED = String.raw`replace(regexp_replace(replace(raw, '\\', chr(1)),
  '\\u[dD][89a-fA-F][0-9a-fA-F]{2}', '\\ufffd', 'g'), chr(1), '\\')`

/** A viewer sees the events of one tenant, or of all, from a session in some time zone. */
export interface Viewer {
  tenantId?: string | undefined
  /** UTC when left out. */
  timezone?: string | undefined
  /** A condition over the columns of the view. */
  where?: string | undefined
  /** If true, the SQL over the view is somebody else's. */
  isForeign?: boolean | undefined
}

/**
 * Writes the SQL of the views over the files there now: what is landed, and what is settled. `events` has what was
 * sent, `audit` the entries of the audit trail.
 * @param journal of a day whose files are being exchanged
 */
export async function viewsOf(
  folder: string,
  viewer: Viewer,
  journal?: Journal,
): Promise<{ events: string; audit?: string }> {
  const { tenantId, timezone, where, isForeign = false } = viewer
  const isUtc = timezone === undefined || timezone === 'UTC'
  const all = rowsIn(await sourcesOf(folder, journal), { isUtc })
  if (isForeign) return { events: forForeign(all, viewer) }
  const tenant = tenantId === undefined ? '' : ` AND tenant_id = ${literal(tenantId)}`
  const sent = `${all} WHERE ${isSent}${tenant}`
  // It goes by the columns as they are seen outside: the view replaces some of those of the files.
  const events = where === undefined ? sent : `SELECT * FROM (${sent}) WHERE ${where}`
  return { events, audit: `${all} WHERE ${isAudit}${tenant}` }
}

// These come from the path, and say nothing of anybody: filters on them still decide which files are opened.
const OF_THE_PATH = ['day', 'retention_class']

/**
 * Writes the view for SQL that is not ours. An engine may evaluate an expression of its over a row before
 * it asks whose row that is, and an error would tell of it. So each column itself asks: of a row that is
 * not to be seen, there is nothing but NULL to evaluate.
 */
function forForeign(all: string, { tenantId, where }: Viewer): string {
  const tenant = tenantId === undefined ? [] : [`tenant_id = ${literal(tenantId)}`]
  const seen = [isSent, ...tenant, ...(where === undefined ? [] : [`(${where})`])].join(' AND ')
  const columns = viewColumns.map(({ name }) =>
    OF_THE_PATH.includes(name) ? name : `CASE WHEN ${seen} THEN ${name} END AS ${name}`,
  )
  return `SELECT ${columns.join(', ')} FROM (${all}) WHERE ${seen}`
}

const nothing = nothingOf(duckTypes.timestamp)

function nothingOf(timestamp: string): string {
  const typed = viewColumns.map(({ name, type }) => {
    return `NULL::${type === 'timestamp' ? timestamp : duckTypes[type]} AS ${name}`
  })
  return `SELECT ${typed.join(', ')} WHERE false`
}

/**
 * Writes the SQL of every row of some files, with the columns of the view.
 *
 * Copies are not looked for, as they are in `shared/events-view.ts`: this archive writes each record
 * once (`archive.write` repeats none), settling finds the others, and a window over everything costs
 * what it reads.
 */
export function rowsIn(sources: Sources, { isUtc }: { isUtc: boolean }): string {
  const found = [...zonedIn(sources), ...othersIn(sources, { isUtc })]
  const filled = Object.entries(filledColumns).map(([name, value]) => `${value} AS ${name}`)
  return `SELECT * REPLACE (
      CASE WHEN ${IS_ODD} THEN ${EVENED} ELSE raw END AS raw,
      CASE WHEN ${IS_ODD} THEN raw ELSE raw_exact END AS raw_exact,
      ${filled.join(', ')})
    FROM (${[nothing, ...found].join(' UNION ALL BY NAME ')})`
}

// A file that was written before a column was added does not have it: NULL stands for it. To be told which
// columns there are spares the engine to look into every file first, and to hold all that it has seen there: of ten
// thousand files of a minute that was a gigabyte.
const SCHEMA = columns
  .filter(({ name }) => name !== IN_PATH)
  .map(({ name, type }) => {
    return `'${name}': { name: '${name}', type: '${duckTypes[type]}', default_value: NULL }`
  })
  .join(', ')

function zonedIn({ zoned }: Sources): string[] {
  return zoned.length > 0 ? [read(zoned, `schema = MAP { ${SCHEMA} }`)] : []
}

/**
 * Times of a former version have no zone. DuckDB takes them for times in the zone of the session: right where that is
 * UTC. Columns are matched by name: each file is looked into first.
 */
function othersIn({ others }: Sources, { isUtc }: { isUtc: boolean }): string[] {
  if (others.length === 0) return []
  const found = read(others, 'union_by_name = true')
  if (isUtc) return [found]
  const times = columns.filter(({ type }) => type === 'timestamp').map(({ name }) => name)
  const inZone = times.map((name) => `${inUtc(`${name}::TIMESTAMP`)} AS ${name}`)
  return [
    `SELECT * REPLACE (${inZone.join(', ')}) FROM (${nothingOf('TIMESTAMP')} UNION ALL BY NAME ${found})`,
  ]
}

// A filter on what is in the path opens only files below it. A folder of a former version has no name of its
// column before it.
function read(files: readonly string[], how: string): string {
  return `SELECT COLUMNS(lambda name: name NOT IN ('retention_class', 'filename')),
      split_part(parse_path(filename, 'both_slash')[-4], '=', -1) AS retention_class,
      split_part(parse_path(filename, 'both_slash')[-3], '=', -1) AS day
    FROM read_parquet([${files.map(literal).join(', ')}],
      ${how}, filename = true, hive_partitioning = false)`
}
