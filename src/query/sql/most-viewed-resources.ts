import { namedQuery } from './named-query'
import { personId } from './people'
import { counted, weight } from './scaled'

export const mostViewedResources = namedQuery({
  id: 'most-viewed-resources',
  title: 'Most viewed resources',
  description:
    'Which hundred resources were viewed or navigated to most, and by how many people? Some senders report both a view and a navigation for one look at a page; such a look counts twice.',
  sql: ({ range, andCourse, andSource, andPerson }) => `
WITH chosen AS (
  SELECT *, ${personId} AS person_id, ${weight} AS weight
  FROM events
  WHERE ${range}${andCourse}${andSource}${andPerson('actor_id')}
    AND kind = 'event'
)
SELECT
  tenant_id,
  object_id AS resource_id,
  max(object_type) AS resource_type,
  max(object_name) AS name,
  ${counted()} AS views,
  count(DISTINCT person_id) AS people,
  max(occurred_at) AS last_viewed
FROM chosen
WHERE coalesce(common_action, action) IN ('Viewed', 'NavigatedTo') AND object_id IS NOT NULL
GROUP BY 1, 2
ORDER BY views DESC, 1, 2
LIMIT 100`,
})
