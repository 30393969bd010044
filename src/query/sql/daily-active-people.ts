import { namedQuery } from './named-query'
import { personId } from './people'
import { counted, weight } from './scaled'

export const dailyActivePeople = namedQuery({
  id: 'daily-active-people',
  title: 'Daily active people',
  description:
    'How many people were active on each day (UTC, or of the time zone asked for), and how many of them for the first time in the days that are read?',
  sql: ({ range, andCourse, andSource, andPerson, dayOf }) => `
WITH chosen AS (
  SELECT *, ${personId} AS person_id, ${weight} AS weight
  FROM events
  WHERE ${range}${andCourse}${andSource}${andPerson('actor_id')}
    AND kind = 'event'
),
seen AS (
  SELECT tenant_id, person_id, ${dayOf('occurred_at')} AS activity_day,
    sum(weight) AS weight
  FROM chosen
  WHERE person_id IS NOT NULL
  GROUP BY 1, 2, 3
),
placed AS (
  SELECT tenant_id, activity_day, weight,
    min(activity_day) OVER (PARTITION BY tenant_id, person_id) AS first_day
  FROM seen
)
SELECT
  tenant_id,
  activity_day,
  count(*) AS people,
  count(*) FILTER (WHERE first_day = activity_day) AS new_people,
  ${counted()} AS events
FROM placed
GROUP BY 1, 2
ORDER BY 1, 2`,
})
