import type { EventRecord } from '../../event/record'

export const liveMetrics = ['events', 'actors'] as const
export const liveGroupings = ['type', 'action', 'course', 'source', 'object', 'group'] as const
export const liveIntervals = { minute: 60_000, quarter: 900_000, hour: 3_600_000 } as const

export type LiveMetric = (typeof liveMetrics)[number]
export type LiveGrouping = (typeof liveGroupings)[number]

/** A live question is what is counted, and for whom. */
export interface LiveQuestion {
  metric: LiveMetric
  groupBy?: LiveGrouping | undefined
  intervalMs: number
  /** If false, groups of few are left out, and an interval is told of when it is over. */
  seesPeople: boolean
}

/** Finds the group of an event, by the words of `GET /analytics/metrics`; null where it has none. */
export function groupOf(record: EventRecord, groupBy: LiveGrouping | undefined): string | null {
  const { type, action, commonAction, courseId, groupId, sourceId, objectId } = record
  switch (groupBy) {
    case undefined:
      return null
    case 'type':
      return type
    case 'action':
      return commonAction ?? action ?? null
    case 'course':
      return courseId ?? groupId ?? null
    case 'source':
      return sourceId
    case 'object':
      return objectId ?? null
    case 'group':
      return groupId ?? null
  }
}

const many = new Set(['Organization', 'CourseOffering', 'CourseSection', 'Group'])

/** Tells whether the actor of an event is one person, as `GET /analytics/metrics` does: software is nobody, a group many. */
export function isPerson({ actorType = '', actorId, edAppId }: EventRecord): boolean {
  if (/software/i.test(actorType) || many.has(actorType)) return false
  return actorId !== undefined && actorId !== edAppId
}
