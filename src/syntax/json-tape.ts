import { endOfString, endOfWord, skipSpace } from './json-scan'

/*
 * A tape lists the values of a JSON text in their order, each by its place, so that what changes some of them
 * leaves every other character as it was. JSON.parse tells nothing of places, nor of two members of one name.
 */

/** A value takes so many cells of a tape: the fields below. */
export const WIDTH = 5

/** The first character of a value lies in this cell. */
export const START = 0
/** The index after a value lies in this cell. */
export const END = 1
/** The index of the quote of its name lies here, or -1 for what is no member. */
export const KEY = 2
/** The index after its name lies here. */
export const KEY_END = 3
/** The cell at which the next value begins that is not within this one lies here. */
export const NEXT = 4

export interface Tape {
  cells: Int32Array
  /** So many cells are in use. */
  length: number
}

const QUOTE = 34
const COMMA = 44
const OPEN_ARRAY = 91
const OPEN_OBJECT = 123
const CLOSE_ARRAY = 93
const CLOSE_OBJECT = 125

// A member of real events takes some 30 characters.
const CHARACTERS_PER_VALUE = 24

/**
 * Lists the values of a text that is JSON; of another the result means nothing.
 * @returns undefined when it is nested deeper than `maxDepth` or has more than `maxValues`
 */
export function tapeOf(text: string, maxDepth: number, maxValues: number): Tape | undefined {
  let cells = new Int32Array(WIDTH * (8 + Math.ceil(text.length / CHARACTERS_PER_VALUE)))
  const open: number[] = []
  const most = maxValues * WIDTH
  let length = 0
  let key = -1
  let keyEnd = -1
  let at = skipSpace(text, 0)
  while (at < text.length) {
    const char = text.charCodeAt(at)
    if (char === CLOSE_OBJECT || char === CLOSE_ARRAY) {
      at += 1
      const container = open.pop()!
      cells[container + END] = at
      cells[container + NEXT] = length
    } else if (char === COMMA) {
      at = skipSpace(text, at + 1)
      continue
    } else {
      if (char === QUOTE && key < 0 && isInObject(text, cells, open)) {
        key = at
        keyEnd = endOfString(text, at)
        at = skipSpace(text, skipSpace(text, keyEnd) + 1) // past the colon
        continue
      }
      if (length + WIDTH > cells.length) cells = grown(cells)
      if (length >= most) return undefined
      cells[length + START] = at
      cells[length + KEY] = key
      cells[length + KEY_END] = keyEnd
      const own = length
      length += WIDTH
      key = -1
      if (char === OPEN_OBJECT || char === OPEN_ARRAY) {
        if (open.push(own) > maxDepth) return undefined
        at = skipSpace(text, at + 1)
        continue
      }
      at = char === QUOTE ? endOfString(text, at) : endOfWord(text, at)
      cells[own + END] = at
      cells[own + NEXT] = length
    }
    if (open.length === 0) break
    at = skipSpace(text, at)
  }
  return open.length > 0 || length === 0 ? undefined : { cells, length }
}

function isInObject(text: string, cells: Int32Array, open: number[]): boolean {
  const container = open[open.length - 1]
  return container !== undefined && text.charCodeAt(cells[container + START]!) === OPEN_OBJECT
}

function grown(cells: Int32Array): Int32Array<ArrayBuffer> {
  const more = new Int32Array(cells.length * 2)
  more.set(cells)
  return more
}
