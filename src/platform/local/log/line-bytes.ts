/** Lines are written into these bytes, one after the other, which grow as they have to. */
export interface LineBytes {
  bytes: Buffer
  /** So many of them are written. */
  end: number
}

// A UTF-16 unit is at most three bytes of UTF-8.
const MOST_BYTES = 3
const SPACE = 0x20
const ASCII_END = 0x80

// Between commits they have a size that most segments fit.
const USUAL_BYTES = 2 * 1024 * 1024

export function createLineBytes(): LineBytes {
  return { bytes: Buffer.allocUnsafeSlow(USUAL_BYTES), end: 0 }
}

/** Begins anew; memory that something large needed is given back. */
export function begin(into: LineBytes) {
  into.end = 0
  if (into.bytes.length > USUAL_BYTES) into.bytes = Buffer.allocUnsafeSlow(USUAL_BYTES)
}

/** Makes room for a text of so many characters, and for as many bytes behind it. */
export function makeRoom(into: LineBytes, characters: number, more: number) {
  const needed = into.end + characters * MOST_BYTES + more
  if (needed <= into.bytes.length) return
  const before = into.bytes
  into.bytes = Buffer.allocUnsafeSlow(Math.max(needed, before.length * 2))
  before.copy(into.bytes, 0, 0, into.end)
}

/** Writes a text as UTF-8. There has to be room for it. */
export function putText(into: LineBytes, text: string) {
  into.end += into.bytes.write(text, into.end)
}

/**
 * Writes a short text as UTF-8, character by character: putting some forty together first, and encoding
 * that, takes twice as long. There has to be room for it.
 * @returns false when it holds a control character, one below a space
 */
export function putValue(into: LineBytes, text: string): boolean {
  const { bytes, end } = into
  const { length } = text
  let all = 0
  // It is negative as soon as one character is below a space.
  let least = 0
  for (let at = 0; at < length; at += 1) {
    const code = text.charCodeAt(at)
    bytes[end + at] = code
    all |= code
    least |= code - SPACE
  }
  into.end += all < ASCII_END ? length : bytes.write(text, end)
  return least >= 0
}
