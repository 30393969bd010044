import { namedQuery } from './named-query'
import { counted, weight } from './scaled'
import { millis } from './times'

export const arrivalsByHour = namedQuery({
  id: 'arrivals-by-hour',
  title: 'Arrivals by hour',
  description:
    'How much arrived from each source in each hour (UTC, or of the time zone asked for), in how many requests, and how much of it was older than a day by then?',
  sql: ({ range, andCourse, andSource, andPerson, localTime }) => `
WITH arrived AS (
  SELECT tenant_id, source_id, received_at, request_id, ${weight} AS weight,
    ${millis('received_at')}
      - ${millis('occurred_at')} AS late_by
  FROM events
  WHERE ${range}${andCourse}${andSource}${andPerson('actor_id')}
)
SELECT
  tenant_id,
  source_id,
  date_trunc('hour', ${localTime('received_at')}) AS arrival_hour,
  ${counted()} AS items,
  count(DISTINCT request_id) AS requests,
  ${counted('late_by > 86400000')} AS late
FROM arrived
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3`,
})
