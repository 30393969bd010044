import type { ReducedEvent, Reducer } from '../reducer'
import { happenedAt, idOf, isDeed, isoOf, nameOf } from './deeds'

interface State {
  events: number
  /** ms since 1970. */
  first?: number
  latest?: Latest
}

interface Latest {
  at: number
  receivedAt: string
  type: string
  action?: string | undefined
  objectId?: string | undefined
  objectName?: string | undefined
  objectType?: string | undefined
  courseId?: string | undefined
  source: string
  app?: string | undefined
}

/** When a learner was last seen, and doing what. */
export const lastActivity: Reducer<State> = {
  name: 'last-activity',
  version: 1,
  says: 'When a learner was last seen, doing what, and how many events of theirs came',
  scope: 'learner',
  start: { events: 0 },
  reduce,
  show: ({ events, first, latest }) => ({
    events,
    ...(first !== undefined && { firstSeen: isoOf(first) }),
    ...(latest !== undefined && { ...latest, at: isoOf(latest.at) }),
  }),
}

function reduce(state: State, event: ReducedEvent): State {
  if (!isDeed(event)) return state
  const at = happenedAt(event)
  const { latest, first = at } = state
  const next = { events: state.events + 1, first: Math.min(first, at) }
  // A device may send late: the latest is by when it happened.
  return { ...next, latest: latest !== undefined && latest.at > at ? latest : latestOf(event, at) }
}

function latestOf(event: ReducedEvent, at: number): Latest {
  const { receivedAt, type, commonAction, action, objectId, objectType, courseId, edAppId } = event
  return {
    at,
    receivedAt,
    type: idOf(type),
    ...withId('action', commonAction ?? action),
    ...withId('objectId', objectId),
    ...(event.objectName !== undefined && { objectName: nameOf(event.objectName) }),
    ...withId('objectType', objectType),
    ...withId('courseId', courseId),
    source: event.sourceId,
    ...withId('app', edAppId),
  }
}

function withId(name: keyof Latest, id: string | undefined): Partial<Latest> {
  return id === undefined ? {} : { [name]: idOf(id) }
}
