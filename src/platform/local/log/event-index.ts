import { type HashedColumn, hashedColumns, type IndexEntry } from './event-keys'

/**
 * The index of one generation of the log has what must be known of an event without unpacking its
 * segment, as flat columns by offset. It is in memory while the generation grows; it is written
 * once when that is sealed, and then only its filter is in memory, and what is asked for is mapped.
 */
export interface EventIndex {
  count: number
  capacity: number
  minTime: number
  maxTime: number
  /** The last of its events expires at this time, ms since 1970. */
  maxExpires: number
  ids: BigUint64Array
  /** The column has what stands for the content of each, as `contentOf` makes it. */
  contents: BigUint64Array
  /** The column has `eventTime`, ms since 1970. */
  times: Float64Array
  hashes: Record<HashedColumn, Uint32Array>
  /** The slots are open addressing over `ids`: offset + 1, or 0 for free. */
  slots: Uint32Array
  /** The Bloom filter over `ids` is blocked: one cache line answers most look-ups of new ids. */
  bloom: Uint32Array
  /** Reads single values where the columns are in a file: looking up an id would map all of them. */
  single?: { slot(at: number): number; id(offset: number): bigint; content(offset: number): bigint }
}

const BLOCK_WORDS = 16 // one cache line, 512 bits
export const BITS_PER_EVENT = 16
const PROBES = 6 // with 16 bits an event: about 0.2 % of new ids need a second look

export function createIndex(capacity: number): EventIndex {
  const hashes = {} as Record<HashedColumn, Uint32Array>
  for (const column of hashedColumns) hashes[column] = new Uint32Array(capacity)
  return {
    count: 0,
    capacity,
    minTime: Number.POSITIVE_INFINITY,
    maxTime: Number.NEGATIVE_INFINITY,
    maxExpires: 0,
    ids: new BigUint64Array(capacity),
    contents: new BigUint64Array(capacity),
    times: new Float64Array(capacity),
    hashes,
    slots: new Uint32Array(capacity * 2),
    bloom: new Uint32Array((capacity * BITS_PER_EVENT) / 32),
  }
}

/** Looks up an id. @returns its offset, or -1; that of a hidden entry is found as well */
export function findId(index: EventIndex, id: bigint): number {
  const low = Number(BigInt.asUintN(32, id))
  const high = Number(id >> 32n)
  if (!probe(index.bloom, low, high, false)) return -1
  const { single } = index
  const mask = index.capacity * 2 - 1
  for (let slot = low & mask; ; slot = (slot + 1) & mask) {
    const offset = (single ? single.slot(slot) : index.slots[slot]!) - 1
    if (offset < 0) return -1
    if ((single ? single.id(offset) : index.ids[offset]) === id) return offset
  }
}

/** Reads what stands for the content of an event. */
export function contentAt(index: EventIndex, offset: number): bigint {
  return index.single?.content(offset) ?? index.contents[offset]!
}

export function addEntry(index: EventIndex, entry: IndexEntry): number {
  const offset = index.count++
  index.ids[offset] = entry.id
  index.contents[offset] = entry.content
  index.times[offset] = entry.time
  for (const column of hashedColumns) index.hashes[column][offset] = entry.hashes[column]
  if (entry.time < index.minTime) index.minTime = entry.time
  if (entry.time > index.maxTime) index.maxTime = entry.time
  if (entry.expires > index.maxExpires) index.maxExpires = entry.expires
  const low = Number(BigInt.asUintN(32, entry.id))
  probe(index.bloom, low, Number(entry.id >> 32n), true)
  const mask = index.slots.length - 1
  let slot = low & mask
  while (index.slots[slot] !== 0) slot = (slot + 1) & mask
  index.slots[slot] = offset + 1
  return offset
}

/**
 * Puts another entry in the place of one. It is not found by its id, and neither is the former; the
 * chain of slots goes on past it, and what is left in the filter and the bounds costs a look at
 * most.
 */
export function replaceEntry(index: EventIndex, offset: number, entry: IndexEntry) {
  index.ids[offset] = entry.id
  index.contents[offset] = entry.content
  index.times[offset] = entry.time
  for (const column of hashedColumns) index.hashes[column][offset] = entry.hashes[column]
}

/** Where an index ends, and the bounds of what is in it. */
export type IndexEnd = Pick<EventIndex, 'count' | 'minTime' | 'maxTime' | 'maxExpires'>

export function endOf({ count, minTime, maxTime, maxExpires }: EventIndex): IndexEnd {
  return { count, minTime, maxTime, maxExpires }
}

/**
 * Removes the newest entries, after a commit that failed or a call that is withheld. It goes newest
 * first, so that no chain of slots is cut; the filter stays as it is, which costs a look and no
 * answer. The bounds go back as well: with the expiry of what is not there, a generation would stay
 * for as long.
 */
export function truncate(index: EventIndex, { count, ...bounds }: IndexEnd) {
  const mask = index.slots.length - 1
  while (index.count > count) {
    const offset = --index.count
    let slot = Number(BigInt.asUintN(32, index.ids[offset]!)) & mask
    while (index.slots[slot] !== offset + 1) slot = (slot + 1) & mask
    index.slots[slot] = 0
  }
  Object.assign(index, bounds)
}

/** Hides the newest entries from whoever reads up to `count`, until what they stand for is `written`. */
export async function hiddenFrom(index: EventIndex, offset: number, written: Promise<void>) {
  const { count } = index
  index.count = offset
  try {
    await written
  } finally {
    index.count = count
  }
}

function probe(bloom: Uint32Array, low: number, high: number, set: boolean): boolean {
  const block = (high & (bloom.length / BLOCK_WORDS - 1)) * BLOCK_WORDS
  const step = (high >>> 16) | 1
  for (let i = 0, bit = low >>> 8; i < PROBES; i++, bit += step) {
    const word = block + ((bit >>> 5) & (BLOCK_WORDS - 1))
    const flag = 1 << (bit & 31)
    if (set) bloom[word]! |= flag
    else if ((bloom[word]! & flag) === 0) return false
  }
  return true
}

/** Copies an index that was cut to its size into one with room for more. */
export function growIndex(mapped: EventIndex, capacity: number): EventIndex {
  const index = createIndex(capacity)
  const { ids, times, contents, hashes, slots, bloom } = mapped
  Object.assign(index, endOf(mapped))
  index.ids.set(ids)
  index.times.set(times)
  index.contents.set(contents)
  index.slots.set(slots)
  index.bloom.set(bloom)
  for (const column of hashedColumns) index.hashes[column].set(hashes[column])
  return index
}
