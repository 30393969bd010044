// Space and comments may stand before a statement's first word.
const BEFORE = String.raw`(?:\s|--[^\n]*(?:\n|$)|/\*[\s\S]*?\*/)*`
const WITH = new RegExp(`^(${BEFORE})with\\b(\\s+recursive\\b)?`, 'i')

/**
 * Makes a query whose `events` are those of one tenant. Athena has one view for everybody, so a
 * table of this statement only takes its name; what is no query (`SHOW`, `UNLOAD`) is refused as
 * bad syntax.
 */
export function boundToTenant(sql: string, tenantId: string, database: string): string {
  const named = tenantId.replaceAll("'", "''")
  const events = `events AS (SELECT * FROM "${database}".events WHERE tenant_id = '${named}')`
  const [before, comments = '', recursive = ''] = WITH.exec(sql) ?? []
  if (before === undefined) return `WITH ${events}\n${sql}`
  return `${comments}WITH${recursive} ${events},${sql.slice(before.length)}`
}
