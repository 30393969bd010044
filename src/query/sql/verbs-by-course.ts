import { course } from '../narrowing'
import { namedQuery } from './named-query'
import { personId } from './people'
import { counted, weight } from './scaled'

export const verbsByCourse = namedQuery({
  id: 'verbs-by-course',
  title: 'Verbs by course',
  description:
    "Which verbs do the statements of each course have, by how many people and how often, and which of Caliper's actions stands for each? A verb without an action is counted in no query that spans the standards. Statements outside any course have no course_id.",
  sql: ({ range, andCourse, andSource, andPerson }) => `
WITH chosen AS (
  SELECT *, ${course} AS course, ${personId} AS person_id, ${weight} AS weight
  FROM events
  WHERE ${range}${andCourse}${andSource}${andPerson('actor_id')}
    AND kind = 'event'
    AND standard = 'xapi'
)
SELECT
  tenant_id,
  course AS course_id,
  action AS verb,
  common_action AS caliper_action,
  ${counted()} AS statements,
  count(DISTINCT person_id) AS people,
  count(DISTINCT object_id) AS activities
FROM chosen
GROUP BY 1, 2, 3, 4
ORDER BY 1, 2, statements DESC, 3, 4`,
})
