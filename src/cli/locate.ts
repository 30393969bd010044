import { endOfString, endOfValue, skipSpace } from '../syntax/json-scan'

const OPEN_OBJECT = 123
const OPEN_ARRAY = 91
const COMMA = 44
const NEWLINE = 10

/**
 * Finds where in a JSON text the value at `path` stands, with its name, or what comes nearest to
 * it: a missing property is located where its object begins.
 */
export function offsetOf(text: string, path: readonly (string | number)[]): number {
  let at = skipSpace(text, 0)
  let shown = at
  for (const step of path) {
    const member = memberAt(text, at, step)
    if (member === undefined) break
    shown = member.start
    at = member.value
  }
  return shown
}

/** Counts the lines that end between two places of a text. */
export function linesBetween(text: string, start: number, end: number): number {
  let lines = 0
  for (let at = start; at < end; at += 1) if (text.charCodeAt(at) === NEWLINE) lines += 1
  return lines
}

/**
 * Returns the column of a place in a text, from 1, in UTF-16 code units.
 * @param first the column at which the text begins
 */
export function columnOf(text: string, at: number, first: number): number {
  const newline = at === 0 ? -1 : text.lastIndexOf('\n', at - 1)
  return newline < 0 ? first + at : at - newline
}

/** Finds where a member begins, with its name, and where its value begins. */
function memberAt(text: string, open: number, step: string | number) {
  const char = text.charCodeAt(open)
  if (char === OPEN_OBJECT && typeof step === 'string') return propertyAt(text, open, step)
  if (char === OPEN_ARRAY && typeof step === 'number') return elementAt(text, open, step)
  return undefined
}

function propertyAt(text: string, open: number, name: string) {
  let found: { start: number; value: number } | undefined
  let at = skipSpace(text, open + 1)
  while (text[at] === '"') {
    const end = endOfString(text, at)
    const value = skipSpace(text, skipSpace(text, end) + 1) // past the colon
    // JSON.parse returns the last of a repeated name.
    if (JSON.parse(text.slice(at, end)) === name) found = { start: at, value }
    at = skipSpace(text, endOfValue(text, value))
    if (text.charCodeAt(at) === COMMA) at = skipSpace(text, at + 1)
  }
  return found
}

function elementAt(text: string, open: number, index: number) {
  let at = skipSpace(text, open + 1)
  for (let i = 0; i < index; i += 1) {
    at = skipSpace(text, endOfValue(text, at))
    if (text.charCodeAt(at) !== COMMA) return undefined
    at = skipSpace(text, at + 1)
  }
  return { start: at, value: at }
}
