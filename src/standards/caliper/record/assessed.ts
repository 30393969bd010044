import { idOf, isNode, type Node, nodeOf, typeOf } from '../node'

/** An attempt, and what was attempted. */
export interface Assessed {
  attemptId: string | undefined
  /** The attempt, where more than its IRI was sent. */
  attempt: Node | undefined
  assignableId: string | undefined
  /** The assignable, with its name and its maximum, where more than its IRI was sent. */
  assignable: Node | undefined
}

const assignables = new Set<string | undefined>([
  'AssignableDigitalResource',
  'Assessment',
  'AssessmentItem',
])

// The object of the first of these, and what the others generate, is an attempt, also where an IRI is
// all that is sent.
const grading = new Set<string | undefined>(['GradeEvent', 'OutcomeEvent'])
const attempting = new Set<string | undefined>([
  'AssessmentEvent',
  'AssignableEvent',
  'QuestionnaireEvent',
])
const answering = new Set<string | undefined>(['AssessmentItemEvent', 'QuestionnaireItemEvent'])

/**
 * Finds the attempt: the object itself (grades; Canvas and Moodle, whose submissions have nothing
 * generated), what was generated, or what that is of (a Response, a Score, a Result).
 */
export function assessedIn(
  item: Node,
  type: string,
  action: string | undefined,
  made: unknown,
): Assessed {
  const { object } = item
  const attempt = attemptIn(object, made, type, action)
  const attemptId = idOf(attempt)
  const isAssessing =
    attemptId !== undefined ||
    action === 'Graded' ||
    attempting.has(type) ||
    answering.has(type) ||
    grading.has(type) ||
    columnOf(object) !== undefined
  const attempted = nodeOf(attempt)
  if (!isAssessing)
    return { attemptId, attempt: attempted, assignableId: undefined, assignable: undefined }
  const candidates = assignablesIn(item, attempted, made, attempt)
  const assignableId = firstId(candidates)
  return {
    attemptId,
    attempt: attempted,
    assignableId,
    assignable: describedAs(assignableId, candidates),
  }
}

function attemptIn(
  object: unknown,
  made: unknown,
  type: string,
  action: string | undefined,
): unknown {
  if (typeOf(object) === 'Attempt') return object
  if (typeOf(made) === 'Attempt') return made
  if (grading.has(type) && typeof object === 'string') return object
  const isMade = attempting.has(type) || (answering.has(type) && action !== 'Completed')
  if (isMade && typeof made === 'string') return made
  return nodeOf(made)?.attempt ?? nodeOf(object)?.attempt ?? undefined
}

/** Lists what may have been attempted, the likeliest first; each an entity, an IRI or nothing. */
function assignablesIn(
  { object, target }: Node,
  attempt: Node | undefined,
  made: unknown,
  attemptValue: unknown,
): unknown[] {
  const acted = nodeOf(object)
  const isAttempt = object === attemptValue || isScoring(typeOf(object))
  return [
    assignables.has(typeOf(object)) ? object : columnOf(object),
    attempt?.assignable,
    nodeOf(made)?.assignable,
    nodeOf(nodeOf(made)?.attempt)?.assignable,
    isAttempt ? acted?.assignable : undefined,
    nodeOf(acted?.extensions)?.assignable, // of Open edX
    assignables.has(typeOf(target)) ? target : undefined, // of Moodle
    isAttempt ? undefined : object,
  ]
}

/** The calculated grades of Blackboard are `…/gradableItems/ID/calculatedGrade/NUMBER`. */
function columnOf(object: unknown): string | undefined {
  if (!typeOf(object)?.endsWith('/CalculatedGrade')) return undefined
  return idOf(object)?.split('/calculatedGrade/')[0]
}

function isScoring(type: string | undefined): boolean {
  return type === 'Score' || type === 'Result'
}

function firstId(candidates: readonly unknown[]): string | undefined {
  for (const candidate of candidates) {
    const id = idOf(candidate)
    if (id !== undefined) return id
  }
  return undefined
}

function describedAs(id: string | undefined, candidates: readonly unknown[]): Node | undefined {
  if (id === undefined) return undefined
  for (const candidate of candidates)
    if (isNode(candidate) && idOf(candidate) === id) return candidate
  return undefined
}
