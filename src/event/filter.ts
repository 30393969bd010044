import type { EventRecord, Kind } from './record'

/** Fields that events can be found by. Each has an index in every hot store. */
export const indexedFields = ['actorId', 'objectId', 'type', 'sessionId', 'groupId'] as const
export type IndexedField = (typeof indexedFields)[number]

/** All conditions must hold. Times are ISO 8601 UTC with milliseconds; `from` inclusive, `to` exclusive. */
export type EventFilter = { [F in IndexedField]?: string | undefined } & {
  kind?: Kind | undefined
  from?: string | undefined
  to?: string | undefined
}

export function matchesFilter(record: EventRecord, filter: EventFilter): boolean {
  for (const field of indexedFields) {
    const wanted = filter[field]
    if (wanted !== undefined && record[field] !== wanted) return false
  }
  if (filter.kind !== undefined && record.kind !== filter.kind) return false
  if (filter.from !== undefined && record.eventTime < filter.from) return false
  return filter.to === undefined || record.eventTime < filter.to
}
