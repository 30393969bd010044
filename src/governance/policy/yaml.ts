import { LineCounter, parseAllDocuments, stringify } from 'yaml'
import type { Issue } from '../../error/issue'

// A list of courses that every rule takes is one alias a rule; a bomb is millions.
const MOST_ALIASES = 2_000
const MAX_ISSUES = 20

export type YamlRead = { value: unknown; errors?: undefined } | { errors: Issue[] }

/** Reads YAML 1.2, of which JSON is a part: one document. */
export function readYaml(text: string): YamlRead {
  const lines = new LineCounter()
  try {
    const found = parseAllDocuments(text, { lineCounter: lines, merge: true, prettyErrors: false })
    const documents = Array.isArray(found) ? found : []
    const [document] = documents
    if (document === undefined) return { errors: [issueOf('Must have a document; got nothing')] }
    if (documents.length > 1) {
      const said = 'Must be one document: there are no includes, and a policy stands in one piece'
      return { errors: [issueOf(`${said}; got ${documents.length}`)] }
    }
    if (document.errors.length === 0) {
      return { value: document.toJS({ maxAliasCount: MOST_ALIASES }) }
    }
    const issues = document.errors.slice(0, MAX_ISSUES).map(({ pos, message }) => {
      const { line, col } = lines.linePos(pos[0])
      return issueOf(`Line ${line}, column ${col}: ${message}`)
    })
    return { errors: issues }
  } catch (thrown) {
    const isDeep = thrown instanceof RangeError
    return { errors: [issueOf(isDeep ? 'It is nested too deep' : (thrown as Error).message)] }
  }
}

/** Writes a document as YAML. */
export function writeYaml(value: unknown): string {
  // Two places of one list are written out, as somebody who reads it expects.
  return stringify(value, { aliasDuplicateObjects: false, lineWidth: 100 })
}

function issueOf(message: string): Issue {
  return { path: [], message, code: 'invalid_yaml' }
}
