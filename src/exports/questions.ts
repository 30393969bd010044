import { sqlInstant } from '../query/narrowing'
import { sqlText } from '../syntax/sql'
import type { DayCount, Slice } from './export'
import type { ExportField } from './fields'

/** SQL for DuckDB and Trino over the view `events`, which is narrowed to what is selected. */
export const DAYS = 'SELECT day, count(*) AS rows FROM events GROUP BY day ORDER BY day'

/** Asks how much of a day arrived in each second. @param day `YYYY-MM-DD` */
export function secondsOf(day: string): string {
  return `SELECT date_trunc('second', received_at) AS second, count(*) AS rows FROM events
    WHERE day = ${sqlText(day)} GROUP BY 1 ORDER BY 1`
}

/** Asks for the events of a slice; with a limit, for some of them in the order of arrival, after one of them. */
export function rowsOf(
  { days: [first, last], from, to }: Slice,
  of: {
    fields: readonly ExportField[]
    after?: { receivedAt: string; eventId: string } | undefined
    limit?: number | undefined
  },
): string {
  const { fields, after, limit } = of
  const at = after && sqlInstant(after.receivedAt)
  const conditions = [
    `day BETWEEN ${sqlText(first)} AND ${sqlText(last)}`,
    from && `received_at >= ${sqlInstant(from)}`,
    to && `received_at < ${sqlInstant(to)}`,
    after &&
      `(received_at > ${at} OR (received_at = ${at} AND event_id > ${sqlText(after.eventId)}))`,
  ]
  // These say where a reader is. A list is whole as JSON in both engines.
  const selected = ['received_at AS at', 'event_id AS id', ...fields.map(columnOf)]
  // To sort whole events takes more memory than an engine has beside a server.
  const some = limit === undefined ? '' : ` ORDER BY received_at, event_id LIMIT ${limit}`
  return `SELECT ${selected.join(', ')} FROM events WHERE ${conditions.filter(Boolean).join(' AND ')}${some}`
}

function columnOf({ column, type }: ExportField): string {
  if (column === 'raw') return 'coalesce(raw_exact, raw) AS raw'
  return type === 'strings' ? `CAST(${column} AS json) AS ${column}` : column
}

/** Takes so many days at once that a slice has what is read at once. A day that has more stands alone. */
export function sliceOfDays(
  days: readonly DayCount[],
  most: number,
): { slice: Slice; taken: number } {
  let taken = 0
  let rows = 0
  for (const day of days) {
    if (taken > 0 && rows + day.rows > most) break
    taken += 1
    rows += day.rows
  }
  const [first, last] = [days[0]!.day, days[taken - 1]!.day]
  return { slice: { days: [first, last], rows }, taken }
}

/** Cuts a day by the seconds in which its events arrived. @param seconds ISO 8601 UTC, in order */
export function slicesOfDay(
  day: string,
  seconds: readonly { second: string; rows: number }[],
  most: number,
): Slice[] {
  const slices: Slice[] = []
  let from = 0
  let rows = 0
  for (const [at, one] of seconds.entries()) {
    if (at > from && rows + one.rows > most) {
      slices.push({ days: [day, day], from: seconds[from]!.second, to: one.second, rows })
      from = at
      rows = 0
    }
    rows += one.rows
  }
  // The last has no end: what arrived within its second is in it.
  if (seconds.length > 0) slices.push({ days: [day, day], from: seconds[from]!.second, rows })
  return slices
}
