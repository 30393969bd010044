import type { AppContext } from '../context'
import { parted } from './parts'
import type { Hold } from './room'

// Who takes four megabytes in a minute reads 70 KB a second; who does not, holds what others wait for.
const MAX_SENDING_MS = 60_000

/**
 * Sends JSON, or another type, piece by piece, each when the one before is taken, and holds its room
 * until then. Whatever can fail has to have happened before: an answer that has begun ends whole, or
 * is cut off.
 */
export function sendPieces(
  c: AppContext,
  pieces: Iterable<string | Uint8Array>,
  hold: Hold,
  contentType = 'application/json',
): Response {
  c.header('Content-Type', contentType)
  c.header('Cache-Control', 'no-store')
  const parts = parted(pieces)
  const first = parts.next()
  const second = parts.next()
  if (second.done || c.req.method === 'HEAD') {
    hold.release()
    return c.body(first.value === undefined ? '' : bodyOf(first.value))
  }
  return c.body(streamOf([first.value!, second.value], parts, hold))
}

const encoder = new TextEncoder()

const bodyOf = (part: string | Uint8Array) =>
  typeof part === 'string' ? part : new Uint8Array(part)

function streamOf(
  begun: (string | Uint8Array)[],
  parts: Iterator<string | Uint8Array>,
  hold: Hold,
) {
  let timer: ReturnType<typeof setTimeout> | undefined
  function end() {
    clearTimeout(timer)
    hold.release()
  }
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        function cut() {
          end()
          // With the connection: half an answer must not look like a whole one.
          controller.error(new Error('the answer was not taken in time'))
        }
        timer = setTimeout(cut, MAX_SENDING_MS)
        // A stop does not wait for a reader that does not read.
        timer.unref?.()
        hold.sending(cut)
      },
      pull(controller) {
        hold.taken()
        const part = begun.shift() ?? parts.next().value
        if (part === undefined) {
          end()
          controller.close()
        } else controller.enqueue(typeof part === 'string' ? encoder.encode(part) : part)
      },
      cancel: end,
    },
    // Nothing is made ahead of what the connection asks for.
    { highWaterMark: 0 },
  )
}
