import { personId } from '../../event/person-sql'
import { conditionsOf } from '../../query/narrowing'
import { counted, weight } from '../../query/sql/scaled'
import { sqlText } from '../../syntax/sql'
import { offsetsOf } from '../../syntax/zone-offsets'
import { conditionsIn, filters } from './filters'
import type { MetricsQuestion } from './question'

/** A question of the lake, and which of its rows are of which interval. */
export interface LakeQuestion {
  sql: string
  /** Finds the interval by the first column. */
  placeOf(key: unknown): number | undefined
}

const MINUTE_MS = 60_000
const EPOCH = `CAST('1970-01-01 00:00:00 UTC' AS timestamp with time zone)`

/**
 * Writes a question in SQL for DuckDB and Trino. Each row has the key of an interval, the value of the group, how
 * many events, and how many people; intervals and groups in which nothing happened have none.
 * @param options.only groups that have been found already
 */
export function lakeQuestion(
  question: Pick<MetricsQuestion, 'metric' | 'groupBy' | 'interval' | 'span' | 'top' | 'filters'>,
  edges: readonly number[],
  { only }: { only?: readonly (string | null)[] | undefined } = {},
): LakeQuestion {
  const { groupBy, filters: asked, metric, top } = question
  const [from, to] = [edges[0]!, edges.at(-1)!].map((ms) => new Date(ms).toISOString())
  const { range } = conditionsOf({ from, to, by: 'event' })
  const value = groupBy === undefined ? 'CAST(NULL AS varchar)' : filters[groupBy]
  const all = [range, `kind = 'event'`, ...conditionsIn(asked), only && oneOf(value, only)]
  const { sql: key, of } = keysOf(question, edges)
  const places = new Map(edges.slice(0, -1).map((edge, place) => [of(edge), place]))
  const sql = `
WITH timed AS (
  SELECT ${value} AS group_value, ${personId} AS person_id, ${weight} AS weight,
    date_diff('minute', ${EPOCH}, occurred_at) AS at_minute
  FROM events
  WHERE ${all.filter(Boolean).join('\n    AND ')}
),
counts AS (
  SELECT ${key} AS interval_key, group_value, ${counted()} AS events,
    count(DISTINCT person_id) AS people
  FROM timed
  GROUP BY 1, 2
),
sums AS (
  SELECT *, sum(${metric === 'events' ? 'events' : 'people'}) OVER (PARTITION BY group_value) AS total
  FROM counts
),
ranked AS (
  SELECT *, dense_rank() OVER (ORDER BY total DESC, group_value IS NULL, group_value) AS place
  FROM sums
)
SELECT interval_key, group_value, events, people FROM ranked WHERE place <= ${top + 1}`
  return { sql, placeOf: (found) => places.get(Number(found)) }
}

function oneOf(value: string, groups: readonly (string | null)[]): string {
  const texts = groups.filter((group) => group !== null)
  const any = [
    ...(groups.includes(null) ? [`${value} IS NULL`] : []),
    ...(texts.length > 0 ? [`${value} IN (${texts.map(sqlText).join(', ')})`] : []),
  ]
  return any.length === 0 ? 'false' : `(${any.join(' OR ')})`
}

/**
 * Writes what tells intervals apart, over the minutes since 1970 of a row. The engines' own calendars would do, but
 * for the hour that a zone has twice.
 */
function keysOf(
  { interval, span: { timeZone } }: Pick<MetricsQuestion, 'interval' | 'span'>,
  edges: readonly number[],
): { sql: string; of(ms: number): number } {
  if (interval === undefined) return { sql: '0', of: () => 0 }
  const offsets = offsetsOf(timeZone, edges[0]!, edges.at(-1)!)
  const later = offsets
    .slice(1)
    .reverse()
    .map(({ from, minutes }) => `WHEN at_minute >= ${from / MINUTE_MS} THEN ${minutes}`)
  const [{ minutes: first }] = offsets as [(typeof offsets)[number]]
  const offset = later.length === 0 ? `${first}` : `CASE ${later.join(' ')} ELSE ${first} END`
  const offsetAt = (ms: number) => offsets.findLast(({ from }) => from <= ms)?.minutes ?? first
  const units = (text: string, size: number) => `CAST(floor((${text}) / ${size}e0) AS bigint)`
  const daySql = units(`at_minute + ${offset}`, 1440)
  const dayOf = (ms: number) => Math.floor((Math.floor(ms / MINUTE_MS) + offsetAt(ms)) / 1440)
  if (interval === 'day') return { sql: daySql, of: dayOf }
  if (interval === 'week') {
    // Weeks of the period before may begin on other days.
    const origin = dayOf(edges.length > 2 ? edges[1]! : edges[0]!)
    return {
      sql: units(`${daySql} - ${origin}`, 7),
      of: (ms) => Math.floor((dayOf(ms) - origin) / 7),
    }
  }
  return {
    sql: `${units(`at_minute + ${offset}`, 60)} * 60 - ${offset}`,
    of(ms) {
      const own = offsetAt(ms)
      return Math.floor((Math.floor(ms / MINUTE_MS) + own) / 60) * 60 - own
    },
  }
}
