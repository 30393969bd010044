import { skipSpace } from './json-scan'
import { finish, type Steps } from './steps'

/** The fault is the first place at which a text is not JSON (RFC 8259). */
export interface JsonFault {
  /** The message says what was expected there, and what stands there instead. */
  message: string
  /** The line counts from 1. */
  line: number
  /** The column counts from 1, in UTF-16 code units from the beginning of the line. */
  column: number
  /** The offset counts from 0, in UTF-16 code units from the beginning of the text. */
  offset: number
  /** The text around it, with ⟨ ⟩ about the first wrong character; control characters are escaped. */
  around: string
}

/** A text may be a part of a longer one, whose lines and characters before it are counted. */
export interface Before {
  /** So many lines stand before the text. */
  lines: number
  /** So many characters stand before the text. */
  characters: number
}

const nothing: Before = { lines: 0, characters: 0 }

// Enough on each side to find the place by, and no more of what may be somebody's data.
const AROUND = 30

// A step of so many values is a millisecond's work.
const VALUES_IN_A_STEP = 4_000

// JSON.parse has a stack for its levels; here a level is one character, and nobody needs more.
const MAX_LEVELS = 1_000_000

/** A fault in the making has the place, and what is wrong there. */
class Fault extends Error {
  override readonly name = 'Fault'
  readonly at: number

  constructor(at: number, message: string) {
    super(message)
    this.at = at
  }
}

/**
 * Finds the first fault of a text that JSON.parse refuses, the same on every engine. Nothing of the
 * text is kept.
 * @param before what the text is the rest of, where it is
 * @returns undefined when the text is JSON
 */
export function* findingFault(
  text: string,
  before: Before = nothing,
): Steps<JsonFault | undefined> {
  try {
    yield* reading(text)
    return undefined
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown
    return faultAt(text, thrown.at, thrown.message, before)
  }
}

/** Does the same as `findingFault`, in one go. */
export function findFault(text: string, before?: Before): JsonFault | undefined {
  return finish(findingFault(text, before))
}

/**
 * Writes a fault as one sentence, e.g. `Expected a comma or }, got "x" at line 3, column 5 (offset
 * 40): "id": 1 ⟨x⟩`.
 */
export function faultText({ message, line, column, offset, around }: JsonFault): string {
  return `${message} at line ${line}, column ${column} (offset ${offset}): ${around}`
}

function* reading(text: string): Steps<void> {
  // Each level is `}` or `]`, whichever closes it.
  const levels: string[] = []
  let at = skipSpace(text, 0)
  let wanted = 'a value'
  for (let values = 1; ; values += 1) {
    if (values % VALUES_IN_A_STEP === 0) yield
    const char = text[at]
    if (char === '{' || char === '[') {
      const close = char === '{' ? '}' : ']'
      at = skipSpace(text, at + 1)
      if (text[at] !== close) {
        if (levels.length === MAX_LEVELS) throw new Fault(at, 'Nested too deep')
        levels.push(close)
        if (close === '}') at = afterName(text, at, 'a member name in double quotes or }')
        wanted = close === '}' ? 'a value' : 'a value or ]'
        continue
      }
      at += 1
    } else {
      at = afterScalar(text, at, wanted)
    }
    wanted = 'a value'
    // A value has ended: close what closes here, and go on after the comma.
    for (;;) {
      at = skipSpace(text, at)
      const close = levels.at(-1)
      if (close === undefined) {
        if (at < text.length) throw expected('nothing after the JSON value', text, at)
        return
      }
      if (text[at] === ',') {
        at = skipSpace(text, at + 1)
        if (close === '}') at = afterName(text, at, 'a member name in double quotes')
        else if (text[at] === ']') throw new Fault(at, 'Expected a value after the comma, got ]')
        break
      }
      if (text[at] !== close) throw expected(`a comma or ${close}`, text, at)
      levels.pop()
      at += 1
    }
  }
}

