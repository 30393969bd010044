import { isMembers, memberOf, textOf } from './members'
import type { ReducedEvent } from './reducer'

/** These are many people (`event/person-sql.ts` says the same in SQL). */
const manyPeople = new Set(['Organization', 'CourseOffering', 'CourseSection', 'Group'])

// Ids have at most 2 KB in a record; what is longer is none of a person.
const LONGEST_ID = 2_048

/**
 * Tells whose learning an event is about: the actor's, if that is a person. A grade is about whoever made the
 * attempt, as the named query `assessment-scores` has it: its assignee; else the member, if a learner is
 * graded by software; else the actor, who says of no other role to have it.
 * @returns the id as it was sent; undefined when it is about no person, or about one that nobody names
 */
export function learnerOf(event: ReducedEvent): string | undefined {
  const { membershipRoles: roles, memberId } = event
  const person = personOf(event)
  const member = roles?.includes('Learner') ? (memberId ?? person) : undefined
  if (event.commonAction !== 'Graded') return person ?? member
  return assigneeOf(event) ?? (roles === undefined ? person : member)
}

/** Says that the learner did it: not a grade that somebody gave, nor what software did for a learner. */
export function isOwnDeed(event: ReducedEvent): boolean {
  const person = personOf(event)
  if (person === undefined || event.commonAction !== 'Graded') return person !== undefined
  return event.objectType !== 'Attempt' && learnerOf(event) === person
}

function personOf({ actorId, actorType, edAppId }: ReducedEvent): string | undefined {
  if (actorId === undefined || actorId === edAppId) return undefined
  if (actorType === undefined) return actorId
  return manyPeople.has(actorType) || /software/i.test(actorType) ? undefined : actorId
}

function assigneeOf({ sent }: ReducedEvent): string | undefined {
  const assignee = memberOf(memberOf(sent, 'object'), 'assignee')
  if (!isMembers(assignee)) return textOf(assignee, LONGEST_ID)
  return textOf(memberOf(assignee, 'id') ?? memberOf(assignee, '@id'), LONGEST_ID)
}
