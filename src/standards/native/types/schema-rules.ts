import { RE2JS } from 're2js'
import type { Issue } from '../../../error/issue'
import { isDeeperThan } from '../../../syntax/json-scan'
import { type SchemaNode, schemaNodes } from './schema-nodes'

/** A schema has at most so many bytes as JSON in UTF-8; the largest of ours has 3 KB. */
export const MAX_SCHEMA_BYTES = 65_536

// Ten levels are a deep payload, and a schema has three for each; compiling goes down all of them.
const MAX_SCHEMA_DEPTH = 50
// The largest of ours has thirty; a checker is code, which grows with each of these.
const MAX_NODES = 1_000
const MAX_PATTERNS = 100
const MAX_CHOICES = 1_000

// Forms of text that are checked; others would be taken without a look.
const formats = new Set([
  ...['date-time', 'date', 'time', 'duration', 'email', 'hostname', 'ipv4', 'ipv6', 'uri'],
  ...['uri-reference', 'uri-template', 'uuid', 'json-pointer', 'relative-json-pointer', 'regex'],
])

// These change what a reference means, or what is read; none is needed in one schema alone.
const untaken = new Set([
  ...['$id', '$anchor', '$dynamicAnchor', '$dynamicRef', '$recursiveRef', '$recursiveAnchor'],
  ...['$async', '$vocabulary'],
])

/**
 * Says what in a schema is not taken, whatever it means: what would have to be fetched, what no
 * checker knows, what is too large. It compiles nothing: what a checker would take too long for is found
 * then (`schema-cost.ts`).
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
    return [{ path, ...tooMany(MAX_SCHEMA_BYTES, 'bytes of JSON', bytes) }]
  }
  const nodes = schemaNodes(schema as Record<string, unknown>, path)
  if (nodes.length > MAX_NODES)
    return [{ path, ...tooMany(MAX_NODES, 'schemas in it', nodes.length) }]
  const patterns = nodes.flatMap(patternsIn)
  if (patterns.length > MAX_PATTERNS) {
    return [{ path, ...tooMany(MAX_PATTERNS, 'patterns', patterns.length) }]
  }
  return [
    ...nodes.flatMap(keywordIssues),
    ...patterns.flatMap(({ pattern, at }) => patternIssue(pattern, at) ?? []),
  ]
}

function keywordIssues({ schema, path }: SchemaNode): Issue[] {
  return Object.entries(schema).flatMap(([keyword, value]) => {
    const issue = keywordIssue(keyword, value)
    return issue === undefined ? [] : [{ path: [...path, keyword], ...issue }]
  })
}

function keywordIssue(keyword: string, value: unknown): Omit<Issue, 'path'> | undefined {
  if (untaken.has(keyword)) return { message: 'Not taken here', code: 'unknown_name' }
  if (keyword === '$ref' && !/^#(?:\/|$)/.test(String(value))) {
    const message = `Must lead to a place in this schema, as #/$defs/NAME does: nothing is fetched; got ${shown(value)}`
    return { message, code: 'remote_ref' }
  }
  if (keyword === '$schema' && !isDraft(value)) {
    const message = `Must be ${DRAFT}, the only draft that is taken; got ${shown(value)}`
    return { message, code: 'invalid_value' }
  }
  if (keyword === 'format' && typeof value === 'string' && !formats.has(value)) {
    const message = `Must be one of ${[...formats].join(', ')}; got ${shown(value)}`
    return { message, code: 'invalid_value' }
  }
  if (keyword === 'enum' && Array.isArray(value) && value.length > MAX_CHOICES) {
    return tooMany(MAX_CHOICES, 'choices', value.length)
  }
  return undefined
}

const DRAFT = 'https://json-schema.org/draft/2020-12/schema'

function isDraft(value: unknown): boolean {
  return typeof value === 'string' && value.replace(/#$/, '') === DRAFT
}

function patternsIn({ schema, path }: SchemaNode): { pattern: string; at: Issue['path'] }[] {
  const { pattern, patternProperties } = schema
  const named = typeof patternProperties === 'object' ? Object.keys(patternProperties ?? {}) : []
  return [
    ...(typeof pattern === 'string' ? [{ pattern, at: [...path, 'pattern'] }] : []),
    ...named.map((name) => ({ pattern: name, at: [...path, 'patternProperties'] })),
  ]
}

/** Patterns run in time that grows with the text and no faster, so that none can hold a process up. */
function patternIssue(pattern: string, path: Issue['path']): Issue | undefined {
  try {
    RE2JS.compile(pattern)
    return undefined
  } catch (error) {
    const reason = (error as Error).message.replace(/^error parsing regexp: /, '')
    const message = `Must be a pattern of RE2, which has no lookahead and no backreferences: ${reason}`
    return { path, message, code: 'invalid_pattern' }
  }
}

function tooMany(most: number, what: string, got: number): Omit<Issue, 'path'> {
  return { message: `Expected at most ${most} ${what}, got ${got}`, code: 'too_large' }
}

function shown(value: unknown): string {
  return String(JSON.stringify(value)).slice(0, 80)
}
