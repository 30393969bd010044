import { idOf, isNode, type Node, nodeOf, typeOf } from '../node'
import type { Assessed } from './assessed'

/** A grade in points. */
export interface Points {
  score: number | undefined
  maxScore: number | undefined
}

// A Score has scoreGiven and maxScore, a Result resultScore and maxResultScore; in 1.0 a Result had
// totalScore, of which normalScore is the part before extra credit and penalties.
const GIVEN = [
  'scoreGiven',
  'resultScore',
  'totalScore',
  'curvedTotalScore',
  'normalScore',
  'score',
]
const POSSIBLE = ['maxScore', 'maxResultScore']

/**
 * Reads the points of a grade: of the Score or Result that was generated, or that is the object. A
 * maximum of 0 or less is none (Blackboard); then, and where none was sent (1.0), the assignable's
 * counts.
 */
export function pointsOf(
  { object, target }: Node,
  action: string | undefined,
  made: unknown,
  { attempt, assignable }: Assessed,
): Points {
  const graded = gradeIn(made) ?? (action === 'Viewed' ? undefined : gradeIn(object))
  if (graded !== undefined) {
    const score = firstNumber(graded, GIVEN)
    const own = firstMaximum(graded)
    if (own !== undefined || score === undefined) return { score, maxScore: own }
    const maxScore = firstMaximum(assignable) ?? maximumOfAttempt(attempt, graded, target)
    return { score, maxScore }
  }
  return pointsElsewhere(nodeOf(object), nodeOf(made), attempt)
}

/** Reads the points of a Score or a Result that is described. */
export function pointsOfEntity(entity: Node, type: string): Points {
  if (!isGrade(type)) return none
  const assignable = nodeOf(entity.assignable) ?? nodeOf(nodeOf(entity.attempt)?.assignable)
  const score = firstNumber(entity, GIVEN)
  const possible = firstMaximum(entity)
  return {
    score,
    maxScore: possible ?? (score === undefined ? undefined : firstMaximum(assignable)),
  }
}

const none: Points = { score: undefined, maxScore: undefined }

/** Vendors have types of their own for it, Carnegie's a MasteryScore, or write none. */
function gradeIn(value: unknown): Node | undefined {
  if (!isNode(value)) return undefined
  const type = typeOf(value)
  if (isGrade(type) || isNumber(value.scoreGiven)) return value
  return type === undefined && isNumber(value.score) ? value : undefined
}

function isGrade(type: string | undefined): boolean {
  return type === 'Score' || type === 'Result'
}

function maximumOfAttempt(attempt: Node | undefined, graded: Node, target: unknown) {
  const assignable = idOf(attempt?.assignable) ?? idOf(graded.assignable)
  return (
    firstMaximum(nodeOf(attempt?.assignable)) ??
    firstMaximum(nodeOf(nodeOf(graded.attempt)?.assignable)) ??
    // The target of Moodle is the assignable, of which the attempt has the IRI.
    (assignable === undefined || idOf(target) === assignable
      ? firstMaximum(nodeOf(target))
      : undefined)
  )
}

/** Points that stand neither in a Score nor in a Result. */
function pointsElsewhere(
  object: Node | undefined,
  made: Node | undefined,
  attempt: Node | undefined,
): Points {
  if (object === undefined) return none
  if (typeOf(object)?.endsWith('/CalculatedGrade')) {
    return pair(object.score, object.scorePossible) // of Blackboard, which has no term for it
  }
  const extensions = nodeOf(object.extensions)
  if (
    extensions !== undefined &&
    (isNumber(extensions.weighted_earned) || isNumber(extensions.grade))
  ) {
    // of Open edX before version 6
    if (isNumber(extensions.weighted_earned))
      return pair(extensions.weighted_earned, extensions.weighted_possible)
    return pair(extensions.grade, extensions.max_grade)
  }
  // WeBWorK gives the part of a problem that was solved with the attempt.
  if (made === undefined || attempt === undefined || typeOf(object) !== 'AssessmentItem')
    return none
  const solved = nodeOf(attempt.extensions)?.attempt_score
  return isNumber(solved) ? { score: solved, maxScore: 1 } : none
}

function pair(score: unknown, possible: unknown): Points {
  if (!isNumber(score)) return none
  return { score, maxScore: isNumber(possible) && possible > 0 ? possible : undefined }
}

function firstNumber(node: Node, names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = node[name]
    if (isNumber(value)) return value
  }
  return undefined
}

function firstMaximum(node: Node | undefined): number | undefined {
  if (node === undefined) return undefined
  for (const name of POSSIBLE) {
    const value = node[name]
    if (isNumber(value) && value > 0) return value
  }
  return undefined
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}
