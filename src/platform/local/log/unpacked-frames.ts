import type { Position } from './generation'
import { unzipped } from './segment'

// The cache holds some hundred frames of usual events; small ones are no more, since they are gone
// through to find one.
const MAX_BYTES = 16 * 1024 * 1024
const MAX_FRAMES = 256

// So many are unpacked on other threads at a time, for all readers together, and none that is larger:
// four megabytes of usual events, sixteen at most.
const MAX_UNDER_WAY = 32
const MAX_SOON_BYTES = 512 * 1024

/** Records that stand one after the other. */
interface Stretch {
  position: Position
  count: number
}

/** The lines of a stretch. */
export interface UnpackedFrame extends Stretch {
  bytes: Buffer
}

export interface PackedFrame extends Stretch {
  packed: Uint8Array
  /** It has so many bytes unpacked, if it says so itself. */
  unpacked: number | undefined
}

/**
 * The cache has the frames that were unpacked last: a page of a query often finds its events close
 * together, or has them unpacked ahead (`read-ahead.ts`).
 */
export interface UnpackedFrames {
  holding(position: Position): UnpackedFrame | undefined
  /** Unpacks a frame, and keeps it. @returns undefined when it is damaged */
  unpack(frame: PackedFrame): UnpackedFrame | undefined
  /**
   * Unpacks a frame on another thread, if there is room. Whoever reads it then has to look whether it
   * is here: it is not when it is damaged, or was forgotten meanwhile.
   */
  unpackSoon(frame: PackedFrame): Promise<void> | undefined
  /** Tells of the frame of a position that it is being unpacked. */
  underWay(position: Position): Promise<void> | undefined
  /** Forgets the frames of a stretch. */
  forget(position: Position, count: number): void
}

const holds = ({ position, count }: Stretch, at: Position) =>
  at >= position && at < position + count

export function createUnpackedFrames(): UnpackedFrames {
  let held: UnpackedFrame[] = []
  let size = 0
  const underWay = new Map<Stretch, Promise<void>>()
  /** Something was forgotten so often: what was being unpacked then may be as it was before. */
  let forgotten = 0

  function add({ position, count }: PackedFrame, bytes: Buffer): UnpackedFrame {
    const frame = { position, count, bytes }
    held.push(frame)
    size += bytes.length
    while (size > MAX_BYTES || held.length > MAX_FRAMES) size -= held.shift()!.bytes.length
    return frame
  }

  return {
    holding: (position) => held.findLast((frame) => holds(frame, position)),

    unpack(frame) {
      const bytes = unzipped(frame.packed)
      return bytes && add(frame, bytes)
    },

    unpackSoon(frame) {
      const { packed, unpacked = Number.POSITIVE_INFINITY } = frame
      if (underWay.size >= MAX_UNDER_WAY || unpacked > MAX_SOON_BYTES) return undefined
      const before = forgotten
      const work = Bun.zstdDecompress(packed)
        .then((bytes) => {
          if (forgotten === before) add(frame, bytes)
        })
        // Whoever reads it unpacks it again, and tells of the damage.
        .catch(() => {})
        .finally(() => underWay.delete(frame))
      underWay.set(frame, work)
      return work
    },

    underWay(position) {
      for (const [frame, work] of underWay) if (holds(frame, position)) return work
      return undefined
    },

    forget(position, count) {
      forgotten += 1
      const isOther = (one: Stretch) =>
        one.position >= position + count || one.position + one.count <= position
      held = held.filter(isOther)
      size = held.reduce((sum, { bytes }) => sum + bytes.length, 0)
    },
  }
}
