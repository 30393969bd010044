import type { EventFilter } from '../src/event/filter'
import { createBodies } from './events'

/** A held event is one of the bench: by its number everything of it is known. */
export interface Held {
  count: number
  /** One learner has some five hundred events. */
  actors: number
}

export const FIRST_TIME = Date.parse('2026-06-01T00:00:00.000Z')
const HOUR = 3_600_000
const SESSION_EVENTS = 32

export const actorOf = (n: number) => `https://example.edu/users/${n}`
const sessionOf = (n: number) => `urn:session:${n}`
const iso = (time: number) => new Date(time).toISOString()

interface Item {
  id: string
  type: string
  action: string
  actor: { type: string }
  object: { id: string; type: string }
  group: { id: string }
}

/** Makes the records of the hot store, number by number, of events as the benches send them. */
export function createRecords({ actors }: Held) {
  const { text } = createBodies('event')
  // Texts of a pool are cut at their id, and all else is known of them.
  const pool = Array.from({ length: 5000 }, () => {
    const raw = text()
    const { id, type, action, actor, object, group }: Item = JSON.parse(raw)
    const [before, after] = raw.split(id) as [string, string]
    const { id: objectId, type: objectType } = object
    const facts = { type, action, actorType: actor.type, objectId, objectType, groupId: group?.id }
    return { before, after, facts }
  })
  return {
    types: [...new Set(pool.map(({ facts }) => facts.type))],
    courses: [...new Set(pool.map(({ facts }) => facts.groupId).filter(Boolean))],
    objects: [...new Set(pool.map(({ facts }) => facts.objectId))],
    recordOf(n: number) {
      const { before, after, facts } = pool[(n * 7919) % pool.length]!
      const eventId = `urn:uuid:${crypto.randomUUID()}`
      return {
        ...facts,
        eventId,
        raw: before + eventId + after,
        actorId: actorOf((n * 31) % actors),
        sessionId: sessionOf(Math.floor(n / SESSION_EVENTS)),
        // They are in the order of time but for some seconds, as senders' clocks and queues make it.
        eventTime: iso(FIRST_TIME + n * 1000 - ((n * 7919) % 5000)),
      }
    },
  }
}

export interface Question {
  name: string
  /** Each time it asks for another. */
  filter(): EventFilter
  limit: number
  order?: 'asc'
  /** If true, it names one of the fields that have an index. */
  isIndexed: boolean
}

/** Lists what is asked; every page of an indexed question is to be there within the goal. */
export function questionsOf(held: Held, records: ReturnType<typeof createRecords>): Question[] {
  const { count, actors } = held
  const below = (n: number) => Math.floor(Math.random() * n)
  const oneOf = (list: readonly string[]) => list[below(list.length)]!
  const actor = () => actorOf(below(actors))
  const since = (ms: number) => {
    const from = FIRST_TIME + below(count) * 1000
    return { from: iso(from), to: iso(from + ms) }
  }
  const indexed = (name: string, filter: () => EventFilter, order?: 'asc'): Question => {
    return { name, filter, limit: 100, isIndexed: true, ...(order && { order }) }
  }
  const { types, courses, objects } = records
  return [
    { name: 'the newest page', filter: () => ({}), limit: 100, isIndexed: false },
    { name: 'the newest thousand', filter: () => ({}), limit: 1000, isIndexed: false },
    { name: 'an hour of months ago', filter: () => since(HOUR), limit: 100, isIndexed: false },
    indexed('an actor who is not there', () => ({ actorId: actorOf(-1 - below(1e6)) })),
    indexed('an actor', () => ({ actorId: actor() })),
    indexed('an actor, oldest first', () => ({ actorId: actor() }), 'asc'),
    indexed('an actor in a week', () => ({ actorId: actor(), ...since(168 * HOUR) })),
    indexed('an actor and a type', () => ({ actorId: actor(), type: oneOf(types) })),
    indexed('an actor and a type that nothing has', () => ({ actorId: actor(), type: 'None' })),
    indexed('an actor and an object', () => ({ actorId: actor(), objectId: oneOf(objects) })),
    indexed('a course and a type', () => ({ groupId: oneOf(courses), type: oneOf(types) })),
    indexed('a course', () => ({ groupId: oneOf(courses) })),
    indexed('an object', () => ({ objectId: oneOf(objects) })),
    indexed('a type', () => ({ type: oneOf(types) })),
    indexed('a session', () => ({ sessionId: sessionOf(below(count / SESSION_EVENTS)) })),
    indexed('a class of thirty', () => {
      return { whose: [{ groups: [], actorIds: Array.from({ length: 30 }, actor) }] }
    }),
  ]
}
