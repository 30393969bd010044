import { MAX_SQL, SQL_PARAMETER } from '../../../syntax/sql'
import type { Foreign, SqlValue } from '../../lake'
import { viewColumns } from '../../shared/events-view'
import { checkParameters, notAllowed } from '../../shared/foreign-sql'
import { judgeTree, textOf, tokensOf } from './judge/judge'

/** Says which events somebody else's SQL has, and by whose clock. */
interface Bound {
  /** A condition over the columns of the view. */
  seen: string
  timezone: string | undefined
  database: string
}

/**
 * Judges somebody else's SQL, and makes a statement of it whose `events` are those that it may see.
 * @throws {AppError} `invalid_request` with what is not allowed
 */
export function boundForeign(sql: string, { parameters }: Foreign, bound: Bound): string {
  const { timezone } = bound
  const given = (name: string) => literalOf(parameters[name]!, timezone)
  const { text, names } = withLiterals(sql, (name) =>
    Object.hasOwn(parameters, name) ? given(name) : 'NULL',
  )
  checkParameters(names, parameters)
  const begins = judgeTree(text)
  const events = `events AS (${eventsFor(bound)})`
  if (begins === undefined) return `WITH ${events}\n${text}`
  const tokens = tokensOf(text).map(textOf)
  return [...tokens.slice(0, begins + 1), ` ${events},`, ...tokens.slice(begins + 1)].join('')
}

/** Judges SQL without running it. @returns the names of its parameters */
export function judgeForeign(sql: string): string[] {
  const { text, names } = withLiterals(sql, () => 'NULL')
  judgeTree(text)
  return names
}

/** Puts literals where `$name` stands; within a text or a comment it is none. */
function withLiterals(sql: string, literal: (name: string) => string) {
  if (sql.length > MAX_SQL) throw notAllowed(`it is longer than ${MAX_SQL} characters`)
  if (sql.includes('\0') || !sql.isWellFormed()) throw notAllowed('it is no text in UTF-8')
  const names = new Set<string>()
  const tokens = tokensOf(sql).map(textOf)
  const written = tokens.map((text, at) => {
    if (tokens[at - 1] === '$') {
      if (!SQL_PARAMETER.test(text))
        throw notAllowed('a parameter is $ and a name, such as $course')
      names.add(text)
      return ` ${literal(text)} `
    }
    return text === '$' ? '' : text
  })
  return { text: written.join(''), names: [...names] }
}

function literalOf(given: SqlValue, timezone: string | undefined): string {
  switch (given.type) {
    case 'text':
      return quoted(given.value)
    case 'date':
      return `DATE ${quoted(given.value)}`
    case 'time': {
      const utc = new Date(given.value).toISOString().replace('T', ' ').replace('Z', '')
      return `TIMESTAMP ${quoted(timezone === undefined ? utc : `${utc} UTC`)}`
    }
    case 'integer':
      return given.value < 0 ? `(${given.value})` : String(given.value)
    case 'number': {
      const written = given.value.toExponential().toUpperCase()
      return given.value < 0 ? `(${written})` : written
    }
    case 'boolean':
      return String(given.value)
    case 'null':
      return 'NULL'
  }
}

// These come from the path, and say nothing of anybody: filters on them still decide what is read and paid for.
const OF_THE_PATH = ['day', 'retention_class']

/**
 * Writes the events for SQL that is not ours. An engine may evaluate an expression of its over a row before it asks
 * whose row that is, and an error would tell of it. So each column itself asks: of a row that is not to
 * be seen, there is nothing but NULL to evaluate.
 */
function eventsFor({ seen, timezone, database }: Bound): string {
  const columns = viewColumns.map(({ name, type }) => {
    if (OF_THE_PATH.includes(name)) return name
    const isTime = type === 'timestamp' && timezone !== undefined
    const value = isTime ? `with_timezone(${name}, 'UTC') AT TIME ZONE ${quoted(timezone)}` : name
    return `CASE WHEN ${seen} THEN ${value} END AS ${name}`
  })
  return `SELECT ${columns.join(', ')} FROM "${database}".events WHERE ${seen}`
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
