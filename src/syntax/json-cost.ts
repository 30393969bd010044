import { endOfString } from './json-scan'
import { finish, type Steps } from './steps'

/**
 * A body may hold so many values: objects, arrays, members and elements. Six megabytes of dense
 * Caliper events have 250,000; a body of nothing but `[],[],…` would have two million, which take
 * thirty times its size in memory.
 */
export const MAX_VALUES = 750_000

/**
 * One value that is parsed at once may hold so many of them: JSON.parse cannot be interrupted, and
 * takes up to a tenth of a second for so many. A Caliper event has some fifty.
 */
export const MAX_ELEMENT_VALUES = 50_000

/**
 * No byte of a short text costs more bytes of memory than this, once it is read. It was measured as
 * below.
 */
export const MOST_PER_BYTE = 12

// These are bytes of memory, measured with Bun 1.4.5 on six megabytes of each: a text (of one or
// two bytes a character) and the bytes it came from; an empty object or array with its place in
// another; a member whose name no other object has; an element or a number.
const PER_CHARACTER = 3
const PER_CONTAINER = 100
const PER_MEMBER = 60
const PER_ELEMENT = 20

const QUOTE = 34
const COMMA = 44
const COLON = 58
const OPEN = 0x7b // `{`, and `[` with bit 5 set
const BIT_5 = 0x20

/** The cost says what parsing a text will take. */
export interface ReadingCost {
  values: number
  /** The memory is in bytes, the text included. */
  bytes: number
}

// A step of so many characters is a millisecond's work.
const STEP_LENGTH = 256 * 1024

/** Tells from its signs alone what parsing `text` will cost: nothing is parsed. */
export function* estimatingCost(text: string): Steps<ReadingCost> {
  let containers = 0
  let members = 0
  let elements = 0
  let next = STEP_LENGTH
  for (let at = 0; at < text.length; at += 1) {
    if (at > next) {
      next = at + STEP_LENGTH
      yield
    }
    const char = text.charCodeAt(at)
    if (char === QUOTE) at = endOfString(text, at) - 1
    else if (char === COMMA) elements += 1
    else if (char === COLON) members += 1
    else if ((char | BIT_5) === OPEN) containers += 1
  }
  const bytes =
    text.length * PER_CHARACTER +
    containers * PER_CONTAINER +
    members * PER_MEMBER +
    elements * PER_ELEMENT
  return { values: containers + elements, bytes }
}

/** Tells whether parsing `text` would make more than so many values. */
export function holdsMoreThan(text: string, values: number): boolean {
  // Each value takes a character, and another one separates it from the next.
  return text.length > values && finish(estimatingCost(text)).values > values
}
