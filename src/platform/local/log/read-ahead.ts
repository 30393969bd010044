import type { Generation, Position } from './generation'
import { MAX_SOON_BYTES, type PackedFrame, type UnpackedFrames } from './unpacked-frames'

/**
 * A reader has the frames of so many places unpacked at a time, while it reads those of so many
 * before: beside senders each wait is for a turn of the event loop, and a page of a hundred takes
 * seven.
 */
export const AHEAD = 16

// Four of usual events are half a megabyte; sixteen places are four groups then, for as many threads.
const GROUP = 4

// Unpacking so few here takes less than waiting for other threads.
const FEW = 3

interface Parts {
  generationAt(position: Position): Generation | undefined
  unpacked: UnpackedFrames
}

/** Has the frames of some places unpacked. @returns undefined when there is nothing to wait for */
export type ReadAhead = (places: readonly Position[]) => Promise<unknown> | undefined

export function createReadAhead({ generationAt, unpacked }: Parts): ReadAhead {
  return function readAhead(places) {
    const expected = new Set<Promise<void>>()
    const missing: PackedFrame[] = []
    for (const place of places) {
      if (unpacked.holding(place)) continue
      const underWay = unpacked.underWay(place)
      if (underWay) expected.add(underWay)
      else if (!missing.some((frame) => isIn(frame, place))) {
        const generation = generationAt(place)
        const frame = generation?.frameOf(place - generation.base)
        if (frame) missing.push(frame)
      }
    }
    if (missing.length <= FEW) for (const frame of missing) unpacked.unpack(frame)
    else
      for (const frames of together(missing)) {
        const underWay = unpacked.unpackSoon(frames)
        if (underWay) expected.add(underWay)
      }
    return expected.size === 0 ? undefined : Promise.all(expected)
  }
}

/** Cuts frames into groups, each of which is one errand for another thread: to send and to await one takes 20 µs. */
function* together(frames: readonly PackedFrame[]): Generator<PackedFrame[]> {
  let group: PackedFrame[] = []
  let size = 0
  for (const frame of frames) {
    const { unpacked = MAX_SOON_BYTES } = frame
    if (group.length > 0 && (group.length === GROUP || size + unpacked > MAX_SOON_BYTES)) {
      yield group
      group = []
      size = 0
    }
    group.push(frame)
    size += unpacked
  }
  if (group.length > 0) yield group
}

const isIn = ({ position, count }: PackedFrame, place: Position) =>
  place >= position && place < position + count

/**
 * Has the frames of a list of places unpacked ahead of whoever goes through it.
 * @returns what to call before the place at `at` is read, with what to wait for, if there is anything
 */
export function readingAhead({ readAhead }: { readAhead: ReadAhead }, places: readonly Position[]) {
  let next = readAhead(places.slice(0, AHEAD))
  return function beforeReading(at: number): Promise<unknown> | undefined {
    if (at % AHEAD !== 0) return undefined
    const current = next
    next = readAhead(places.slice(at + AHEAD, at + 2 * AHEAD))
    return current
  }
}
