import type { Issue } from '../../../error/issue'
import { type MappedField, mappedFields } from '../../../event/event-type'

const numbers: readonly MappedField[] = ['score', 'maxScore', 'durationMs', 'sequence']
const truths: readonly MappedField[] = ['success', 'completion']

// RFC 6901, section 3: any text but that ~ stands before 0 or 1 only.
const POINTER = /^(?:\/(?:[^~/]|~[01])*)+$/
// A pointer goes through no more levels than an event has.
const MAX_POINTER_LENGTH = 1000

/** Finds what in a mapping leads nowhere, or fills a field with what it cannot hold. */
export function mappingIssues(mapping: unknown, path: Issue['path']): Issue[] {
  if (typeof mapping !== 'object' || mapping === null || Array.isArray(mapping)) {
    return [{ path, message: 'Must be an object: field to pointer', code: 'wrong_type' }]
  }
  return Object.entries(mapping).flatMap(([field, source]) => {
    const issue = issueOf(field, source)
    return issue === undefined ? [] : [{ path: [...path, field], ...issue }]
  })
}

function issueOf(field: string, source: unknown): Omit<Issue, 'path'> | undefined {
  if (!mappedFields.includes(field as MappedField)) {
    const message = `Not a field that a type may fill; those are ${mappedFields.join(', ')}`
    return { message, code: 'unknown_name' }
  }
  if (typeof source === 'string') {
    if (source.length <= MAX_POINTER_LENGTH && POINTER.test(source)) return undefined
    const message = `Must be a JSON Pointer into the event, e.g. /payload/score; got ${shown(source)}`
    return { message, code: 'invalid_pointer' }
  }
  const wanted = typeIn(field as MappedField)
  if (typeof source === 'object' && source !== null && Object.keys(source).join() === 'const') {
    const { const: value } = source as { const: unknown }
    const isFit = wanted === 'number' ? Number.isFinite(value) : typeof value === wanted
    if (isFit) return undefined
  }
  const message = `Must be a JSON Pointer, or { const } with a ${wanted}; got ${shown(source)}`
  return { message, code: 'invalid_value' }
}

function typeIn(field: MappedField): 'number' | 'boolean' | 'string' {
  if (numbers.includes(field)) return 'number'
  return truths.includes(field) ? 'boolean' : 'string'
}

function shown(value: unknown): string {
  return String(JSON.stringify(value)).slice(0, 80)
}
