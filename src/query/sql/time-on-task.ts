import { course } from '../narrowing'
import { namedQuery } from './named-query'
import { personId } from './people'
import { counted, tenths, weight } from './scaled'
import { millis } from './times'

export const timeOnTask = namedQuery({
  id: 'time-on-task',
  title: 'Time on task',
  description:
    'How long did each person work in each course? The time between two of their events counts when it is at most 30 minutes; a longer pause begins a new sitting. Time after the last event of a sitting is not known and not counted.',
  // Within half an hour of the clock no pause is too long: so first and last of it are enough, and only these are put in
  // order, a tenth of all events or fewer.
  sql: ({ range, andCourse, andSource, andPerson }) => `
WITH chosen AS (
  SELECT tenant_id, session_id, sample_rate,
    ${course} AS course,
    ${personId} AS person_id,
    ${millis('occurred_at')} AS happened_at,
    ${weight} AS weight
  FROM events
  WHERE ${range}${andCourse}${andSource}${andPerson('actor_id')}
    AND kind = 'event'
),
stretches AS (
  SELECT
    tenant_id,
    course,
    person_id,
    session_id,
    min(happened_at) AS began,
    max(happened_at) AS ended,
    max(coalesce(sample_rate, 1e0)) AS rate,
    sum(weight) AS weight
  FROM chosen
  WHERE course IS NOT NULL AND person_id IS NOT NULL
  GROUP BY tenant_id, course, person_id, session_id, floor(happened_at / 1800000)
),
followed AS (
  SELECT
    *,
    1e0 / max(rate) OVER (PARTITION BY tenant_id, course, person_id, session_id)
      AS session_weight,
    max(ended) OVER (
      PARTITION BY tenant_id, course, person_id ORDER BY began, ended
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS reached
  FROM stretches
),
steps AS (
  SELECT *, coalesce(began - reached > 1800000, true) AS is_new
  FROM followed
)
SELECT
  tenant_id,
  course AS course_id,
  person_id,
  ${counted()} AS events,
  CAST(round(sum(CASE WHEN is_new THEN session_weight ELSE 0e0 END)) AS bigint) AS sittings,
  ${tenths(`
    sum(session_weight * (
      CASE WHEN reached > ended THEN reached ELSE ended END
        - CASE WHEN is_new THEN began ELSE reached END)) / 6e4
    `)} AS minutes
FROM steps
GROUP BY 1, 2, 3
ORDER BY 1, 2, minutes DESC, 3`,
})
