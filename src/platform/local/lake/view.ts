import { existsSync } from 'node:fs'
import { viewColumns } from '../../shared/events-view'
import { duckTypes, literal } from '../parquet/duck'

// Files from before `raw_exact` hold half surrogate pairs in `raw`, which would make every query
// fail that reads into it. Only a text with a backslash before a u is parsed to find out. Every
// half and whole pair of such a text becomes U+FFFD; chr(1) stands in no JSON text.
const IS_ODD = `contains(raw, '\\u') AND NOT json_valid(raw)`
const EVENED = String.raw`replace(regexp_replace(replace(raw, '\\', chr(1)),
  '\\u[dD][89a-fA-F][0-9a-fA-F]{2}', '\\ufffd', 'g'), chr(1), '\\')`

/** Writes the SQL of the view `events` over the files there now. @param tenantId all by default */
export async function eventsView(folder: string, tenantId?: string): Promise<string> {
  const all = await allEvents(folder)
  return tenantId === undefined ? all : `${all} WHERE tenant_id = ${literal(tenantId)}`
}

// Copies are not looked for, as they are in `shared/events-view.ts`: this archive writes each record
// once (`archive.write` repeats none), and a window over everything costs what it reads.
async function allEvents(folder: string): Promise<string> {
  const typed = viewColumns.map(({ name, type }) => `NULL::${duckTypes[type]} AS ${name}`)
  const nothing = `SELECT ${typed.join(', ')} WHERE false`
  if (!(await hasFiles(folder))) return `SELECT * FROM (${nothing})`
  // Columns are matched by name: a file written before a column was added does not have it, and one
  // of Firehose does not have what its path says. A filter on what is in the path opens only files
  // below it.
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
