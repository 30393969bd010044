import { term } from './model/terms'

/** Anything in braces. */
export type Node = Record<string, unknown>

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function nodeOf(value: unknown): Node | undefined {
  return isNode(value) ? value : undefined
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Finds what a reference points at: an IRI string, or the id of an object (1.0 writes `@id`). */
export function idOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  if (typeof value !== 'object' || value === null) return undefined
  const id = (value as Node).id ?? (value as Node)['@id']
  return typeof id === 'string' && id !== '' ? id : undefined
}

/** The type as a term where Caliper has one, or as sent (1.0 writes `@type`). */
export function typeOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const type = (value as Node).type ?? (value as Node)['@type']
  if (typeof type === 'string') return type === '' ? undefined : term(type)
  // JSON-LD lets a node have several types.
  const first: unknown = Array.isArray(type) ? type[0] : undefined
  return typeof first === 'string' && first !== '' ? term(first) : undefined
}

export function nameOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  return textOf((value as Node).name)
}
