import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { guarded } from '../database'
import { PRIVATE_FILE } from '../private-files'
import { BITS_PER_EVENT, type EventIndex } from './event-index'
import { type HashedColumn, hashedColumns } from './event-keys'
import type { MappedColumn, MappedColumns } from './mapped-columns'

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

/** Lists what is written, in the order of the file. */
function partsOf(index: EventIndex): Uint8Array[] {
  const columns = columnsOf(index)
  const checksum = [headerOf(index, 0), ...columns].reduce((before, part) => sum(part, before), 0)
  return [headerOf(index, checksum), ...columns].map(bytesOf)
}

/** Writes the index beside its generation; the file appears whole or not at all. */
export async function saveIndex(index: EventIndex, file: string) {
  const unfinished = `${file}.new`
  try {
    await using handle = await open(unfinished, 'w', PRIVATE_FILE)
    for (const part of partsOf(index)) await handle.write(part)
    await handle.sync()
    await rename(unfinished, file)
  } catch (error) {
    // On a full disk the unfinished file would hold the room that others wait for.
    await rm(unfinished, { force: true })
    throw error
  }
}

/**
 * Does the same before anybody is served: of many generations whose indexes are built one after the other, only one is in
 * memory then.
 * @returns false when it cannot be written
 */
export function saveIndexNow(index: EventIndex, file: string): boolean {
  const unfinished = `${file}.new`
  try {
    const fd = openSync(unfinished, 'w', PRIVATE_FILE)
    try {
      for (const part of partsOf(index)) writeFileSync(fd, part)
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    renameSync(unfinished, file)
    return true
  } catch {
    rmSync(unfinished, { force: true })
    return false
  }
}

/** The file of the index of a generation that grows no more. */
export interface IndexFile extends Disposable {
  /**
   * Opens the index: its filter is in memory, all else stays in the file until somebody asks for it. An index that was
   * opened before, with as many events, goes on with this file.
   * @returns undefined when the file is missing, of another form or damaged; the caller then builds it from the log
   */
  open(): EventIndex | undefined
}

// Offsets of a map are multiples of the pages of the machine, of which these are the largest there are.
const PAGE = 64 * 1024

type Make<View> = (buffer: ArrayBuffer, from: number, length: number) => View

export function indexFileAt(file: string, columns: MappedColumns): IndexFile {
  // An open file can be read when it was removed, or another was put in its place.
  let fd: number | undefined
  const mapped: MappedColumn<ArrayBufferView>[] = []

  function column<View extends ArrayBufferView>(at: number, bytes: number, make: Make<View>) {
    const offset = at - (at % PAGE)
    const size = at - offset + bytes
    const made = columns.column(() => {
      // A generation that is gone has nothing that could be found.
      if (fd === undefined || bytes === 0) return make(new ArrayBuffer(bytes), 0, bytes)
      try {
        return make(Bun.mmap(`/dev/fd/${fd}`, { offset, size }).buffer, at - offset, bytes)
      } catch {
        // A system without such names, or without room for one more map, reads it.
        return make(readAll(fd, at, bytes), 0, bytes)
      }
    })
    mapped.push(made)
    return made
  }

  const one = new DataView(new ArrayBuffer(8))
  function read(at: number, bytes: number): DataView {
    one.setBigUint64(0, 0n)
    if (fd !== undefined) fill(fd, one, bytes, at)
    return one
  }

  function release() {
    for (const column of mapped) column.forget()
    if (fd !== undefined) closeSync(fd)
    fd = undefined
  }

  function indexOf({ bounds, bloom }: Pick<Intact, 'bounds' | 'bloom'>): EventIndex {
    const { count } = bounds
    let end = HEADER_BYTES
    const take = (bytes: number) => {
      end += bytes
      return end - bytes
    }
    const words: Make<Uint32Array> = (...part) => new Uint32Array(part[0], part[1], part[2] / 4)
    const longs: Make<BigUint64Array> = (...part) =>
      new BigUint64Array(part[0], part[1], part[2] / 8)
    const doubles: Make<Float64Array> = (...part) => new Float64Array(part[0], part[1], part[2] / 8)
    const idsAt = take(count * 8)
    const times = column(take(count * 8), count * 8, doubles)
    const contentsAt = take(count * 8)
    const ids = column(idsAt, count * 8, longs)
    const contents = column(contentsAt, count * 8, longs)
    const hashes = {} as Record<HashedColumn, Uint32Array>
    for (const name of hashedColumns) {
      const { get } = column(take(count * 4), count * 4, words)
      Object.defineProperty(hashes, name, { get, enumerable: true })
    }
    const slotsAt = take(bounds.capacity * 8)
    const slots = column(slotsAt, bounds.capacity * 8, words)
    return {
      ...bounds,
      bloom,
      hashes,
      get ids() {
        return ids.get()
      },
      get times() {
        return times.get()
      },
      get contents() {
        return contents.get()
      },
      get slots() {
        return slots.get()
      },
      single: {
        slot: (at) => read(slotsAt + at * 4, 4).getUint32(0, true),
        id: (offset) => read(idsAt + offset * 8, 8).getBigUint64(0, true),
        content: (offset) => read(contentsAt + offset * 8, 8).getBigUint64(0, true),
      },
    }
  }

  return {
    open() {
      const intact = existsSync(file) ? openIntact(file) : undefined
      if (intact === undefined) return undefined
      release()
      fd = intact.fd
      return indexOf(intact)
    },
    [Symbol.dispose]: release,
  }
}

/** Reads up to `bytes` at a place, as many as there are. @throws {StorageError} when the disk fails */
function fill(fd: number, part: DataView, bytes: number, at: number) {
  guarded('reading the index of the log', () => readSync(fd, part, 0, bytes, at))
}

function readAll(fd: number, at: number, bytes: number): ArrayBuffer {
  const { buffer } = new Uint8Array(bytes)
  fill(fd, new DataView(buffer), bytes, at)
  return buffer
}

interface Intact {
  fd: number
  bounds: Bounds
  bloom: Uint32Array
}

// The columns of all generations are checked at a start, one after the other, in the same memory.
let scratch = new Uint8Array()

/** Opens a file and checks all of it, column by column. What cannot be read is as good as missing. */
function openIntact(file: string): Intact | undefined {
  const fd = openSync(file, 'r')
  const intact = checked(fd)
  if (intact === undefined) closeSync(fd)
  return intact && { fd, ...intact }
}

function checked(fd: number): Omit<Intact, 'fd'> | undefined {
  function read(part: Uint8Array): Uint8Array | undefined {
    try {
      return readSync(fd, part) === part.length ? part : undefined
    } catch {
      return undefined
    }
  }
  const bytes = read(new Uint8Array(HEADER_BYTES))
  if (bytes === undefined) return undefined
  const [form, ...values] = new Float64Array(bytes.buffer)
  const [count = 0, capacity = 0, minTime = 0, maxTime = 0, maxExpires = 0, checksum] = values
  const bounds = { count, capacity, minTime, maxTime, maxExpires }
  const lengths = form === FORM ? columnBytes(bounds) : []
  const size = lengths.reduce((total, length) => total + length, HEADER_BYTES)
  // Form and size are checked first, so that no damaged length is believed.
  if (form !== FORM || fstatSync(fd).size !== size) return undefined
  const longest = Math.max(...lengths)
  if (scratch.length < longest) scratch = new Uint8Array(longest)
  let found = sum(headerOf(bounds, 0), 0)
  let column: Uint8Array | undefined
  for (const length of lengths) {
    column = read(scratch.subarray(0, length))
    if (column === undefined) return undefined
    found = sum(column, found)
  }
  // The filter is the last.
  return found === checksum ? { bounds, bloom: new Uint32Array(column!.slice().buffer) } : undefined
}
