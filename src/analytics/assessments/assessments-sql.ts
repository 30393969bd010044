import type { Narrowing } from '../../query/narrowing'
import { assessmentScores } from '../../query/sql/assessment-scores'
import { narrowed } from '../../query/sql/named-query'
import { sqlText } from '../../syntax/sql'

export interface AssessmentsAsked {
  narrowing: Narrowing
  assessment?: string | undefined
  limit: number
}

/**
 * Writes SQL for attempts and scores by assessment: the named query `assessment-scores`, so that both say the
 * same. A row for each tenant and assessment, most attempts first.
 */
export function assessmentsSql({ narrowing, assessment, limit }: AssessmentsAsked): string {
  const only = assessment === undefined ? '' : `\nWHERE assessment_id = ${sqlText(assessment)}`
  return `SELECT assessment_id, name, people, attempts, submitted, graded, lowest, mean, highest
FROM (
${narrowed(assessmentScores.sql, narrowing)}
) AS scores${only}
ORDER BY attempts DESC, assessment_id
LIMIT ${limit + 1}`
}
