import { isMembers, memberOf, textOf } from '../members'
import type { ReducedEvent } from '../reducer'

const ITEM = 'AssessmentItem'
// Ids have at most 2 KB in a record.
const LONGEST_ID = 2_048

/** Says that an event is about a question: it is the object, or a grade is one of an attempt at it. */
export function isOnItem({ objectType, sent }: ReducedEvent): boolean {
  if (objectType === ITEM) return true
  const assignable = memberOf(memberOf(sent, 'object'), 'assignable')
  return objectType === 'Attempt' && memberOf(assignable, 'type') === ITEM
}

/**
 * Finds what somebody works at as a whole: of a question the assessment that it is in, where its sender says so
 * (`query/sql/items.ts` reads the same); else what can be attempted, else the object.
 */
export function wholeOf(event: ReducedEvent): string | undefined {
  const { assignableId, objectId, objectType, attemptId } = event
  const own = objectType === 'Attempt' ? undefined : objectId
  if (!isOnItem(event)) return assignableId ?? own
  const part = partOf(event)
  if (part !== undefined) return part
  // A session of a test is its attempt, and the assessment that its questions are in.
  return assignableId ?? (objectType === ITEM ? attemptId : undefined) ?? own
}

function partOf({ sent }: ReducedEvent): string | undefined {
  const object = memberOf(sent, 'object')
  const parents = memberOf(memberOf(memberOf(sent, 'context'), 'contextActivities'), 'parent')
  const parent = Array.isArray(parents) ? parents[0] : parents
  const isPartOf =
    memberOf(object, 'isPartOf') ?? memberOf(memberOf(object, 'assignable'), 'isPartOf')
  for (const one of [isPartOf, parent]) {
    const id = textOf(isMembers(one) ? memberOf(one, 'id') : one, LONGEST_ID)
    if (id !== undefined) return id
  }
  return undefined
}
