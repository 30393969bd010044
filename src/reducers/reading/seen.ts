import { comparableId, spellingsOf } from '../../event/person-id'
import { isOf } from '../../event/filter'
import type { Visibility } from '../../identity/viewer'
import type { ShownState } from '../states'

/** Tells whether the learner of a state is enrolled in a group of whoever reads. */
export type IsEnrolled = (learner: string) => boolean | Promise<boolean>

/** Tells whether somebody is themself the learner. */
export function isOwn(visibility: Visibility, learner: string): boolean {
  if (visibility.kind !== 'some') return false
  const own = new Set(visibility.actorIds.map(comparableId))
  return spellingsOf(learner).some((one) => own.has(comparableId(one)))
}

/**
 * Tells whether somebody may be shown a state: their own, or one all of whose events they may see. Of an
 * event that names neither a course nor a group, whoever teaches its learner may: it is of no other course.
 */
export async function mayBeShown(
  visibility: Visibility,
  state: ShownState,
  isEnrolled: IsEnrolled,
): Promise<boolean> {
  if (visibility.kind === 'tenant') return true
  if (visibility.kind === 'everywhere') return false
  const { learner, group, source, places, morePlaces } = state
  if (learner === undefined) {
    // The state of a source has events of everybody.
    return source === undefined && group !== undefined && visibility.groups.includes(group)
  }
  if (isOwn(visibility, learner)) return true
  if (visibility.groups.length === 0 || morePlaces || places.length === 0) return false
  const named = places.filter(({ course, group }) => course !== undefined || group !== undefined)
  const whose = { groups: visibility.groups, actorIds: [] }
  const isTheirs = named.every(({ course: courseId, group: groupId }) =>
    isOf(whose, { actorId: undefined, memberId: undefined, courseId, groupId }),
  )
  if (!isTheirs) return false
  return named.length === places.length || isEnrolled(learner)
}
