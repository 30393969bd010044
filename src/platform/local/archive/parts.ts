import { MAX_SEGMENT_BYTES, type Segment } from '../log/segment'
import type { LineColumn, Piece, SegmentSource } from '../parquet/archive-job'
import { USUAL_LINE } from '../parquet/copy-statement'

/** Some of a batch's records of one lake partition, by their places among these. */
export interface Part {
  from: number
  to: number
  pieces: Piece[]
  /** The columns of their lines, in their order. */
  lines: readonly LineColumn[]
  longest: number
  /** All of it at most, in bytes, unpacked. */
  unpacked: number
  isEscaped: boolean
}

/** What is to be known of a segment to cut it, and where its body is. */
export interface Placed extends Pick<Segment, 'count' | 'longest' | 'isEscaped'> {
  source: SegmentSource
  /** The very same list for segments whose lines have the same columns. */
  lines: readonly LineColumn[]
  /** How many bytes it has exactly, unpacked; without it, the most that it may have is reckoned. */
  unpacked?: number | undefined
}

// Large enough that a full batch of usual events is one file; DuckDB holds 100 MB of it at most. Long
// lines are held several times at once, so a quarter of that takes it as much.
const PART_BYTES = 128 * 1024 * 1024
const LONG_PART_BYTES = 32 * 1024 * 1024

const none: Omit<Part, 'from' | 'to' | 'pieces'> = {
  lines: [],
  longest: 0,
  unpacked: 0,
  isEscaped: false,
}

/**
 * Cuts off the records from `from` on that are one file: at least one, at most `limits.records`, and
 * no more bytes than DuckDB may be given at once, unless a single segment has them. Its lines have one
 * set of columns.
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

/** At most so many bytes: a segment is closed by the record that makes it larger than it should be. */
function unpackedOf({ count, longest, unpacked }: Placed, records: number): number {
  const all = unpacked ?? Math.min(count * longest, MAX_SEGMENT_BYTES + longest)
  return Math.min(all, records * longest)
}

/** The stretches of `0` to `total` that none of `ranges` has. */
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
