import { isObject, type Json } from './json'

/**
 * A remainder is the part of a document that a conversion could not say: what the document has beside,
 * as a partial document, and what it lacks, as JSON Pointers (RFC 6901). It travels as an extension of
 * the converted document, so that converting back gives the document again.
 */
export interface Remainder {
  has?: Json
  lacks?: string[]
  /** The extension stands in the place of this value, which was no object or an empty one. */
  instead?: unknown
}

/** Compares what a conversion back would give with the document. @returns undefined when equal */
export function remainderOf(document: Json, back: Json): Remainder | undefined {
  const lacks: string[] = []
  const has = beside(document, back, '', lacks)
  if (has === undefined && lacks.length === 0) return undefined
  return { ...(has && { has }), ...(lacks.length > 0 && { lacks }) }
}

function beside(document: Json, back: Json, path: string, lacks: string[]): Json | undefined {
  const entries: [string, unknown][] = []
  for (const [name, value] of Object.entries(document)) {
    const other = Object.hasOwn(back, name) ? back[name] : undefined
    if (isObject(value) && isObject(other)) {
      const inner = beside(value, other, `${path}/${escaped(name)}`, lacks)
      if (inner !== undefined) entries.push([name, inner])
    } else if (other === undefined || JSON.stringify(value) !== JSON.stringify(other)) {
      entries.push([name, value])
    }
  }
  for (const name of Object.keys(back)) {
    if (!Object.hasOwn(document, name)) lacks.push(`${path}/${escaped(name)}`)
  }
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}

/** Gives a document back what its conversion could not say. */
export function withRemainder(back: Json, { has = {}, lacks = [] }: Remainder): Json {
  return merged(without(back, '', new Set(lacks)), has)
}

function without(object: Json, path: string, lacks: ReadonlySet<string>): Json {
  if (lacks.size === 0) return object
  const entries = Object.entries(object).flatMap(([name, value]): [string, unknown][] => {
    const at = `${path}/${escaped(name)}`
    if (lacks.has(at)) return []
    return [[name, isObject(value) ? without(value, at, lacks) : value]]
  })
  return Object.fromEntries(entries)
}

function merged(object: Json, more: Json): Json {
  const entries = Object.entries(more).map(([name, value]): [string, unknown] => {
    const own = Object.hasOwn(object, name) ? object[name] : undefined
    return [name, isObject(value) && isObject(own) ? merged(own, value) : value]
  })
  return Object.fromEntries([...Object.entries(object), ...entries])
}

function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}

/** The members that lead to the extensions of a document, outermost first. */
export type Way = readonly [string, ...string[]]

/** Puts a remainder among the extensions of a document. */
export function carrying(document: Json, way: Way, key: string, remainder: Remainder): Json {
  const [name, ...rest] = way
  const own = document[name]
  const isFilled = isObject(own) && Object.keys(own).length > 0
  const inner = isFilled ? own : {}
  const instead = own === undefined || isFilled ? {} : { instead: own }
  const next = rest as unknown as Way
  const held =
    rest.length > 0
      ? carrying(inner, next, key, remainder)
      : { ...inner, [key]: { ...remainder, ...instead } }
  return { ...document, [name]: held }
}

/** Takes a remainder out of the extensions of a document, which is then as it was before `carrying`. */
export function unloaded(
  document: Json,
  way: Way,
  key: string,
): { document: Json; remainder?: Remainder } {
  const [name, ...rest] = way
  const own = document[name]
  if (!isObject(own)) return { document }
  if (rest.length > 0) {
    const inner = unloaded(own, rest as unknown as Way, key)
    if (inner.remainder === undefined) return { document }
    return { document: replaced(document, name, inner.document), remainder: inner.remainder }
  }
  if (!Object.hasOwn(own, key) || !isRemainder(own[key])) return { document }
  const { [key]: _, ...others } = own
  const remainder = own[key]
  if ('instead' in remainder) {
    return { document: { ...document, [name]: remainder.instead }, remainder }
  }
  return { document: replaced(document, name, others), remainder }
}

/** Sets a member, or removes it when nothing is left in it. */
function replaced(document: Json, name: string, value: Json): Json {
  if (Object.keys(value).length > 0) return { ...document, [name]: value }
  const { [name]: _, ...others } = document
  return others
}

function isRemainder(value: unknown): value is Remainder {
  if (!isObject(value)) return false
  const { has, lacks } = value
  const isText = (one: unknown) => typeof one === 'string'
  return (
    (has === undefined || isObject(has)) &&
    (lacks === undefined || (Array.isArray(lacks) && lacks.every(isText)))
  )
}
