import { isUuidUrn, uuidUrnVersion } from '../../syntax/uuid'
import { checkReference, isDate, isMap, wrongDate, wrongMap } from './check-entity'
import { error, type Finding, isAbsent, required, show, warning } from './finding'
import {
  actions,
  actionTerm,
  deprecatedActions,
  deprecatedTypes,
  eventTypes,
  profiles,
} from './model'
import type { Node } from './node'
import { spec } from './sections'
import type { CaliperVersion } from './version'

/** The base properties of an event (2.1), and that its type supports its action. */
export function checkEvent(
  item: Node,
  version: CaliperVersion,
  index: number,
  found: Finding[],
): void {
  const { eventTime, extensions } = item
  // Events of 1.0 have no id, and words from more vocabularies than Caliper's.
  if (version === '1.0') {
    if (isAbsent(item.action)) found.push(required(['data', index, 'action'], spec.event))
  } else {
    checkId(item.id, index, found)
    checkWords(item, version, index, found)
  }
  if (isAbsent(eventTime)) found.push(required(['data', index, 'eventTime'], spec.event))
  else if (!isDate(eventTime)) found.push(wrongDate(eventTime, index, undefined, 'eventTime'))
  if (!isMap(extensions)) found.push(wrongMap(extensions, index, undefined))
  checkReferences(item, version, index, found)
}

/** 4.2: "each Event MUST be assigned a UUID formatted as a URN"; version 4 is recommended (1.2). */
function checkId(id: unknown, index: number, found: Finding[]): void {
  const path = ['data', index, 'id']
  if (typeof id === 'string' && isUuidUrn(id)) {
    if (uuidUrnVersion(id) === 4) return
    found.push(warning(path, 'uuid_version', 'A version 4 UUID is recommended', spec.identifiers))
  } else if (isAbsent(id)) {
    found.push(required(path, spec.identifiers))
  } else {
    const code = typeof id === 'string' ? 'invalid_id' : 'wrong_type'
    const message = `Expected urn:uuid: and a UUID, got ${show(id)}`
    found.push(error(path, code, message, spec.identifiers))
  }
}

function checkWords(item: Node, version: CaliperVersion, index: number, found: Finding[]): void {
  const { type, action, profile } = item
  const supported = typeof type === 'string' ? eventTypes.get(type) : undefined
  if (supported === undefined) {
    const finding = wrongType(type, version, index)
    if (finding !== undefined) found.push(finding)
  }
  if (typeof action !== 'string' || !supported?.has(action)) {
    const finding = wrongAction(action, type, version, index)
    if (finding !== undefined) found.push(finding)
  }
  if (!isAbsent(profile) && !profiles.has(profile as string)) {
    const message = `${show(profile)} is not a profile`
    found.push(error(['data', index, 'profile'], 'unknown_profile', message, spec.profiles))
  }
}

function wrongType(type: unknown, version: CaliperVersion, index: number): Finding | undefined {
  const path = ['data', index, 'type']
  if (isAbsent(type)) return required(path, spec.event)
  if (version === '1.1' && deprecatedTypes.has(type as string)) return undefined
  return error(path, 'unknown_type', `${show(type)} is not a type of event`, spec.event)
}

/** Of an action that is not, as it is written, one that the event's type supports. */
function wrongAction(
  action: unknown,
  type: unknown,
  version: CaliperVersion,
  index: number,
): Finding | undefined {
  const path = ['data', index, 'action']
  if (isAbsent(action)) return required(path, spec.event)
  const name = typeof action === 'string' ? actionTerm(action) : ''
  if (!actions.has(name)) {
    return error(path, 'unknown_action', `${show(action)} is not an action`, spec.event)
  }
  const supported = eventTypes.get(type as string)
  if (supported === undefined || supported.has(name)) return undefined
  if (version === '1.1' && deprecatedActions.get(type as string)?.has(name)) return undefined
  const message = `${show(type)} does not support ${show(action)}`
  return error(path, 'unsupported_action', message, spec.event)
}

function checkReferences(
  item: Node,
  version: CaliperVersion,
  index: number,
  found: Finding[],
): void {
  const { actor, object } = item
  if (isAbsent(actor)) found.push(required(['data', index, 'actor'], spec.event))
  else checkReference(actor, version, index, 'actor', found)
  if (isAbsent(object)) found.push(required(['data', index, 'object'], spec.event))
  else checkReference(object, version, index, 'object', found)
  for (const name of optionalReferences) {
    const value = item[name]
    if (!isAbsent(value)) checkReference(value, version, index, name, found)
  }
}

const optionalReferences = [
  'edApp',
  'generated',
  'target',
  'referrer',
  'group',
  'membership',
  'session',
  'federatedSession',
] as const
