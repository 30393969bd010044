import { days, namedQuery } from './named-query'

export const assessmentScores = namedQuery({
  id: 'assessment-scores',
  title: 'Assessment attempts and scores',
  description:
    'For each assessment: how many people tried, how often, how many attempts were submitted and graded, and with what scores in percent? Of several grades of one attempt the latest counts. Attempts are told apart by the id of the Attempt that Caliper asks for, and in xAPI by person and registration.',
  sql: `
WITH chosen AS (
  SELECT *,
    object_id || ' ' || actor_id || ' ' || coalesce(session_id, '') AS taking,
    standard = 'xapi' AND object_type = 'Assessment' AS is_statement
  FROM events
  WHERE ${days}
    AND kind = 'event'
),
attempts AS (
  SELECT
    tenant_id,
    object_id AS assessment_id,
    generated_id AS attempt_id,
    max(object_name) AS name,
    max(actor_id) AS person_id,
    count(*) FILTER (WHERE action = 'Submitted') AS submissions
  FROM chosen
  WHERE type = 'AssessmentEvent' AND generated_id IS NOT NULL
  GROUP BY 1, 2, 3
  UNION ALL
  SELECT
    tenant_id,
    object_id AS assessment_id,
    taking AS attempt_id,
    max(object_name) AS name,
    max(actor_id) AS person_id,
    count(*) FILTER (WHERE common_action IN ('Submitted', 'Completed', 'Graded')) AS submissions
  FROM chosen
  WHERE is_statement AND taking IS NOT NULL
    AND common_action IN ('Started', 'Submitted', 'Completed', 'Graded')
  GROUP BY 1, 2, 3
),
grades AS (
  SELECT
    tenant_id,
    graded_attempt AS attempt_id,
    100e0 * score / max_score AS percent,
    row_number() OVER (
      PARTITION BY tenant_id, graded_attempt ORDER BY event_time DESC, received_at DESC, event_id
    ) AS place
  FROM (
    SELECT *, CASE WHEN is_statement THEN taking ELSE object_id END AS graded_attempt
    FROM chosen
    WHERE is_statement OR type = 'GradeEvent'
  ) AS graded
  WHERE score IS NOT NULL
    AND max_score > 0
)
SELECT
  a.tenant_id,
  a.assessment_id,
  max(a.name) AS name,
  count(DISTINCT a.person_id) AS people,
  count(*) AS attempts,
  count(*) FILTER (WHERE a.submissions > 0) AS submitted,
  count(g.percent) AS graded,
  round(min(g.percent), 1) AS lowest,
  round(avg(g.percent), 1) AS mean,
  round(max(g.percent), 1) AS highest
FROM attempts AS a
LEFT JOIN grades AS g
  ON g.tenant_id = a.tenant_id AND g.attempt_id = a.attempt_id AND g.place = 1
GROUP BY 1, 2
ORDER BY 1, attempts DESC, 2`,
})
