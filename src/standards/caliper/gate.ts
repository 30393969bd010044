import type { Issue } from '../../error/issue'
import { tooManyValues } from '../../event/json-body'
import { MAX_DEPTH, MAX_ID_LENGTH } from '../../event/limits'
import type { Kind } from '../../event/record'
import { isDeeperThan } from '../../syntax/json-scan'
import { toUtcMillis } from '../../syntax/timestamp'
import { entities, parts } from './model/entities'
import { events } from './model/events'
import { idOf, isNode, type Node, typeOf } from './node'
import { spec } from './sections'
import { itemVersion, versionByForm } from './version'

const eventTypes = new Set(Object.keys(events))
const entityTypes = new Set(Object.keys(entities))
const partTypes = new Set(Object.keys(parts))

/** Events happen; entities are described. Types of neither kind are told apart by what they have. */
export function kindOf(item: Node): Kind {
  const type = typeOf(item)
  if (type !== undefined) {
    if (eventTypes.has(type)) return 'event'
    if (entityTypes.has(type)) return 'entity'
    if (type.endsWith('Event')) return 'event'
  }
  const happened = item.eventTime !== undefined || item.action !== undefined
  return happened || (item.actor !== undefined && item.object !== undefined) ? 'event' : 'entity'
}

/**
 * Tells whether an item can be stored at all: an object with a type, and a time and somebody or something
 * for an event, an id for an entity. What the standard says beyond that is for the conformance
 * report, which costs no sender its data.
 * @returns every reason against it, or undefined
 */
export function refuse(item: unknown, raw: string, kind: Kind, index: number): Issue[] | undefined {
  if (item === undefined) return [tooManyValues(['data', index])]
  if (!isNode(item)) return [at(index, [], 'Expected an object', 'not_an_object', spec.envelope)]
  if (isDeeperThan(raw, MAX_DEPTH)) {
    const message = `Nested more than ${MAX_DEPTH} levels deep`
    return [at(index, [], message, 'too_deep')]
  }
  const issues = kind === 'event' ? refuseEvent(item, index) : refuseEntity(item, index)
  return issues.length === 0 ? undefined : issues
}

const none: Issue[] = []

function refuseEvent(item: Node, index: number): Issue[] {
  const { eventTime } = item
  const isTimed = typeof eventTime === 'string' && toUtcMillis(eventTime) !== undefined
  const isKnown = idOf(item.actor) !== undefined || idOf(item.object) !== undefined
  if (isTimed && isKnown && typeOf(item) !== undefined && !hasLongId(item)) return none

  const issues: Issue[] = []
  if (typeOf(item) === undefined) issues.push(missing(index, item, 'type', spec.event))
  if (eventTime === undefined || eventTime === null) {
    issues.push(missing(index, item, 'eventTime', spec.event))
  } else if (!isTimed) {
    const message = 'Expected an ISO 8601 date and time, e.g. 2026-11-21T09:30:00.000Z'
    issues.push(at(index, ['eventTime'], message, 'invalid_timestamp', spec.event))
  }
  if (!isKnown) {
    const message = 'Neither the actor nor the object has an id'
    issues.push(at(index, ['actor'], message, 'unidentified', spec.event))
  }
  if (hasLongId(item)) issues.push(longId(index, item))
  return issues
}

function refuseEntity(item: Node, index: number): Issue[] {
  const type = typeOf(item)
  const needsId = type === undefined || !partTypes.has(type)
  const issues: Issue[] = []
  if (type === undefined) issues.push(missing(index, item, 'type', spec.entity))
  if (needsId && idOf(item) === undefined) issues.push(missing(index, item, 'id', spec.entity))
  if (hasLongId(item)) issues.push(longId(index, item))
  return issues
}

function hasLongId(item: Node): boolean {
  const id = idOf(item)
  return id !== undefined && id.length > MAX_ID_LENGTH
}

function longId(index: number, item: Node): Issue {
  const message = `An id of ${idOf(item)!.length} characters; at most ${MAX_ID_LENGTH} are kept`
  return at(index, [sentName(item, 'id')], message, 'too_long')
}

/** Absent and null are `Required`; there is something to say about anything else. */
function missing(index: number, item: Node, name: string, section: string): Issue {
  const value = item[name] ?? item[`@${name}`]
  const path = [sentName(item, name)]
  if (value === undefined || value === null) return at(index, path, 'Required', 'required', section)
  return at(index, path, 'Expected a string that is not empty', 'wrong_type', section)
}

/** Returns the name by which an item has its id or its type, or would have it: 1.0 writes `@id`. */
function sentName(item: Node, name: string): string {
  if (name !== 'id' && name !== 'type') return name
  const isEarly = versionByForm(item) === '1.0' || itemVersion(item['@context']) === '1.0'
  const [usual, other] = isEarly && !(name in item) ? [`@${name}`, name] : [name, `@${name}`]
  return item[usual] === undefined && item[other] !== undefined ? other : usual
}

function at(index: number, path: string[], message: string, code: string, section?: string): Issue {
  const issue: Issue = { path: ['data', index, ...path], message, code }
  if (section !== undefined) issue.spec = section
  return issue
}
