import { course } from '../narrowing'
import { namedQuery } from './named-query'
import { personId } from './people'
import { counted, weight } from './scaled'

export const activityByDay = namedQuery({
  id: 'activity-by-day',
  title: 'Activity by day and course',
  description:
    'How much happened in each course on each day, and how many people took part? Days are those on which it happened (UTC, or of the time zone asked for); events outside any course have no course_id.',
  sql: ({ range, andCourse, andSource, andPerson, dayOf }) => `
WITH chosen AS (
  SELECT *, ${personId} AS person_id, ${weight} AS weight
  FROM events
  WHERE ${range}${andCourse}${andSource}${andPerson('actor_id')}
    AND kind = 'event'
)
SELECT
  tenant_id,
  ${dayOf('occurred_at')} AS activity_day,
  ${course} AS course_id,
  ${counted()} AS events,
  count(DISTINCT person_id) AS people
FROM chosen
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3`,
})
