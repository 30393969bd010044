import { columns } from '../../event/columns'
import { AUDIT_TYPES, OWN_SOURCE } from '../../event/own'

/** The view `events` has the columns of a record, then the day of its place in the lake. */
export const viewColumns = [
  ...columns.map(({ name, type }) => ({ name, type })),
  { name: 'day', type: 'string' as const },
]

/** Files from before a column was added do not have it: the view says then what it would hold. */
export const filledColumns: Record<string, string> = {
  occurred_at: 'coalesce(occurred_at, least(event_time, received_at))',
}

/** Entries of the audit trail lie in the lake beside what was sent, and are no part of the view `events`. */
export const isAudit = `source_id = '${OWN_SOURCE}' AND type LIKE '${AUDIT_TYPES}%'`
export const isSent = `(source_id IS DISTINCT FROM '${OWN_SOURCE}' OR type NOT LIKE '${AUDIT_TYPES}%')`

function shown(name: string): string {
  return name in filledColumns ? `${filledColumns[name]} AS ${name}` : name
}

/**
 * The SQL defines the view `events` over `archive`, and Trino, Athena and DuckDB take it unchanged.
 * It gives one row an event where the archive is at least once. It looks for copies within a day,
 * so that a filter on `day` or `retention_class` still reads nothing else: engines push a filter
 * below a window only by the columns that it is partitioned by (decisions/0052).
 */
export const eventsView = `SELECT ${viewColumns.map(({ name }) => shown(name)).join(', ')}
FROM (
  SELECT *, row_number() OVER (
    PARTITION BY tenant_id, event_id, retention_class, day ORDER BY received_at
  ) AS copy
  FROM archive
  WHERE ${isSent}
) AS copies
WHERE copy = 1`
