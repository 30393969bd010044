import { course } from '../../query/narrowing'
import { personId } from '../../query/sql/people'
import { counted, tenths } from '../../query/sql/scaled'

/** A row of the answer is about one of these. */
export const groupings = ['course', 'learner', 'learner,course'] as const
export type Grouping = (typeof groupings)[number]

export const orders = ['id', 'activeMinutes', 'lastSeen'] as const
export type EngagementOrder = (typeof orders)[number]

export interface EngagementAsked {
  groupBy: Grouping
  /** A longer pause than this ends a sitting, minutes. */
  gap: number
  /** SQL of an instant: only learners who were not seen since. */
  unseenBefore?: string | undefined
  order: EngagementOrder
  limit: number
}

const MINUTE_MS = 60_000

/**
 * Writes SQL for how much people work, by course, by learner, or by both, for DuckDB and Trino. Days are those of the
 * zone that the query is asked in.
 */
export function engagementSql(asked: EngagementAsked): string {
  const { groupBy, gap, limit } = asked
  const byCourse = groupBy !== 'learner'
  const within = byCourse ? 'tenant_id, course, person_id' : 'tenant_id, person_id'
  const gapMs = gap * MINUTE_MS
  return `WITH chosen AS (
  SELECT tenant_id, event_id, actor_id, actor_name, member_id, membership_roles, session_id,
    occurred_at, coalesce(sample_rate, 1e0) AS rate,
    ${course} AS course,
    ${personId} AS person_id
  FROM events
  WHERE kind = 'event'
),
others AS (
  SELECT DISTINCT c.tenant_id, c.course, coalesce(c.member_id, c.actor_id) AS person_id
  FROM chosen AS c
  CROSS JOIN UNNEST(c.membership_roles) AS one (role)
  WHERE lower(one.role) NOT LIKE '%learner%'
    AND lower(one.role) NOT LIKE '%student%'
    AND one.role NOT IN ('Member', 'Member#Member')
),
learning AS (
  SELECT c.*
  FROM chosen AS c
  LEFT JOIN others AS o
    ON o.tenant_id = c.tenant_id AND o.course = c.course AND o.person_id = c.person_id
  WHERE c.person_id IS NOT NULL AND o.person_id IS NULL${byCourse ? ' AND c.course IS NOT NULL' : ''}
),
steps AS (
  SELECT ${within}, actor_name, session_id, occurred_at,
    1e0 / rate AS weight,
    1e0 / max(rate) OVER (PARTITION BY ${within}, session_id) AS session_weight,
    row_number() OVER (PARTITION BY ${within}, session_id ORDER BY occurred_at, event_id) AS place,
    date_diff(
      'millisecond',
      lag(occurred_at) OVER (PARTITION BY ${within} ORDER BY occurred_at, event_id),
      occurred_at
    ) AS pause_ms
  FROM learning
),
people AS (
  SELECT ${within},
    max(actor_name) AS name,
    ${counted()} AS events,
    CAST(round(sum(CASE WHEN session_id IS NOT NULL AND place = 1 THEN session_weight
      ELSE 0e0 END)) AS bigint) AS sessions,
    CAST(round(sum(CASE WHEN pause_ms <= ${gapMs} THEN 0e0 ELSE session_weight END)) AS bigint)
      AS sittings,
    sum(CASE WHEN pause_ms <= ${gapMs} THEN session_weight * pause_ms ELSE 0e0 END) / 6e4
      AS minutes,
    count(DISTINCT CAST(occurred_at AS date)) AS active_days,
    min(occurred_at) AS first_seen,
    max(occurred_at) AS last_seen
  FROM steps
  GROUP BY ${within}
)
${groupBy === 'course' ? coursesSql : learnersSql(within, asked)}
LIMIT ${limit + 1}`
}

const coursesSql = `, ranked AS (
  SELECT *,
    row_number() OVER (PARTITION BY tenant_id, course ORDER BY minutes, person_id) AS place,
    count(*) OVER (PARTITION BY tenant_id, course) AS many
  FROM people
)
SELECT
  course,
  count(*) AS people,
  CAST(sum(events) AS bigint) AS events,
  CAST(sum(sessions) AS bigint) AS sessions,
  CAST(sum(sittings) AS bigint) AS sittings,
  ${tenths('sum(minutes)')} AS minutes,
  ${tenths('min(CASE WHEN 2 * place >= many THEN minutes END)')} AS median_minutes,
  count(*) FILTER (WHERE active_days > 1) AS returned,
  min(first_seen) AS first_seen,
  max(last_seen) AS last_seen
FROM ranked
GROUP BY course
ORDER BY course`

const orderings: Record<EngagementOrder, string> = {
  id: '',
  activeMinutes: 'minutes DESC, ',
  lastSeen: 'last_seen, ',
}

function learnersSql(within: string, { unseenBefore, order }: EngagementAsked): string {
  const ids = within.replace('tenant_id, ', '')
  return `SELECT ${ids}, name, events, sessions, sittings, ${tenths('minutes')} AS minutes,
  active_days, first_seen, last_seen
FROM people${unseenBefore === undefined ? '' : `\nWHERE last_seen < ${unseenBefore}`}
ORDER BY ${orderings[order]}${ids}`
}
