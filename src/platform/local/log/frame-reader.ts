import { frameAt } from './frames'
import { lineAt } from './segment'
import type { ReadSegment } from './segment-file'
import type { PackedFrame, UnpackedFrames } from './unpacked-frames'

interface Parts {
  /** The first offset has this position in the whole log. */
  base: number
  /** Finds the segment of an offset, and reads it. @returns undefined when nobody can say which */
  reading(offset: number): ReadSegment | undefined
  unpacked: UnpackedFrames
  noteDamage(first: number, count: number): void
}

/** Reads single lines of a generation, and unpacks no more of a segment than the frame of the line. */
export function createFrameReader({ base, reading, unpacked, noteDamage }: Parts) {
  function find(offset: number): { segment: ReadSegment; frame?: PackedFrame } | undefined {
    const segment = reading(offset)
    if (segment?.body === undefined) return segment && { segment }
    const { body, count: lines } = segment
    const { first, count, packed, unpacked } = frameAt(body, lines, offset - segment.first)
    return { segment, frame: { position: base + segment.first + first, count, packed, unpacked } }
  }

  return {
    /** Finds the frame of an offset. @returns undefined when it is damaged */
    frameOf: (offset: number): PackedFrame | undefined => find(offset)?.frame,

    /** Reads a line. @returns undefined when it is damaged */
    line(offset: number): string | undefined {
      const position = base + offset
      const held = unpacked.holding(position)
      if (held) return lineAt(held.bytes, position - held.position)
      const found = find(offset)
      const frame = found?.frame && unpacked.unpack(found.frame)
      if (frame) return lineAt(frame.bytes, position - frame.position)
      if (found) noteDamage(found.segment.first, found.segment.count)
      return undefined
    },
  }
}
