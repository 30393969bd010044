import { conditionsOf, equal, type Narrowing } from '../../query/narrowing'
import { isGrade, partOf } from '../../query/sql/items'
import { personId } from '../../query/sql/people'
import { sqlText } from '../../syntax/sql'

export interface ItemsAsked {
  narrowing: Narrowing
  /** Only items of this assessment. */
  assessment?: string | undefined
  /** A pause after an event on an item is not time spent on it when it is longer, minutes. */
  gap: number
  limit: number
}

const MINUTE_MS = 60_000
// A correlation of fewer pairs than this is chance.
const FEWEST_PAIRS = 5

/**
 * Writes SQL for items of assessments: how hard they are, how well they tell good takers from others, and how long
 * they take. A row for each item, by id. `docs/analytics.md` has the formulas.
 */
export function itemsSql({ narrowing, assessment, gap, limit }: ItemsAsked): string {
  const { range, course, source } = conditionsOf(narrowing)
  const and = [course, source].filter(Boolean).map((one) => `\n    AND ${one}`)
  const who = equal('person_id', narrowing.person)
  const only = assessment === undefined ? '' : `\n    AND test = ${sqlText(assessment)}`
  return `WITH chosen AS (
  SELECT tenant_id, event_id, session_id, attempt_id, assignable_id,
    object_id, object_type, object_name, occurred_at, received_at, duration_ms,
    coalesce(sample_rate, 1e0) AS rate,
    ${personId} AS person_id,
    ${isGrade} AS is_grade,
    coalesce(object_type = 'AssessmentItem', false) AS is_on_item,
    CASE
      WHEN max_score > 0 THEN greatest(0e0, least(1e0, score / max_score))
      WHEN success THEN 1e0
      WHEN NOT success THEN 0e0
    END AS result,
    ${partOf} AS part_of
  FROM events
  WHERE ${range}
    AND kind = 'event'${and.join('')}
),
joined AS (
  SELECT *,
    CASE
      WHEN NOT is_grade THEN person_id
      WHEN attempt_id IS NULL THEN NULL
      ELSE max(CASE WHEN NOT is_grade THEN person_id END) OVER (PARTITION BY tenant_id, attempt_id)
    END AS taker_id,
    CASE
      WHEN NOT is_grade THEN session_id
      WHEN attempt_id IS NULL THEN NULL
      ELSE max(CASE WHEN NOT is_grade THEN session_id END) OVER (PARTITION BY tenant_id, attempt_id)
    END AS taken_in,
    CASE WHEN NOT is_grade AND session_id IS NOT NULL THEN date_diff(
      'millisecond',
      occurred_at,
      lead(occurred_at) OVER (
        PARTITION BY tenant_id, session_id, person_id, is_grade ORDER BY occurred_at, event_id)
    ) END AS pause_ms
  FROM chosen
),
items AS (
  SELECT tenant_id, object_id AS item_id, max(object_name) AS name, max(part_of) AS test
  FROM joined
  WHERE is_on_item AND object_id IS NOT NULL
  GROUP BY 1, 2
),
told AS (
  SELECT j.tenant_id, j.event_id, j.occurred_at, j.received_at, j.is_grade, j.result, j.rate, j.duration_ms,
    CASE WHEN j.pause_ms <= ${gap * MINUTE_MS} THEN j.pause_ms END AS pause_ms,
    i.item_id, i.name, i.test, j.taker_id, coalesce(j.taken_in, j.taker_id, j.attempt_id) AS taking
  FROM joined AS j
  JOIN items AS i ON i.tenant_id = j.tenant_id AND i.item_id = CASE
    WHEN j.is_on_item THEN j.object_id
    WHEN j.is_grade THEN j.assignable_id
  END
  WHERE coalesce(j.taken_in, j.taker_id, j.attempt_id) IS NOT NULL${only}
),
placed AS (
  SELECT *,
    max(taker_id) OVER (PARTITION BY tenant_id, taking) AS who,
    row_number() OVER (
      PARTITION BY tenant_id, taking, item_id
      ORDER BY CASE WHEN result IS NULL THEN 1 ELSE 0 END, occurred_at DESC, received_at DESC, event_id
    ) AS place
  FROM told
),
answers AS (
  SELECT tenant_id, taking, item_id,
    max(name) AS name,
    max(test) AS test,
    coalesce(max(who), taking) AS person_id,
    1e0 / max(rate) AS weight,
    max(CASE WHEN place = 1 THEN result END) AS result,
    coalesce(max(CASE WHEN NOT is_grade THEN duration_ms END), CAST(sum(pause_ms) AS double)) AS spent_ms
  FROM placed
  GROUP BY 1, 2, 3
),
totals AS (
  SELECT *,
    sum(result) OVER (PARTITION BY tenant_id, taking, coalesce(test, '')) AS total,
    count(result) OVER (PARTITION BY tenant_id, taking, coalesce(test, '')) AS answered
  FROM answers
),
rested AS (
  SELECT *,
    CASE WHEN result IS NOT NULL AND answered > 1 THEN (total - result) / (answered - 1) END AS rest,
    round(sum(CASE WHEN spent_ms IS NOT NULL THEN weight ELSE 0e0 END)
        OVER (PARTITION BY tenant_id, item_id ORDER BY spent_ms, taking)
      / nullif(sum(CASE WHEN spent_ms IS NOT NULL THEN weight ELSE 0e0 END)
        OVER (PARTITION BY tenant_id, item_id), 0e0), 9) AS share
  FROM totals
),
sums AS (
  SELECT tenant_id, item_id,
    max(name) AS name,
    max(test) AS test,
    count(DISTINCT person_id) AS people,
    count(DISTINCT CASE WHEN result IS NOT NULL THEN person_id END) AS people_answered,
    CAST(round(sum(weight)) AS bigint) AS attempts,
    CAST(round(sum(CASE WHEN result IS NOT NULL THEN weight ELSE 0e0 END)) AS bigint) AS answers,
    round(round(sum(weight * result)
      / nullif(sum(CASE WHEN result IS NOT NULL THEN weight ELSE 0e0 END), 0e0), 9), 3) AS difficulty,
    count(rest) AS pairs,
    sum(CASE WHEN rest IS NOT NULL THEN weight END) AS n,
    sum(CASE WHEN rest IS NOT NULL THEN weight * result END) AS x,
    sum(weight * rest) AS y,
    sum(CASE WHEN rest IS NOT NULL THEN weight * result * result END) AS xx,
    sum(weight * rest * rest) AS yy,
    sum(weight * result * rest) AS xy,
    round(min(CASE WHEN spent_ms IS NOT NULL AND share >= 0.5 THEN spent_ms END) / 1e3, 1) AS median_seconds,
    round(round(sum(weight * spent_ms)
      / nullif(sum(CASE WHEN spent_ms IS NOT NULL THEN weight ELSE 0e0 END), 0e0) / 1e3, 6), 1) AS mean_seconds
  FROM rested${who === undefined ? '' : `\n  WHERE ${who}`}
  GROUP BY 1, 2
)
SELECT item_id, name, test, people, people_answered, attempts, answers, difficulty,
  CASE
    WHEN pairs < ${FEWEST_PAIRS} THEN NULL
    WHEN n * xx - x * x < 1e-9 OR n * yy - y * y < 1e-9 THEN NULL
    ELSE round(round(
      (n * xy - x * y) / (sqrt(n * xx - x * x) * sqrt(n * yy - y * y)), 9), 3)
  END AS discrimination,
  median_seconds, mean_seconds
FROM sums
ORDER BY item_id
LIMIT ${limit + 1}`
}
