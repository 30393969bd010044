import { days, namedQuery } from './named-query'

export const dailyActivePeople = namedQuery({
  id: 'daily-active-people',
  title: 'Daily active people',
  description:
    'How many people were active on each day (UTC), and how many of them for the first time in the days that are read?',
  sql: `
WITH chosen AS (
  SELECT *
  FROM events
  WHERE ${days}
    AND kind = 'event'
    AND actor_id IS NOT NULL
),
seen AS (
  SELECT tenant_id, actor_id, CAST(event_time AS date) AS activity_day, count(*) AS events
  FROM chosen
  GROUP BY 1, 2, 3
),
placed AS (
  SELECT tenant_id, activity_day, events,
    min(activity_day) OVER (PARTITION BY tenant_id, actor_id) AS first_day
  FROM seen
)
SELECT
  tenant_id,
  activity_day,
  count(*) AS people,
  count(*) FILTER (WHERE first_day = activity_day) AS new_people,
  sum(events) AS events
FROM placed
GROUP BY 1, 2
ORDER BY 1, 2`,
})
