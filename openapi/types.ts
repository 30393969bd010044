import {
  comment,
  membersOf,
  type Place,
  type Schema,
  typeOf,
} from '../src/cli/types/typescript/schema-type'

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
      `${comment(typeof schema === 'boolean' ? undefined : schema.description, '')}export type ${name} = ${typeOf(schema, at(0))}\n`,
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
    lines.push(
      `${place === 'path' ? 'parameters' : 'query'}: ${membersOf(properties, required, at(2))}`,
    )
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
  if (json.length > 0) return typeOf({ anyOf: json.map(([, { schema }]) => schema) }, at(3))
  return Object.keys(content).length > 0 ? 'string' : 'undefined'
}

function at(depth: number): Place {
  return { depth, nameOf: (ref) => ref.slice(ref.lastIndexOf('/') + 1) }
}
