import { randomBytes } from 'node:crypto'
import { setImmediate as rest } from 'node:timers/promises'
import { canonicalJson } from '../syntax/canonical-json'
import { endOfString, endOfWord } from '../syntax/json-scan'

const QUOTE = 34
const MINUS = 45
const ZERO = 48
const NINE = 57

// Half a million characters are some five milliseconds.
const LONG = 512 * 1024

// A double gives back 15 significant digits as they were (DBL_DIG in C).
const EXACT_LENGTH = 15
// RFC 8259, section 6.
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/

/**
 * Begins a text that stands for a number whose digits a double would lose. 96 bits, drawn at random and
 * never shown, so that nobody can send one; ASCII, which strings are kept in at one byte a character.
 * JSON.parse with a reviver keeps digits too, and takes ten times as long.
 */
const MARK = `~${randomBytes(12).toString('base64url')}`
const MARKED = new RegExp(`"${MARK}([^"]*)"`, 'g')

/** Between two looks at a long text, others get their turn. */
async function restAfter(text: string): Promise<void> {
  if (text.length > LONG) await rest()
}

/**
 * JSON as a value that can be changed and written again without losing digits.
 * @throws {SyntaxError} when it is not JSON
 */
export async function parseDocument(text: string): Promise<unknown> {
  const marked = withMarks(text)
  await restAfter(text)
  const document = JSON.parse(marked)
  await restAfter(text)
  return document
}

export async function writeDocument(document: unknown): Promise<string> {
  const text = JSON.stringify(document)
  if (!text.includes(MARK)) return text
  await restAfter(text)
  return text.replace(MARKED, '$1')
}

/** Reads the text of a number in a document. @returns undefined when it is not a number */
export function numberText(value: unknown): string | undefined {
  if (typeof value === 'number') return canonicalJson(JSON.stringify(value))
  if (typeof value !== 'string' || !value.startsWith(MARK)) return undefined
  return canonicalJson(value.slice(MARK.length))
}

function withMarks(text: string): string {
  const parts: string[] = []
  let done = 0
  for (let at = 0; at < text.length; ) {
    const char = text.charCodeAt(at)
    if (char === QUOTE) {
      at = endOfString(text, at)
    } else if (char === MINUS || (char >= ZERO && char <= NINE)) {
      const end = endOfWord(text, at)
      const word = text.slice(at, end)
      // A token that is no number stays, for the parser to refuse.
      if ((word.length > EXACT_LENGTH || /e/i.test(word)) && NUMBER.test(word)) {
        parts.push(text.slice(done, at), `"${MARK}${word}"`)
        done = end
      }
      at = end
    } else {
      at += 1
    }
  }
  return done === 0 ? text : parts.join('') + text.slice(done)
}
