import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { PRIVATE_FILE } from '../private-files'
import { BITS_PER_EVENT, type EventIndex } from './event-index'
import { type HashedColumn, hashedColumns } from './event-keys'

// The file begins with "NIX" and the number of its form. One of another form is built anew from the
// log.
const FORM = 0x4e495803
const HEADER_BYTES = 64

type Bounds = Pick<EventIndex, 'count' | 'capacity' | 'minTime' | 'maxTime' | 'maxExpires'>

function headerOf({ count, capacity, minTime, maxTime, maxExpires }: Bounds, checksum: number) {
  const header = new Float64Array(HEADER_BYTES / 8)
  header.set([FORM, count, capacity, minTime, maxTime, maxExpires, checksum])
  return header
}

/** Lists every column in the order of the file, cut to what is used. */
function columnsOf(index: EventIndex) {
  const used = [index.ids, index.times, index.contents, ...Object.values(index.hashes)]
  return [...used.map((column) => column.subarray(0, index.count)), index.slots, index.bloom]
}

/**
 * Tells how many bytes each column takes. Those of 8 bytes an event come first, so that all are
 * aligned.
 */
function columnBytes({ count, capacity }: Bounds): number[] {
  const hashes = hashedColumns.map(() => count * 4)
  return [count * 8, count * 8, count * 8, ...hashes, capacity * 8, (capacity * BITS_PER_EVENT) / 8]
}

const bytesOf = (part: ArrayBufferView) =>
  new Uint8Array(part.buffer, part.byteOffset, part.byteLength)

/** The checksum runs over all parts, one after the other. It is to find damage, not malice. */
const sum = (part: ArrayBufferView, before: number) => Bun.hash.xxHash32(bytesOf(part), before)

/** Writes the index beside its generation; the file appears whole or not at all. */
export async function saveIndex(index: EventIndex, file: string) {
  const columns = columnsOf(index)
  const checksum = [headerOf(index, 0), ...columns].reduce((before, part) => sum(part, before), 0)
  const unfinished = `${file}.new`
  try {
    await using handle = await open(unfinished, 'w', PRIVATE_FILE)
    for (const part of [headerOf(index, checksum), ...columns]) await handle.write(bytesOf(part))
    await handle.sync()
    await rename(unfinished, file)
  } catch (error) {
    // On a full disk the unfinished file would hold the room that others wait for.
    await rm(unfinished, { force: true })
    throw error
  }
}

/**
 * Maps the index from its file, so that it costs page cache and not heap.
 * @returns undefined when the file is missing, of another form or damaged; the caller then builds it
 * from the log
 */
export function mapIndex(file: string): EventIndex | undefined {
  const bounds = existsSync(file) ? readIntact(file) : undefined
  if (bounds === undefined) return undefined
  const { count, capacity } = bounds
  const { buffer } = Bun.mmap(file)
  let at = HEADER_BYTES
  const take = (bytes: number) => {
    at += bytes
    return at - bytes
  }
  const words = (length: number) => new Uint32Array(buffer, take(length * 4), length)
  const ids = new BigUint64Array(buffer, take(count * 8), count)
  const times = new Float64Array(buffer, take(count * 8), count)
  const contents = new BigUint64Array(buffer, take(count * 8), count)
  const hashes = {} as Record<HashedColumn, Uint32Array>
  for (const column of hashedColumns) hashes[column] = words(count)
  const slots = words(capacity * 2)
  const bloom = words((capacity * BITS_PER_EVENT) / 32)
  return { ...bounds, ids, times, contents, hashes, slots, bloom }
}

/**
 * Checks all of the file, column by column: read through the map, all of it would count as our
 * memory.
 */
function readIntact(file: string): Bounds | undefined {
  const fd = openSync(file, 'r')
  try {
    const read = (bytes: number) => {
      const part = new Uint8Array(bytes)
      return readSync(fd, part) === bytes ? part : undefined
    }
    const bytes = read(HEADER_BYTES)
    if (bytes === undefined) return undefined
    const [form, ...values] = new Float64Array(bytes.buffer)
    const [count = 0, capacity = 0, minTime = 0, maxTime = 0, maxExpires = 0, checksum] = values
    const bounds = { count, capacity, minTime, maxTime, maxExpires }
    const lengths = form === FORM ? columnBytes(bounds) : []
    const size = lengths.reduce((total, length) => total + length, HEADER_BYTES)
    // Form and size are checked first, so that no damaged length is believed.
    if (form !== FORM || fstatSync(fd).size !== size) return undefined
    let found = sum(headerOf(bounds, 0), 0)
    for (const length of lengths) {
      const column = read(length)
      if (column === undefined) return undefined
      found = sum(column, found)
    }
    return found === checksum ? bounds : undefined
  } finally {
    closeSync(fd)
  }
}
