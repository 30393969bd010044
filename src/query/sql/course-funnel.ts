import { days, namedQuery } from './named-query'

export const courseFunnel = namedQuery({
  id: 'course-funnel',
  title: 'Funnel from first view to submission',
  description:
    'In each course: how many people were active, how many viewed a resource, how many of these started an assessment afterwards, and how many of these submitted or completed one after that?',
  sql: `
WITH chosen AS (
  SELECT *, coalesce(common_action, action) AS done
  FROM events
  WHERE ${days}
    AND kind = 'event'
),
viewing AS (
  SELECT tenant_id, group_id, actor_id, done, type, object_type, event_time,
    min(CASE WHEN done IN ('Viewed', 'NavigatedTo') THEN event_time END)
      OVER (PARTITION BY tenant_id, group_id, actor_id) AS viewed_at
  FROM chosen
  WHERE group_id IS NOT NULL AND actor_id IS NOT NULL
),
starting AS (
  SELECT tenant_id, group_id, actor_id, done, type, object_type, event_time, viewed_at,
    min(CASE WHEN type = 'AssessmentEvent' AND done = 'Started' AND event_time >= viewed_at
      THEN event_time END)
      OVER (PARTITION BY tenant_id, group_id, actor_id) AS started_at
  FROM viewing
),
people AS (
  SELECT tenant_id, group_id, actor_id,
    max(viewed_at) AS viewed_at,
    max(started_at) AS started_at,
    min(CASE WHEN ((type = 'AssessmentEvent' AND done = 'Submitted')
        OR (object_type = 'Assessment' AND done = 'Completed')) AND event_time >= started_at
      THEN event_time END) AS submitted_at
  FROM starting
  GROUP BY 1, 2, 3
)
SELECT
  tenant_id,
  group_id AS course_id,
  count(*) AS active,
  count(viewed_at) AS viewed,
  count(started_at) AS started,
  count(submitted_at) AS submitted
FROM people
GROUP BY 1, 2
ORDER BY 1, 2`,
})
