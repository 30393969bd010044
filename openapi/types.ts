/** A schema object of OpenAPI 3.1.0, as far as the document uses it. */
interface Schema {
  $ref?: string
  type?: string | string[]
  description?: string
  enum?: unknown[]
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: boolean | Schema
  items?: Schema
  allOf?: Schema[]
  anyOf?: Schema[]
  oneOf?: Schema[]
}

interface Content {
  content?: Record<string, { schema: Schema }>
}

interface Operation {
  operationId: string
  summary: string
  parameters?: { name: string; in: string; required?: boolean; schema: Schema }[]
  requestBody?: Content
  responses: Record<string, Content>
}

interface Document {
  components: { schemas: Record<string, Schema> }
  paths: Record<string, Record<string, Operation>>
}

const HEAD =
  '// Generated from openapi/openapi.json by `npm run openapi`; a test compares the two.\n'

/** TypeScript of an OpenAPI document: a type for each named schema, and one of all operations. */
export function typesOf(document: unknown): string {
  const { components, paths } = document as Document
  const types = Object.entries(components.schemas).map(
    ([name, schema]) =>
      `${comment(schema.description, '')}export type ${name} = ${typeOf(schema)}\n`,
  )
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => operationType(path, method, operation)),
  )
  const all = `/** What each operation takes and answers, by its \`operationId\`. */\nexport interface Operations {\n${operations.join('')}}\n`
  return [HEAD, ...types, all].join('\n')
}

function operationType(path: string, method: string, operation: Operation): string {
  const { operationId, summary, parameters = [], requestBody, responses } = operation
  const lines = [`method: '${method.toUpperCase()}'`, `path: '${path}'`]
  for (const place of ['path', 'query']) {
    const fields = parameters.filter((parameter) => parameter.in === place)
    if (fields.length === 0) continue
    const required = fields.filter((field) => field.required).map(({ name }) => name)
    const properties = Object.fromEntries(fields.map(({ name, schema }) => [name, schema]))
    lines.push(`${place === 'path' ? 'parameters' : 'query'}: ${fieldsOf(properties, required, 2)}`)
  }
  if (requestBody) lines.push(`body: ${contentType(requestBody)}`)
  const replies = Object.entries(responses).map(
    ([status, reply]) => `${status}: ${contentType(reply)}`,
  )
  lines.push(`replies: {\n      ${replies.join('\n      ')}\n    }`)
  return `${comment(summary, '  ')}  ${operationId}: {\n    ${lines.join('\n    ')}\n  }\n`
}

/** The JSON of a body or reply; one that has none is text, or nothing at all. */
function contentType({ content = {} }: Content): string {
  const json = Object.entries(content).filter(([type]) => /[/+]json$/.test(type))
  if (json.length > 0) return union(json.map(([, { schema }]) => typeOf(schema, 3)))
  return Object.keys(content).length > 0 ? 'string' : 'undefined'
}

function typeOf(schema: Schema, depth = 0): string {
  if (!Array.isArray(schema.type)) return plainTypeOf(schema, depth)
  return union(schema.type.map((type) => plainTypeOf({ ...schema, type }, depth)))
}

function plainTypeOf(schema: Schema, depth: number): string {
  const { $ref, allOf, anyOf, oneOf } = schema
  if ($ref) return $ref.slice($ref.lastIndexOf('/') + 1)
  if (schema.enum) return union(schema.enum.map((value) => quoted(value)))
  if (allOf) return allOf.map((part) => grouped(typeOf(part, depth))).join(' & ')
  const choices = anyOf ?? oneOf
  if (choices) return union(choices.map((one) => typeOf(one, depth)))
  if (schema.type === 'array') return `${grouped(typeOf(schema.items ?? {}, depth))}[]`
  if (schema.type === 'object') return objectOf(schema, depth)
  if (schema.type === 'integer') return 'number'
  return typeof schema.type === 'string' ? schema.type : 'unknown'
}

function objectOf(schema: Schema, depth: number): string {
  const { properties = {}, required = [], additionalProperties: more } = schema
  const others = typeof more === 'object' ? typeOf(more, depth) : 'unknown'
  if (Object.keys(properties).length > 0) {
    // An index signature has to fit the known names as well, so its values are unknown.
    return fieldsOf(properties, required, depth, more ? '[name: string]: unknown' : undefined)
  }
  return more === false ? 'Record<string, never>' : `Record<string, ${others}>`
}

function fieldsOf(
  properties: Record<string, Schema>,
  required: string[],
  depth: number,
  last?: string,
): string {
  const indent = '  '.repeat(depth + 1)
  const fields = Object.entries(properties).map(([name, schema]) => {
    const key = /^[A-Za-z_]\w*$/.test(name) ? name : quoted(name)
    const mark = required.includes(name) ? '' : '?'
    return `${comment(schema.description, indent)}${indent}${key}${mark}: ${typeOf(schema, depth + 1)}\n`
  })
  if (last) fields.push(`${indent}${last}\n`)
  return `{\n${fields.join('')}${'  '.repeat(depth)}}`
}

const union = (types: string[]) => [...new Set(types)].join(' | ')
const grouped = (type: string) => (/[|&]/.test(type) && !type.startsWith('{') ? `(${type})` : type)
const quoted = (value: unknown) =>
  typeof value === 'string' ? `'${value.replace(/[\\']/g, '\\$&')}'` : JSON.stringify(value)

function comment(text: string | undefined, indent: string): string {
  return text ? `${indent}/** ${text.replaceAll('*/', '*\\/').replace(/\s+/g, ' ')} */\n` : ''
}
