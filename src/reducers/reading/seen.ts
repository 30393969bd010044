import { isOf } from '../../event/filter'
import { comparableId, spellingsOf } from '../../event/person-id'
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
  const { learner, group, places, morePlaces } = state
  // The state of a source has events of everybody.
  if (learner === undefined && group === undefined) return false
  if (learner !== undefined && isOwn(visibility, learner)) return true
  if (group !== undefined && visibility.groups.includes(group)) return true
  if (visibility.groups.length === 0 || morePlaces || places.length === 0) return false
  const named = places.filter((one) => one.course !== undefined || one.group !== undefined)
  const whose = { groups: visibility.groups, actorIds: [] }
  const isTheirs = named.every((one) =>
    isOf(whose, {
      ...{ actorId: undefined, memberId: undefined },
      ...{ courseId: one.course, groupId: one.group },
    }),
  )
  if (!isTheirs) return false
  if (named.length === places.length) return true
  return learner !== undefined && isEnrolled(learner)
}
