import { endOfString } from './json-scan'

/**
 * How many values a body may hold: objects, arrays, members and elements. Six megabytes of dense
 * Caliper events have 170,000; a body of nothing but `[],[],…` would have two million, which take
 * thirty times its size in memory.
 */
export const MAX_VALUES = 500_000

/** What no byte of a short text costs more than, once it is read. Measured as below. */
export const MOST_PER_BYTE = 12

// Bytes of memory, measured with Bun 1.4.5 on six megabytes of each: a text (of one or two bytes a
// character) and the bytes it came from; an empty object or array with its place in another; a member
// whose name no other object has; an element or a number.
const PER_CHARACTER = 3
const PER_CONTAINER = 100
const PER_MEMBER = 60
const PER_ELEMENT = 20

const QUOTE = 34
const COMMA = 44
const COLON = 58
const OPEN = 0x7b // `{`, and `[` with bit 5 set
const BIT_5 = 0x20

/** What parsing `text` will cost, from its signs alone: nothing is parsed. */
export function costOfReading(text: string): { values: number; bytes: number } {
  let containers = 0
  let members = 0
  let elements = 0
  for (let at = 0; at < text.length; at += 1) {
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
  return { values: containers + members + elements, bytes }
}
