import { course } from '../narrowing'
import { namedQuery } from './named-query'
import { personId } from './people'
import { isTaking } from './taking'

export const courseFunnel = namedQuery({
  id: 'course-funnel',
  title: 'Funnel from first view to submission',
  description:
    'In each course: how many people were active, how many viewed a resource, how many of these started an assessment or an assignment afterwards, and how many of these submitted or completed one after that? What was submitted and never reported as started (Canvas reports no starts) was started by then.',
  sql: ({ range, andCourse, andSource, andPerson }) => `
WITH chosen AS (
  SELECT tenant_id, occurred_at,
    ${course} AS course,
    ${personId} AS person_id,
    coalesce(common_action, action) AS done,
    CASE WHEN type IN ('AssessmentEvent', 'AssignableEvent') OR object_type = 'Assessment'
      OR ${isTaking}
      THEN coalesce(common_action, action) END AS taking,
    coalesce(assignable_id, object_id) AS taken
  FROM events
  WHERE ${range}${andCourse}${andSource}${andPerson('actor_id')}
    AND kind = 'event'
),
viewing AS (
  SELECT tenant_id, course, person_id, taking, occurred_at,
    min(CASE WHEN done IN ('Viewed', 'NavigatedTo') THEN occurred_at END)
      OVER (PARTITION BY tenant_id, course, person_id) AS viewed_at,
    count(CASE WHEN taking = 'Started' THEN 1 END)
      OVER (PARTITION BY tenant_id, course, person_id, taken) AS starts
  FROM chosen
  WHERE course IS NOT NULL AND person_id IS NOT NULL
),
starting AS (
  SELECT *,
    min(CASE
      WHEN viewed_at IS NULL OR occurred_at < viewed_at THEN NULL
      WHEN taking = 'Started' THEN occurred_at
      WHEN taking IN ('Submitted', 'Completed') AND starts = 0 THEN occurred_at
    END) OVER (PARTITION BY tenant_id, course, person_id) AS started_at
  FROM viewing
),
people AS (
  SELECT tenant_id, course, person_id,
    max(viewed_at) AS viewed_at,
    max(started_at) AS started_at,
    min(CASE WHEN taking IN ('Submitted', 'Completed') AND occurred_at >= started_at
      THEN occurred_at END) AS submitted_at
  FROM starting
  GROUP BY 1, 2, 3
)
SELECT
  tenant_id,
  course AS course_id,
  count(*) AS active,
  count(viewed_at) AS viewed,
  count(started_at) AS started,
  count(submitted_at) AS submitted
FROM people
GROUP BY 1, 2
ORDER BY 1, 2`,
})
