import { sqlText } from '../../syntax/sql'
import { conditionsOf, equal, type Narrowing } from '../narrowing'

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

/** A query puts these pieces of SQL where it reads `events`, and where it makes days of times. */
export interface Pieces {
  /** The condition on time stands first in `WHERE`: all days of arrival unless narrowed. */
  range: string
  /** The other conditions are empty, or begin with `AND` on a line of their own. */
  andCourse: string
  andSource: string
  /** Writes that only one person is asked for, where one is. @param column who is meant */
  andPerson(column: string): string
  /** Writes the day on which a time was, in the zone that was asked for. */
  dayOf(column: string): string
  /** Writes a time as the clocks of that zone show it. */
  localTime(column: string): string
  /** Writes the day of arrival as text. */
  arrivalDay: string
}

type Writer = (pieces: Pieces) => string

interface Definition extends Omit<NamedQuery, 'sql'> {
  sql: Writer
}

// The whole text of a query finds how it is written: a text is what Athena and `--list` show.
const writers = new Map<string, (narrowing: Narrowing) => string>()

export function namedQuery({ id, title, description, sql }: Definition): NamedQuery {
  const header = [title, '', ...wrap(description), '', NARROWING].map((line) =>
    `-- ${line}`.trimEnd(),
  )
  const write = (narrowing: Narrowing) =>
    `${header.join('\n')}\n${sql(piecesFor(narrowing)).trim()}\n`
  const whole = write({})
  writers.set(whole, write)
  return { id, title, description, sql: whole }
}

const NARROWING =
  'Days of arrival (UTC) are in the first lines: narrow them, and only those are read.'

/** Writes the same query about fewer events. @param sql that of a named query */
export function narrowed(sql: string, narrowing: Narrowing): string {
  const write = writers.get(sql)
  if (write === undefined) throw new Error('only the SQL of a named query can be narrowed')
  return write(narrowing)
}

function piecesFor(narrowing: Narrowing): Pieces {
  const { range, course, source } = conditionsOf(narrowing)
  const and = (condition: string | undefined) => (condition ? `\n    AND ${condition}` : '')
  const { timezone = 'UTC' } = narrowing
  const isUtc = timezone === 'UTC'
  // The inner cast makes an instant of a time without a zone, as Athena has it; DuckDB has instants.
  const localTime = (column: string) => {
    const instant = `CAST(${column} AS timestamp with time zone)`
    return isUtc ? column : `CAST(${instant} AT TIME ZONE ${sqlText(timezone)} AS timestamp)`
  }
  const dayOf = (column: string) => `CAST(${localTime(column)} AS date)`
  return {
    range,
    andCourse: and(course),
    andSource: and(source),
    andPerson: (column) => and(equal(column, narrowing.person)),
    localTime,
    dayOf,
    arrivalDay: isUtc ? 'day' : `CAST(${dayOf('received_at')} AS varchar)`,
  }
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
