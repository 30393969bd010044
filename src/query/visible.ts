import { isOf, type Where, type Whose } from '../event/filter'
import type { EventRecord } from '../event/record'
import type { Visibility } from '../identity/viewer'
import { sqlText } from '../syntax/sql'

type Placed = Pick<EventRecord, 'actorId' | 'courseId' | 'groupId' | 'memberId'>

/** Tells whether an event is among those that may be seen. */
export function isVisible(visibility: Visibility, event: Placed): boolean {
  return visibility.kind !== 'some' || isOf(visibility, event)
}

/** Says of what may be seen whose it is, for stores, which find it by their indexes; nothing where all may. */
export function whoseVisible(visibility: Visibility): Whose[] {
  if (visibility.kind !== 'some') return []
  const { groups, actorIds } = visibility
  return [{ groups, actorIds }]
}

/** Makes a condition for stores of what may be seen; undefined where all may. */
export function whereVisible(visibility: Visibility): Where | undefined {
  if (visibility.kind !== 'some') return undefined
  return {
    holds: (record) => isVisible(visibility, record),
    toJSON: () => ({ visible: visibility }),
  }
}

/** Leaves out of whose events are asked for what is the same as what may be seen. */
export function beyondVisible(visibility: Visibility, whose: readonly Whose[] = []): Whose[] {
  if (visibility.kind !== 'some') return [...whose]
  const { groups, actorIds } = visibility
  return whose.filter((one) => one.groups !== groups || one.actorIds !== actorIds)
}

/** Writes the same over a row of the view `events`, for DuckDB and Trino; undefined where all may. */
export function sqlVisible(visibility: Visibility): string | undefined {
  return visibility.kind === 'some' ? sqlWhose(visibility) : undefined
}

/** Writes that a row of the view `events` is somebody's. */
export function sqlWhose({ groups, actorIds }: Whose): string {
  const isIn = (column: string, ids: readonly string[]) =>
    ids.length === 0 ? [] : [`coalesce(${column} IN (${ids.map(sqlText).join(', ')}), false)`]
  const any = [
    ...isIn('course_id', groups),
    ...isIn('group_id', groups),
    ...isIn('actor_id', actorIds),
    ...isIn('member_id', actorIds),
  ]
  return any.length === 0 ? 'false' : `(${any.join(' OR ')})`
}
