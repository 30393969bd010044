// The cache holds some sixty segments of usual events, which one page of a query may touch.
const MAX_BYTES = 16 * 1024 * 1024

/**
 * The cache has the segments that were unpacked last, by their position: a page of a query often
 * finds its events close together.
 */
export interface UnpackedSegments {
  get(position: number): Buffer | undefined
  add(position: number, bytes: Buffer): void
  forget(position: number): void
}

export function createUnpackedSegments(): UnpackedSegments {
  const held = new Map<number, Buffer>()
  let size = 0
  return {
    get: (position) => held.get(position),
    add(position, bytes) {
      held.set(position, bytes)
      size += bytes.length
      for (const [oldest, { length }] of held) {
        if (size <= MAX_BYTES) break
        held.delete(oldest)
        size -= length
      }
    },
    forget(position) {
      size -= held.get(position)?.length ?? 0
      held.delete(position)
    },
  }
}
