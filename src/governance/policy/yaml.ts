import { type Document, isScalar, LineCounter, parseAllDocuments, stringify, visit } from 'yaml'
import type { Issue } from '../../error/issue'

// A list of courses that every rule takes is one alias a rule; a bomb is millions.
const MOST_ALIASES = 2_000
const MAX_ISSUES = 20
/** The parser takes some microseconds a byte, during which nobody else is served. */
export const MAX_YAML_BYTES = 384 * 1024

export type YamlRead = { value: unknown; errors?: undefined } | { errors: Issue[] }

/** Reads YAML 1.2, of which JSON is a part: one document. */
export function readYaml(text: string): YamlRead {
  if (text.length > MAX_YAML_BYTES || Buffer.byteLength(text) > MAX_YAML_BYTES) {
    return { errors: [issueOf(`Must have at most ${MAX_YAML_BYTES} bytes`)] }
  }
  const lineCounter = new LineCounter()
  try {
    const [document, ...more] = documentsIn(text, lineCounter)
    if (document === undefined) return { errors: [issueOf('Must have a document; got nothing')] }
    if (more.length > 0) {
      const said = 'Must be one document: there are no includes, and a policy stands in one piece'
      return { errors: [issueOf(`${said}; got ${more.length + 1}`)] }
    }
    const faults = document.errors.map(({ pos, message }) => ({ at: pos[0], message }))
    if (faults.length === 0) faults.push(...keysTwiceIn(document))
    if (faults.length === 0) return { value: document.toJS({ maxAliasCount: MOST_ALIASES }) }
    const issues = faults.slice(0, MAX_ISSUES).map(({ at, message }) => {
      const { line, col } = lineCounter.linePos(at)
      return issueOf(`Line ${line}, column ${col}: ${message}`)
    })
    return { errors: issues }
  } catch (thrown) {
    const isDeep = thrown instanceof RangeError
    return { errors: [issueOf(isDeep ? 'It is nested too deep' : (thrown as Error).message)] }
  }
}

function documentsIn(text: string, lineCounter: LineCounter): Document[] {
  // The parser would compare each key of a map with all before it.
  const options = { lineCounter, merge: true, prettyErrors: false, uniqueKeys: false }
  const found = parseAllDocuments(text, options)
  return Array.isArray(found) ? found : []
}

/** Finds keys that a map has more than once. */
function keysTwiceIn(document: Document): { at: number; message: string }[] {
  const faults: { at: number; message: string }[] = []
  visit(document, {
    Map(_, { items }) {
      const keys = new Set<unknown>()
      for (const { key } of items) {
        if (!isScalar(key)) continue
        const name = String(key.value)
        if (keys.has(name) && name !== '<<') {
          faults.push({ at: key.range?.[0] ?? 0, message: 'Map keys must be unique' })
        }
        keys.add(name)
      }
    },
  })
  return faults
}

/** Writes a document as YAML. */
export function writeYaml(value: unknown): string {
  // Two places of one list are written out, as somebody who reads it expects.
  return stringify(value, { aliasDuplicateObjects: false, lineWidth: 100 })
}

function issueOf(message: string): Issue {
  return { path: [], message, code: 'invalid_yaml' }
}
