import type { EventIndex } from './event-index'

/**
 * The events of a block stand beside each other in the log; a search passes over a block at once.
 */
export const BLOCK = 4096

/** The arrays have the span of event times of each full block. */
interface BlockTimes {
  /** So many blocks are known. */
  known: number
  min: Float64Array
  max: Float64Array
}

// The spans take sixteen bytes for 4,096 events; they are made when a query first asks, and go with
// their index.
const known = new WeakMap<EventIndex, BlockTimes>()

/**
 * Finds the span of event times of a block. Events mostly come in the order of their times, so that
 * most queries have nothing to look for in most blocks.
 * @param count how many events of the index are looked at
 */
export function timesOf(
  index: EventIndex,
  block: number,
  count: number,
): [min: number, max: number] {
  const first = block * BLOCK
  // A block that still fills up is open to the future.
  if (first + BLOCK > count) return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  let times = known.get(index)
  if (times === undefined) {
    const blocks = Math.ceil(index.capacity / BLOCK)
    times = { known: 0, min: new Float64Array(blocks), max: new Float64Array(blocks) }
    known.set(index, times)
  }
  while (times.known <= block) measure(index, times, times.known++)
  return [times.min[block]!, times.max[block]!]
}

function measure({ times }: EventIndex, { min, max }: BlockTimes, block: number) {
  let least = Number.POSITIVE_INFINITY
  let most = Number.NEGATIVE_INFINITY
  const end = (block + 1) * BLOCK
  for (let offset = block * BLOCK; offset < end; offset++) {
    const time = times[offset]!
    if (time < least) least = time
    if (time > most) most = time
  }
  min[block] = least
  max[block] = most
}
