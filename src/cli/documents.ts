import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { CommandError } from './failure'

/** A document is one JSON value of a file, with its text as it stood there. */
export interface Document {
  /** Messages name the place: `events.json`, or `events.ndjson:12` for a line. */
  place: string
  text: string
  value: unknown
}

/**
 * Reads a file of one JSON document, or of JSON lines.
 * @param path `-` for standard input
 * @throws {CommandError} naming the line that is not JSON
 */
export async function readDocuments(path: string): Promise<Document[]> {
  const place = nameOf(path)
  // A byte order mark is not JSON (RFC 8259, section 8.1), but editors on Windows write it.
  const content = (await readText(path)).replace(/^\uFEFF/, '')
  const whole = parse(content)
  if ('value' in whole) return [{ place, text: content.trim(), value: whole.value }]

  const lines = content.split('\n').map((line, i) => ({ line: line.trim(), number: i + 1 }))
  const filled = lines.filter(({ line }) => line !== '')
  if (filled.length === 0) throw new CommandError(`${place} is empty`)
  const documents: Document[] = []
  for (const { line, number } of filled) {
    const parsed = parse(line)
    if ('value' in parsed) {
      documents.push({ place: `${place}:${number}`, text: line, value: parsed.value })
      continue
    }
    // No line before this one was JSON, so the file is one document that is broken somewhere.
    if (documents.length === 0) throw new CommandError(`${place} is not JSON: ${whole.problem}`)
    throw new CommandError(`${place}, line ${number}, is not JSON: ${parsed.problem}`)
  }
  return documents
}

/** Returns the name that messages use for a file. */
export function nameOf(path: string): string {
  return path === '-' ? 'standard input' : path
}

function parse(text: string): { value: unknown } | { problem: string } {
  try {
    return { value: JSON.parse(text) }
  } catch (error) {
    return { problem: (error as Error).message }
  }
}

async function readText(path: string): Promise<string> {
  if (path === '-') return text(process.stdin)
  return readFile(path, 'utf8').catch((error) => {
    throw Object.assign(error, { path }) // Node leaves the path out when it is a folder
  })
}
