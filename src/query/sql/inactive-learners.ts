import { days, namedQuery } from './named-query'

export const inactiveLearners = namedQuery({
  id: 'inactive-learners',
  title: 'Inactive learners',
  description:
    'Which learners were once active in a course and have not been for seven days or more, counted back from the newest event of that course? Whoever takes part in another role is left out; without a role, people count as learners.',
  sql: `
WITH chosen AS (
  SELECT *
  FROM events
  WHERE ${days}
    AND kind = 'event'
    AND group_id IS NOT NULL
),
courses AS (
  SELECT tenant_id, group_id, CAST(max(event_time) AS date) AS last_day
  FROM chosen
  GROUP BY 1, 2
),
learners AS (
  SELECT
    tenant_id,
    group_id,
    actor_id,
    max(actor_name) AS name,
    count(*) AS events,
    CAST(max(event_time) AS date) AS last_day
  FROM chosen
  WHERE actor_id IS NOT NULL
    AND (membership_roles IS NULL OR contains(membership_roles, 'Learner'))
  GROUP BY 1, 2, 3
)
SELECT
  l.tenant_id,
  l.group_id AS course_id,
  l.actor_id AS learner_id,
  l.name,
  l.events,
  l.last_day AS last_active_day,
  date_diff('day', l.last_day, c.last_day) AS days_inactive
FROM learners AS l
JOIN courses AS c ON c.tenant_id = l.tenant_id AND c.group_id = l.group_id
WHERE date_diff('day', l.last_day, c.last_day) >= 7
ORDER BY 1, 2, days_inactive DESC, 3`,
})
