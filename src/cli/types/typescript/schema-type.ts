/** A schema of JSON Schema 2020-12 or OpenAPI 3.1, as far as its type says something in TypeScript. */
export type Schema = boolean | SchemaObject

export interface SchemaObject {
  $ref?: string
  type?: string | string[]
  description?: string
  const?: unknown
  enum?: unknown[]
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: Schema
  patternProperties?: Record<string, Schema>
  items?: Schema
  prefixItems?: Schema[]
  allOf?: Schema[]
  anyOf?: Schema[]
  oneOf?: Schema[]
}

/** How references are called, and how far the text is indented. */
export interface Place {
  /** @returns the name of the type that stands for a `$ref` */
  nameOf(ref: string): string
  depth: number
  /** A type may come again in itself. */
  hasCircles?: boolean
}

/** A type as it is written, and which sign joins its parts if it has several. */
interface Written {
  text: string
  by?: '|' | '&'
}

/**
 * Writes a schema as a type. A member that an object does not name is an error in a literal unless
 * `additionalProperties` or `patternProperties` speak of such: a name that is misspelt is found so,
 * though a schema that is silent takes it.
 */
export function typeOf(schema: Schema, place: Place): string {
  return write(schema, place).text
}

function write(schema: Schema, place: Place): Written {
  if (typeof schema === 'boolean') return { text: schema ? 'unknown' : 'never' }
  const { $ref, allOf = [], anyOf, oneOf } = schema
  const choices = [anyOf, oneOf].filter((one) => one !== undefined)
  // Each of these holds beside the others.
  return intersection([
    ...($ref === undefined ? [] : [{ text: place.nameOf($ref) }]),
    ownType(schema, place),
    ...allOf.map((part) => write(part, place)),
    ...choices.map((schemas) => union(schemas.map((one) => write(one, place)))),
  ])
}

/** Writes the members of an object, each on a line of its own. */
export function membersOf(
  properties: Record<string, Schema>,
  required: readonly string[],
  place: Place,
  last?: string,
): string {
  const indent = '  '.repeat(place.depth + 1)
  const unnamed = required.filter((name) => !Object.hasOwn(properties, name))
  const all = [...Object.entries(properties), ...unnamed.map((name) => [name, true] as const)]
  const members = all.map(([name, schema]) => {
    const about = typeof schema === 'boolean' ? undefined : schema.description
    const mark = required.includes(name) ? '' : '?'
    const type = typeOf(schema, { ...place, depth: place.depth + 1 })
    return `${comment(about, indent)}${indent}${keyOf(name)}${mark}: ${type}\n`
  })
  if (last) members.push(`${indent}${last}\n`)
  return `{\n${members.join('')}${'  '.repeat(place.depth)}}`
}

/** Writes a name as a member's: in quotes where it needs them. */
export function keyOf(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : quoted(name)
}

/** Writes a text in quotes, whatever it has in it. */
export function quoted(text: string): string {
  const inside = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")
  // JSON lets these two stand, which end a line of a program.
  return `'${inside.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}'`
}

/** Writes a text above what it describes; empty where there is none. */
export function comment(text: string | undefined, indent: string): string {
  if (typeof text !== 'string' || text.trim() === '') return ''
  return `${indent}/** ${text.replaceAll('*/', '*\\/').replace(/\s+/g, ' ').trim()} */\n`
}

function union(parts: readonly Written[]): Written {
  const texts = [...new Set(parts.map(({ text }) => text))]
  if (texts.length === 1) return parts[0]!
  return texts.length === 0 ? { text: 'never' } : { text: texts.join(' | '), by: '|' }
}

function intersection(parts: readonly Written[]): Written {
  const said = parts.filter(({ text }) => text !== 'unknown')
  const texts = [...new Set(said.map((part) => (part.by === '|' ? `(${part.text})` : part.text)))]
  if (texts.length < 2) return said[0] ?? { text: 'unknown' }
  return { text: texts.join(' & '), by: '&' }
}

function ownType(schema: SchemaObject, place: Place): Written {
  if (schema.const !== undefined) return { text: literal(schema.const) }
  if (Array.isArray(schema.enum)) return union(schema.enum.map((one) => ({ text: literal(one) })))
  const { type } = schema
  if (!Array.isArray(type)) return { text: plainTypeOf(schema, place) }
  return union(type.map((one) => ({ text: plainTypeOf({ ...schema, type: one }, place) })))
}

const plain = new Set(['string', 'number', 'boolean', 'null'])

function plainTypeOf(schema: SchemaObject, place: Place): string {
  const { type, properties, required, additionalProperties } = schema
  if (type === 'integer') return 'number'
  if (plain.has(type as string)) return type as string
  if (type === 'array') return arrayOf(schema, place)
  // Who names members without saying "object" means one.
  const isObject = properties ?? required ?? additionalProperties
  return type === 'object' || (type === undefined && isObject) ? objectOf(schema, place) : 'unknown'
}

function arrayOf({ items = true, prefixItems = [] }: SchemaObject, place: Place): string {
  const schemas = [...prefixItems, ...(items === false ? [] : [items])]
  const { text, by } = union(schemas.map((one) => write(one, place)))
  return by === undefined ? `${text}[]` : `(${text})[]`
}

function objectOf(schema: SchemaObject, place: Place): string {
  const { properties = {}, required = [], additionalProperties: more, patternProperties } = schema
  const isOpen = Boolean(more ?? false) || patternProperties !== undefined
  if (Object.keys(properties).length > 0 || required.length > 0) {
    // An index signature has to fit the known names as well, so its values are unknown.
    return membersOf(properties, required, place, isOpen ? '[name: string]: unknown' : undefined)
  }
  if (more === false && patternProperties === undefined) return 'Record<string, never>'
  const values = patternProperties === undefined ? typeOf(more ?? true, place) : 'unknown'
  return place.hasCircles && values !== 'unknown'
    ? `{ [name: string]: ${values} }` // a type may come again in itself only so
    : `Record<string, ${values}>`
}

function literal(value: unknown): string {
  if (typeof value === 'string') return quoted(value)
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).map(([name, one]) => `${keyOf(name)}: ${literal(one)}`)
  return members.length === 0 ? 'Record<string, never>' : `{ ${members.join('; ')} }`
}
