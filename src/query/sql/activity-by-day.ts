import { days, namedQuery } from './named-query'

export const activityByDay = namedQuery({
  id: 'activity-by-day',
  title: 'Activity by day and course',
  description:
    'How much happened in each course on each day, and how many people took part? Days are those on which it happened (UTC); events outside any course have no course_id.',
  sql: `
WITH chosen AS (
  SELECT *
  FROM events
  WHERE ${days}
    AND kind = 'event'
)
SELECT
  tenant_id,
  CAST(event_time AS date) AS activity_day,
  group_id AS course_id,
  count(*) AS events,
  count(DISTINCT actor_id) AS people
FROM chosen
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3`,
})
