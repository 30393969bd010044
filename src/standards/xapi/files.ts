import { isNode } from './node'

/**
 * Tells whether a JSON value of a file is meant as a statement: it has a verb, as events of no other
 * standard do, and no type.
 */
export function isStatement(value: unknown): boolean {
  if (!isNode(value) || 'type' in value || '@type' in value) return false
  return 'verb' in value || (isNode(value.object) && 'actor' in value && !('action' in value))
}
