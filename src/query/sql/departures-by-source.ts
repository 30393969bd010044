import { namedQuery } from './named-query'
import { counted, weight } from './scaled'

export const departuresBySource = namedQuery({
  id: 'departures-by-source',
  title: 'Departures from the standard by source',
  description:
    'Which departures from the standard does each source make, and in how many items? The codes are those of the conformance report.',
  sql: ({ range, andCourse, andSource, andPerson }) => `
WITH arrived AS (
  SELECT *, ${weight} AS weight
  FROM events
  WHERE ${range}${andCourse}${andSource}${andPerson('actor_id')}
)
SELECT
  a.tenant_id,
  a.source_id,
  departure.code AS code,
  ${counted()} AS items,
  max(a.received_at) AS last_received
FROM arrived AS a
CROSS JOIN UNNEST(a.issue_codes) AS departure (code)
GROUP BY 1, 2, 3
ORDER BY items DESC, 1, 2, 3`,
})
