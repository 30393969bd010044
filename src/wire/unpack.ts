import { promisify } from 'node:util'
import zlib from 'node:zlib'
import { AppError } from '../error/app-error'
import type { Lease } from '../memory/budget'

/** The compressions of bodies that are undone here (RFC 9110, 8.4.1; RFC 7932; RFC 8878). */
export type Compression = (typeof compressions)[number]

const compressions = ['gzip', 'deflate', 'br', 'zstd'] as const

/** @returns undefined when the name is of none that is undone here */
export function compressionNamed(name: string | undefined): Compression | undefined {
  return compressions.find((one) => one === name)
}

/** These bytes are still to be decompressed. */
export interface Packed {
  lease: Lease
  encoding: Compression
  bytes: Uint8Array
  /** The charset is what `Content-Type` says of the bytes within, where that is not UTF-8. */
  charset?: string | undefined
}

type Way = (bytes: Uint8Array, options: { maxOutputLength: number }) => Promise<Uint8Array>

const inflate: Way = promisify(zlib.inflate)
const inflateRaw: Way = promisify(zlib.inflateRaw)
const ways: Record<Compression, (bytes: Uint8Array) => Way> = {
  gzip: () => promisify(zlib.gunzip),
  deflate: (bytes) => (hasZlibHeader(bytes) ? inflate : inflateRaw),
  br: () => promisify(zlib.brotliDecompress),
  zstd: () => promisify(zlib.zstdDecompress),
}

// JSON shrinks to a fifth or a tenth; a body that is packed tighter is unpacked once more with all
// the room.
const USUAL_RATIO = 10

/**
 * Decompresses a body of a request, after making room for the result.
 * @returns undefined when the result is larger than `limit`
 * @throws {AppError} `invalid_encoding`, `busy`
 */
export async function unpack(
  packed: Pick<Packed, 'lease' | 'encoding' | 'bytes'>,
  limit: number,
): Promise<Uint8Array | undefined> {
  const { lease } = packed
  const expected = Math.min(limit, expectedSize(packed))
  await lease.grow(expected)
  const bytes = await unpackWithin(packed, expected)
  if (bytes !== undefined || expected === limit) return bytes
  await lease.grow(limit - expected)
  return unpackWithin(packed, limit)
}

async function unpackWithin(
  { encoding, bytes }: Pick<Packed, 'encoding' | 'bytes'>,
  maxOutputLength: number,
): Promise<Uint8Array | undefined> {
  try {
    return await ways[encoding](bytes)(bytes, { maxOutputLength })
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return undefined
    const reason = (cause as Error).message
    throw new AppError('invalid_encoding', `The body is not ${encoding}: ${reason}.`, { cause })
  }
}

/**
 * Estimates the decompressed size: the last four bytes of gzip say it (RFC 1952, 2.3.1). A false
 * size gains a sender nothing.
 */
function expectedSize({ encoding, bytes }: Pick<Packed, 'encoding' | 'bytes'>): number {
  const usual = Math.max(1, bytes.length * USUAL_RATIO)
  if (encoding !== 'gzip' || bytes.length < 4) return usual
  const stated = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4).getUint32(0, true)
  return Math.max(1, stated)
}

/**
 * Tells whether the bytes begin as zlib's format does: `deflate` means that (RFC 9110, 8.4.1.2), but
 * some senders leave its header out. It has method 8, and a check over both bytes (RFC 1950, 2.2).
 */
export function hasZlibHeader([first = 0, second = 0]: Uint8Array): boolean {
  return (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0
}
