import { course } from '../narrowing'
import { namedQuery } from './named-query'
import { personId } from './people'
import { counted, tenths, weight } from './scaled'

export const timeOnTask = namedQuery({
  id: 'time-on-task',
  title: 'Time on task',
  description:
    'How long did each person work in each course? The time between two of their events counts when it is at most 30 minutes; a longer pause begins a new sitting. Time after the last event of a sitting is not known and not counted.',
  sql: ({ range, andCourse, andSource, andPerson }) => `
WITH chosen AS (
  SELECT *, ${course} AS course, ${personId} AS person_id
  FROM events
  WHERE ${range}${andCourse}${andSource}${andPerson('actor_id')}
    AND kind = 'event'
),
steps AS (
  SELECT
    tenant_id,
    course,
    person_id,
    ${weight} AS weight,
    1e0 / max(coalesce(sample_rate, 1e0))
      OVER (PARTITION BY tenant_id, course, person_id, session_id) AS session_weight,
    date_diff(
      'millisecond',
      lag(occurred_at) OVER (PARTITION BY tenant_id, course, person_id ORDER BY occurred_at),
      occurred_at
    ) AS pause_ms
  FROM chosen
  WHERE course IS NOT NULL AND person_id IS NOT NULL
)
SELECT
  tenant_id,
  course AS course_id,
  person_id,
  ${counted()} AS events,
  CAST(round(sum(
    CASE WHEN pause_ms <= 1800000 THEN 0e0 ELSE session_weight END)) AS bigint) AS sittings,
  ${tenths(`
    sum(CASE WHEN pause_ms <= 1800000 THEN session_weight * pause_ms ELSE 0e0 END) / 6e4
    `)} AS minutes
FROM steps
GROUP BY 1, 2, 3
ORDER BY 1, 2, minutes DESC, 3`,
})
