import { namedQuery } from './named-query'
import { personId } from './people'
import { counted, mean } from './scaled'

export const attemptsByActivity = namedQuery({
  id: 'attempts-by-activity',
  title: 'Attempts and scores by activity',
  description:
    'For each activity of xAPI that somebody attempted, completed, passed, failed or was scored in: how many people, in how many attempts, with what outcome, and what scores in percent? An attempt is one registration of a person; without a registration, everything that the person did there is one.',
  sql: ({ range, andCourse, andSource, andPerson }) => `
WITH chosen AS (
  SELECT *, ${personId} AS person_id
  FROM events
  WHERE ${range}${andCourse}${andSource}${andPerson('actor_id')}
    AND kind = 'event'
    AND standard = 'xapi'
    AND object_id IS NOT NULL
    AND (common_action IN ('Started', 'Submitted', 'Completed', 'Graded')
      OR score IS NOT NULL OR success IS NOT NULL OR completion IS NOT NULL)
),
attempts AS (
  SELECT
    tenant_id,
    object_id,
    person_id,
    session_id,
    1e0 / max(coalesce(sample_rate, 1e0)) AS weight,
    max(object_type) AS object_type,
    max(object_name) AS name,
    max(CASE
      WHEN completion OR (completion IS NULL AND common_action = 'Completed') THEN 1 ELSE 0
    END) AS completed,
    max(CASE WHEN success THEN 1 ELSE 0 END) AS passed,
    max(CASE WHEN success THEN 0 WHEN NOT success THEN 1 ELSE 0 END) AS failed,
    max(CASE WHEN max_score > 0 THEN 100e0 * score / max_score END) AS percent
  FROM chosen
  WHERE person_id IS NOT NULL
  GROUP BY 1, 2, 3, 4
)
SELECT
  tenant_id,
  object_id AS activity_id,
  max(object_type) AS activity_type,
  max(name) AS name,
  count(DISTINCT person_id) AS people,
  ${counted()} AS attempts,
  ${counted('completed = 1')} AS completed,
  ${counted('passed = 1')} AS passed,
  ${counted('passed = 0 AND failed = 1')} AS failed,
  ${counted('percent IS NOT NULL')} AS scored,
  round(min(percent), 1) AS lowest,
  ${mean('percent')} AS mean,
  round(max(percent), 1) AS highest
FROM attempts
GROUP BY 1, 2
ORDER BY 1, attempts DESC, 2`,
})
