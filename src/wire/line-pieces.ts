import { AppError } from '../error/app-error'

/** A piece is some whole lines of a longer body. */
export interface LinePiece {
  bytes: Uint8Array
  /** So many lines end in it. The last line of a body may lack its end, and counts. */
  lines: number
  /** Nothing comes after it. */
  isLast: boolean
}

interface Sizes {
  /** A piece ends with the first line that reaches so many bytes, or so many lines. */
  pieceBytes: number
  pieceLines: number
  /** No line may be longer. */
  maxLineBytes: number
  /** Makes room for so many bytes, the ends of lines that are still to come included. */
  room?(bytes: number): Promise<void>
}

const NEWLINE = 10

/**
 * Cuts a body of lines into pieces as it comes. An empty body has no piece.
 * @throws {AppError} `too_large` for a line that is too long, with its number
 */
export async function* linePieces(
  chunks: AsyncIterable<Uint8Array>,
  { pieceBytes, pieceLines, maxLineBytes, room }: Sizes,
): AsyncGenerator<LinePiece, void, undefined> {
  let held: Uint8Array[] = []
  let size = 0
  // The place after the last line end that is held.
  let ended = 0
  let lines = 0
  let before = 0
  // A piece waits for the next byte, or the end, by which it is known whether it is the last one.
  let ready: LinePiece | undefined

  function cut(): LinePiece {
    const bytes = held.length === 1 ? held[0]! : Buffer.concat(held, size)
    const piece = { bytes: bytes.subarray(0, ended), lines, isLast: false }
    held = ended < size ? [bytes.subarray(ended)] : []
    size -= ended
    before += lines
    ended = 0
    lines = 0
    return piece
  }

  for await (const chunk of chunks) {
    if (chunk.length === 0) continue
    if (ready !== undefined) yield ready
    ready = undefined
    let rest = chunk
    while (rest.length > 0) {
      const [taken, isFull] = upToEnd(rest)
      held.push(rest.subarray(0, taken))
      size += taken
      rest = rest.subarray(taken)
      await room?.(size)
      if (!isFull) break
      const piece = cut()
      if (rest.length === 0) ready = piece
      else yield piece
    }
    if (size - ended > maxLineBytes) throw lineTooLong(before + lines + 1, maxLineBytes)
  }
  if (size > ended) lines += 1
  ended = size
  if (size > 0) yield { ...cut(), isLast: true }
  else if (ready !== undefined) yield { ...ready, isLast: true }

  /** Finds where the piece ends in a chunk; takes all of the chunk where it does not. */
  function upToEnd(chunk: Uint8Array): [taken: number, isFull: boolean] {
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) {
      lines += 1
      ended = size + at + 1
      if (ended >= pieceBytes || lines === pieceLines) return [at + 1, true]
    }
    return [chunk.length, false]
  }
}

function lineTooLong(number: number, limit: number): AppError {
  const message = `A line may have at most ${limit} bytes`
  const errors = [{ path: [number - 1], message, code: 'line_too_long' }]
  return new AppError('too_large', `Line ${number} is too long: ${message}.`, { errors })
}
