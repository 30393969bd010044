import type { Issue } from '../../../error/issue'

type Schema = Record<string, unknown>

/** A node is one schema within another, or the whole. */
export interface SchemaNode {
  schema: Schema
  path: Issue['path']
}

/** These hold texts and examples rather than schemas. */
const values = new Set([
  ...['const', 'enum', 'default', 'example', 'examples', 'required', 'dependentRequired', 'type'],
])
/** These hold schemas by names that are anybody's. */
const named = new Set([
  ...['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'],
])

/** Finds all schemas within a schema, itself first. It may be nested a hundred levels deep. */
export function schemaNodes(schema: Schema, path: Issue['path']): SchemaNode[] {
  const found: SchemaNode[] = []
  collect(schema, path, found)
  return found
}

function collect(schema: Schema, path: Issue['path'], found: SchemaNode[]): void {
  found.push({ schema, path })
  for (const [keyword, value] of Object.entries(schema)) {
    if (values.has(keyword) || !isObject(value)) continue
    const at = [...path, keyword]
    const add = (part: unknown, place: Issue['path']) => {
      if (isObject(part)) collect(part, place, found)
    }
    if (Array.isArray(value)) {
      for (const [index, part] of value.entries()) add(part, [...at, index])
    } else if (named.has(keyword)) {
      for (const [name, part] of Object.entries(value)) add(part, [...at, name])
    } else add(value, at)
  }
}

function isObject(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null
}
