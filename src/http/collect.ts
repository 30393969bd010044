import type { Lease } from '../memory/budget'
import { inTurn } from '../syntax/steps'
import { UNREAD_BYTES } from './lease'
import { type Pace, watchBody } from './pace'

interface Needs {
  lease: Lease
  pace: Pace
  /** Bytes. */
  limit: number
  /** As the header says; undefined when it says nothing. */
  length: number | undefined
  /** How much the lease has room for already. */
  room: number
}

/**
 * Reads a body part by part; where its length is not known, room is made for it as it comes.
 * @returns undefined when it is larger than `limit`
 * @throws {AppError} `timeout`, `busy`, `invalid_request` when the connection ends first
 */
export async function collect(
  stream: ReadableStream<Uint8Array>,
  { lease, pace, limit, length, room: first }: Needs,
): Promise<Uint8Array | undefined> {
  const watch = watchBody(pace)
  const reader = stream.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  let room = first
  try {
    for (;;) {
      const { done, value } = await watch.inTime(reader.read(), size)
      if (done) return inTurn(() => Buffer.concat(chunks, size))
      size += value.byteLength
      if (size > limit) return undefined
      chunks.push(value)
      if (size > room) {
        // Twice as much each time, so that a large body asks a few times only.
        const more = Math.min(Math.max(room, size - room), limit - room)
        const coming = Math.min((length ?? limit) - size, UNREAD_BYTES)
        await watch.paused(lease.grow(more, coming))
        room += more
      }
    }
  } finally {
    // A body that was read to its end leaves nothing to cancel.
    await reader.cancel().catch(() => {})
  }
}