/** @returns the index of the value after a name and its colon */
function afterName(text: string, start: number, wanted: string): number {
  if (text[start] !== '"') throw expected(wanted, text, start)
  const colon = skipSpace(text, afterString(text, start))
  if (text[colon] !== ':') throw expected('a colon', text, colon)
  return skipSpace(text, colon + 1)
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const WORD = /[^\s,:"[\]{}]+/y

function afterScalar(text: string, at: number, wanted: string): number {
  if (text[at] === '"') return afterString(text, at)
  for (const word of ['true', 'false', 'null']) {
    if (text.startsWith(word, at)) return atEndOfWord(text, at, at + word.length, wanted)
  }
  NUMBER.lastIndex = at
  if (NUMBER.test(text)) return atEndOfWord(text, at, NUMBER.lastIndex, wanted)
  throw expected(wanted, text, at)
}

/** Refuses what goes on where a number or a word of JSON has ended, e.g. `01`, `1.`, `nullable`. */
function atEndOfWord(text: string, start: number, end: number, wanted: string): number {
  WORD.lastIndex = start
  WORD.test(text)
  if (WORD.lastIndex > end) throw new Fault(start, `Expected ${wanted}, got ${shown(text, start)}`)
  return end
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: RFC 8259, 7 forbids exactly these.
const PLAIN = /[^"\\\u0000-\u001f]*/y
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y

function afterString(text: string, open: number): number {
  for (let at = open + 1; ; ) {
    PLAIN.lastIndex = at
    PLAIN.test(text)
    at = PLAIN.lastIndex
    const char = text[at]
    if (char === '"') return at + 1
    if (char === undefined) throw new Fault(at, `${ENDS}, within a string`)
    if (char !== '\\') {
      throw new Fault(at, `Expected ${escaped(char)} to be escaped in a string`)
    }
    ESCAPE.lastIndex = at
    if (!ESCAPE.test(text)) {
      if (text.length - at < 6 && !/[^\\u0-9a-fA-F]/.test(text.slice(at))) {
        throw new Fault(text.length, `${ENDS}, within a string`)
      }
      throw new Fault(at, `Expected an escape of JSON, got ${escaped(text.slice(at, at + 2))}`)
    }
    at = ESCAPE.lastIndex
  }
}

const ENDS = 'The text ends too early'

function expected(wanted: string, text: string, at: number): Fault {
  if (at >= text.length) {
    return new Fault(
      text.length,
      text.trim() === '' ? 'The text is empty' : `${ENDS}, expected ${wanted}`,
    )
  }
  return new Fault(at, `Expected ${wanted}, got ${shown(text, at)}`)
}

// A longer word is shown by its beginning.
const SHOWN_WORD = 20

function shown(text: string, at: number): string {
  WORD.lastIndex = at
  const length = WORD.test(text) ? Math.min(WORD.lastIndex - at, SHOWN_WORD) : 1
  const word = text.slice(at, at + length)
  if (word === '\ufeff') return 'a byte order mark'
  if (word === "'" || word.startsWith("'")) return 'a single quote'
  return escaped(word)
}

function faultAt(text: string, at: number, message: string, before: Before): JsonFault {
  let lines = 0
  let start = 0
  for (let end = text.indexOf('\n'); end >= 0 && end < at; end = text.indexOf('\n', start)) {
    lines += 1
    start = end + 1
  }
  return {
    message,
    line: before.lines + lines + 1,
    column: at - start + 1,
    offset: before.characters + at,
    around: aroundIn(text, at),
  }
}

function aroundIn(text: string, at: number): string {
  const from = Math.max(0, at - AROUND)
  const to = Math.min(text.length, at + 1 + AROUND)
  const head = `${from > 0 ? '…' : ''}${escaped(text.slice(from, at))}`
  const tail = `${escaped(text.slice(at + 1, to))}${to < text.length ? '…' : ''}`
  return `${head}⟨${escaped(text.slice(at, at + 1))}⟩${tail}`
}

// Control characters, those that turn the direction of writing, and halves of pairs would change what
// a terminal or a page shows.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

function escaped(part: string): string {
  return part.replace(UNSEEN, (char) => {
    if (char === '\n') return '\\n'
    if (char === '\r') return '\\r'
    if (char === '\t') return '\\t'
    return `\\u{${char.codePointAt(0)!.toString(16)}}`
  })
}
