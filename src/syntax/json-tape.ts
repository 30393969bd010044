import type { KnownNames } from './json-names'
import { endOfString, endOfWord, skipSpace } from './json-scan'

/*
 * A tape lists the values of a JSON text in their order, each by its place, so that what changes some of them
 * leaves every other character as it was. JSON.parse tells nothing of places, nor of two members of one name.
 */

/** A value takes so many cells of a tape: the fields below. */
export const WIDTH = 8

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
/** The container lies in this cell, or -1. */
export const PARENT = 5
/** The number of its name lies here, or -1 for one that has none (`KnownNames`). */
export const NAME = 6
/** A container has here what `mark` made of the members that it looks at; 0 where there are none. */
export const SIGN = 7

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

/** It looks at members while the tape is made. */
export interface Marking {
  names: KnownNames
  /** Tells whether members of a name are looked at. @param number of the name, or -1 */
  isMarking(number: number, text: string, cells: Int32Array, cell: number): boolean
  /** Makes the sign of a container from the one that it has and the value of such a member. */
  signOf(sign: number, text: string, start: number, end: number): number
}

/**
 * Lists the values of a text that is JSON; of another the result means nothing.
 * @returns undefined when it is nested deeper than `maxDepth` or has more than `maxValues`
 */
export function tapeOf(
  text: string,
  { names, isMarking, signOf }: Marking,
  { maxDepth, maxValues }: { maxDepth: number; maxValues: number },
): Tape | undefined {
  let cells = new Int32Array(WIDTH * (8 + Math.ceil(text.length / CHARACTERS_PER_VALUE)))
  const open: number[] = []
  const most = maxValues * WIDTH
  let length = 0
  let key = -1
  let keyEnd = -1
  let container = -1
  let isObject = false
  let at = skipSpace(text, 0)
  while (at < text.length) {
    const char = text.charCodeAt(at)
    if (char === CLOSE_OBJECT || char === CLOSE_ARRAY) {
      at += 1
      cells[container + END] = at
      cells[container + NEXT] = length
      open.pop()
      container = open.length === 0 ? -1 : open[open.length - 1]!
      isObject = container >= 0 && text.charCodeAt(cells[container + START]!) === OPEN_OBJECT
    } else if (char === COMMA) {
      at = skipSpace(text, at + 1)
      continue
    } else {
      if (char === QUOTE && key < 0 && isObject) {
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
      const name = key < 0 ? -1 : names.numberOf(text, key + 1, keyEnd - 1)
      cells[own + PARENT] = container
      cells[own + NAME] = name
      length += WIDTH
      key = -1
      if (char === OPEN_OBJECT || char === OPEN_ARRAY) {
        if (open.push(own) > maxDepth) return undefined
        container = own
        isObject = char === OPEN_OBJECT
        at = skipSpace(text, at + 1)
        continue
      }
      at = char === QUOTE ? endOfString(text, at) : endOfWord(text, at)
      cells[own + END] = at
      cells[own + NEXT] = length
      if (char === QUOTE && isObject && isMarking(name, text, cells, own)) {
        cells[container + SIGN] = signOf(cells[container + SIGN]!, text, cells[own + START]!, at)
      }
    }
    if (open.length === 0) break
    at = skipSpace(text, at)
  }
  return open.length > 0 || length === 0 ? undefined : { cells, length }
}

function grown(cells: Int32Array): Int32Array<ArrayBuffer> {
  const more = new Int32Array(cells.length * 2)
  more.set(cells)
  return more
}
