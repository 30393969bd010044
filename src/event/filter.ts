import type { EventRecord, Kind } from './record'

/** Events can be found by these fields. Each has an index in every hot store. */
export const indexedFields = ['actorId', 'objectId', 'type', 'sessionId', 'groupId'] as const
export type IndexedField = (typeof indexedFields)[number]

/**
 * Events can be found by these fields as well, without an index: a store looks at the events that the
 * other conditions leave, as many as it may look at for a page.
 */
export const residualFields = ['commonAction', 'organizationId'] as const
export type ResidualField = (typeof residualFields)[number]

/** All conditions must hold. Times are ISO 8601 UTC with milliseconds; `from` inclusive, `to` exclusive. */
export type EventFilter = { [F in IndexedField | ResidualField]?: string | undefined } & {
  kind?: Kind | undefined
  from?: string | undefined
  to?: string | undefined
  /** Only what arrived from then on is found (`receivedAt`), inclusive. */
  receivedFrom?: string | undefined
  /** Only what arrived before then is found. */
  receivedTo?: string | undefined
  /** Only what is of each of these is found. */
  whose?: readonly Whose[] | undefined
  /** The rest of what is asked, in the language of conditions; it has no index. */
  where?: Where | undefined
}

/**
 * Events are somebody's: those of a course or group among `groups`, and those that a person among `actorIds` did or, as the
 * member that an event names, is concerned by. Both lists may be empty, and then nothing is.
 */
export interface Whose {
  groups: readonly string[]
  actorIds: readonly string[]
}

/** A condition as stores take it, which know no language: they read a record, and ask. */
export interface Where {
  holds(record: EventRecord): boolean
  /** Says what was asked, for the cursors of its query: other answers come of what says otherwise. */
  toJSON(): unknown
}

/**
 * Names what a query asks, for its cursors. Bounds of arrival are left out: a cursor stays good while
 * more is hidden.
 */
export function questionOf(tenantId: string, filter: EventFilter): string {
  const { receivedFrom: _from, receivedTo: _to, ...asked } = filter
  return JSON.stringify([tenantId, Object.entries(asked).sort(byName)])
}

const byName = ([a]: [string, unknown], [b]: [string, unknown]) => (a < b ? -1 : 1)

const comparedFields = [...indexedFields, ...residualFields]

type Placed = Pick<EventRecord, 'actorId' | 'courseId' | 'groupId' | 'memberId'>

/** Tells whether an event is somebody's. */
export function isOf({ groups, actorIds }: Whose, event: Placed): boolean {
  const { actorId, memberId, courseId, groupId } = event
  const isIn = (ids: readonly string[], id: string | undefined) =>
    id !== undefined && ids.includes(id)
  return (
    isIn(actorIds, actorId) ||
    isIn(groups, courseId) ||
    isIn(groups, groupId) ||
    isIn(actorIds, memberId)
  )
}

export function matchesFilter(record: EventRecord, filter: EventFilter): boolean {
  for (const field of comparedFields) {
    const wanted = filter[field]
    if (wanted !== undefined && record[field] !== wanted) return false
  }
  if (filter.kind !== undefined && record.kind !== filter.kind) return false
  if (filter.whose?.every((one) => isOf(one, record)) === false) return false
  if (filter.where?.holds(record) === false) return false
  if (filter.from !== undefined && record.eventTime < filter.from) return false
  if (filter.receivedFrom !== undefined && record.receivedAt < filter.receivedFrom) return false
  if (filter.receivedTo !== undefined && record.receivedAt >= filter.receivedTo) return false
  return filter.to === undefined || record.eventTime < filter.to
}

/** This is the older form of a condition of a subscription. */
export interface FieldFilter {
  /** A field of the record, as `conditions/fields.ts` names them. */
  field: string
  /** The condition holds for any of these values. */
  in: (string | number | boolean)[]
}
