import { isBlankNode, isIri } from '../../../syntax/iri'
import type { Node } from '../node'

/** 4.2: "in the form of a valid IRI or a blank node identifier". */
export function isIdentifier(value: string): boolean {
  return isIri(value) || isBlankNode(value)
}

/** "Properties with a value of null or empty SHOULD be excluded prior to serialization" (2.1, 2.2). */
export function isEmpty(value: unknown): boolean {
  if (value === null || value === '') return true
  if (typeof value !== 'object') return false
  if (Array.isArray(value)) return value.length === 0
  return isEmptyObject(value as object)
}

export function isEmptyObject(value: object): boolean {
  for (const _ in value) return false
  return true
}

/** The type of an entity that is an object. */
export function typeOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? (value as Node).type : undefined
}
