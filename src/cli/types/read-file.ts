import { type Document, isCollection, isNode, LineCounter, parseAllDocuments } from 'yaml'
import type { Issue } from '../../error/issue'
import { withDefaults } from '../../standards/native/types/defaults'
import { CommandError } from '../failure'

/** A type in a file, as it was written there. */
export interface WrittenType {
  name: string
  definition: Record<string, unknown>
  /** Says where in the file a member of the definition stands: `types.yaml:12:7`. */
  at(path: Issue['path']): string
}

/** All types of a tenant take 4 MB as JSON; as YAML they are as long. */
const MAX_FILE_BYTES = 4 * 1024 * 1024
// A list of properties that every type takes is one alias a type; a bomb is millions.
const MOST_ALIASES = 10_000

type Members = Record<string, unknown>
type Path = (string | number)[]

/**
 * Reads types from YAML or JSON: a vocabulary (`types: { NAME: … }`, with `defaults` if need be), one
 * type with its `name`, a list of such, or several documents of these.
 * @throws {CommandError} naming each place where the text is no YAML, or is no type
 */
export function readTypes(file: string, text: string): WrittenType[] {
  if (Buffer.byteLength(text) > MAX_FILE_BYTES) {
    throw new CommandError(`${file} has more than ${MAX_FILE_BYTES} bytes`)
  }
  const lines = new LineCounter()
  const documents = parsed(file, text, lines)
  const types = documents.flatMap((document) => typesIn(file, document, lines))
  const twice = types.find(({ name }, at) => types.findIndex((one) => one.name === name) < at)
  if (twice !== undefined) throw new CommandError(`${twice.at([])}: ${twice.name} is there twice`)
  if (types.length > 0) return types
  throw new CommandError(`${file} has no types; it may have types: { NAME: { description: … } }`)
}

function parsed(file: string, text: string, lineCounter: LineCounter): Document[] {
  let documents: Document[]
  try {
    const found = parseAllDocuments(text, { lineCounter, merge: true, prettyErrors: false })
    documents = Array.isArray(found) ? found : []
  } catch (thrown) {
    throw new CommandError(`${file} cannot be read: ${reasonOf(thrown)}`)
  }
  const faults = documents.flatMap(({ errors }) => errors).slice(0, 20)
  if (faults.length === 0) return documents
  const said = faults.map(({ pos, message }) => `${place(file, lineCounter, pos[0])}: ${message}`)
  throw new CommandError(said.join('\n'))
}

function typesIn(file: string, document: Document, lines: LineCounter): WrittenType[] {
  let root: unknown
  try {
    root = document.toJS({ maxAliasCount: MOST_ALIASES })
  } catch (thrown) {
    throw new CommandError(`${file} cannot be read: ${reasonOf(thrown)}`)
  }
  if (Array.isArray(root)) return root.map((one, at) => named(one, [at]))
  if (!isObject(root)) return root === null || root === undefined ? [] : [fault([], 'no type')]
  if (!Object.hasOwn(root, 'types')) return [named(root, [])]
  const { defaults = {}, types } = root
  if (!isObject(defaults)) fault(['defaults'], 'must be an object')
  if (Array.isArray(types)) {
    return types.map((one, at) => named(one, ['types', at], defaults as Members))
  }
  if (!isObject(types)) return [fault(['types'], 'must have types by name')]
  return Object.entries(types).map(([name, own]) => {
    if (!isObject(own)) fault(['types', name], 'must be an object')
    return written(name, own as Members, ['types', name], defaults as Members)
  })

  function named(value: unknown, path: Path, below: Members = {}): WrittenType {
    if (!isObject(value)) return fault(path, 'must be a type, an object')
    const { name, ...own } = value
    if (typeof name !== 'string') return fault(path, 'a type needs its name here')
    return written(name, own, path, below)
  }

  function written(name: string, own: Members, path: Path, below: Members): WrittenType {
    return {
      name,
      definition: withDefaults(below, own),
      at: (member) => where(file, document, lines, [...path, ...member]),
    }
  }

  function fault(path: Path, message: string): never {
    throw new CommandError(`${where(file, document, lines, path)}: ${message}`)
  }
}

/** Finds the place of a path, or of what is nearest to it: what is missing has none. */
function where(file: string, document: Document, lines: LineCounter, path: Path): string {
  for (let length = path.length; length >= 0; length -= 1) {
    const start = startOf(document, path.slice(0, length))
    if (start !== undefined) return place(file, lines, start)
  }
  return file
}

/** Finds where a value begins; a member begins with its name. */
function startOf(document: Document, path: Path): number | undefined {
  const last = path.at(-1)
  const parent = path.length === 0 ? undefined : nodeAt(document, path.slice(0, -1))
  if (isCollection(parent)) {
    const pair = parent.items.find((item) => {
      const key = (item as { key?: unknown }).key
      return String((key as { value?: unknown } | undefined)?.value ?? key) === String(last)
    }) as { key?: unknown } | undefined
    if (isNode(pair?.key) && pair.key.range) return pair.key.range[0]
  }
  const node = nodeAt(document, path)
  return isNode(node) ? node.range?.[0] : undefined
}

function nodeAt(document: Document, path: Path): unknown {
  try {
    return path.length === 0 ? document.contents : document.getIn(path, true)
  } catch {
    return undefined // a path through an alias, whose place is elsewhere
  }
}

function place(file: string, lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset)
  return `${file}:${line}:${col}`
}

function reasonOf(thrown: unknown): string {
  const { message } = thrown as Error
  if (thrown instanceof RangeError) return 'it is nested too deep'
  return message
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
