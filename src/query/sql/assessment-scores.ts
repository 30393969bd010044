import { namedQuery } from './named-query'
import { personId } from './people'
import { counted, mean } from './scaled'
import { isTaking } from './taking'

// Whose attempt was graded stands in no column, and who acts is who grades. Within the assignee,
// properties before the id are read past if they are no objects.
const ASSIGNEE = String.raw`"assignee"\s*:\s*(?:\{[^{}]*?"@?id"\s*:\s*)?"([^"]+)"`

export const assessmentScores = namedQuery({
  id: 'assessment-scores',
  title: 'Assessment attempts and scores',
  description:
    'For each assessment or assignment: how many people tried, how often, how many attempts were submitted and graded, and with what scores in percent? Of several grades of one attempt the latest counts. Attempts are told apart by the id of the Attempt that Caliper asks for, and in xAPI by person and registration; what names no attempt belongs to those of that person there. An attempt of which only the grade is known counts as well, unless it is one at a single question.',
  // Course and person are asked of whole attempts: a grade may name another person, and no course.
  sql: ({ range, andCourse, andSource, andPerson }) => `
WITH chosen AS (
  SELECT tenant_id, event_id, standard, actor_id, session_id, member_id, membership_roles,
    object_id, object_type, object_name, generated_id, generated_type, attempt_id, assignable_id,
    course_id, group_id, score, max_score, occurred_at, received_at, raw, sample_rate,
    ${personId} AS person_id,
    coalesce(common_action, action) AS done,
    ${isTaking} AS is_taking,
    (standard = 'caliper' AND type IN ('GradeEvent', 'OutcomeEvent'))
      OR (standard = 'native'
        AND coalesce(common_action = 'Graded' AND object_type = 'Attempt', false))
      AS is_grade,
    standard = 'caliper' AND type IN ('AssessmentEvent', 'AssignableEvent') AS is_attempting
  FROM events
  WHERE ${range}${andSource}
    AND kind = 'event'
),
told AS (
  SELECT tenant_id, event_id, object_id, object_name, course_id, group_id,
    occurred_at, received_at, done, is_taking, is_grade, sample_rate,
    CASE
      WHEN is_taking THEN object_id
      WHEN is_grade OR object_type = 'Attempt' THEN assignable_id
      ELSE coalesce(assignable_id, object_id)
    END AS told_assessment,
    CASE
      WHEN is_taking AND (standard = 'xapi' OR attempt_id IS NULL)
        THEN object_id || ' ' || actor_id || ' ' || coalesce(session_id, '')
      WHEN attempt_id IS NOT NULL THEN attempt_id
      WHEN object_type = 'Attempt' OR (is_grade AND object_type IS NULL) THEN object_id
      WHEN NOT is_grade AND coalesce(generated_type, 'Attempt') = 'Attempt' THEN generated_id
    END AS told_attempt,
    CASE
      WHEN NOT is_grade THEN person_id
      ELSE coalesce(
        nullif(replace(
          regexp_extract(raw, '${ASSIGNEE}', 1),
          '\\/', '/'), ''),
        CASE
          WHEN membership_roles IS NULL THEN person_id
          WHEN contains(membership_roles, 'Learner') THEN coalesce(member_id, person_id)
        END)
    END AS taker_id,
    CASE WHEN max_score > 0 THEN 100e0 * score / max_score END AS percent
  FROM chosen
  WHERE is_taking OR is_grade OR is_attempting
),
named AS (
  SELECT *,
    CASE WHEN substr(told_attempt, 1, 2) <> '_:' THEN told_attempt END AS attempt
  FROM told
),
joined AS (
  SELECT *,
    CASE
      WHEN attempt IS NULL OR NOT is_grade THEN told_assessment
      ELSE coalesce(
        max(CASE WHEN NOT is_grade THEN told_assessment END) OVER (PARTITION BY tenant_id, attempt),
        told_assessment)
    END AS assessment_id,
    CASE WHEN attempt IS NULL THEN taker_id END AS alone
  FROM named
  WHERE attempt IS NOT NULL
    OR (told_assessment IS NOT NULL AND taker_id IS NOT NULL
      AND (is_grade OR done IN ('Started', 'Submitted', 'Completed')))
),
placed AS (
  SELECT *,
    row_number() OVER (
      PARTITION BY tenant_id, assessment_id, attempt, alone
      ORDER BY CASE WHEN percent IS NULL THEN 1 ELSE 0 END,
        occurred_at DESC, received_at DESC, event_id
    ) AS place
  FROM joined
  WHERE assessment_id IS NOT NULL
),
grouped AS (
  SELECT
    tenant_id,
    assessment_id,
    attempt,
    alone,
    1e0 / max(coalesce(sample_rate, 1e0)) AS weight,
    coalesce(max(CASE WHEN NOT is_grade THEN taker_id END), max(taker_id)) AS person_id,
    max(CASE WHEN object_id = assessment_id THEN object_name END) AS own_name,
    max(object_name) AS any_name,
    count(*) FILTER (WHERE NOT is_grade) AS events,
    count(*) FILTER (
      WHERE done IN ('Submitted', 'Completed') OR (is_taking AND done = 'Graded')
    ) AS submissions,
    max(CASE WHEN place = 1 THEN percent END) AS percent
  FROM placed
  GROUP BY 1, 2, 3, 4
  HAVING count(*) FILTER (
    WHERE (NOT is_taking OR done IN ('Started', 'Submitted', 'Completed', 'Graded'))${andCourse}
  ) > 0
),
counted AS (
  SELECT *,
    count(attempt) OVER (PARTITION BY tenant_id, assessment_id, person_id) AS attempts,
    submissions + sum(CASE WHEN attempt IS NULL THEN submissions ELSE 0 END)
      OVER (PARTITION BY tenant_id, assessment_id, person_id) AS all_submissions
  FROM grouped
),
questions AS (
  SELECT DISTINCT tenant_id, object_id AS question_id
  FROM events
  WHERE ${range}
    AND kind = 'event'
    AND object_type = 'AssessmentItem'
)
SELECT
  a.tenant_id,
  a.assessment_id,
  coalesce(max(a.own_name), max(a.any_name)) AS name,
  count(DISTINCT a.person_id) AS people,
  ${counted()} AS attempts,
  ${counted('a.all_submissions > 0')} AS submitted,
  ${counted('a.percent IS NOT NULL')} AS graded,
  round(min(a.percent), 1) AS lowest,
  ${mean('a.percent')} AS mean,
  round(max(a.percent), 1) AS highest
FROM counted AS a
LEFT JOIN questions AS q ON q.tenant_id = a.tenant_id AND q.question_id = a.assessment_id
WHERE (a.attempt IS NOT NULL OR a.attempts = 0)
  AND (a.events > 0 OR q.question_id IS NULL)${andPerson('a.person_id')}
GROUP BY 1, 2
ORDER BY 1, attempts DESC, 2`,
})
