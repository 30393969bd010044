import { type Pace, watchBody } from './pace'

/** A body that is read as it comes, for as long as it goes on coming. */
export interface BodyStream {
  chunks(): AsyncGenerator<Uint8Array, void, undefined>
  /** Begins the time anew that the body may take: something of it was dealt with. */
  progressed(): void
  /** All that was read so far; undefined once it was more than is kept, or `forget` was called. */
  beginning(): Uint8Array[] | undefined
  forget(): void
  close(): Promise<void>
}

/**
 * Reads a body part by part, within a time that begins anew with each piece of it.
 * @param keepBytes how much of its beginning is kept
 */
export function streamOf(
  body: ReadableStream<Uint8Array>,
  { pace, keepBytes }: { pace: Pace; keepBytes: number },
): BodyStream {
  const reader = body.getReader()
  let watch = watchBody(pace)
  let size = 0
  let kept: Uint8Array[] | undefined = []
  let keptBytes = 0

  function keep(chunk: Uint8Array) {
    keptBytes += chunk.length
    if (keptBytes > keepBytes) kept = undefined
    kept?.push(chunk)
  }

  return {
    async *chunks() {
      for (;;) {
        const { done, value } = await watch.inTime(reader.read(), size)
        if (done) return
        size += value.byteLength
        keep(value)
        yield value
      }
    },

    progressed() {
      watch = watchBody(pace)
      size = 0
    },

    beginning: () => kept,
    forget() {
      kept = undefined
      keptBytes = Number.POSITIVE_INFINITY
    },
    // A body that was read to its end leaves nothing to cancel.
    close: () => reader.cancel().catch(() => {}),
  }
}
