import { counted } from '../../query/sql/scaled'
import { oneVisit, order, people, type VisitsAsked, visitsSql } from './visits'

export interface SequencesAsked extends VisitsAsked {
  /** So many steps make a sequence. */
  length: number
  /** If true, a step that comes again at once is one step. */
  collapses: boolean
  limit: number
}

/**
 * Writes SQL for the most frequent sequences, each with how often it was met, in how many sessions, of how many
 * people, and how often a session ended with it. The first row has no steps: it counts all sessions.
 */
export function sequencesSql({ length, collapses, limit, ...asked }: SequencesAsked): string {
  const window = `(PARTITION BY ${oneVisit} ORDER BY ${order})`
  const steps = Array.from({ length }, (_, at) => `step_${at + 1}`)
  const names = steps.join(', ')
  const leads = steps.slice(1).map((name, at) => `lead(step, ${at + 1}) OVER ${window} AS ${name}`)
  return `${visitsSql(asked)},
named AS (
  SELECT *, lag(step) OVER ${window} AS before
  FROM visits
  WHERE step IS NOT NULL
),
runs AS (
  SELECT ${oneVisit},
    1e0 / max(rate) OVER (PARTITION BY ${oneVisit}) AS weight,
    step AS step_1,
    ${leads.join(',\n    ')},
    lead(step, ${length}) OVER ${window} AS after
  FROM named${collapses ? '\n  WHERE before IS NULL OR before <> step' : ''}
),
sessions AS (
  SELECT ${oneVisit}, ${names},
    max(weight) AS weight,
    sum(weight) AS times,
    sum(CASE WHEN after IS NULL THEN weight ELSE 0e0 END) AS ended
  FROM runs
  WHERE step_${length} IS NOT NULL
  GROUP BY ${oneVisit}, ${names}
),
frequent AS (
  SELECT 1 AS place, ${names},
    CAST(round(sum(times)) AS bigint) AS times,
    ${counted()} AS sessions,
    ${people} AS people,
    CAST(round(sum(ended)) AS bigint) AS ended,
    count(DISTINCT CASE WHEN ended > 0e0 THEN tenant_id || ' ' || who END) AS people_ended,
    count(DISTINCT CASE WHEN ended < times THEN tenant_id || ' ' || who END) AS people_on
  FROM sessions
  GROUP BY ${names}
  ORDER BY times DESC, ${names}
  LIMIT ${limit + 1}
),
whole AS (
  SELECT ${oneVisit}, 1e0 / max(rate) AS weight
  FROM named
  GROUP BY ${oneVisit}
)
SELECT *
FROM frequent
UNION ALL
SELECT 0, ${steps.map(() => 'CAST(NULL AS varchar)').join(', ')}, CAST(NULL AS bigint),
  ${counted()}, ${people}, CAST(NULL AS bigint), CAST(NULL AS bigint), CAST(NULL AS bigint)
FROM whole
ORDER BY place, times DESC, ${names}`
}
