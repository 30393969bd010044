import { MAX_SEGMENT_BYTES, type Segment } from '../log/segment'
import type { LineColumn, Piece, SegmentSource } from '../parquet/archive-job'
import { USUAL_LINE } from '../parquet/copy-statement'

/** A part is some of a batch's records of one lake partition, by their places among these. */
export interface Part {
  from: number
  to: number
  pieces: Piece[]
  /** Their lines have these columns, in this order. */
  lines: readonly LineColumn[]
  longest: number
  /** The part has at most so many bytes, unpacked. */
  unpacked: number
  isEscaped: boolean
}

/** A placed segment has what is needed to cut it, and tells where its body is. */
export interface Placed extends Pick<Segment, 'count' | 'longest' | 'isEscaped'> {
  source: SegmentSource
  /** Segments whose lines have the same columns have the very same list. */
  lines: readonly LineColumn[]
  /** The segment has exactly so many bytes, unpacked; without it, the most is estimated. */
  unpacked?: number | undefined
}

// A full batch of usual events fits into one file; DuckDB holds 100 MB of it at most. Long lines
// are held several times at once, so that a quarter of it takes as much memory.
const PART_BYTES = 128 * 1024 * 1024
const LONG_PART_BYTES = 32 * 1024 * 1024

const none: Omit<Part, 'from' | 'to' | 'pieces'> = {
  lines: [],
  longest: 0,
  unpacked: 0,
  isEscaped: false,
}

/**
 * Cuts off the records from `from` on that become one file: at least one, at most `limits.records`,
 * and no more bytes than DuckDB may be given at once, unless a single segment has them. The lines
 * of a part have one set of columns.
 */
export function cutPart(
  segments: readonly Placed[],
  from: number,
  limits: { records: number; to: number },
): Part {
  const last = Math.min(limits.to, from + limits.records)
  const part = { ...none, from, to: from, pieces: [] as Piece[] }
  let at = 0
  for (const segment of segments) {
    const { count, longest, isEscaped, source, lines } = segment
    const [begin, end] = [Math.max(0, part.to - at), Math.min(count, last - at)]
    at += count
    if (end <= begin) continue
    const unpacked = part.unpacked + unpackedOf(segment, end - begin)
    const longestYet = Math.max(part.longest, longest)
    const isOther = lines !== part.lines || unpacked > roomFor(longestYet)
    if (part.pieces.length > 0 && isOther) break
    part.lines = lines
    part.pieces.push({ source, count, from: begin, to: end })
    part.to = at - count + end
    part.longest = longestYet
    part.unpacked = unpacked
    part.isEscaped ||= isEscaped
  }
  return part
}

function roomFor(longest: number): number {
  return longest > USUAL_LINE ? LONG_PART_BYTES : PART_BYTES
}

/** Estimates the most bytes: the record that makes a segment larger than it should be closes it. */
function unpackedOf({ count, longest, unpacked }: Placed, records: number): number {
  const all = unpacked ?? Math.min(count * longest, MAX_SEGMENT_BYTES + longest)
  return Math.min(all, records * longest)
}

/** Finds the stretches of `0` to `total` that none of `ranges` has. */
export function gapsOf(total: number, ranges: readonly (readonly [number, number])[]) {
  const gaps: { from: number; to: number }[] = []
  let at = 0
  for (const [from, to] of ranges.toSorted((a, b) => a[0] - b[0])) {
    if (from > at) gaps.push({ from: at, to: Math.min(from, total) })
    at = Math.max(at, to)
  }
  if (at < total) gaps.push({ from: at, to: total })
  return gaps
}
