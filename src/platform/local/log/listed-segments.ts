import { setImmediate } from 'node:timers/promises'
import type { Position } from './generation'
import type { Extent, FiledSegment } from './segment-file'

type List = (position: Position, atMost: Extent) => FiledSegment[]

/** Segments that were listed last, so that of several who follow the log the first alone asks SQLite. */
export interface ListedSegments {
  /** Lists segments as the log does (`EventLog.segmentsFrom`). */
  from: List
  /** Forgets all of them, since some have changed or are no longer there. */
  clear(): void
}

// At a third of a kilobyte each, they are as many as come in ten seconds of heavy traffic.
const MOST = 1024

/**
 * @param list asks SQLite, and gives segments of one generation alone
 * @param end tells where the log ends
 */
export function createListedSegments(list: List, end: () => Position): ListedSegments {
  /** They are in order, and between two of them the log has nothing that can be read. */
  let listed: FiledSegment[] = []

  /** Finds the first segment that ends behind a position. */
  function placeOf(position: Position): number {
    let [low, high] = [0, listed.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (endOf(listed[middle]!) <= position) low = middle + 1
      else high = middle
    }
    return low
  }

  function keep(found: readonly FiledSegment[]) {
    for (const segment of found) listed.push(segment)
    if (listed.length > 2 * MOST) listed = listed.slice(-MOST)
  }

  return {
    from(position, atMost) {
      const isHeld = listed.length > 0 && position >= listed[0]!.position
      if (!isHeld || position > endOf(listed.at(-1)!)) {
        const found = list(position, atMost)
        // Whoever is far behind the others does not push out what they are about to ask for.
        if (isHeld || listed.length === 0) {
          listed = []
          keep(found)
        }
        return found
      }
      const found: FiledSegment[] = []
      let { records, bytes } = atMost
      for (let at = placeOf(position); records > 0 && bytes > 0; at += 1) {
        if (at === listed.length) {
          const next = endOf(listed.at(-1)!)
          const more = next < end() ? list(next, { records, bytes }) : []
          keep(more)
          at = listed.length - more.length
          if (more.length === 0) break
        }
        const segment = listed[at]!
        if (found.length > 0 && segment.file !== found[0]!.file) break
        found.push(segment)
        records -= segment.count
        bytes -= segment.unpacked
      }
      return found
    },

    clear() {
      listed = []
    },
  }
}

const endOf = ({ position, count }: FiledSegment): Position => position + count

// Each may be a segment of its own, of which a millisecond lists some 500.
const SLICE_RECORDS = 1024

/** Lists segments of one file, without a gap, some at a time: requests go between. */
export async function listInSlices(
  list: List,
  position: Position,
  { records, bytes }: Extent,
): Promise<FiledSegment[]> {
  const found: FiledSegment[] = []
  let [from, left] = [position, { records, bytes }]
  for (;;) {
    const asked = Math.min(left.records, SLICE_RECORDS)
    const slice = list(from, { ...left, records: asked })
    const [first, last] = [slice[0], slice.at(-1)]
    if (first === undefined || last === undefined) return found
    const isNext = first.position === from && first.file === found[0]?.file
    if (found.length > 0 && !isNext) return found
    found.push(...slice)
    const listed = slice.reduce((sum, { count }) => sum + count, 0)
    const unpacked = slice.reduce((sum, segment) => sum + segment.unpacked, 0)
    left = { records: left.records - listed, bytes: left.bytes - unpacked }
    if (listed < asked || left.records <= 0 || left.bytes <= 0) return found
    from = last.position + last.count
    await setImmediate()
  }
}
