import { v5 } from 'uuid'
import { actionTerm } from '../standards/caliper/model/terms'
import { idOf, nameOf, typeOf } from '../standards/caliper/node'
import { isIri } from '../syntax/iri'
import { toUtcMillis } from '../syntax/timestamp'
import { isUuidUrn } from '../syntax/uuid'
import { activityOf, statementObjectOf } from './activities'
import { agentOf } from './agents'
import { isA } from './entities'
import { isObject, type Json, withoutAbsent } from './json'
import { verbOf } from './lookup'
import { type Match, weakest } from './match'
import { iriOf } from './prefixes'
import { resultOf } from './results'

/** A document says of itself neither its id nor its time: then these hold. */
export interface Fallback {
  /** A UUID as a URN. */
  id: string
  /** ISO 8601 UTC. */
  at: string
}

/** A document of the other standard, without what it could not say. */
export interface Bare {
  document: Json
  match: Match
}

/** Says in a statement as much of an event of Caliper as xAPI has words for. */
export function statementOfEvent(event: Json, fallback: Fallback): Bare {
  const eventTime = typeof event.eventTime === 'string' ? event.eventTime : ''
  const object = subjectOf(event)
  const said = statementObjectOf(object)
  const verb = verbOfEvent(event, object)
  const document = withoutAbsent({
    id: uuidOf(idOf(event) ?? fallback.id),
    actor: agentOf(event.actor),
    verb: verb.part,
    object: said.part,
    result: resultOf(event),
    context: contextOf(event, said.part.objectType === 'Activity'),
    timestamp: toUtcMillis(eventTime) ?? fallback.at,
  })!
  return { document, match: weakest(said.match, verb.match) }
}

/** A grade is given to an attempt, and what was attempted is the object of its statement. */
function subjectOf({ object, ...event }: Json): unknown {
  if (typeOf(event) !== 'GradeEvent' || typeOf(object) !== 'Attempt') return object
  const { assignable } = object as Json
  return idOf(assignable) === undefined ? object : assignable
}

function uuidOf(id: string): string {
  return isUuidUrn(id) ? id.slice('urn:uuid:'.length).toLowerCase() : v5(id, v5.URL)
}

function verbOfEvent(event: Json, object: unknown): { part: Json; match: Match } {
  const action = typeof event.action === 'string' ? actionTerm(event.action) : ''
  if (action === '') {
    return { part: verbPart(iriOf('adl:interacted'), 'interacted'), match: 'generic' }
  }
  if (isIri(action)) return { part: verbPart(action, action), match: 'generic' }
  const { iri, match } = verbOf(typeOf(event) ?? 'Event', action, typeOf(object))
  return { part: verbPart(iri, iri.slice(iri.search(/[^/#]*$/))), match }
}

function verbPart(id: string, word: string): Json {
  return { id, display: { en: word } }
}

function contextOf(event: Json, isActivity: boolean): Json | undefined {
  const { object, group, session, edApp } = event
  const sessionId = idOf(session)
  const parent = isObject(object) ? object.isPartOf : undefined
  const extensions = isObject(event.extensions) ? event.extensions : {}
  const named = Object.entries(extensions).filter(([name]) => isIri(name))
  return withoutAbsent({
    registration: sessionId !== undefined && isUuidUrn(sessionId) ? uuidOf(sessionId) : undefined,
    contextActivities: withoutAbsent({
      parent: isEntity(parent) ? [activityOf(parent).part] : undefined,
      grouping: isEntity(group) ? [activityOf(group).part] : undefined,
    }),
    // xAPI 1.0.3, Data, 2.4.6: a platform only where the object is an activity.
    platform: isActivity ? platformOf(edApp) : undefined,
    extensions: named.length === 0 ? undefined : Object.fromEntries(named),
  })
}

function isEntity(value: unknown): boolean {
  const id = idOf(value)
  return id !== undefined && isIri(id) && !isA(typeOf(value) ?? '', 'Person')
}

function platformOf(edApp: unknown): string | undefined {
  const id = idOf(edApp)
  return id === undefined || id.startsWith('_:') ? nameOf(edApp) || undefined : id
}
