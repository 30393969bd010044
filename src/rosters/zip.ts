import { Readable } from 'node:stream'
import { crc32, createInflateRaw } from 'node:zlib'
import { AppError } from '../error/app-error'
import { unreadable } from './fault'

/** An entry is one file of a ZIP, as its directory has it. */
export interface ZipEntry {
  /** The name without the folders that it stands in. */
  name: string
  path: string
  /** The bytes, as they are stored. */
  packed: Uint8Array
  isDeflated: boolean
  /** So many bytes come out, as the directory says; a hostile one says anything. */
  size: number
  crc: number
}

/** Counts what may still come out of a ZIP. */
export interface Room {
  bytes: number
}

// PKWARE's APPNOTE 6.3: 4.3.16 (the end), 4.3.12 (an entry of the directory), 4.3.7 (what stands before a file).
const END = { signature: 0x06054b50, size: 22 }
const ENTRY = { signature: 0x02014b50, size: 46 }
const LOCAL = { signature: 0x04034b50, size: 30 }
// The comment at the end has a length of two bytes.
const MAX_COMMENT = 0xffff
// The standard has 14 files in 1.1 and 21 in 1.2; some send the folder of the whole delivery.
const MAX_ENTRIES = 200
const STORED = 0
const DEFLATED = 8
const IS_ENCRYPTED = 1
// A piece is decoded and read in some milliseconds.
const PIECE = 128 * 1024

/**
 * Lists the files of a ZIP by the directory at its end. Nothing is decompressed yet.
 * @throws {AppError} `invalid_request` for what is no ZIP, or one that is not taken here
 */
export function entriesOf(bytes: Uint8Array): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const end = endOf(view)
  if (end === undefined) throw unreadable([], 'it is not a whole ZIP', 'not_zip')
  const count = view.getUint16(end + 10, true)
  let at = view.getUint32(end + 16, true)
  if (at === 0xffffffff || count === 0xffff) {
    throw unreadable([], 'it is a ZIP64, for which a roster is too small', 'not_zip')
  }
  if (count > MAX_ENTRIES) {
    throw unreadable([], `it has ${count} files, and may have ${MAX_ENTRIES}`, 'too_many_files')
  }
  const entries: ZipEntry[] = []
  for (let place = 0; place < count; place += 1) {
    if (at + ENTRY.size > end || view.getUint32(at, true) !== ENTRY.signature) throw broken()
    const lengths = [28, 30, 32].map((offset) => view.getUint16(at + offset, true))
    const [nameLength = 0, extraLength = 0, commentLength = 0] = lengths
    const nameAt = at + ENTRY.size
    const path = Buffer.from(bytes.subarray(nameAt, nameAt + nameLength)).toString()
    if (!path.endsWith('/')) entries.push(entryAt(bytes, view, at, path))
    at = nameAt + nameLength + extraLength + commentLength
  }
  return entries
}

function endOf(view: DataView): number | undefined {
  const first = Math.max(0, view.byteLength - END.size - MAX_COMMENT)
  for (let at = view.byteLength - END.size; at >= first; at -= 1) {
    if (view.getUint32(at, true) === END.signature) return at
  }
  return undefined
}

function entryAt(bytes: Uint8Array, view: DataView, at: number, path: string): ZipEntry {
  const flags = view.getUint16(at + 8, true)
  const method = view.getUint16(at + 10, true)
  const name = path.slice(path.lastIndexOf('/') + 1)
  if ((flags & IS_ENCRYPTED) !== 0) {
    throw unreadable([path], `${path} is encrypted`, 'encrypted')
  }
  if (method !== STORED && method !== DEFLATED) {
    throw unreadable([path], `${path} is compressed otherwise than by Deflate`, 'not_deflate')
  }
  const packedSize = view.getUint32(at + 20, true)
  const local = view.getUint32(at + 42, true)
  const isThere = local + LOCAL.size <= bytes.length
  if (!isThere || view.getUint32(local, true) !== LOCAL.signature) throw broken()
  const from =
    local + LOCAL.size + view.getUint16(local + 26, true) + view.getUint16(local + 28, true)
  if (from + packedSize > bytes.length) throw broken()
  return {
    name,
    path,
    packed: bytes.subarray(from, from + packedSize),
    isDeflated: method === DEFLATED,
    size: view.getUint32(at + 24, true),
    crc: view.getUint32(at + 16, true),
  }
}

function broken(): AppError {
  return unreadable([], 'its directory does not fit what is in it', 'broken_zip')
}

/**
 * Decompresses a file piece by piece, and stops where there is no room for more.
 * @param room is taken from by what comes out, over all files of a ZIP
 * @throws {AppError} `too_large`; `invalid_request` for what is broken
 */
export async function* contentOf(entry: ZipEntry, room: Room): AsyncGenerator<Uint8Array> {
  const { path, packed, isDeflated, size, crc } = entry
  let [sum, got] = [0, 0]
  const pieces = isDeflated ? inflated(packed) : stored(packed)
  try {
    for await (const piece of pieces) {
      got += piece.length
      room.bytes -= piece.length
      if (room.bytes < 0 || got > size) throw tooMuch(entry, room)
      sum = crc32(piece, sum)
      yield piece
    }
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    throw unreadable([path], `${path} cannot be decompressed`, 'broken_zip')
  }
  if (got !== size || sum !== crc) {
    throw unreadable([path], `${path} is not what its checksum says`, 'broken_zip')
  }
}

function tooMuch({ path, size }: ZipEntry, room: Room): AppError {
  if (room.bytes >= 0) {
    return unreadable([path], `${path} is larger than the ${size} bytes it says`, 'broken_zip')
  }
  const message = 'The files of the roster are too large, decompressed'
  const errors = [{ path: [path], message, code: 'too_large' }]
  return new AppError('too_large', `${message}.`, { errors })
}

async function* inflated(packed: Uint8Array): AsyncGenerator<Uint8Array> {
  const inflate = createInflateRaw({ chunkSize: PIECE })
  const source = Readable.from(stored(packed), { objectMode: false })
  // Failures of the source are not told to who reads the other end.
  source.on('error', (error) => inflate.destroy(error))
  try {
    for await (const piece of source.pipe(inflate)) yield piece as Uint8Array
  } finally {
    source.destroy()
    inflate.destroy()
  }
}

function* stored(packed: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < packed.length; at += PIECE) yield packed.subarray(at, at + PIECE)
}
