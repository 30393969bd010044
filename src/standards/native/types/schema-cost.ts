import { referred } from './changes/resolve'
import { isObject, type SchemaObject } from './changes/schema'

// An event has some hundred members. Compiling takes a fifth of a second for a thousand places, and
// nothing else happens meanwhile.
const MOST_PLACES = 1_000
// Each item is compared with each other: a thousand take some milliseconds.
const MOST_UNIQUE = 1_000

type Kind = 'part' | 'other' | 'ref'
interface Edge {
  to: SchemaObject
  kind: Kind
}

/** Every part of a value passes one of these at most, so that a circle of them ends with the value. */
const parts = ['properties', 'prefixItems', 'items', 'additionalProperties']
const others = [
  ...['allOf', 'anyOf', 'oneOf', 'not', 'if', 'then', 'else', 'dependentSchemas'],
  ...[
    'patternProperties',
    'contains',
    'propertyNames',
    'unevaluatedProperties',
    'unevaluatedItems',
  ],
]
const lists = new Set(['prefixItems', 'allOf', 'anyOf', 'oneOf'])
const maps = new Set(['properties', 'dependentSchemas', 'patternProperties'])
const notTaken = ['$dynamicRef', '$recursiveRef', '$anchor', '$dynamicAnchor', '$id']

/**
 * Says why checking values by a schema could take longer than in proportion to their size: it goes in
 * circles, doubles with each step, or compares everything with everything. It looks at the schema alone.
 * @returns undefined when it cannot
 */
export function whyCostly(root: SchemaObject): string | undefined {
  const edges = new Map<SchemaObject, Edge[]>()
  const rings = new Map<SchemaObject, number>()
  const lows = new Map<SchemaObject, number>()
  const costs = new Map<SchemaObject, number>()
  const stack: SchemaObject[] = []
  let reason: string | undefined
  visit(root)
  return reason

  /** Finds circles as Tarjan does (1972); places that lie on one circle have one number. */
  function visit(schema: SchemaObject): number {
    const order = lows.size
    lows.set(schema, order)
    stack.push(schema)
    const out = edgesOf(schema)
    edges.set(schema, out)
    let low = order
    for (const { to } of out) {
      if (reason !== undefined) return low
      if (!lows.has(to)) low = Math.min(low, visit(to))
      else if (!rings.has(to)) low = Math.min(low, lows.get(to)!)
    }
    lows.set(schema, low)
    if (low === order) close(schema, order)
    return low
  }

  function close(schema: SchemaObject, ring: number) {
    const members: SchemaObject[] = []
    do {
      members.push(stack.pop()!)
      rings.set(members.at(-1)!, ring)
    } while (members.at(-1) !== schema)
    let cost = 0
    for (const member of members) {
      const own = edges.get(member)!
      cost += 1
      for (const { to, kind } of own) {
        if (rings.get(to) !== ring) cost += costs.get(to)!
        else if (kind === 'other' || (kind === 'ref' && own.length > 1)) {
          reason ??= 'it goes in circles by more than properties and items'
        } else if (kind === 'ref' && isEndless(member)) {
          reason ??= 'its $ref leads back to itself'
        }
      }
    }
    if (cost > MOST_PLACES)
      reason ??= `it has more than ${MOST_PLACES} places when all $ref are followed`
    for (const member of members) costs.set(member, cost)
  }

  function isEndless(schema: SchemaObject): boolean {
    const seen = new Set<unknown>()
    for (
      let at: unknown = schema;
      isObject(at) && at.$ref !== undefined;
      at = referred(at.$ref, root)
    ) {
      if (seen.has(at)) return true
      seen.add(at)
    }
    return false
  }

  function edgesOf(schema: SchemaObject): Edge[] {
    const out: Edge[] = []
    for (const word of parts) collect(word, schema[word], 'part', out)
    for (const word of others) collect(word, schema[word], 'other', out)
    if (schema.$ref !== undefined) {
      const to = referred(schema.$ref, root)
      if (isObject(to)) out.push({ to, kind: 'ref' })
      else if (typeof to !== 'boolean')
        reason ??= `$ref must be # or lead to a place below it, got ${shown(schema.$ref)}`
    }
    const odd = notTaken.find((word) => typeof schema[word] === 'string')
    if (odd !== undefined) reason ??= `${odd} is not taken here`
    const { uniqueItems, maxItems } = schema
    if (uniqueItems === true && !(typeof maxItems === 'number' && maxItems <= MOST_UNIQUE)) {
      reason ??= `uniqueItems needs maxItems of at most ${MOST_UNIQUE} beside it`
    }
    return out
  }
}

function collect(word: string, value: unknown, kind: Kind, out: Edge[]): void {
  const inner =
    lists.has(word) && Array.isArray(value)
      ? value
      : maps.has(word) && isObject(value)
        ? Object.values(value)
        : [value]
  for (const to of inner) if (isObject(to)) out.push({ to, kind })
}

function shown(value: unknown): string {
  return String(JSON.stringify(value)).slice(0, 80)
}
