import { idOf, nameOf, typeOf } from '../standards/caliper/node'
import { actorOf, agentOf } from './agents'
import { isA } from './entities'
import { isObject, type Json, objectIn, withoutAbsent } from './json'
import { activityTypeOf, entityOf } from './lookup'
import type { Match } from './match'

// Caliper's names have no language (RFC 5646: `und` is one that is not known).
const LANGUAGE = 'und'
const languages = [LANGUAGE, 'en', 'en-US', 'en-GB']

/** A part of the other standard, and how well it says what was there. */
export interface Part {
  part: Json
  match: Match
}

/** Makes an object of a statement of an entity: a person is an agent, all else an activity. */
export function statementObjectOf(entity: unknown): Part {
  if (typeOf(entity) === 'Person') return { part: agentOf(entity), match: 'exact' }
  return activityOf(entity)
}

/** Makes an activity of an entity, or of the IRI of one. */
export function activityOf(entity: unknown): Part {
  const id = idOf(entity) ?? '_:object'
  const type = typeOf(entity)
  const activityType = type === undefined ? undefined : activityTypeOf(type)
  const description = isObject(entity) ? entity.description : undefined
  const definition = withoutAbsent({
    type: activityType?.iri,
    name: languageMap(nameOf(entity)),
    description: languageMap(description),
  })
  const part = withoutAbsent({ objectType: 'Activity', id, definition })!
  return { part, match: activityType?.match ?? 'generic' }
}

function languageMap(text: unknown): Json | undefined {
  return typeof text === 'string' && text !== '' ? { [LANGUAGE]: text } : undefined
}

/** Makes an entity of the object of a statement, whatever it is. */
export function entityOfObject(object: unknown): Part & { type: string | undefined } {
  if (!isObject(object)) return { part: { id: '_:object' }, type: undefined, match: 'generic' }
  const { objectType, id } = object
  if (objectType === 'Agent' || objectType === 'Group') {
    const part = actorOf(object)
    return { part, type: part.type as string, match: 'exact' }
  }
  if (objectType === 'StatementRef') {
    const part = { id: `urn:uuid:${String(id).toLowerCase()}` }
    return { part, type: undefined, match: 'generic' }
  }
  if (objectType === 'SubStatement') {
    return { part: { id: '_:substatement' }, type: undefined, match: 'generic' }
  }
  return entityOfActivity(object)
}

/** Makes an entity of an activity; it has no type when the activity's stands for none. */
export function entityOfActivity(activity: Json): Part & { type: string | undefined } {
  const definition = objectIn(activity, 'definition')
  const found = typeof definition.type === 'string' ? entityOf(definition.type) : undefined
  const part = withoutAbsent({
    id: activity.id,
    name: textIn(definition.name),
    description: textIn(definition.description),
  })
  return { part: part ?? {}, type: found?.entity, match: found?.match ?? 'generic' }
}

function textIn(map: unknown): string | undefined {
  if (!isObject(map)) return undefined
  const language = languages.find((one) => Object.hasOwn(map, one)) ?? Object.keys(map)[0]
  const text = language === undefined ? undefined : map[language]
  return typeof text === 'string' && text !== '' ? text : undefined
}

/** Makes the organization of an activity, when its type stands for one. */
export function organizationOf(activity: unknown): Json | undefined {
  if (!isObject(activity)) return undefined
  const { part, type } = entityOfActivity(activity)
  return type !== undefined && isA(type, 'Organization') ? { ...part, type } : undefined
}
