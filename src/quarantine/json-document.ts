import { randomBytes } from 'node:crypto'
import { canonicalJson } from '../syntax/canonical-json'
import { endOfString, endOfWord } from '../syntax/json-scan'

const QUOTE = 34
const MINUS = 45
const ZERO = 48
const NINE = 57

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

/** JSON as a value that can be changed and written again without losing digits. */
export function parseDocument(text: string): unknown {
  return JSON.parse(withMarks(text))
}

export function writeDocument(document: unknown): string {
  const text = JSON.stringify(document)
  return text.includes(MARK) ? text.replace(MARKED, '$1') : text
}

/** Of a value in a document. @returns undefined when it is not a number */
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
      // What is no number stays, for the parser to refuse.
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
