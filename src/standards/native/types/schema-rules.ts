import { RE2JS } from 're2js'
import type { Issue } from '../../../error/issue'
import { isDeeperThan } from '../../../syntax/json-scan'

/** A schema has at most so many bytes as JSON in UTF-8; the largest of ours has 3 KB. */
export const MAX_SCHEMA_BYTES = 65_536

// Ten levels are a deep payload, and a schema has three for each; compiling goes down all of them.
const MAX_SCHEMA_DEPTH = 50

// Forms of text that are checked; others would be taken without a look.
const formats = new Set([
  ...['date-time', 'date', 'time', 'duration', 'email', 'hostname', 'ipv4', 'ipv6', 'uri'],
  ...['uri-reference', 'uri-template', 'uuid', 'json-pointer', 'relative-json-pointer', 'regex'],
])

/** These hold texts and examples rather than schemas. */
const values = new Set(['const', 'enum', 'default', 'examples', 'required', 'dependentRequired'])
/** These hold schemas by names that are anybody's. */
const named = new Set([
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
  'dependentSchemas',
])

/**
 * Says what in a schema is not taken, whatever it means: what would have to be fetched, what would
 * backtrack, what no checker knows. It compiles nothing.
 */
export function schemaIssues(schema: unknown, path: Issue['path']): Issue[] {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) {
    return [{ path, message: 'Expected a JSON Schema, an object', code: 'wrong_type' }]
  }
  const text = JSON.stringify(schema)
  if (isDeeperThan(text, MAX_SCHEMA_DEPTH)) {
    const message = `Nested more than ${MAX_SCHEMA_DEPTH} levels deep`
    return [{ path, message, code: 'too_deep' }]
  }
  const bytes = Buffer.byteLength(text)
  if (bytes > MAX_SCHEMA_BYTES) {
    const message = `Expected at most ${MAX_SCHEMA_BYTES} bytes of JSON, got ${bytes}`
    return [{ path, message, code: 'too_large' }]
  }
  const issues: Issue[] = []
  walk(schema as Record<string, unknown>, path, issues)
  return issues
}

function walk(schema: Record<string, unknown>, path: Issue['path'], issues: Issue[]): void {
  for (const [keyword, value] of Object.entries(schema)) {
    const at = [...path, keyword]
    refuseKeyword(keyword, value, at, issues)
    if (values.has(keyword) || typeof value !== 'object' || value === null) continue
    if (!named.has(keyword) && !Array.isArray(value)) {
      walk(value as Record<string, unknown>, at, issues)
      continue
    }
    for (const [name, part] of Object.entries(value)) {
      if (keyword === 'patternProperties') refusePattern(name, at, issues)
      if (typeof part !== 'object' || part === null) continue
      walk(part, [...at, Array.isArray(value) ? Number(name) : name], issues)
    }
  }
}

function refuseKeyword(
  keyword: string,
  value: unknown,
  path: Issue['path'],
  issues: Issue[],
): void {
  if (keyword === '$ref' || keyword === '$dynamicRef') {
    if (typeof value === 'string' && value.startsWith('#')) return
    const message = `Must lead to a place in this schema, as #/$defs/NAME does: nothing is fetched; got ${shown(value)}`
    issues.push({ path, message, code: 'remote_ref' })
  }
  if (keyword === '$id' || keyword === '$async' || keyword === '$vocabulary') {
    issues.push({ path, message: 'Not taken here', code: 'unknown_name' })
  }
  if (keyword === '$schema' && !isDraft(value)) {
    const message = `Must be ${DRAFT}, the only draft that is taken; got ${shown(value)}`
    issues.push({ path, message, code: 'invalid_value' })
  }
  if (keyword === 'pattern' && typeof value === 'string') refusePattern(value, path, issues)
  if (keyword === 'format' && typeof value === 'string' && !formats.has(value)) {
    const message = `Must be one of ${[...formats].join(', ')}; got ${shown(value)}`
    issues.push({ path, message, code: 'invalid_value' })
  }
}

const DRAFT = 'https://json-schema.org/draft/2020-12/schema'

function isDraft(value: unknown): boolean {
  return typeof value === 'string' && value.replace(/#$/, '') === DRAFT
}

/** Patterns run in time that grows with the text and no faster, so that none can hold a process up. */
function refusePattern(pattern: string, path: Issue['path'], issues: Issue[]): void {
  try {
    RE2JS.compile(pattern)
  } catch (error) {
    const reason = (error as Error).message.replace(/^error parsing regexp: /, '')
    const message = `Must be a pattern of RE2, which has no lookahead and no backreferences: ${reason}`
    issues.push({ path, message, code: 'invalid_pattern' })
  }
}

function shown(value: unknown): string {
  return String(JSON.stringify(value)).slice(0, 80)
}
