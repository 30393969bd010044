import type { Where } from '../event/filter'
import type { EventRecord } from '../event/record'
import type { Visibility } from '../identity/viewer'
import { sqlText } from '../syntax/sql'

type Placed = Pick<EventRecord, 'actorId' | 'courseId' | 'groupId' | 'memberId'>

/** Tells whether an event is among those that may be seen. */
export function isVisible(visibility: Visibility, event: Placed): boolean {
  if (visibility.kind !== 'some') return true
  const { groups, actorIds } = visibility
  const { actorId, memberId, courseId, groupId } = event
  const isOf = [courseId, groupId].some((id) => id !== undefined && groups.includes(id))
  return isOf || [actorId, memberId].some((id) => id !== undefined && actorIds.includes(id))
}

/** Makes a condition for stores of what may be seen; undefined where all may. */
export function whereVisible(visibility: Visibility): Where | undefined {
  if (visibility.kind !== 'some') return undefined
  return {
    holds: (record) => isVisible(visibility, record),
    toJSON: () => ({ visible: visibility }),
  }
}

/** Writes the same over a row of the view `events`, for DuckDB and Trino; undefined where all may. */
export function sqlVisible(visibility: Visibility): string | undefined {
  if (visibility.kind !== 'some') return undefined
  const isIn = (column: string, ids: readonly string[]) =>
    ids.length === 0 ? [] : [`coalesce(${column} IN (${ids.map(sqlText).join(', ')}), false)`]
  const { groups, actorIds } = visibility
  const any = [
    ...isIn('course_id', groups),
    ...isIn('group_id', groups),
    ...isIn('actor_id', actorIds),
    ...isIn('member_id', actorIds),
  ]
  return any.length === 0 ? 'false' : `(${any.join(' OR ')})`
}
