import { days, namedQuery } from './named-query'

export const timeOnTask = namedQuery({
  id: 'time-on-task',
  title: 'Time on task',
  description:
    'How long did each person work in each course? The time between two of their events counts when it is at most 30 minutes; a longer pause begins a new sitting. Time after the last event of a sitting is not known and not counted.',
  sql: `
WITH chosen AS (
  SELECT *
  FROM events
  WHERE ${days}
    AND kind = 'event'
),
steps AS (
  SELECT
    tenant_id,
    group_id,
    actor_id,
    date_diff(
      'millisecond',
      lag(event_time) OVER (PARTITION BY tenant_id, group_id, actor_id ORDER BY event_time),
      event_time
    ) AS pause_ms
  FROM chosen
  WHERE group_id IS NOT NULL AND actor_id IS NOT NULL
)
SELECT
  tenant_id,
  group_id AS course_id,
  actor_id AS person_id,
  count(*) AS events,
  1 + count(*) FILTER (WHERE pause_ms > 1800000) AS sittings,
  round(sum(CASE WHEN pause_ms <= 1800000 THEN pause_ms ELSE 0 END) / 6e4, 1) AS minutes
FROM steps
GROUP BY 1, 2, 3
ORDER BY 1, 2, minutes DESC, 3`,
})
