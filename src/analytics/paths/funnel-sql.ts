import { counted } from '../../query/sql/scaled'
import { sqlText } from '../../syntax/sql'
import { oneVisit, order, people, type VisitsAsked, visitsSql } from './visits'

export interface FunnelAsked extends VisitsAsked {
  steps: readonly string[]
}

/**
 * Writes SQL for a funnel: a row for each step, and before them one (0) for all sessions. A step is reached by
 * its first event after the one that reached the step before; others may lie between.
 */
export function funnelSql({ steps, ...asked }: FunnelAsked): string {
  const all = `PARTITION BY ${oneVisit}`
  const stages = steps.map((step, at) => {
    const after = at === 0 ? '' : ` AND place > at_${at}`
    return `stage_${at + 1} AS (
  SELECT *, min(CASE WHEN step = ${sqlText(step)}${after} THEN place END) OVER (${all}) AS at_${at + 1}
  FROM ${at === 0 ? 'numbered' : `stage_${at}`}
)`
  })
  const places = steps.map((_, at) => at + 1)
  const perStage = places.map(
    (n) =>
      `max(at_${n}) AS at_${n}, max(CASE WHEN place = at_${n} THEN occurred_at END) AS time_${n}`,
  )
  const reached = places.map((n) => `WHEN ${n} THEN at_${n}`)
  const goesOn = places.map((n) => `WHEN ${n - 1} THEN at_${n}`)
  const took = places
    .slice(1)
    .map((n) => `WHEN ${n} THEN date_diff('millisecond', time_${n - 1}, time_${n})`)
  const tookMs = took.length === 0 ? 'CAST(NULL AS bigint)' : `CASE n ${took.join(' ')} END`
  return `${visitsSql(asked)},
numbered AS (
  SELECT ${oneVisit}, occurred_at, rate, step,
    row_number() OVER (${all} ORDER BY ${order}) AS place
  FROM visits
),
${stages.join(',\n')},
sessions AS (
  SELECT ${oneVisit}, 1e0 / max(rate) AS weight,
    ${perStage.join(',\n    ')}
  FROM stage_${steps.length}
  GROUP BY ${oneVisit}
),
reached AS (
  SELECT n, tenant_id, who, weight,
    ${tookMs} AS took_ms,
    CASE n ${goesOn.join(' ')} END IS NULL AS is_left
  FROM sessions
  CROSS JOIN (VALUES ${[0, ...places].map((n) => `(${n})`).join(', ')}) AS stages (n)
  WHERE CASE n WHEN 0 THEN 0 ${reached.join(' ')} END IS NOT NULL
),
ranked AS (
  SELECT *,
    round(sum(weight) OVER (PARTITION BY n ORDER BY took_ms)
      / sum(weight) OVER (PARTITION BY n), 9) AS share
  FROM reached
)
SELECT n,
  ${counted()} AS sessions,
  ${people} AS people,
  count(DISTINCT CASE WHEN is_left THEN tenant_id || ' ' || who END) AS people_left,
  min(took_ms) FILTER (WHERE share >= 0.5) AS median_ms
FROM ranked
GROUP BY n
ORDER BY n`
}
