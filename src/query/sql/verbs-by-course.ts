import { days, namedQuery } from './named-query'

export const verbsByCourse = namedQuery({
  id: 'verbs-by-course',
  title: 'Verbs by course',
  description:
    "Which verbs do the statements of each course have, by how many people and how often, and which of Caliper's actions stands for each? A verb without an action is counted in no query that spans the standards. Statements outside any course have no course_id.",
  sql: `
WITH chosen AS (
  SELECT *
  FROM events
  WHERE ${days}
    AND kind = 'event'
    AND standard = 'xapi'
)
SELECT
  tenant_id,
  group_id AS course_id,
  action AS verb,
  common_action AS caliper_action,
  count(*) AS statements,
  count(DISTINCT actor_id) AS people,
  count(DISTINCT object_id) AS activities
FROM chosen
GROUP BY 1, 2, 3, 4
ORDER BY 1, 2, statements DESC, 3, 4`,
})
