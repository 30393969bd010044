import type { Position } from './generation'
import { unzipped } from './segment'

// The cache holds what four pages at a time have under way or unread, sixteen megabytes of usual events; small frames are
// no more, since they are gone through to find one.
const MAX_BYTES = 16 * 1024 * 1024
const MAX_FRAMES = 128

// So many are unpacked on other threads at a time, for all readers together, and none that is larger:
// four megabytes of usual events, sixteen at most.
const MAX_UNDER_WAY = 32
export const MAX_SOON_BYTES = 512 * 1024

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
  /** It stands in memory that was read for this frame alone. */
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
   * Unpacks frames together on another thread, if there is room; it takes their packed bytes. Whoever reads them then has to look whether they
   * are here: they are not when one is damaged, or something was forgotten meanwhile.
   */
  unpackSoon(frames: readonly PackedFrame[]): Promise<void> | undefined
  /** Tells of the frame of a position that it is being unpacked. */
  underWay(position: Position): Promise<void> | undefined
  /** Forgets the frames of a stretch. */
  forget(position: Position, count: number): void
}

/**
 * Gives back memory that nobody reads any more, rather than when the engine collects it: what comes next has the same then,
 * and not memory that the system has to give and to clear, which takes a third of unpacking.
 */
function giveBack({ buffer }: Uint8Array) {
  if (buffer instanceof ArrayBuffer) buffer.transfer(0)
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
    // Whoever asked for the latest has not read it yet.
    while (held.length > 1 && (size > MAX_BYTES || held.length > MAX_FRAMES)) dropFirst()
    return frame
  }

  function dropFirst() {
    const { bytes } = held.shift()!
    size -= bytes.length
    // Frames that were unpacked together have one buffer, and stand together here as well.
    if (held[0]?.bytes.buffer !== bytes.buffer) giveBack(bytes)
  }

  return {
    holding: (position) => held.findLast((frame) => holds(frame, position)),

    unpack(frame) {
      const bytes = unzipped(frame.packed)
      return bytes && add(frame, bytes)
    },

    unpackSoon(frames) {
      const size = frames.reduce(
        (sum, { unpacked = Number.POSITIVE_INFINITY }) => sum + unpacked,
        0,
      )
      if (underWay.size + frames.length > MAX_UNDER_WAY || size > MAX_SOON_BYTES) return undefined
      const before = forgotten
      // Frames that stand one after the other are unpacked as one.
      const together = Buffer.concat(frames.map(({ packed }) => packed))
      for (const { packed } of frames) giveBack(packed)
      const work = Bun.zstdDecompress(together)
        .then((bytes) => {
          giveBack(together)
          if (forgotten !== before) return
          let from = 0
          for (const frame of frames) {
            const end = from + frame.unpacked!
            add(frame, bytes.subarray(from, end))
            from = end
          }
        })
        // Whoever reads them unpacks them again, and tells of the damage.
        .catch(() => {})
        .finally(() => {
          for (const frame of frames) underWay.delete(frame)
        })
      for (const frame of frames) underWay.set(frame, work)
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
