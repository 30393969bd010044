import { AppError } from '../../error/app-error'
import { type DocumentKey, MAX_KEY_BYTES } from '../document-store'

// Each segment ends with a space. A character that sorts up to the escape itself is escaped by one
// that sorts after it, so that texts compare as their segments do and a prefix ends where a segment
// does.
const END = ' '
const ESCAPE = '!'
const FIRST_ESCAPED = 0x22 // '"', for NUL; '!' becomes 'C'

// Half a surrogate pair has no form in UTF-8, and would become U+FFFD like every other.
const HALF = '~'
const ESCAPED = /[\0-!\ud800-\udfff]/gu
const ESCAPES = /!(?:~([0-9a-f]{4})|(.))/g

/**
 * Encodes a key, or a prefix of keys, as one text without a character below the space: in the order
 * of UTF-8 it sorts as the segments do, no two keys have the same, and a key is under a prefix if
 * its text begins with that of the prefix.
 */
export function encodeKey(key: DocumentKey): string {
  return key.map((segment) => segment.replace(ESCAPED, escaped) + END).join('')
}

export function decodeKey(text: string): DocumentKey {
  return text.split(END).slice(0, -1).map(decodedSegment)
}

/**
 * Tells where the texts of all keys under a prefix are: beyond `after` and before `end`.
 * @param prefix its text
 * @returns `end` undefined for the empty prefix, under which all are
 */
export function boundsOf(prefix: string): { after: string; end: string | undefined } {
  // No text has a character below the space with which the prefix ends, and none is empty.
  const after = prefix.slice(0, -1)
  return { after, end: prefix === '' ? undefined : after + ESCAPE }
}

/** Encodes a document's key. @throws {AppError} `invalid_request` when it can be none */
export function documentKey(key: DocumentKey): string {
  if (key.length === 0) throw new AppError('invalid_request', 'A document needs a key.')
  return prefixKey(key)
}

/** Encodes a prefix. @throws {AppError} `invalid_request` when it is longer than a key may be */
export function prefixKey(prefix: DocumentKey): string {
  const text = encodeKey(prefix)
  const bytes = Buffer.byteLength(text)
  if (bytes <= MAX_KEY_BYTES) return text
  const detail = `A document's key takes ${bytes} bytes, and may take ${MAX_KEY_BYTES}.`
  throw new AppError('invalid_request', detail)
}

function escaped(character: string): string {
  const code = character.charCodeAt(0)
  return code < 0x22
    ? ESCAPE + String.fromCharCode(FIRST_ESCAPED + code)
    : ESCAPE + HALF + code.toString(16)
}

function decodedSegment(text: string): string {
  return text.replace(ESCAPES, (_, half: string | undefined, character: string) =>
    half === undefined
      ? String.fromCharCode(character.charCodeAt(0) - FIRST_ESCAPED)
      : String.fromCharCode(Number.parseInt(half, 16)),
  )
}
