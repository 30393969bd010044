import type { FileForm } from '../standard'
import { checkStatement } from './conformance'
import { isNode } from './node'

/** Files of statements, which have no envelope. */
export const xapiFiles: FileForm = {
  name: 'xapi',
  words: { one: 'xAPI statement', many: 'xAPI statements', as: 'xAPI' },
  path: 'xapi/statements',
  isItem: isStatement,
  isDocument: (_): _ is object => false,
  enclose: (items) => `[${items.join(',')}]`,
  contextOf: (value) => ({ version: statementVersion(value) }),
  headersOf: ({ version = '' }) => ({ 'X-Experience-API-Version': version }),
  check: (item) => checkStatement(item, []),
}

/**
 * Tells whether a JSON value of a file is meant as a statement: it has a verb, as events of no other
 * standard do, and no type.
 */
function isStatement(value: unknown): boolean {
  if (!isNode(value) || 'type' in value || '@type' in value) return false
  return 'verb' in value || (isNode(value.object) && 'actor' in value && !('action' in value))
}

/** The version by whose rules a statement is read that stands in a file. 2.0 has all that 1.0.3 has. */
function statementVersion(value: unknown): '1.0.3' | '2.0.0' {
  const isOld = isNode(value) && typeof value.version === 'string' && /^1\./.test(value.version)
  return isOld ? '1.0.3' : '2.0.0'
}
