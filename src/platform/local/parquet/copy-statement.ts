import { type Column, columns } from '../../../event/columns'
import { escapes, ITEM, lineColumns } from '../log/line'
import { duckTypes, literal } from './duck'

interface Copy {
  /** Segments, one after another. */
  input: string
  /** The Parquet file to write. */
  output: string
  /** Of the segments: the longest line in bytes, and whether any value is escaped. */
  longest: number
  isEscaped: boolean
  /** Reads everything as text first, so that a value of the wrong type becomes null. A third slower. */
  isCareful?: boolean
}

// The reader's own limit for a line, in bytes; beyond it ours follows what the batch really holds.
const LINE_LIMIT = 2 * 1024 * 1024

/** The SQL that turns segments into Parquet: DuckDB unpacks, parses and writes; nothing passes here. */
export function copyStatement(copy: Copy): string {
  const { input, output, longest, isEscaped, isCareful = false } = copy
  const types = lineColumns.map(({ name, type }) => {
    return `${name}: '${isCareful || type === 'strings' ? 'VARCHAR' : duckTypes[type]}'`
  })
  const selected = columns.map((column) => {
    return `${expressionOf(column, isEscaped, isCareful)} AS ${column.name}`
  })
  return `COPY (
    SELECT ${selected.join(', ')}
    FROM read_csv(${literal(input)}, compression = 'zstd', auto_detect = false, header = false,
      delim = '\t', quote = '', escape = '', nullstr = '', max_line_size = ${Math.max(longest, LINE_LIMIT)},
      columns = { ${types.join(', ')} }))
    -- Level 1 writes files no larger than level 3 in half the time. Row groups of 16,384 keep what
    -- is buffered to half a gigabyte, where the usual 122,880 take twice that for 3 % smaller files.
    TO ${literal(output)} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 16384)`
}

function expressionOf({ name, type }: Column, isEscaped: boolean, isCareful: boolean): string {
  if (name === 'raw') return name
  if (type === 'strings') return listOf(name, isEscaped)
  if (type === 'string') return isEscaped ? unescaped(name) : name
  return isCareful ? `try_cast(${name} AS ${duckTypes[type]})` : name
}

function listOf(name: string, isEscaped: boolean): string {
  const items = `string_split(${name}, chr(${ITEM.charCodeAt(0)}))`
  const list = isEscaped ? `list_transform(${items}, lambda item: ${unescaped('item')})` : items
  // A list without items is written like none. Of the two that there are, this one is never absent.
  return name === 'issue_codes' ? `coalesce(${list}, [])` : list
}

/** The escape itself last, so that what it gives back is not taken for another one. */
function unescaped(text: string): string {
  return escapes.reduceRight((inner, [char, letter]) => {
    return `replace(${inner}, chr(1) || '${letter}', chr(${char.charCodeAt(0)}))`
  }, text)
}
