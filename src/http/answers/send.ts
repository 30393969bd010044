import type { AppContext } from '../context'
import type { Hold } from './room'

// What is smaller goes to the connection in one piece, which holds as much by itself.
const PIECE = 64 * 1024
// Who takes four megabytes in a minute reads 70 KB a second; who does not, holds what others wait for.
const MAX_SENDING_MS = 60_000

/**
 * Sends JSON piece by piece, each when the one before is taken, and holds its room until then. Whatever
 * can fail has to have happened before: an answer that has begun ends whole, or is cut off.
 */
export function sendPieces(c: AppContext, pieces: Iterable<string>, hold: Hold): Response {
  c.header('Content-Type', 'application/json')
  c.header('Cache-Control', 'no-store')
  const parts = parted(pieces)
  const first = parts.next()
  const second = parts.next()
  if (second.done || c.req.method === 'HEAD') {
    hold.release()
    return c.body(first.value ?? '')
  }
  return c.body(streamOf([first.value!, second.value], parts, hold))
}

function streamOf(begun: string[], parts: Iterator<string>, hold: Hold) {
  const encoder = new TextEncoder()
  let timer: ReturnType<typeof setTimeout> | undefined
  function end() {
    clearTimeout(timer)
    hold.release()
  }
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        timer = setTimeout(() => {
          end()
          // The connection is cut: half an answer must not look like a whole one.
          controller.error(new Error('the answer was not taken in time'))
        }, MAX_SENDING_MS)
        // A stop does not wait for a reader that does not read.
        timer.unref?.()
      },
      pull(controller) {
        const part = begun.shift() ?? parts.next().value
        if (part === undefined) {
          end()
          controller.close()
        } else controller.enqueue(encoder.encode(part))
      },
      cancel: end,
    },
    // Nothing is made ahead of what the connection asks for.
    { highWaterMark: 0 },
  )
}

/** The same text in parts of about one size. */
function* parted(pieces: Iterable<string>): Generator<string, undefined> {
  let part = ''
  for (const piece of pieces) {
    if (part.length + piece.length <= PIECE) {
      part += piece
      continue
    }
    if (part !== '') yield part
    part = ''
    for (const one of partsOf(piece)) {
      if (part !== '') yield part
      part = one
    }
  }
  if (part !== '') yield part
  return undefined
}

/** A long text in parts, none of which ends within a character. */
export function* partsOf(text: string): Generator<string, undefined> {
  for (let from = 0; from < text.length; ) {
    const end = Math.min(from + PIECE, text.length)
    const unit = text.charCodeAt(end - 1)
    const isHighSurrogate = unit >= 0xd800 && unit <= 0xdbff
    const to = isHighSurrogate && end < text.length ? end - 1 : end
    yield text.slice(from, to)
    from = to
  }
  return undefined
}
