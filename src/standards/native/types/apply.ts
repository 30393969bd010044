import type { Issue } from '../../../error/issue'
import type { EventType, TypeInForce, TypesInForce } from '../../../event/event-type'
import type { ReadEvent } from '../../../event/reading'
import { payloadNames } from '../model'
import { limitsBroken } from './limits'

type Members = Record<string, unknown>

/**
 * Fills an event in by its type, and checks it. What its schema has against it is noted on the event;
 * whether it may be stored all the same, the mode of its source decides.
 * @param members the event as `NativeEvent` has it
 * @param types left out, no type is registered, and none is asked for
 * @returns the reasons why it may not be stored, if there are any
 */
export function applyType(
  event: ReadEvent,
  members: Members,
  types: TypesInForce | undefined,
  path: Issue['path'],
): Issue[] | undefined {
  if (types === undefined) return undefined
  noteOrganization(event, types)
  const found = types.find(event.type)
  if (found === undefined) return applyNone(event, types, path)
  const payload = payloadOf(members)
  const broken = limitsBroken(event, members[payload], found.type, types, [...path, payload])
  if (broken !== undefined) return broken
  fillIn(event, members, found)
  for (const { code } of found.check(members, payload, path)) {
    event.conformant = false
    note(event, code)
  }
  return undefined
}

/** Explains what the schema of a type has against an event. */
export function explainType(
  members: Members,
  types: TypesInForce | undefined,
  path: Issue['path'],
): Issue[] {
  const found = types?.find(members.event_type as string)
  return found?.check(members, payloadOf(members), path) ?? []
}

/** Returns the name of the member that is the payload: the first that an event has. */
function payloadOf(members: Members): string {
  return (
    payloadNames.find((name) => members[name] !== undefined && members[name] !== null) ?? 'payload'
  )
}

function applyNone(
  event: ReadEvent,
  { unknownTypes }: TypesInForce,
  path: Issue['path'],
): Issue[] | undefined {
  if (unknownTypes === 'accept') {
    note(event, UNKNOWN)
    return undefined
  }
  return [unknownType(event, path)]
}

const UNKNOWN = 'unknown_type'
const OTHER_ORGANIZATION = 'other_organization'
// A name has 256 characters at most; its beginning tells which it is.
const SHOWN = 80

function unknownType({ type }: ReadEvent, path: Issue['path']): Issue {
  const shown = JSON.stringify(type.slice(0, SHOWN).toWellFormed())
  const message = `Expected a registered event type (GET /api/v1/event-types lists them), got ${shown}`
  return { path: [...path, 'event_type'], message, code: UNKNOWN }
}

/** Says what its sender should know of an event that is stored as any other. */
export function noticesOf(
  event: ReadEvent,
  types: TypesInForce | undefined,
  path: Issue['path'],
): Issue[] {
  const issues: Issue[] = []
  if (event.issueCodes.includes(UNKNOWN)) issues.push(unknownType(event, path))
  if (event.issueCodes.includes(OTHER_ORGANIZATION)) {
    const message = `Names another organisation than this tenant, ${types?.tenantId}; it is stored here`
    issues.push({ path: [...path, 'organization_id'], message, code: OTHER_ORGANIZATION })
  }
  return issues
}

function fillIn(event: ReadEvent, members: Members, { type, mapped }: TypeInForce) {
  const found = mapped(members)
  // A constant is the type of the object that is mapped. Another object has its own.
  const isConstant = typeof type.mapping?.objectType === 'object'
  if (isConstant && found.objectId === undefined && event.objectType !== undefined) {
    found.objectType = event.objectType
  }
  Object.assign(event, found)
  event.category = type.category
  if (type.sampling !== 'never') event.sampling = type.sampling
  event.commonAction = type.commonAction
  const level = stricter(event.privacyLevel, type.privacyLevel)
  // An event that is more private than others of its type is kept as what is so private.
  event.retentionClass = level === type.privacyLevel ? type.retentionClass : level
  event.privacyLevel = level
}

const levels = ['standard', 'sensitive', 'pii'] as const

/** A sender may ask for more privacy than the type has, and not for less. */
function stricter(
  sent: ReadEvent['privacyLevel'] = 'standard',
  least: EventType['privacyLevel'],
): EventType['privacyLevel'] {
  return levels.indexOf(sent) > levels.indexOf(least) ? sent : least
}

/** The organisation is the tenant; an event that names another is its own sender's all the same. */
function noteOrganization(event: ReadEvent, { tenantId }: TypesInForce) {
  const { organizationId } = event
  if (tenantId === undefined || organizationId === undefined) return
  if (organizationId !== tenantId) note(event, OTHER_ORGANIZATION)
}

function note(event: ReadEvent, code: string) {
  if (!event.issueCodes.includes(code)) event.issueCodes.push(code)
}
