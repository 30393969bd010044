import { filledColumns, isSent, viewColumns } from '../../shared/events-view'
import { glueTypes } from '../lake/glue-table'

/** The settled lake is this table of Iceberg, in the database of the lake. */
export const SETTLED = 'settled'

/** Its files have this prefix in the lake's bucket. `VACUUM` wants a folder, not a bucket. */
export const SETTLED_PREFIX = 'settled/'

/**
 * Copies of an event are looked for among what landed so many days before it: as long as the profile that
 * keeps the hot store longest knows an event again, with time for what a failed batch or Firehose held up.
 */
const COPIES_WITHIN_DAYS = 35

// The rows of a class and day are spread over so many files by who acted: a question about one learner
// reads one of them, by the metadata alone. With the file of events that nobody did it makes five files a
// class and day at the least, and twenty partitions a statement, where Athena takes a hundred.
const BUCKETS = 4

/** The columns of the settled table are those of the view `events`, with the day of the landing. */
export const settledColumns = viewColumns.map(({ name, type }) => ({ name, type: glueTypes[type] }))

/**
 * Athena's own properties of the table. A deletion of rows only notes them at first: with the threshold of
 * one, `OPTIMIZE` writes every file without its deleted rows. Zstandard takes about what GZIP does, and is
 * read faster. What a `VACUUM` removes was replaced an hour before or earlier: queries end after half of it.
 */
const properties: Record<string, string> = {
  table_type: 'ICEBERG',
  format: 'parquet',
  write_compression: 'zstd',
  optimize_rewrite_delete_file_threshold: '1',
  vacuum_max_snapshot_age_seconds: '3600',
  vacuum_min_snapshots_to_keep: '1',
  vacuum_max_metadata_files_to_keep: '10',
}

/** Makes the table where there is none, in Athena's form of it. */
export function createTable(bucket: string): string {
  const named = settledColumns.map(({ name, type }) => `\`${name}\` ${type}`)
  const set = Object.entries(properties).map(([name, value]) => `'${name}'='${value}'`)
  return `CREATE TABLE IF NOT EXISTS ${SETTLED} (
  ${named.join(',\n  ')}
)
PARTITIONED BY (retention_class, day, bucket(${BUCKETS}, actor_id))
LOCATION 's3://${bucket}/${SETTLED_PREFIX}'
TBLPROPERTIES (${set.join(', ')})`
}

/** Adds columns that a newer version has, in Athena's form. Rows from before have no value there. */
export function addColumns(missing: readonly string[]): string {
  const added = settledColumns.filter(({ name }) => missing.includes(name))
  return `ALTER TABLE ${SETTLED} ADD COLUMNS (${added.map(({ name, type }) => `\`${name}\` ${type}`).join(', ')})`
}

/** Answers no row, and with it the columns that the table has. */
export const describeTable = `SELECT * FROM ${SETTLED} LIMIT 0`

/** A piece of a day, where a day is more than a statement takes: `at` is from 0 to below `of`. */
export interface Piece {
  at: number
  of: number
}

/**
 * Settles a landed day: each event that is not in the table yet is added once. A repeat adds nothing, and of two
 * at a time Iceberg lets one commit, so it may be asked again after any failure.
 * @param leaving a condition for rows that are not taken over
 * @param piece takes a part of the events, by their ids: `of` is a power of two
 */
export function mergeDay(day: string, leaving?: string, piece?: Piece): string {
  const names = settledColumns.map(({ name }) => name)
  const filled = names.map((name) =>
    name in filledColumns ? `${filledColumns[name]} AS ${name}` : name,
  )
  const kept = leaving === undefined ? '' : ` AND NOT coalesce((${leaving}), false)`
  const hash = 'from_big_endian_64(xxhash64(to_utf8(event_id)))'
  const part = piece === undefined ? '' : ` AND bitwise_and(${hash}, ${piece.of - 1}) = ${piece.at}`
  return `MERGE INTO ${SETTLED} AS s
