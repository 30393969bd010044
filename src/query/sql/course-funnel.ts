import { course } from '../narrowing'
import { namedQuery } from './named-query'
import { personId } from './people'
import { isTaking } from './taking'

export const courseFunnel = namedQuery({
  id: 'course-funnel',
  title: 'Funnel from first view to submission',
  description:
    'In each course: how many people were active, how many viewed a resource, how many of these started an assessment or an assignment afterwards, and how many of these submitted or completed one after that? What was submitted and never reported as started (Canvas reports no starts) was started by then.',
  // All but the steps of taking is folded into one row a person, so that little is put in order.
  sql: ({ range, andCourse, andSource, andPerson }) => `
WITH chosen AS (
  SELECT tenant_id,
    ${course} AS course,
    ${personId} AS person_id,
    CASE WHEN coalesce(common_action, action) IN ('Viewed', 'NavigatedTo')
      THEN occurred_at END AS seen_at,
    CASE WHEN coalesce(common_action, action) IN ('Started', 'Submitted', 'Completed')
      AND (type IN ('AssessmentEvent', 'AssignableEvent') OR object_type = 'Assessment'
        OR ${isTaking})
      THEN coalesce(common_action, action) END AS taking,
    coalesce(assignable_id, object_id) AS taken,
    occurred_at
  FROM events
  WHERE ${range}${andCourse}${andSource}${andPerson('actor_id')}
    AND kind = 'event'
),
steps AS (
  SELECT tenant_id, course, person_id, taking,
    CASE WHEN taking IS NOT NULL THEN taken END AS taken,
    CASE WHEN taking IS NOT NULL THEN occurred_at END AS occurred_at,
    min(seen_at) AS seen_at
  FROM chosen
  WHERE course IS NOT NULL AND person_id IS NOT NULL
  GROUP BY 1, 2, 3, 4, 5, 6
),
viewing AS (
  SELECT tenant_id, course, person_id, taking, occurred_at,
    min(seen_at) OVER (PARTITION BY tenant_id, course, person_id) AS viewed_at,
    count(CASE WHEN taking = 'Started' THEN 1 END)
      OVER (PARTITION BY tenant_id, course, person_id, taken) AS starts
  FROM steps
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
