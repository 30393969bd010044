import { namedQuery } from './named-query'
import { counted, weight } from './scaled'

export const senderLag = namedQuery({
  id: 'sender-lag',
  title: 'Sender lag',
  description:
    "How far behind our clock is what each source sends (received_at minus the sender's sendTime, in seconds), by day of arrival? A negative lag is a clock that is ahead. Items whose sender does not say when it sent them are left out.",
  // Items of one lag are one row before lags are put in order: sources have far fewer lags than items.
  sql: ({ range, andCourse, andSource, andPerson, arrivalDay }) => `
WITH arrived AS (
  SELECT tenant_id, source_id, skew_ms, ${arrivalDay} AS arrival_day,
    sum(${weight}) AS weight
  FROM events
  WHERE ${range}${andCourse}${andSource}${andPerson('actor_id')}
    AND skew_ms IS NOT NULL
  GROUP BY 1, 2, 3, 4
),
ranked AS (
  SELECT tenant_id, source_id, arrival_day, skew_ms, weight,
    round(
      sum(weight) OVER (PARTITION BY tenant_id, source_id, arrival_day ORDER BY skew_ms)
        / sum(weight) OVER (PARTITION BY tenant_id, source_id, arrival_day),
      9) AS share
  FROM arrived
)
SELECT
  tenant_id,
  source_id,
  arrival_day,
  ${counted()} AS items,
  round(min(skew_ms) / 1e3, 3) AS least,
  round(min(skew_ms) FILTER (WHERE share >= 0.5) / 1e3, 3) AS median,
  round(min(skew_ms) FILTER (WHERE share >= 0.95) / 1e3, 3) AS p95,
  round(max(skew_ms) / 1e3, 3) AS most
FROM ranked
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3`,
})
