import { isBlankNode, isIri } from '../../syntax/iri'
import { isUtcMillis } from '../../syntax/timestamp'
import { error, type Finding, isAbsent, type Path, required, show } from './finding'
import { deprecatedTypes, entityTypes, partTypes } from './model'
import { isNode, type Node } from './node'
import { spec } from './sections'
import type { CaliperVersion } from './version'

// Every check takes the place of its value in pieces, and makes a path of them only when it has
// something to say: on what conforms, nothing is allocated.

/** The base properties of an entity (2.2); `name` is the event's property that holds it. */
export function checkEntity(
  entity: Node,
  version: CaliperVersion,
  index: number,
  name: string | undefined,
  found: Finding[],
): void {
  const { dateCreated, dateModified, description, extensions } = entity
  const id = entity.id ?? entity['@id']
  const type = entity.type ?? entity['@type']
  if (typeof id !== 'string' || !isIdentifier(id)) {
    if (!isAbsent(id) || !partTypes.has(type as string)) found.push(wrongId(id, index, name))
  }
  if (typeof type !== 'string' || !isEntityType(type, version)) {
    found.push(wrongType(type, index, name))
  }
  if (!isText(entity.name)) found.push(wrongText(entity.name, index, name, 'name'))
  if (!isText(description)) found.push(wrongText(description, index, name, 'description'))
  if (!isDate(dateCreated)) found.push(wrongDate(dateCreated, index, name, 'dateCreated'))
  if (!isDate(dateModified)) found.push(wrongDate(dateModified, index, name, 'dateModified'))
  if (!isMap(extensions)) found.push(wrongMap(extensions, index, name))
}

/**
 * An entity where an event has one: an object, or a string that is its IRI (4.3: "Caliper permits
 * Entity values to be expressed either as a JSON object or as a string corresponding to its IRI").
 */
export function checkReference(
  value: unknown,
  version: CaliperVersion,
  index: number,
  name: string,
  found: Finding[],
): void {
  if (isNode(value)) {
    checkEntity(value, version, index, name, found)
  } else if (typeof value !== 'string' || !isIdentifier(value)) {
    const code = typeof value === 'string' ? 'invalid_iri' : 'wrong_type'
    const message = `Expected an object or an IRI, got ${show(value)}`
    found.push(error(['data', index, name], code, message, spec.types))
  }
}

export function isDate(value: unknown): boolean {
  return isAbsent(value) || (typeof value === 'string' && isUtcMillis(value))
}

/** "Custom attributes not described by the model" are in a map. */
export function isMap(value: unknown): boolean {
  return isAbsent(value) || isNode(value)
}

export function wrongDate(
  value: unknown,
  index: number,
  name: string | undefined,
  property: string,
): Finding {
  const message = `Expected YYYY-MM-DDTHH:mm:ss.SSSZ in UTC, got ${show(value)}`
  return error(pathOf(index, name, property), 'invalid_timestamp', message, spec.event)
}

export function wrongMap(value: unknown, index: number, name: string | undefined): Finding {
  const message = `Expected an object, got ${show(value)}`
  return error(pathOf(index, name, 'extensions'), 'wrong_type', message, spec.entity)
}

/** 4.2: "in the form of a valid IRI or a blank node identifier". */
function isIdentifier(value: string): boolean {
  return isIri(value) || isBlankNode(value)
}

/** Types of 1.0 are IRIs of several vocabularies, and are taken as they come. */
function isEntityType(type: string, version: CaliperVersion): boolean {
  if (entityTypes.has(type) || partTypes.has(type)) return true
  return version === '1.0' || (version === '1.1' && deprecatedTypes.has(type))
}

function isText(value: unknown): boolean {
  return isAbsent(value) || typeof value === 'string'
}

function wrongId(id: unknown, index: number, name: string | undefined): Finding {
  const path = pathOf(index, name, 'id')
  if (isAbsent(id)) return required(path, spec.identifiers)
  const code = typeof id === 'string' ? 'invalid_iri' : 'wrong_type'
  const message = `Expected an IRI or a blank node identifier, got ${show(id)}`
  return error(path, code, message, spec.identifiers)
}

function wrongType(type: unknown, index: number, name: string | undefined): Finding {
  const path = pathOf(index, name, 'type')
  if (isAbsent(type)) return required(path, spec.entity)
  return error(path, 'unknown_type', `${show(type)} is not a type of entity`, spec.entity)
}

function wrongText(
  value: unknown,
  index: number,
  name: string | undefined,
  property: string,
): Finding {
  const message = `Expected a string, got ${show(value)}`
  return error(pathOf(index, name, property), 'wrong_type', message, spec.entity)
}

function pathOf(index: number, name: string | undefined, property: string): Path {
  return name === undefined ? ['data', index, property] : ['data', index, name, property]
}
