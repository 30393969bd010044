import { isObject, type Schema, type SchemaObject } from './schema'

// More hops than anybody writes; a ring of them has no end.
const MOST_HOPS = 32
/** A `$ref` beside these alone is what it leads to. */
const silent = new Set(['title', 'description', 'examples', 'default', '$comment', 'deprecated'])

/**
 * Follows a `$ref` that stands alone. One beside other words is left, and tells of itself.
 * @returns undefined for one that leads nowhere
 */
export function resolve(schema: Schema, root: SchemaObject): Schema | undefined {
  let at: unknown = schema
  for (let hops = 0; hops < MOST_HOPS; hops += 1) {
    if (typeof at === 'boolean') return at
    if (!isObject(at)) return undefined
    const { $ref: ref } = at
    if (ref === undefined) return at
    const isAlone = Object.keys(at).every((word) => word === '$ref' || silent.has(word))
    if (!isAlone) return at
    at = referred(ref, root)
  }
  return undefined
}

/** Returns what a `$ref` leads to inside its schema; undefined for one that leads nowhere. */
export function referred(ref: unknown, root: SchemaObject): unknown {
  if (ref === '#') return root
  if (typeof ref !== 'string' || !ref.startsWith('#/')) return undefined
  let at: unknown = root
  for (const step of ref.slice(2).split('/')) {
    const name = decoded(step)?.replaceAll('~1', '/').replaceAll('~0', '~')
    if (name === undefined || typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) {
      return undefined
    }
    at = (at as Record<string, unknown>)[name]
  }
  return at
}

function decoded(step: string): string | undefined {
  try {
    return decodeURIComponent(step)
  } catch {
    return undefined
  }
}
