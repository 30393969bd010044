/** A question that people ask of the lake, as one SQL text that Trino, Athena and DuckDB take. */
export interface NamedQuery {
  /** Its name on the command line and in Athena, kebab-case. */
  id: string
  title: string
  /** A sentence tells what it answers, and what its numbers mean. */
  description: string
  /** The whole statement, title and description above it as comments. Reads the view `events`. */
  sql: string
}

export function namedQuery({ id, title, description, sql }: NamedQuery): NamedQuery {
  const header = [title, '', ...wrap(description), '', NARROWING].map((line) =>
    `-- ${line}`.trimEnd(),
  )
  return { id, title, description, sql: `${header.join('\n')}\n${sql.trim()}\n` }
}

// `day` is a folder of the lake, so this decides what is read and paid for. Wide enough for every day
// there will be; the form is found again by `narrowed`.
const FIRST = '2026-01-01'
const LAST = '2999-12-31'
const NARROWING =
  'Days of arrival (UTC) are in the first lines: narrow them, and only those are read.'

/** Condition of every named query: the days of arrival that it reads, all unless narrowed. */
export const days = `day BETWEEN '${FIRST}' AND '${LAST}'`

/** The same query, reading only some days of arrival. @param range days as `2026-11-21`, inclusive */
export function narrowed(sql: string, range: { from?: string; to?: string }): string {
  const { from = FIRST, to = LAST } = range
  return sql.replaceAll(days, `day BETWEEN '${from}' AND '${to}'`)
}

// A comment that fits beside the SQL in an editor.
const WIDTH = 96

function wrap(text: string): string[] {
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = `${lines.at(-1)} ${word}`.trimStart()
    if (line.length > WIDTH) lines.push(word)
    else lines[lines.length - 1] = line
  }
  return lines
}
