// A smaller answer goes to the connection in one piece, which holds as much by itself.
const PART = 64 * 1024

/** Splits the same text, and bytes between it, into parts of about one size. */
export function* parted<Piece extends string | Uint8Array>(
  pieces: Iterable<Piece | string>,
): Generator<Piece | string, undefined> {
  let part = ''
  for (const piece of pieces) {
    if (typeof piece !== 'string') {
      if (part !== '') yield part
      part = ''
      yield* cutBytes(piece) as Generator<Piece>
      continue
    }
    if (part.length + piece.length <= PART) {
      part += piece
      continue
    }
    if (part !== '') yield part
    part = ''
    for (const one of cutText(piece)) {
      if (part !== '') yield part
      part = one
    }
  }
  if (part !== '') yield part
  return undefined
}

function* cutBytes(bytes: Uint8Array): Generator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += PART) yield bytes.subarray(from, from + PART)
}

/** A long text in parts, none of which ends within a character. */
function* cutText(text: string): Generator<string, undefined> {
  for (let from = 0; from < text.length; ) {
    const end = Math.min(from + PART, text.length)
    const unit = text.charCodeAt(end - 1)
    const isHighSurrogate = unit >= 0xd800 && unit <= 0xdbff
    const to = isHighSurrogate && end < text.length ? end - 1 : end
    yield text.slice(from, to)
    from = to
  }
  return undefined
}

/** A text as a JSON string, in parts: all at once, one of megabytes holds the thread for ten milliseconds. */
export function* textParts(text: string): Generator<string, undefined> {
  yield '"'
  for (const part of cutText(text)) yield JSON.stringify(part).slice(1, -1)
  yield '"'
  return undefined
}
