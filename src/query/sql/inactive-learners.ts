import { course } from '../narrowing'
import { namedQuery } from './named-query'
import { personId } from './people'
import { counted, weight } from './scaled'

export const inactiveLearners = namedQuery({
  id: 'inactive-learners',
  title: 'Inactive learners',
  description:
    'Which learners were once active in a course and have not been for seven days or more, counted back from the newest event of that course? Whoever has another role in the course, in any event of the days that are read, is left out; people of whom no role is known count as learners.',
  // Roles and the newest event are everybody's, whatever person or source is asked for. All three are told from
  // one row for a person, a source and a set of roles: engines keep what is read more than once, or read it anew.
  sql: ({ range, andCourse, andSource, andPerson, dayOf }) => `
WITH chosen AS (
  SELECT tenant_id, source_id, membership_roles,
    ${course} AS course,
    ${personId} AS person_id,
    coalesce(member_id, actor_id) AS role_of,
    max(actor_name) AS name,
    max(${dayOf('occurred_at')}) AS last_day,
    sum(${weight}) AS weight
  FROM events
  WHERE ${range}${andCourse}
    AND kind = 'event'
    AND ${course} IS NOT NULL
  GROUP BY 1, 2, 3, 4, 5, 6
),
courses AS (
  SELECT tenant_id, course, max(last_day) AS last_day
  FROM chosen
  GROUP BY 1, 2
),
others AS (
  SELECT DISTINCT c.tenant_id, c.course, c.role_of AS person_id
  FROM chosen AS c
  CROSS JOIN UNNEST(c.membership_roles) AS one (role)
  WHERE lower(one.role) NOT LIKE '%learner%'
    AND lower(one.role) NOT LIKE '%student%'
    AND one.role NOT IN ('Member', 'Member#Member')
),
learners AS (
  SELECT
    tenant_id,
    course,
    person_id,
    max(name) AS name,
    ${counted()} AS events,
    max(last_day) AS last_day
  FROM chosen
  WHERE person_id IS NOT NULL${andSource}${andPerson('person_id')}
  GROUP BY 1, 2, 3
)
SELECT
  l.tenant_id,
  l.course AS course_id,
  l.person_id AS learner_id,
  l.name,
  l.events,
  l.last_day AS last_active_day,
  date_diff('day', l.last_day, c.last_day) AS days_inactive
FROM learners AS l
JOIN courses AS c ON c.tenant_id = l.tenant_id AND c.course = l.course
LEFT JOIN others AS o
  ON o.tenant_id = l.tenant_id AND o.course = l.course AND o.person_id = l.person_id
WHERE o.person_id IS NULL
  AND date_diff('day', l.last_day, c.last_day) >= 7
ORDER BY 1, 2, days_inactive DESC, 3`,
})
