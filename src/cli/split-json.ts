import { type Piece, type Place, SplitError } from './piece'

// An event has kilobytes. A longer item shows that the file has no events, and need not be held in
// memory to be refused.
const MAX_ITEM = 64 * 1024 * 1024

const TAB = 9
const NEWLINE = 10
const RETURN = 13
// RFC 7464 puts it before each text of a sequence.
const RECORD_SEPARATOR = 30
// Files that were joined have one wherever another begins.
const BYTE_ORDER_MARK = 0xfeff
const SPACE = 32
const QUOTE = 34
const COMMA = 44
const COLON = 58
const OPEN_ARRAY = 91
const BACKSLASH = 92
const CLOSE_ARRAY = 93
const OPEN_OBJECT = 123
const CLOSE_OBJECT = 125

// An object with one of these is an item, though it has `data`, too.
const itemNames = new Set(['type', '@type', 'event_type', 'verb'])

/**
 * Splits a stream of JSON into items, however large the documents around them are: envelopes,
 * events, arrays of them, one after the other or on lines of their own. It checks the text between
 * items; JSON.parse checks each item itself. `write` and `end` throw a SplitError.
 * @param hasEnvelopes false where `data` is a member like any other
 */
export function createSplitter(
  emit: (piece: Piece) => void,
  { hasEnvelopes = true }: { hasEnvelopes?: boolean } = {},
) {
  let text = '' // the text from the start of what is being read
  let at = 0
  let line = 1
  let lineAt = 0 // the line begins here in `text`, or did so before it was cut
  let place: Place = { document: 0, line: 1 }
  let depth = 0
  let isInString = false
  let isEscaped = false
  /** This is the last character outside of strings that is no space. */
  let last = 0

  /** An item begins here in `text`, on this line; -1 stands for a place between items. */
  let start = -1
  let startLine = 1
  let startColumn = 1
  /**
   * The elements of this list are items: these are its depth and their number; 0 when there is no
   * list.
   */
  let listDepth = 0
  let size = 0
  let inEnvelope = false

  /** The head of a document that is an object is the text before the elements of its `data`. */
  let head = ''
  let keyStart = -1
  let key = ''
  let isItem = false
  let hasData = false

  function write(chunk: string): void {
    const from = start >= 0 ? start : at
    if (at - from > MAX_ITEM) throw problem('an item is longer than 64 MB')
    text = text.slice(from) + chunk
    at -= from
    lineAt -= from
    if (keyStart >= 0) keyStart -= from
    if (start >= 0) start = 0
    while (at < text.length) {
      if (isInString && !isEscaped) skipString()
      if (at < text.length) step(text.charCodeAt(at))
    }
  }

  /** Goes to the quote that ends the string, or to the end of the text: most characters are these. */
  function skipString(): void {
    const from = at
    at = text.indexOf('"', from)
    while (at >= 0 && isAfterEscape(from)) at = text.indexOf('"', at + 1)
    if (at >= 0) return
    at = text.length
    isEscaped = isAfterEscape(from)
  }

  /** Tells whether an odd number of backslashes stands before `at`, back to `from`. */
  function isAfterEscape(from: number): boolean {
    let start = at
    while (start > from && text.charCodeAt(start - 1) === BACKSLASH) start -= 1
    return (at - start) % 2 === 1
  }

  /** @returns how many documents there were */
  function end(): number {
    if (isScalar()) close(at)
    if (depth > 0 || isInString) throw problem('it ends in the middle')
    return place.document
  }

  function step(char: number): void {
    if (isInString) inString(char)
    else outside(char)
    if (char === NEWLINE) {
      line += 1
      lineAt = at + 1
    }
    at += 1
  }

  function inString(char: number): void {
    if (isEscaped) isEscaped = false
    else if (char === BACKSLASH) isEscaped = true
    else if (char === QUOTE) {
      isInString = false
      if (depth === listDepth && start >= 0) close(at + 1)
    }
  }

  function outside(char: number): void {
    const isMark = depth === 0 && (char === RECORD_SEPARATOR || char === BYTE_ORDER_MARK)
    const isSpace = char === SPACE || char === NEWLINE || char === RETURN || char === TAB || isMark
    const isDelimiter = isSpace || char === COMMA || char === CLOSE_ARRAY || char === CLOSE_OBJECT
    if (isDelimiter && isScalar()) close(at)
    if (isSpace) return
    if (start < 0) between(char)
    else within(char)
    last = char
  }

  /** Handles a character between items: a comma, the end of the list, or the next item. */
  function between(char: number): void {
    if (listDepth > 0 && char === CLOSE_ARRAY && last !== COMMA) {
      closeList()
      return
    }
    const isFirst = listDepth === 0 || size === 0
    if (char === COMMA) {
      if (isFirst || last === COMMA) throw problem('there is nothing before a comma')
      return
    }
    if (char === CLOSE_ARRAY || char === CLOSE_OBJECT || char === COLON) {
      throw problem(`there is a ${String.fromCharCode(char)} where an item should be`)
    }
    if (!isFirst && last !== COMMA) throw problem('a comma is missing between two items')
    open(char)
  }

  function open(char: number): void {
    if (listDepth === 0) place = { ...place, line }
    if (listDepth === 0 && char === OPEN_ARRAY) {
      depth = 1
      listDepth = 1
      size = 0
      return
    }
    start = at
    startLine = line
    startColumn = at - lineAt + 1
    if (char === QUOTE) isInString = true
    if (char === OPEN_OBJECT || char === OPEN_ARRAY) depth += 1
    if (listDepth === 0) {
      isItem = false
      hasData = false
      head = ''
    }
  }

  function within(char: number): void {
    const isTop = listDepth === 0 && depth === 1 // a member of a document that is an object
    if (char === QUOTE) {
      isInString = true
      if (isTop && (last === OPEN_OBJECT || last === COMMA)) keyStart = at
    } else if (char === COLON && isTop && keyStart >= 0) {
      key = nameOf(text.slice(keyStart, at))
      keyStart = -1
      if (itemNames.has(key)) isItem = true
    } else if (char === OPEN_OBJECT || char === OPEN_ARRAY) {
      depth += 1
      const isData = isTop && char === OPEN_ARRAY && key === 'data' && last === COLON
      if (isData && !isItem && hasEnvelopes) openData()
    } else if (char === CLOSE_OBJECT || char === CLOSE_ARRAY) {
      depth -= 1
      if (depth === listDepth) close(at + 1)
    }
  }

  /** From here on the elements of `data` are the items. */
  function openData(): void {
    head += text.slice(start, at + 1)
    listDepth = depth
    size = 0
    inEnvelope = true
    hasData = true
    start = -1
  }

  function closeList(): void {
    depth -= 1
    listDepth = 0
    if (inEnvelope) {
      inEnvelope = false
      start = at // the rest of the envelope begins here
      startLine = line
      key = ''
    } else {
      place = { ...place, document: place.document + 1 }
    }
  }

  function close(end: number): void {
    const own = text.slice(start, end)
    start = -1
    if (listDepth > 0) {
      emit({ kind: 'item', in: place, steps: inEnvelope ? ['data', size] : [size], ...item(own) })
      size += 1
      return
    }
    if (hasData) {
      emit({ kind: 'envelope', in: place, steps: [], head, tail: own, tailLine: startLine, size })
    } else if (own.charCodeAt(0) === OPEN_OBJECT) {
      emit({ kind: 'item', in: place, steps: [], ...item(own) })
    } else {
      throw problem(`${own.slice(0, 20)} is neither an envelope nor an event`)
    }
    place = { ...place, document: place.document + 1 }
  }

  function item(text: string) {
    return { text, line: startLine, column: startColumn }
  }

  /** Tells whether a number, true, false or null is being read. */
  function isScalar(): boolean {
    if (start < 0 || depth !== listDepth || isInString) return false
    const first = text.charCodeAt(start)
    return first !== OPEN_OBJECT && first !== OPEN_ARRAY && first !== QUOTE && !isRest()
  }

  /** Tells whether what is being read is an envelope after its `data`. */
  function isRest(): boolean {
    return listDepth === 0 && hasData
  }

  function problem(what: string): SplitError {
    return new SplitError(what, { ...place, line, column: at - lineAt + 1 })
  }

  return { write, end }
}

function nameOf(quoted: string): string {
  try {
    return String(JSON.parse(quoted))
  } catch {
    return ''
  }
}
