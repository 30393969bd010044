export type SchemaObject = { readonly [keyword: string]: unknown }
export type Schema = boolean | SchemaObject

/** Words that change no value's fate, whatever they say. */
const silent = new Set(['title', 'description', 'examples', 'default', '$comment', '$schema'])
/** The members of these are names of anybody's, not words of a schema. */
const named = new Set([
  ...['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'],
  'dependentRequired',
])
/** The values of these are no schemas. */
const values = new Set(['const', 'enum'])

export function isObject(value: unknown): value is SchemaObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Reads a part that should be a schema; what is none says nothing. */
export function schemaIn(value: unknown): Schema {
  return isObject(value) || typeof value === 'boolean' ? value : true
}

/** Writes a schema so that two that say the same are the same text: sorted, without what is silent. */
export function canonical(value: unknown): string {
  return JSON.stringify(sorted(value, false)) ?? ''
}

/** Writes a value so that equal ones are the same text. */
export function canonicalValue(value: unknown): string {
  return JSON.stringify(sorted(value, true)) ?? ''
}

function sorted(value: unknown, isValue: boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => sorted(item, isValue))
  if (!isObject(value)) return value
  const names = Object.keys(value).filter((name) => isValue || !silent.has(name))
  return paired(names, (name) => sortedMember(name, value[name], isValue))
}

/** Members as pairs, among which `__proto__` is a name like any other, in what is no array. */
function paired(names: string[], read: (name: string) => unknown) {
  return { '': names.sort().map((name) => [name, read(name)]) }
}

function sortedMember(name: string, value: unknown, isValue: boolean): unknown {
  if (isValue || values.has(name)) return sorted(value, true)
  if (!named.has(name) || !isObject(value)) return sorted(value, false)
  return paired(Object.keys(value), (key) => sorted(value[key], false))
}