USING (
  SELECT ${names.join(', ')}
  FROM (
    SELECT ${filled.join(', ')},
      row_number() OVER (PARTITION BY tenant_id, event_id ORDER BY received_at) AS copy
    FROM archive
    WHERE day = ${text(day)}${part}${kept}
  ) AS copies
  WHERE copy = 1
) AS landed
ON s.tenant_id = landed.tenant_id AND s.event_id = landed.event_id AND s.day >= ${text(dayBefore(day, COPIES_WITHIN_DAYS))}
WHEN NOT MATCHED THEN INSERT (${names.join(', ')})
VALUES (${names.map((name) => `landed.${name}`).join(', ')})`
}

/**
 * Makes the view `events` anew: what is settled, and behind it what has landed since. The day between the
 * two is written into the text, so that a query reads neither partition nor listing of days that the other part
 * has, and one statement moves a day from here to there.
 * @param from the first day that is read as it landed, `YYYY-MM-DD`
 */
export function replaceView(from: string): string {
  return `CREATE OR REPLACE VIEW events AS ${viewText(from)}`
}

/** Writes the SQL of the view, which Trino takes as Athena does. */
export function viewText(from: string): string {
  // Iceberg counts microseconds, and the landed table milliseconds, as every reader of the view does.
  const settled = viewColumns.map(({ name, type }) => {
    return type === 'timestamp' ? `CAST(${name} AS timestamp(3)) AS ${name}` : name
  })
  const names = viewColumns.map(({ name }) => name)
  const landed = names.map((name) =>
    name in filledColumns ? `${filledColumns[name]} AS ${name}` : name,
  )
  return `SELECT ${settled.join(', ')}
FROM ${SETTLED}
WHERE day < ${text(from)} AND ${isSent}
UNION ALL
SELECT ${landed.join(', ')}
FROM (
  SELECT *, row_number() OVER (
    PARTITION BY tenant_id, event_id, retention_class, day ORDER BY received_at
  ) AS copy
  FROM archive
  WHERE day >= ${text(from)} AND ${isSent}
) AS copies
WHERE copy = 1`
}

/** Writes files anew that are small or have deleted rows, of the days from one on. */
export function optimize(from?: string): string {
  const only = from === undefined ? '' : ` WHERE day >= ${text(from)}`
  return `OPTIMIZE ${SETTLED} REWRITE DATA USING BIN_PACK${only}`
}

/** Removes the files that no reader can see any more. */
export const vacuum = `VACUUM ${SETTLED}`

/**
 * Counts the rows and the files of a day, by class: as it landed and as it is settled.
 *
 *     landed  | standard | rows | files
 *     settled | standard | rows | files
 */
export function countDay(day: string): string {
  return ['archive', SETTLED]
    .map((table) => {
      return `SELECT ${text(table)}, retention_class, count(*), count(DISTINCT "$path")
FROM ${table} WHERE day = ${text(day)} GROUP BY retention_class`
    })
    .join('\nUNION ALL\n')
}

/** Counts the rows for which each of the conditions holds, in one reading. */
export function foundWhere(
  table: string,
  conditions: readonly string[],
  tenants: readonly string[],
): string {
  const names = conditions.map((_, at) => `of_${at}`)
  // Each is long, and stands in it once.
  const asked = conditions.map((one, at) => `${one} AS of_${at}`)
  return `SELECT ${names.map((name) => `count_if(${name})`).join(', ')}
FROM (
  SELECT ${asked.join(', ')} FROM ${table}
  WHERE tenant_id IN (${[...new Set(tenants)].map(text).join(', ')})
) AS found`
}

/** Counts the rows for which a condition holds, by class and day of their landing. */
export function countWhere(condition: string): string {
  return `SELECT retention_class, day, count(*)
FROM ${SETTLED} WHERE ${condition} GROUP BY retention_class, day ORDER BY day, retention_class`
}

/** Removes rows. */
export function deleteWhere(condition: string): string {
  return `DELETE FROM ${SETTLED} WHERE ${condition}`
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a text of SQL may not hold as they are
const CONTROLS = /[\u0000-\u001f\u007f]/
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const ESCAPED = /[\u0000-\u001f\u007f\\]/g

/**
 * Writes a text as SQL, half a surrogate pair as the lake has it (U+FFFD). Control characters are escaped, the way
 * of SQL's `U&'…'`.
 */
export function text(value: string): string {
  const quoted = value.toWellFormed().replaceAll("'", "''")
  if (!CONTROLS.test(quoted)) return `'${quoted}'`
  const escaped = quoted.replaceAll(ESCAPED, (one) => {
    return `\\${one.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
  return `U&'${escaped}'`
}

const DAY_MS = 24 * 60 * 60 * 1000

/** @param day `YYYY-MM-DD` */
export function dayBefore(day: string, days: number): string {
  return new Date(Date.parse(day) - days * DAY_MS).toISOString().slice(0, 10)
}
