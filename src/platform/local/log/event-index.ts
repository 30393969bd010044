import { statSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { PRIVATE_FILE } from '../private-files'
import { type HashedColumn, hashedColumns, type IndexEntry } from './event-keys'

/**
 * The index of one generation of the log: what must be known of an event without unpacking its
 * segment, as flat columns by offset. In memory while the generation grows; written once when it is
 * sealed and mapped from the file from then on, so that it costs page cache, not heap.
 */
export interface EventIndex {
  count: number
  capacity: number
  minTime: number
  maxTime: number
  /** When the last of its events expires, ms since 1970. */
  maxExpires: number
  ids: BigUint64Array
  contents: Uint32Array
  /** `eventTime`, ms since 1970. */
  times: Float64Array
  hashes: Record<HashedColumn, Uint32Array>
  /** Open addressing over `ids`: offset + 1, or 0 for free. */
  slots: Uint32Array
  /** Blocked Bloom filter over `ids`. Answers most look-ups of new ids with one cache line. */
  bloom: Uint32Array
}

const BLOCK_WORDS = 16 // one cache line, 512 bits
const BITS_PER_EVENT = 16
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
    contents: new Uint32Array(capacity),
    times: new Float64Array(capacity),
    hashes,
    slots: new Uint32Array(capacity * 2),
    bloom: new Uint32Array((capacity * BITS_PER_EVENT) / 32),
  }
}

/** @returns the offset of the id, or -1 */
export function findId(index: EventIndex, id: bigint): number {
  const low = Number(BigInt.asUintN(32, id))
  const high = Number(id >> 32n)
  if (!probe(index.bloom, low, high, false)) return -1
  const mask = index.slots.length - 1
  for (let slot = low & mask; ; slot = (slot + 1) & mask) {
    const offset = index.slots[slot]! - 1
    if (offset < 0) return -1
    if (index.ids[offset] === id) return offset
  }
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
 * Forgets the newest entries, after a commit that failed. Newest first, so that no chain of slots is
 * cut; the filter and the time bounds keep what they learned, which costs a look and no answer.
 */
export function truncate(index: EventIndex, count: number) {
  const mask = index.slots.length - 1
  while (index.count > count) {
    const offset = --index.count
    let slot = Number(BigInt.asUintN(32, index.ids[offset]!)) & mask
    while (index.slots[slot] !== offset + 1) slot = (slot + 1) & mask
    index.slots[slot] = 0
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

/** A copy with room for more, of an index that was cut to its size. */
export function growIndex(mapped: EventIndex, capacity: number): EventIndex {
  const index = createIndex(capacity)
  const { ids, times, contents, hashes, slots, bloom, ...bounds } = mapped
  Object.assign(index, bounds)
  index.ids.set(ids)
  index.times.set(times)
  index.contents.set(contents)
  index.slots.set(slots)
  index.bloom.set(bloom)
  for (const column of hashedColumns) index.hashes[column].set(hashes[column])
  return index
}

const HEADER_BYTES = 64

/** Every column in the order of the file, cut to what is used. */
function columnsOf(index: EventIndex) {
  const used = [index.ids, index.times, index.contents, ...Object.values(index.hashes)]
  return [...used.map((column) => column.subarray(0, index.count)), index.slots, index.bloom]
}

/** Writes the index beside its generation; the file appears whole or not at all. */
export async function saveIndex(index: EventIndex, file: string) {
  const { count, capacity, minTime, maxTime, maxExpires } = index
  const header = new Float64Array(HEADER_BYTES / 8)
  header.set([count, capacity, minTime, maxTime, maxExpires])
  await using handle = await open(`${file}.new`, 'w', PRIVATE_FILE)
  for (const part of [header, ...columnsOf(index)]) {
    await handle.write(new Uint8Array(part.buffer, part.byteOffset, part.byteLength))
  }
  await handle.sync()
  await rename(`${file}.new`, file)
}

/** @returns undefined when the file is cut short; the caller then rebuilds it from the log */
export function mapIndex(file: string): EventIndex | undefined {
  if (statSync(file).size < HEADER_BYTES) return undefined
  const { buffer, byteLength } = Bun.mmap(file)
  const header = [...new Float64Array(buffer, 0, 5)]
  const [count = 0, capacity = 0, minTime = 0, maxTime = 0, maxExpires = 0] = header
  const words = 1 + hashedColumns.length
  const slotBytes = capacity * 8
  const bloomBytes = (capacity * BITS_PER_EVENT) / 8
  if (byteLength !== HEADER_BYTES + count * (16 + words * 4) + slotBytes + bloomBytes)
    return undefined

  let at = HEADER_BYTES
  // The columns of 8 bytes come first, so that every column is aligned in the map.
  const take = <T>(bytes: number, make: (offset: number) => T): T => {
    at += bytes
    return make(at - bytes)
  }
  const words32 = (length: number) =>
    take(length * 4, (offset) => new Uint32Array(buffer, offset, length))
  const ids = take(count * 8, (offset) => new BigUint64Array(buffer, offset, count))
  const times = take(count * 8, (offset) => new Float64Array(buffer, offset, count))
  const contents = words32(count)
  const hashes = {} as Record<HashedColumn, Uint32Array>
  for (const column of hashedColumns) hashes[column] = words32(count)
  const slots = words32(capacity * 2)
  const bloom = words32((capacity * BITS_PER_EVENT) / 32)
  const bounds = { count, capacity, minTime, maxTime, maxExpires }
  return { ...bounds, ids, times, contents, hashes, slots, bloom }
}
