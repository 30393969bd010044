import { type Column, type ColumnType, columns } from '../../../event/columns'
import { IN_PATH } from '../../shared/lake-layout'
import { escapes, ITEM } from '../log/line'
import type { LineColumn } from './archive-job'
import { duckTypes, inUtc, literal } from './duck'

interface Copy {
  /** The input file has segments, one after another. */
  input: string
  /** The output is the Parquet file to write. */
  output: string
  /** A line has these columns, in this order. */
  lines: readonly LineColumn[]
  /**
   * The longest line of the segments, and all of them at most, have so many bytes; `isEscaped` says
   * whether any value is escaped.
   */
  longest: number
  unpacked: number
  isEscaped: boolean
  /**
   * If true, all is read as text first, so that a value of a wrong type becomes null: a third
   * slower.
   */
  isCareful?: boolean
}

/**
 * Lines up to so many bytes are read by 4 MB at a time; with longer ones, the whole input is one
 * piece: the parallel reader gives up on a line that spans three, and sixteen times the longest,
 * which is DuckDB's own measure, would be 100 MB where a line has six.
 */
export const USUAL_LINE = 256 * 1024
const BUFFERED_LINES = 16

/**
 * The options say how files of the lake are written. Level 1 writes files no larger than level 3 in
 * half the time. A row group is buffered, and a reader of raw unpacks one: 16 MB of it, or 16,384
 * rows of 1 KB. A dictionary of texts has 128 KB: each of some forty columns takes room for all of it
 * (1 MB by itself), and files are no larger.
 */
export const PARQUET = `(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1,
      ROW_GROUP_SIZE 16384, ROW_GROUP_SIZE_BYTES '16MB', STRING_DICTIONARY_PAGE_SIZE_LIMIT 131072)`

/**
 * Writes the SQL that turns segments into Parquet: DuckDB unpacks, parses and writes, not this
 * process.
 */
export function copyStatement(copy: Copy): string {
  const { input, output, lines, longest, unpacked, isEscaped, isCareful = false } = copy
  const types = lines.map(({ name, type }) => {
    return `${name}: '${isCareful ? 'VARCHAR' : readAs(type)}'`
  })
  const present = new Set(lines.map(({ name }) => name))
  const selected = columns
    .filter(({ name }) => name !== IN_PATH)
    .map((column) => {
      return `${expressionOf(column, { present, isEscaped, isCareful })} AS ${column.name}`
    })
  const lineBytes = Math.max(longest, USUAL_LINE)
  const isUsual = longest <= USUAL_LINE
  const buffer = isUsual ? BUFFERED_LINES * lineBytes : Math.max(2 * longest, unpacked)
  return `COPY (
    SELECT ${selected.join(', ')}
    FROM read_csv(${literal(input)}, compression = 'zstd', auto_detect = false, header = false,
      delim = '\t', quote = '', escape = '', nullstr = '',
      max_line_size = ${lineBytes}, buffer_size = ${buffer}, columns = { ${types.join(', ')} }))
    TO ${literal(output)} ${PARQUET}`
}

function readAs(type: ColumnType): string {
  if (type === 'strings') return 'VARCHAR'
  // All times of a line are in UTC; to read their zone takes half as long again.
  return type === 'timestamp' ? 'TIMESTAMP' : duckTypes[type]
}

interface Reading {
  /** Lines have these columns. */
  present: ReadonlySet<string>
  isEscaped: boolean
  isCareful: boolean
}

function expressionOf({ name, type }: Column, reading: Reading): string {
  const { present, isEscaped, isCareful } = reading
  // If a line holds another text for SQL, what was sent stands beside it.
  const hasOther = present.has('raw_for_sql')
  if (name === 'raw') return hasOther ? 'coalesce(raw_for_sql, raw)' : name
  if (name === 'raw_exact')
    return `CASE WHEN ${hasOther ? 'raw_for_sql' : 'NULL'} IS NOT NULL THEN raw END`
  // Lines of an earlier version do not have what has been added since.
  if (!present.has(name)) return `NULL::${duckTypes[type]}`
  if (type === 'strings') return listOf(name, isEscaped)
  if (type === 'string') return isEscaped ? unescaped(name) : name
  const value = isCareful ? `try_cast(${name} AS ${readAs(type)})` : name
  // A cast would go by the time zone of the session, and through its calendar.
  return type === 'timestamp' ? inUtc(value) : value
}

function listOf(name: string, isEscaped: boolean): string {
  const items = `string_split(${name}, chr(${ITEM.charCodeAt(0)}))`
  const list = isEscaped ? `list_transform(${items}, lambda item: ${unescaped('item')})` : items
  // A list without items is written like none. Of the two lists, this one is never absent.
  return name === 'issue_codes' ? `coalesce(${list}, [])` : list
}

/**
 * Undoes escapes, the escape itself last, so that what it gives back is not taken for another one.
 */
function unescaped(text: string): string {
  return escapes.reduceRight((inner, [char, letter]) => {
    return `replace(${inner}, chr(1) || '${letter}', chr(${char.charCodeAt(0)}))`
  }, text)
}
