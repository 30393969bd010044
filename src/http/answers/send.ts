import type { AppContext } from '../context'
import { parted } from './parts'
import type { Hold } from './room'

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
