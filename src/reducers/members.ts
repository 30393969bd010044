export type Members = Readonly<Record<string, unknown>>

/** Says that a value is an object with members, and no array. */
export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Reads a member of a value by its own name: what an object inherits is none. */
export function memberOf(value: unknown, name: string): unknown {
  return isMembers(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

/** Reads a text that is not empty, of so many bytes as JSON at most; numbers are ids as well. */
export function textOf(value: unknown, longest: number): string | undefined {
  const text = typeof value === 'number' && Number.isFinite(value) ? String(value) : value
  return typeof text === 'string' && text !== '' ? cut(text, longest) : undefined
}

// Such a character has a byte, or two where it is escaped. Nearly all ids have no others.
const PRINTABLE = /^[ -~]*$/

// A control character is written \u0000, and so is half of a character.
const MOST_BYTES_OF_UNIT = 6

/** Cuts a text to so many bytes as JSON, and never through a character of two halves. */
export function cut(text: string, longest: number): string {
  if (text.length * MOST_BYTES_OF_UNIT <= longest) return text
  if (text.length * 2 <= longest && PRINTABLE.test(text)) return text
  let bytes = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.codePointAt(at)!
    bytes += bytesOf(code)
    if (bytes > longest) return text.slice(0, at)
    if (code > 0xffff) at += 1
  }
  return text
}

function bytesOf(code: number): number {
  if (code < 0x20 || (code >= 0xd800 && code < 0xe000)) return MOST_BYTES_OF_UNIT
  if (code < 0x80) return code === 0x22 || code === 0x5c ? 2 : 1
  if (code < 0x800) return 2
  return code > 0xffff ? 4 : 3
}
