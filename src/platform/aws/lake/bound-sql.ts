import type { Foreign } from '../../lake'

// Space and comments may stand before a statement's first word.
const BEFORE = String.raw`(?:\s|--[^\n]*(?:\n|$)|/\*[\s\S]*?\*/)*`
const WITH = new RegExp(`^(${BEFORE})with\\b(\\s+recursive\\b)?`, 'i')

/** A bound says which events a query has, all where nothing is asked for, and by whose clock. */
interface Bound {
  tenantId?: string | undefined
  /** The times of the events have this zone; without it they are UTC, of a type without zones. */
  timezone?: string | undefined
  /** A condition over the columns of the view. */
  where?: string | undefined
  /** The SQL is somebody else's. */
  foreign?: Foreign | undefined
  database: string
}

/**
 * Makes a query whose `events` are those of one tenant, or fewer, or have their times in a zone. Athena has
 * one view for everybody, and Glue has no type for times with a zone, so a table of this statement
 * only takes its name; what is no query (`SHOW`, `UNLOAD`) is refused as bad syntax.
 * @throws {AppError} `invalid_request` for somebody else's SQL that is not allowed
 */
export async function boundTo(sql: string, bound: Bound): Promise<string> {
  const { tenantId, timezone, where, foreign, database } = bound
  const theirs = tenantId === undefined ? undefined : `tenant_id = ${literal(tenantId)}`
  const given = where === undefined ? undefined : `(${where})`
  const conditions = [theirs, given].filter((one) => one !== undefined).join(' AND ')
  if (foreign !== undefined) {
    // A parser of a megabyte is loaded for it.
    const { boundForeign } = await import('./foreign')
    return boundForeign(sql, foreign, { seen: conditions || 'true', timezone, database })
  }
  if (conditions === '' && timezone === undefined) return sql
  const chosen = timezone === undefined ? '*' : await columnsIn(timezone)
  const only = conditions && ` WHERE ${conditions}`
  const events = `events AS (SELECT ${chosen} FROM "${database}".events${only})`
  const [before, comments = '', recursive = ''] = WITH.exec(sql) ?? []
  if (before === undefined) return `WITH ${events}\n${sql}`
  return `${comments}WITH${recursive} ${events},${sql.slice(before.length)}`
}

async function columnsIn(timezone: string): Promise<string> {
  // The columns are loaded when they are needed: no function that starts has a use for them.
  const { viewColumns } = await import('../../shared/events-view')
  const written = viewColumns.map(({ name, type }) => {
    if (type !== 'timestamp') return name
    return `with_timezone(${name}, 'UTC') AT TIME ZONE ${literal(timezone)} AS ${name}`
  })
  return written.join(', ')
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
