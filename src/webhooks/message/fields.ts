import { columns } from '../../event/columns'
import { readPath } from '../../event/conditions/path'
import { MAX_DEPTH } from '../../event/limits'

/** The steps of a path that selects a member of an event, and whatever stands in it. */
export type Steps = readonly string[]

const MAX_PATH_LENGTH = 1000
const POINTER = /^(?:\/(?:[^~/]|~[01])*)+$/

/**
 * Reads a path into an event: names with dots between, or a JSON Pointer (RFC 6901). A list is gone
 * through element by element, so that a path names no places in it.
 * @returns a text where it is none: the rule that it breaks
 */
export function stepsOf(path: string): Steps | string {
  if (path === '') return 'Must not be empty'
  if (path.length > MAX_PATH_LENGTH) return `Must have at most ${MAX_PATH_LENGTH} characters`
  const isPointer = path.startsWith('/')
  if (isPointer && !POINTER.test(path))
    return 'Must be a JSON Pointer (RFC 6901): ~ stands before 0 or 1'
  const steps = isPointer
    ? path
        .slice(1)
        .split('/')
        .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    : path.split('.')
  if (steps.length > MAX_DEPTH) return `Must have at most ${MAX_DEPTH} names`
  if (!isPointer && steps.includes(''))
    return 'Must be names with dots between; a name that has dots or is empty needs a JSON Pointer'
  return steps
}

/** The fields of a record that may be selected whole. */
export const recordFields: readonly string[] = [
  ...new Set([...columns.map(({ from }) => from[0]), 'expiresAt']),
]

const known = new Set(recordFields)

/**
 * Reads the name of a field of the record, in each spelling that conditions take.
 * @returns undefined for no such field
 */
export function fieldOf(path: string): Steps | undefined {
  if (known.has(path)) return [path]
  const place = readPath(path)
  return typeof place === 'object' && place.of === 'record' ? place.from : undefined
}
