import { MARK, targetColumns } from './target'

/**
 * Writes the SQL of a line of PostgreSQL's COPY (text format) for each row: DuckDB writes them, not this process.
 * PostgreSQL's text holds no NUL; U+FFFD stands for it.
 * @param rows selects the columns of `targetColumns`
 */
export function copyLines(rows: string): string {
  const values = [
    KEY,
    MARK,
    ...targetColumns.map(({ name, type }) => {
      if (type === 'string') return escaped(name)
      if (type === 'strings') return escaped(listOf(name))
      // PostgreSQL has the era at the end.
      if (type === 'timestamp') {
        const text = `${name}::VARCHAR`
        return `CASE WHEN contains(${text}, '(BC)') THEN replace(${text}, ' (BC)', '') || ' BC' ELSE ${text} END`
      }
      return `${name}::VARCHAR`
    }),
  ]
  const nullable = values.map((value) => `coalesce(${value}, '\\N')`)
  return `SELECT concat_ws(chr(9), ${nullable.join(', ')}) || chr(10) AS line FROM (${rows})`
}

/**
 * Half of the SHA-256 of an event's id, in hexadecimal, for the index of the table: an id may be longer than a
 * page of an index holds, and of two ids that differ in a NUL both have to be there.
 */
export const KEY = 'left(sha256(event_id), 32)'

function escaped(text: string): string {
  const pairs = [
    ['chr(0)', 'chr(65533)'],
    ["'\\'", "'\\\\'"],
    ['chr(9)', "'\\t'"],
    ['chr(10)', "'\\n'"],
    ['chr(13)', "'\\r'"],
  ]
  return pairs.reduce((inner, [from, to]) => `replace(${inner}, ${from}, ${to})`, text)
}

function listOf(name: string): string {
  const item = `'"' || replace(replace(item, '\\', '\\\\'), '"', '\\"') || '"'`
  const items = `array_to_string(list_transform(${name}, lambda item: ${item}), ',')`
  return `CASE WHEN ${name} IS NOT NULL THEN '{' || coalesce(${items}, '') || '}' END`
}
