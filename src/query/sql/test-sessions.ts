import { namedQuery } from './named-query'
import { personId } from './people'
import { counted, weight } from './scaled'

export const testSessions = namedQuery({
  id: 'test-sessions',
  title: 'Test sessions',
  description:
    'What happened in each session of a test, as its player and its server tell it by the twelve types of the vocabulary attempt: how long, how many questions were looked at and answered, how often an answer was changed, a question marked and the page left or come back to, how it ended and with what score? Missing is how many events are not here, by the numbers that the player gives them (seq): they did not arrive, or a policy withheld them; what was lost after the last that is here is not known.',
  // A player in a page need not know whose session it is: person and course are asked of whole sessions.
  sql: ({ range, andCourse, andSource, andPerson }) => `
WITH chosen AS (
  SELECT tenant_id, session_id, type, object_id, sequence, score, max_score, occurred_at,
    course_id, group_id, ${personId} AS person_id, ${weight} AS weight
  FROM events
  WHERE ${range}${andSource}
    AND kind = 'event'
    AND standard = 'native'
    AND session_id IS NOT NULL
    AND type IN ('SESSION_CREATED', 'SESSION_SUBMITTED', 'SESSION_EXPIRED', 'REVIEW_OPENED',
      'QUESTION_VIEWED', 'NAVIGATE_NEXT', 'NAVIGATE_PREV', 'NAVIGATE_JUMP',
      'ANSWER_SELECTED', 'ANSWER_CHANGED', 'MARK_FOR_REVIEW_TOGGLED', 'PAUSE_BLUR')
),
sessions AS (
  SELECT
    tenant_id,
    session_id,
    coalesce(max(CASE WHEN type = 'SESSION_CREATED' THEN person_id END), max(person_id))
      AS person_id,
    min(occurred_at) AS began_at,
    coalesce(
      min(CASE WHEN type IN ('SESSION_SUBMITTED', 'SESSION_EXPIRED') THEN occurred_at END),
      max(occurred_at)) AS ended_at,
    count(DISTINCT CASE WHEN type = 'QUESTION_VIEWED' THEN object_id END) AS questions,
    count(DISTINCT CASE WHEN type = 'ANSWER_SELECTED' THEN object_id END) AS answered,
    ${counted("type = 'ANSWER_CHANGED'")} AS changes,
    ${counted("type = 'MARK_FOR_REVIEW_TOGGLED'")} AS marks,
    ${counted("type = 'PAUSE_BLUR'")} AS pauses,
    CASE
      WHEN count(*) FILTER (WHERE type = 'SESSION_SUBMITTED') > 0 THEN 'submitted'
      WHEN count(*) FILTER (WHERE type = 'SESSION_EXPIRED') > 0 THEN 'expired'
    END AS outcome,
    max(CASE WHEN type IN ('SESSION_SUBMITTED', 'SESSION_EXPIRED') THEN score END) AS score,
    max(CASE WHEN type IN ('SESSION_SUBMITTED', 'SESSION_EXPIRED') THEN max_score END)
      AS max_score,
    ${counted()} AS events,
    count(DISTINCT type) AS types,
    coalesce(max(CASE WHEN sequence > 0 THEN sequence END), 0)
      - count(DISTINCT CASE WHEN sequence > 0 THEN sequence END) AS missing
  FROM chosen
  GROUP BY 1, 2
  HAVING count(*) FILTER (WHERE session_id IS NOT NULL${andCourse}) > 0
)
SELECT
  tenant_id,
  session_id,
  person_id,
  began_at,
  round(date_diff('millisecond', began_at, ended_at) / 60000e0, 1) AS minutes,
  questions,
  answered,
  changes,
  marks,
  pauses,
  outcome,
  score,
  max_score,
  events,
  types,
  missing
FROM sessions
WHERE session_id IS NOT NULL${andPerson('person_id')}
ORDER BY 1, began_at DESC, 2`,
})
