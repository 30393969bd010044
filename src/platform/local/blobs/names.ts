// A key's parts are folders and its last part is a file, under names that every file system takes and
// tells apart, whatever it thinks of case, normal forms and reserved names: lower-case letters, digits,
// `-` and `_`, and every other byte as `%` with two digits.
const PLAIN = /^[a-z0-9_-]$/

// A name has at most 255 bytes (NAME_MAX of Linux, macOS and Windows): three a byte, and an ending.
const PIECE_BYTES = 80

/** The name of a folder ends so when a longer part goes on in it. */
const GOES_ON = '+'
/** The name of a file ends so, so that `a` and `a/b` can both be there. */
const FILE = '.blob'
/** This name stands for no byte at all, since a name has to have one. */
const EMPTY = '%'

/** Finds the path of a blob below the folder of all. */
export function pathOf(key: string): string[] {
  const parts = key.split('/').map((part) => piecesOf(Buffer.from(part)))
  const last = parts.pop()!
  return [...parts.flat(), ...last.slice(0, -1), last.at(-1)! + FILE]
}

/**
 * Cuts a part: every piece but the last is full, and the last never is, so names sort as keys do.
 */
function piecesOf(part: Buffer): string[] {
  const pieces: string[] = []
  let at = 0
  for (; part.length - at >= PIECE_BYTES; at += PIECE_BYTES) {
    pieces.push(nameOf(part.subarray(at, at + PIECE_BYTES)) + GOES_ON)
  }
  return [...pieces, nameOf(part.subarray(at)) || EMPTY]
}

function nameOf(bytes: Buffer): string {
  let name = ''
  for (const byte of bytes) {
    const character = String.fromCharCode(byte)
    name += PLAIN.test(character) ? character : `%${byte.toString(16).padStart(2, '0')}`
  }
  return name
}

/**
 * A name in a folder stands for the beginning of keys, in bytes, or, of a file, for a whole one.
 */
export interface Name {
  name: string
  start: Buffer
  isFile: boolean
}

/**
 * Reads a name of a folder.
 * @param before what the keys of that folder begin with
 * @returns undefined when it is none of ours
 */
export function readName(name: string, before: Buffer): Name | undefined {
  const [, text, ending] = /^((?:[a-z0-9_-]|%[0-9a-f]{2})+|%)(\+|\.blob|)$/.exec(name) ?? []
  if (text === undefined) return undefined
  const bytes = text === EMPTY ? Buffer.of() : bytesOf(text)
  const slash = ending === '' ? '/' : ''
  const start = Buffer.concat([before, bytes, Buffer.from(slash)])
  return { name, start, isFile: ending === FILE }
}

function bytesOf(text: string): Buffer {
  const bytes = text.replace(/%(..)/g, (_, digits) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  )
  return Buffer.from(bytes, 'latin1')
}
